"""Fingerprints of what is asked for: of a certificate, and of a file. What is held carries the one it was made for."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import lru_cache

from certwright.model import Held, Package, PfxProfile, Place

# How `demanded` words what is asked. Raise it with the wording: what was written down in another one is not compared.
WORDING = "1"
WITH_LISTS = ("der-crl", "pem-crl")  # forms that hold the revocation lists of the authorities a trust list names
_NO_LISTS: Mapping[str, str] = {}


def demanded(place: Place) -> str:
    """The fingerprint of what a place demands of its certificate. Stored with what is held, so a change is seen.

    How a package is written, and a set's password, are not part of it: they change without a new certificate.
    """
    draft = place.draft
    asked = (
        draft.subject,
        [str(name) for name in draft.names],
        str(draft.key),
        sorted(draft.key_usage),
        sorted(draft.extended_key_usage),
        draft.authority,
        draft.path_length,
        draft.lifetime.days,
        draft.crl_distribution_points,
        draft.signature_hash,
    )
    return f"{WORDING}.{hashlib.sha256(repr(asked).encode()).hexdigest()}"


def recipe(
    place: Place, package: Package, held: Held | None, password_version: int, anchors: tuple[bytes, ...] = ()
) -> str:
    """The fingerprint of what goes into one file: the credential, the form, its options, the password's version."""
    parts = [package.form, package.path, _canonical(package.options), _as_written(place.draft.pfx)]
    if package.form == "pfx":
        parts.append(f"password {password_version}")
    digest = hashlib.sha256("\0".join(parts).encode())
    for der in (
        *((held.certificate, *held.chain) if held else ()),
        *place.anchors,
        *anchors,
        *filter(None, [place.key]),
    ):
        digest.update(hashlib.sha256(der).digest())
    return digest.hexdigest()


@lru_cache(maxsize=256)  # a fleet has few, and they are asked for whenever one looks what is due
def _as_written(profile: PfxProfile) -> str:
    return repr(sorted(asdict(profile).items()))


def _canonical(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{key}:{_canonical(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_canonical, value)) + "]"
    return hashlib.sha256(value).hexdigest() if isinstance(value, bytes) else repr(value)


def holding(place: Place, held: Mapping[str, Held]) -> Held | None:
    """What is held for a place: its own credential, or the one it shares."""
    return held.get(place.shares_with or place.id)


def anchors_of(place: Place, held: Mapping[str, Held]) -> tuple[bytes, ...]:
    """The certificates of the authorities an anchors place names, once they are held."""
    return certificates_of(place.anchor_places, held)


def bridges_of(package: Package, have: Held | None, held: Mapping[str, Held]) -> tuple[bytes, ...]:
    """The bridges that go along in a file with what is held: those to the root it stands below."""
    chain = have.chain if have else ()
    wanted = [bridge for root, bridge in package.bridges if root in held and held[root].certificate in chain]
    return certificates_of(wanted, held)


def beside(
    place: Place,
    package: Package,
    have: Held | None,
    held: Mapping[str, Held],
    lists: Mapping[str, str] = _NO_LISTS,
) -> tuple[bytes, ...]:
    """Everything that goes into a file beside what is held for its place; `lists` are the SHA-256 of the newest
    revocation lists, by authority.
    """
    others = (*place.anchor_places, *place.retired_places)
    known = [lists.get(one, "").encode() for one in place.anchor_places if package.form in WITH_LISTS]
    return (*certificates_of(others, held), *bridges_of(package, have, held), *known)


def certificates_of(addresses: Iterable[str], held: Mapping[str, Held]) -> tuple[bytes, ...]:
    """The certificates of those of these places that are held."""
    return tuple(held[name].certificate for name in addresses if name in held)
