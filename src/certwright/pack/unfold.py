"""One file → the parts that are meant for different places: objects of a dump, certificates of a bundle or a store.

A part is bytes again, so that whatever reads files reads parts. What is one thing stays as it is, byte for byte; so
does a PFX of several keys, whose parts are named after the bags of the keys (`pack.opened.narrowed` takes them out).
"""

import json
from collections.abc import Iterator, Sequence

from certwright.errors import Unreadable, WrongPassword
from certwright.pack.detect import Form, detect, is_pfx
from certwright.pack.inspecting import title_of
from certwright.pack.objects import Object, data_of, read_objects
from certwright.pack.opened import Opened, open_package
from certwright.pack.pem import armour, certificates
from certwright.pfx.facts import PfxFacts
from certwright.pfx.kdf import MOST_ITERATIONS, Budget
from certwright.pfx.read import outline_pfx, read_pfx
from certwright.value import field, value
from certwright.x509.facts import CertificateFacts
from certwright.x509.private import read_private_key
from certwright.x509.read import read_certificate

MOST_PARTS = 5_000
MOST_COPIED = 32 << 20  # octets of authorities, which every part of a bundle repeats
_LISTS: dict[Form, str] = {"sst": "sst", "pem": "pem-chain", "p7b": "p7b", "base64": "p7b", "certificate": "p7b"}


@value
class Part:
    """A part of a file: `name` says which one, "" for the whole."""

    name: str
    content: bytes = field(repr=False)


def unfold(content: bytes, passwords: Sequence[str] = ()) -> tuple[Part, ...]:
    """The parts of a file. What cannot be taken apart comes back whole, for its reader to say why. Never raises."""
    try:
        form = detect(content)
        if form == "pfx":
            parts = tuple(_of_store(content, passwords))
        else:
            parts = tuple(_of_objects(content) if form == "objects" else _of_list(form, content, passwords))
    except Unreadable:
        return (Part("", content),)
    return parts if 0 < len(parts) <= MOST_PARTS else (Part("", content),)


# ── Kubernetes ────────────────────────────────────────────────────────────────────────────────────


def _of_objects(content: bytes) -> Iterator[Part]:
    """Each object, and each PFX that one carries."""
    objects = read_objects(content)
    budget = Budget(2 * MOST_ITERATIONS)
    for found in objects:
        title = title_of(found)
        carried = data_of(found)
        stores = {key: octets for key, octets in carried.items() if is_pfx(octets)}
        budget.spend(sum(map(_cost, stores.values())))
        if len(objects) == 1 and not stores:
            yield Part("", content)
        elif len(carried) > len(stores) or not carried:
            yield Part(title, json.dumps(_without(found, stores)).encode())
        yield from (Part(f"{title}, {key}", octets) for key, octets in stores.items())


def _without(found: Object, keys: dict[str, bytes]) -> Object:
    parts = {
        part: {key: one for key, one in found[part].items() if key not in keys}
        for part in ("data", "binaryData")
        if isinstance(found.get(part), dict)
    }
    return {**found, **parts}


def _cost(content: bytes) -> int:
    """The iterations that opening a PFX takes, so that a thousand slow ones are not taken for a thousand files."""
    try:
        facts = outline_pfx(content)
    except Unreadable:
        return 0
    locks = [facts.mac, *(one.encryption for one in facts.sealed), *(one.encryption for one in facts.keys)]
    return sum(max(int(one.iterations), 0) for one in locks if one)


# ── PFX ───────────────────────────────────────────────────────────────────────────────────────────


def _of_store(content: bytes, passwords: Sequence[str]) -> Iterator[Part]:
    """Each key that has a certificate of its own, where there are several. Each is opened anew: few, or none."""
    if len(outline_pfx(content).keys) < 2:
        return
    facts = _unlocked(content, passwords)
    ends = {one.key.spki for one in (read_certificate(bag.der) for bag in facts.certificates) if not one.authority}
    owned = {spki: bag.where for bag in reversed(facts.keys) if bag.pkcs8 and (spki := _spki(bag.pkcs8)) in ends}
    if len(owned) > 1 and len(owned) * _cost(content) <= 2 * MOST_ITERATIONS:
        yield from (Part(where, content) for where in reversed(owned.values()))


def _unlocked(content: bytes, passwords: Sequence[str]) -> PfxFacts:
    """Raises WrongPassword when none of them opens it."""
    for password in passwords:
        try:
            return read_pfx(content, password)
        except WrongPassword:
            continue
    return read_pfx(content, None)


def _spki(pkcs8: bytes) -> bytes:
    try:
        return read_private_key(pkcs8).spki
    except Unreadable:
        return b""


# ── lists of certificates ─────────────────────────────────────────────────────────────────────────


def _of_list(form: Form, content: bytes, passwords: Sequence[str]) -> Iterator[Part]:
    """Each certificate that is about somebody, with its key and with all authorities; else the authorities alone."""
    if form not in _LISTS:
        return
    opened = _opened(_LISTS[form], content, passwords)
    facts = [read_certificate(der) for der in opened.certificates]
    ends = [one for one in facts if not one.authority]
    if len(ends) < 2 and form != "sst":
        return
    above = [one.der for one in facts if one.authority]
    if len(ends) * sum(map(len, above)) > MOST_COPIED:
        return
    keys = _by_owner(opened)
    for place, one in enumerate(facts, 1):
        if not one.authority:
            yield Part(f"certificate {place}", _bundle(one, keys.get(one.key.spki), above))
    if not ends:
        yield Part("", certificates(above))


def _opened(form: str, content: bytes, passwords: Sequence[str]) -> Opened:
    """With the first password that opens its keys, if they need one."""
    opened = open_package(form, content, None)
    for password in passwords if opened.encrypted_key else ():
        unlocked = open_package(form, content, password)
        if len(unlocked.private) > len(opened.private):
            opened = unlocked
    return opened


def _by_owner(opened: Opened) -> dict[bytes, bytes]:
    """Private keys by the public key they belong to."""
    return {read_private_key(key).spki: key for key in opened.private}


def _bundle(end: CertificateFacts, key: bytes | None, above: Sequence[bytes]) -> bytes:
    own = armour("PRIVATE KEY", key) if key else b""
    return own + certificates([end.der, *above])
