"""The certification authorities of a plan: a CA is a place like any other, one that others name as issuer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from difflib import get_close_matches
from typing import cast

from certwright.errors import Conflict
from certwright.model import CertificateSet, Draft, IssuerWish, Line, Package, Place, Renewal
from certwright.rotation.states import Rotations
from certwright.speech import tr

_NEVER: Rotations = {}
_NO_LIVES: Mapping[str, timedelta] = {}


def authority_name(issuer: str, role: str) -> str:
    """The file stem of an authority: what its certificate and CRL files are called."""
    return f"{issuer}-{role}"


def distribution_points(wish: IssuerWish, role: str) -> tuple[str, ...]:
    """Where the CRL of that authority is fetched: the issuer's CRL folder with the CRL's file name."""
    return tuple(f"{folder.rstrip('/')}/{authority_name(wish.name, role)}.crl" for folder in wish.crl)


def authorities(
    wishes: Sequence[IssuerWish],
    lines: Sequence[Line] = (),
    rotations: Rotations = _NEVER,
    longest: Mapping[str, timedelta] = _NO_LIVES,
) -> tuple[Place, ...]:
    """A root and an issuing CA for each embedded issuer, parents first, and for each of its generations that is made
    and not retired. A root names itself as its issuer. `longest` is the longest life of a certificate, by issuer.
    """
    return tuple(
        place
        for wish in wishes
        if wish.kind == "embedded"
        for place in _of_issuer(wish, lines, rotations, longest.get(wish.name, timedelta()))
    )


def _of_issuer(wish: IssuerWish, lines: Sequence[Line], rotations: Rotations, longest: timedelta) -> Iterator[Place]:
    own = [line for line in lines if line.issuer == wish.name]
    drafts = {1: (wish.root, wish.issuing)} | {
        one.number: (one.root, one.issuing) for one in rotations.get(wish.name, ())
    }
    of_roots = {line.root: drafts[line.number][0] for line in own}
    made: set[str] = set()
    for line in [one for one in own if one.trusted] or [_first(wish)]:
        root, issuing = drafts[line.number]
        if line.root not in made:
            made.add(line.root)
            signs = any(_signs(one) for one in own if one.root == line.root) or not own
            yield _authority(wish, line, "root", root, signs=signs)
        yield _authority(wish, line, "issuing", issuing, signs=_signs(line))
        if line.bridged_by and line.bridge not in made:
            made.add(line.bridge)
            life = min(root.lifetime, of_roots[line.bridged_by].lifetime)
            yield _bridge(wish, line, replace(root, lifetime=life))
        if line.back and line.back not in made:
            made.add(line.back)
            yield _back(wish, line, replace(of_roots[line.bridged_by], lifetime=longest))


def _signs(line: Line) -> bool:
    """Whether it signs, or will: only then it is renewed."""
    return line.state in ("staged", "signing")


def _first(wish: IssuerWish) -> Line:
    """The only generation of an issuer that does not rotate."""
    return Line(wish.name, 1, "signing", f"{wish.name}/root", f"{wish.name}/issuing")


def _bridge(wish: IssuerWish, line: Line, draft: Draft) -> Place:
    """The new root, signed by the old one: with one authority below it, and not longer than both of them live."""
    stem, above = line.bridge.partition("/")[2], line.bridged_by.partition("/")[2]
    return Place(
        id=line.bridge,
        site="",
        set=f"{wish.name}/authority",
        product="",
        kind="authority",
        title=f"Bridge to the root CA of {wish.name} G{stem.partition('-')[2]}",
        draft=replace(draft, path_length=1, crl_distribution_points=distribution_points(wish, above)),
        packages=(Package("bridge-certificate", "base64-cer", f"pki/{authority_name(wish.name, stem)}.cer"),),
        demands=(),
        issuer=line.bridged_by,
        renewal=Renewal(never=True),  # it ends with the old root, and nothing would be gained by signing it again
        key_of=line.root,
    )


def _back(wish: IssuerWish, line: Line, draft: Draft) -> Place:
    """The old root, signed by the new one: for as long as anything lives that the old one has signed, and no longer."""
    stem = line.back.partition("/")[2]
    whole = _bridge(wish, line, draft)
    return replace(
        whole,
        id=line.back,
        title=f"Bridge back from the root CA of {wish.name} G{stem.partition('-')[2]}",
        draft=replace(
            draft, path_length=1, crl_distribution_points=distribution_points(wish, line.root.partition("/")[2])
        ),
        packages=(Package("bridge-certificate", "base64-cer", f"pki/{authority_name(wish.name, stem)}.cer"),),
        issuer=line.root,
        key_of=line.bridged_by,
    )


def authority_sets(wishes: Sequence[IssuerWish], places: Sequence[Place]) -> tuple[CertificateSet, ...]:
    """The set each embedded issuer's authorities form."""
    return tuple(
        CertificateSet(
            f"{wish.name}/authority",
            "",
            f"Certification authorities of {wish.name}",
            tuple(place.id for place in places if place.set == f"{wish.name}/authority"),
            (),
        )
        for wish in wishes
        if wish.kind == "embedded"
    )


