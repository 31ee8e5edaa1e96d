"""The library's opinion of a path, in stretches where it cannot be had in one piece, and what was left aside for it.

It compares names by their bytes, and refuses authorities with rules it does not apply. There it is asked about copies
that lack those rules: a copy is an anchor, whose signature nobody asks for; that of the original is verified by itself.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TypeAlias

from cryptography.exceptions import InvalidSignature

from certwright.speech import tr
from certwright.x509 import der
from certwright.x509.dissect import changed, extension
from certwright.x509.facts import CertificateFacts, Subtree, named
from certwright.x509.line import Setting
from certwright.x509.read import read_certificate
from certwright.x509.signature import HOSTILE, Memo, Unloadable, load, remember
from certwright.x509.verdict import verdict

Path: TypeAlias = tuple[CertificateFacts, ...]

_FORMS = ("dNSName", "iPAddress", "rfc822Name")  # of names, whose constraints the library applies
_TAGS = (b"\x81", b"\x82", b"\x87")  # the same as the choices of GeneralName
_NAMES, _CONSTRAINTS = bytes.fromhex("0603551d1e"), "2.5.29.30"
_POLICIES = {"2.5.29.33": "policyMappings", "2.5.29.36": "policyConstraints", "2.5.29.54": "inhibitAnyPolicy"}
_UNCOPIED = frozenset((*_POLICIES, _CONSTRAINTS, "extension", "extensions"))  # parts with defects that a copy hides
_OIDS = {dotted: bytes((6, 3, 0x55, 0x1D, int(dotted.rpartition(".")[2]))) for dotted in _POLICIES}

_LEAST_BITS = 2048
_CURVES = frozenset(("secp256r1", "secp384r1", "secp521r1"))
_HASHES = frozenset(("sha256", "sha384", "sha512"))


def opinion(
    path: Path, roots: Sequence[CertificateFacts], setting: Setting, memo: Memo, *, whole: bool, fits: bool
) -> tuple[str, tuple[str, ...]]:
    """What the library has against the path ("" when nothing), and what was left aside before it said so.

    `whole`: the path ends in a trusted root; `fits`: our own diagnosis, with every rule applied, found no fault. Only
    then anything is left aside, so that nothing passes that nobody has judged.
    """
    named_otherwise = renamed(path) if whole else set[int]()
    if named_otherwise:
        said = _in_stretches(path, named_otherwise, set(), setting, memo)
    else:
        helpers = tuple({one.fingerprint: one for one in (*path[1:], *setting.others)}.values())
        said = verdict(path[0], helpers, roots, setting.now, setting.server, memo)
    beyond = {place for place in range(len(path)) if said and whole and fits and _beyond(path, place)}
    if not beyond:
        return said, ()
    said = _in_stretches(path, named_otherwise | beyond, beyond, setting, memo)
    return said, () if said else tuple([told for place in sorted(beyond) for told in _told(path, place)])


def renamed(path: Path) -> set[int]:
    """Which of them call their issuer by a name that is the issuer's, but not byte for byte."""
    return {place for place, (child, issuer) in enumerate(pairwise(path)) if child.issuer_der != issuer.subject_der}


def _in_stretches(path: Path, ends: set[int], copied: set[int], setting: Setting, memo: Memo) -> str:
    """The library's word on each part of the path up to one of `ends`, and on the signature of each end."""
    start = 0
    for end in sorted({*ends, len(path) - 1}):
        part = path[start : end + 1]
        anchor = _copy(part[-1], memo) if end in copied else part[-1]
        leaf = part[0] if len(part) > 1 else anchor
        said = _signed(part[-1], path[end + 1], memo) if end + 1 < len(path) else ""
        if not said:  # what stands alone is its own anchor: then its own extensions are all that is judged
            seen = memo if len(part) > 1 or start else {}
            said = verdict(leaf, part[1:-1], [anchor], setting.now, setting.server, seen, authority=start > 0)
        if said:
            return said
        start = end + 1
    return ""


def _signed(child: CertificateFacts, issuer: CertificateFacts, memo: Memo) -> str:
    """The library's word on one signature. Under another name of the issuer it gives none; ours was heard before."""
    if child.issuer_der != issuer.subject_der:
        return _weakness(child, issuer)
    key = ("word", child.fingerprint, issuer.fingerprint)
    said: str | None = memo.get(key)
    if said is None:
        said = _word(child, issuer, memo) or _weakness(child, issuer)
        if child.authority:
            remember(memo, key, said)
    return said


