"""The certification authorities of a plan: a CA is a place like any other, one that others name as issuer."""

from collections.abc import Sequence
from dataclasses import replace

from certwright.model import CertificateSet, IssuerWish, Package, Place


def authority_name(issuer: str, role: str) -> str:
    """The file stem of an authority: what its certificate and CRL files are called."""
    return f"{issuer}-{role}"


def distribution_points(wish: IssuerWish, role: str) -> tuple[str, ...]:
    """Where the CRL of that authority is fetched: the issuer's CRL folder with the CRL's file name."""
    return tuple(f"{folder.rstrip('/')}/{authority_name(wish.name, role)}.crl" for folder in wish.crl)


def authorities(wishes: Sequence[IssuerWish]) -> tuple[Place, ...]:
    """A root and an issuing CA for each embedded issuer, parents first. A root names itself as its issuer."""
    return tuple(
        place
        for wish in wishes
        if wish.kind == "embedded"
        for place in (_authority(wish, "root", "root"), _authority(wish, "issuing", "root"))
    )


def authority_sets(wishes: Sequence[IssuerWish]) -> tuple[CertificateSet, ...]:
    """The set each embedded issuer's two authorities form."""
    return tuple(
        CertificateSet(
            f"{wish.name}/authority",
            "",
            f"Certification authorities of {wish.name}",
            (f"{wish.name}/root", f"{wish.name}/issuing"),
            (),
        )
        for wish in wishes
        if wish.kind == "embedded"
    )


def _authority(wish: IssuerWish, role: str, parent: str) -> Place:
    draft = wish.root if role == "root" else wish.issuing
    points = () if role == parent else distribution_points(wish, parent)  # nothing revokes a root but removing it
    return Place(
        id=f"{wish.name}/{role}",
        site="",
        set=f"{wish.name}/authority",
        product="",
        kind="authority",
        title=f"{'Root' if role == 'root' else 'Issuing'} CA of {wish.name}",
        draft=replace(draft, crl_distribution_points=points),
        packages=(Package(f"{role}-certificate", "base64-cer", f"pki/{authority_name(wish.name, role)}.cer"),),
        demands=(),
        issuer=f"{wish.name}/{parent}",
    )