def signing(issuer: str, lines: Sequence[Line]) -> Line | None:
    """The generation of an issuer that signs now, if it rotates."""
    return next((line for line in lines if line.issuer == issuer and line.state == "signing"), None)


def anchors_of(wish: IssuerWish, wanted: str) -> tuple[bytes, ...]:
    """The certificates that `issuer-root` and `issuer-chain` mean, DER, where the issuer is somebody else."""
    if not wish.outside:
        return ()
    return (*wish.chain, *wish.roots) if wanted == "issuer-chain" else wish.roots


def template_of(wish: IssuerWish, place: str) -> str:
    """The certificate template to ask an AD CS for, for that place: its own, or the issuer's; "" when none is named.

    `templates:` names places by their address (`east/public-portal`) or what stands behind the site in it.
    """
    own = cast("Mapping[str, str]", wish.settings.get("templates", {}))
    return own.get(place) or own.get(place.partition("/")[2]) or str(wish.settings.get("template", ""))


def strange_templates(wishes: Sequence[IssuerWish], places: Sequence[Place]) -> Iterator[Conflict]:
    """Templates named for places that the issuer does not sign for."""
    for wish in wishes:
        mine = [place.id for place in places if place.issuer == wish.name]
        known = {*mine, *(name.partition("/")[2] for name in mine)}
        for name in cast("Mapping[str, str]", wish.settings.get("templates", {})):
            if name not in known:
                near = get_close_matches(name, known, 1)
                yield Conflict(
                    wish.name,
                    "certwright.template-place",
                    tr("templates names a place that this issuer signs nothing for"),
                    expected=tr("one of its places"),
                    found=name,
                    hint=tr("did you mean {name}?", name=near[0]) if near else "",
                )


def _authority(wish: IssuerWish, line: Line, role: str, draft: Draft, *, signs: bool) -> Place:
    address = line.root if role == "root" else line.issuing
    stem, parent = address.partition("/")[2], line.root.partition("/")[2]
    points = () if role == "root" else distribution_points(wish, parent)  # nothing revokes a root but removing it
    title = f"{'Root' if role == 'root' else 'Issuing'} CA of {wish.name}"
    return Place(
        id=address,
        site="",
        set=f"{wish.name}/authority",
        product="",
        kind="authority",
        title=title if stem == role else f"{title} G{stem.partition('-')[2]}",
        draft=replace(draft, crl_distribution_points=points),
        packages=(Package(f"{role}-certificate", "base64-cer", f"pki/{authority_name(wish.name, stem)}.cer"),),
        demands=(),
        issuer=line.root,
        renewal=Renewal(never=not signs),
    )