def _weakness(child: CertificateFacts, issuer: CertificateFacts) -> str:
    """What the library would say of key and hash in a path of one piece: it does not ask about them elsewhere."""
    key = issuer.key
    fits = key.bits >= _LEAST_BITS if key.algorithm == "rsa" else key.curve in _CURVES
    if fits and child.signature_hash in _HASHES:
        return ""
    return tr(
        "{issuer} has signed {child} with a key ({key}) or by an algorithm ({oid}) that the cryptography library"
        " takes from no authority",
        issuer=named(issuer),
        child=named(child),
        key=f"{key.algorithm} {key.curve or key.bits}",
        oid=child.signature_algorithm,
    )


def _word(child: CertificateFacts, issuer: CertificateFacts, memo: Memo) -> str:
    try:
        load(child, memo).verify_directly_issued_by(load(issuer, memo))
    except InvalidSignature:
        return tr("the signature does not verify")
    except (Unloadable, *HOSTILE) as reason:
        return str(reason) or type(reason).__name__
    return ""


# ── what the library does not apply ───────────────────────────────────────────────────────────────


def _beyond(path: Path, place: int) -> bool:
    one = path[place]
    if not _UNCOPIED.isdisjoint(defect.part for defect in one.defects):
        return False  # said twice, for example: a copy would hide it
    return not _POLICIES.keys().isdisjoint(one.critical) or bool(_subtrees(one)) or _counted(path, place)


def _counted(path: Path, place: int) -> bool:
    """Whether it is a self-issued authority below a path length, which RFC 5280 6.1.4 (l) does not count against it."""
    inside = 0 < place < len(path) - 1 and path[place].self_issued
    return inside and any(one.path_length is not None for one in path[place + 1 :])


def _subtrees(one: CertificateFacts) -> list[tuple[str, Subtree]]:
    """The constraints on names of forms that the library does not compare."""
    limits = one.name_constraints
    if limits is None:
        return []
    sides = ((tr("permitted"), limits.permitted), (tr("excluded"), limits.excluded))
    return [(side, subtree) for side, several in sides for subtree in several if subtree.form not in _FORMS]


def _copy(one: CertificateFacts, memo: Memo) -> CertificateFacts:
    """The certificate without the rules that the library does not apply."""
    copy: CertificateFacts | None = memo.get(("copy", one.fingerprint))
    if copy is None:
        copy = copied(one)
        remember(memo, ("copy", one.fingerprint), copy)
    return copy


def copied(one: CertificateFacts) -> CertificateFacts:
    """The copy itself, of a certificate whose extensions were read without a defect; Malformed for others."""
    values: dict[bytes, bytes | None] = {_OIDS[dotted]: None for dotted in _POLICIES}
    if one.name_constraints is not None:
        values[_NAMES] = _applied(extension(one.der, _NAMES) or b"")
    return read_certificate(changed(one.der, values))


def _applied(limits: bytes) -> bytes | None:
    """Name constraints with the forms that the library compares; None when nothing is left of them."""
    body = der.content(limits, der.SEQUENCE)
    sides = []
    for tag, _, first, last in der.children(body, 0, len(body)):
        kept = [
            body[begin:stop] for _, begin, at, stop in der.children(body, first, last) if body[at : at + 1] in _TAGS
        ]
        if kept:
            sides.append(der.element(tag, b"".join(kept)))
    return der.element(der.SEQUENCE, b"".join(sides)) if sides else None


def _told(path: Path, place: int) -> Iterator[str]:
    one = path[place]
    if _counted(path, place):
        yield tr(
            "{authority} is self-issued, and the cryptography library counts it against the path lengths above it: it"
            " accepts the path in parts, and by RFC 5280 6.1.4 (l) it does not count",
            authority=named(one),
        )
    titles = [_POLICIES[dotted] for dotted in sorted(one.critical & _POLICIES.keys())]
    if titles:
        yield tr(
            "{authority} has rules on policies ({rules}), which the cryptography library does not apply: it accepts the"
            " path with them left aside, and by certwright's own reading (RFC 5280 6.1) they are kept",
            authority=named(one),
            rules=", ".join(titles),
        )
    limits = [f"{side} {subtree.form} {subtree.text or '*'}" for side, subtree in _subtrees(one)]
    if limits:
        yield tr(
            "{authority} limits names ({limits}), which the cryptography library does not apply: it accepts the path"
            " with those limits left aside, and by certwright's own reading (RFC 5280 4.2.1.10) they are kept",
            authority=named(one),
            limits=", ".join(limits[:10]) + (", …" if len(limits) > 10 else ""),
        )
