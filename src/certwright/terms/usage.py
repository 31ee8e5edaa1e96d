"""What a certificate may be used for: key usage, extended key usage, authority (RFC 5280 4.2.1.3, .9, .12)."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Annotated

from certwright.errors import Refused
from certwright.model import Draft, Mismatch
from certwright.speech import tr
from certwright.terms.seen import Seen
from certwright.terms.word import Word, leaf, listed
from certwright.value import value
from certwright.x509.extensions import KEY_USAGES
from certwright.x509.usages import OIDS

_TITLES = {
    "serverAuth": "Server Authentication",
    "clientAuth": "Client Authentication",
    "emailProtection": "Secure Email",
    "codeSigning": "Code Signing",
    "timeStamping": "Time Stamping",
    "OCSPSigning": "OCSP Signing",
    "documentEncryption": "Document Encryption",
    "anyExtendedKeyUsage": "Any Purpose",
}
_NAMES = {oid: name for name, oid in OIDS.items()}


def purpose_oid(purpose: str) -> str:
    """The dotted OID of an extended key usage given by name or OID. Refused when it is neither."""
    if purpose not in OIDS:
        if re.fullmatch(r"[012](\.\d+)+", purpose):
            return purpose
        raise Refused(
            tr("usage.extended: nobody knows the usage {usage!r}", usage=purpose),
            tr("one of {names}, or an OID", names=", ".join(OIDS)),
        )
    return OIDS[purpose]


@lru_cache(maxsize=256)
def purpose_oids(purposes: tuple[str, ...]) -> tuple[str, ...]:
    """The same for several."""
    return tuple(map(purpose_oid, purposes))


def purposes(oids: Iterable[str]) -> str:
    """Extended key usages for a sentence: "Server Authentication (serverAuth)"."""
    names = [_NAMES.get(oid, oid) for oid in oids]
    return listed([f"{_TITLES[name]} ({name})" if name in _TITLES else name for name in names])


def _bits(bits: Iterable[str]) -> str:
    return listed(sorted(bits, key=KEY_USAGES.index))


@value
class KeyUsage(Word):
    """The key usage extension allows these uses."""

    all_of: Annotated[tuple[str, ...], "uses by their RFC 5280 names: digitalSignature, keyEncipherment, …"]
    exact: Annotated[bool, "whether no other use may be allowed"] = False

    def __post_init__(self) -> None:
        if unknown := set(self.all_of) - set(KEY_USAGES):
            what = tr("usage.key-usage: nobody knows {names}", names=listed(sorted(unknown)))
            raise Refused(what, tr("one of {names}", names=", ".join(KEY_USAGES)))

    def shape(self, draft: Draft) -> Draft:
        usage = draft.key_usage.union(self.all_of)
        return draft if usage == draft.key_usage else replace(draft, key_usage=usage)

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        usage, wanted = leaf(seen).key_usage, frozenset(self.all_of)
        if usage is None:
            yield Mismatch(tr("key usage {uses}", uses=_bits(wanted)), tr("no key usage extension"))
        elif not wanted <= usage:
            yield Mismatch(tr("key usage {uses}", uses=_bits(wanted)), _bits(usage))
        elif self.exact and usage != wanted:
            yield Mismatch(tr("key usage {uses} and nothing else", uses=_bits(wanted)), _bits(usage))


@value
class Extended(Word):
    """The extended key usage extension names these purposes; "any purpose" does not stand in for one."""

    all_of: Annotated[tuple[str, ...], "purposes by name (serverAuth, clientAuth, …) or dotted OID"]
    only: Annotated[bool, "whether no other purpose may be named"] = False

    def __post_init__(self) -> None:
        for purpose in self.all_of:
            purpose_oid(purpose)

    def shape(self, draft: Draft) -> Draft:
        present = purpose_oids(draft.extended_key_usage)
        missing = [purpose for purpose in dict.fromkeys(self.all_of) if purpose_oid(purpose) not in present]
        return replace(draft, extended_key_usage=draft.extended_key_usage + tuple(missing)) if missing else draft

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        found, wanted = leaf(seen).extended_key_usage, purpose_oids(self.all_of)
        if found is None:
            if wanted:
                yield Mismatch(purposes(wanted), tr("no extended key usage extension"))
        elif not set(found).issuperset(wanted):
            yield Mismatch(purposes(wanted), purposes(found))
        elif self.only and not set(wanted).issuperset(found):
            yield Mismatch(tr("{purposes} and nothing else", purposes=purposes(wanted)), purposes(found))


@value
class Authority(Word):
    """The certificate is, or is not, that of a certification authority (basic constraints)."""

    authority: Annotated[bool, "whether CA must be true"]
    path_length: Annotated[int | None, "most authorities that may follow below it; not given means any"] = None

    def shape(self, draft: Draft) -> Draft:
        if not self.authority:
            return draft
        lengths = [length for length in (draft.path_length, self.path_length) if length is not None]
        usage = draft.key_usage | {"keyCertSign", "cRLSign"}
        return replace(draft, authority=True, key_usage=usage, path_length=min(lengths, default=None))

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        certificate = leaf(seen)
        if bool(certificate.authority) is not self.authority:
            yield Mismatch(constraints(self.authority), constraints(certificate.authority))
            return
        limit, found = self.path_length, certificate.path_length
        if self.authority and limit is not None and (found is None or found > limit):
            length = tr("no limit") if found is None else tr("path length {length}", length=found)
            yield Mismatch(tr("path length {limit} at most", limit=limit), length)


def constraints(authority: bool | None) -> str:  # noqa: FBT001 - it is the fact itself
    """What basic constraints say, for a sentence."""
    if authority is None:
        return tr("no basic constraints")
    return tr("CA true") if authority else tr("CA false")
