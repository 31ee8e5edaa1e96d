"""The PFX around a credential: how it is encrypted, what it says to Windows (PKCS#12, RFC 7292).

Encryption and the integrity check (MAC) are two matters with two hashes; a certificate's signature hash is a third.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Annotated, ClassVar, get_args

from certwright.errors import Refused
from certwright.model import Draft, Mismatch, PfxEncryption
from certwright.pfx import facts
from certwright.terms.seen import Seen
from certwright.terms.signature import hash_title
from certwright.terms.word import Word, either, listed
from certwright.value import value

_WRITABLE: dict[str, PfxEncryption] = {name: name for name in get_args(PfxEncryption)}
_TITLES = {"tripledes-sha1": "TripleDES-SHA1", "aes256-sha256": "AES256-SHA256"}
_MACS = {"tripledes-sha1": "sha1", "aes256-sha256": "sha256"}


def _pfx(seen: Seen) -> facts.PfxFacts:
    assert seen.pfx is not None, "a term was asked about a part that is not there"
    return seen.pfx


@value
class Readable(Word):
    """Everything in the PFX can be read, and an integrity check (MAC) vouches for it."""

    reads: ClassVar[str] = "pfx"

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        pfx = _pfx(seen)
        for defect in pfx.defects:
            yield Mismatch("a PFX that can be read throughout", defect)
        if pfx.mac is None or not pfx.mac.verified:
            yield Mismatch("an integrity check (MAC)", "none" if pfx.mac is None else "one that could not be verified")


@value
class Encryption(Word):
    """Private key and certificates are encrypted in one of these ways, and the integrity check (MAC) goes with it."""

    reads: ClassVar[str] = "pfx"
    allowed: Annotated[tuple[str, ...], "tripledes-sha1, aes256-sha256; the first is the one to write"]

    def __post_init__(self) -> None:
        if not self.allowed or set(self.allowed) - set(_WRITABLE):
            raise Refused(f"pfx.encryption: allowed is {list(self.allowed)}", f"some of {', '.join(_WRITABLE)}")

    def shape(self, draft: Draft) -> Draft:
        if draft.pfx.encryption in self.allowed:
            return draft
        return replace(draft, pfx=replace(draft.pfx, encryption=_WRITABLE[self.allowed[0]]))

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        pfx, wanted = _pfx(seen), either([_TITLES[name] for name in self.allowed])
        for key in pfx.keys:
            if key.encryption is None:
                yield Mismatch(f"private key encrypted with {wanted}", "not encrypted", key.where)
        encrypted: list[tuple[str, facts.Bag]] = [("private key", key) for key in pfx.keys]
        encrypted += [("certificates", bag) for bag in pfx.certificates]
        told = set()
        for what, bag in encrypted:
            safe = bag.where.partition(",")[0] if what == "certificates" else bag.where
            if bag.encryption and bag.encryption.name not in self.allowed and (what, safe) not in told:
                told.add((what, safe))
                yield Mismatch(f"{what} encrypted with {wanted}", _title(bag.encryption), safe)
        yield from self._mac(pfx)

    def _mac(self, pfx: facts.PfxFacts) -> Iterator[Mismatch]:
        """A judge that knows only one encryption knows only the MAC that came with it."""
        hashes = [_MACS[name] for name in self.allowed]
        if pfx.mac is not None and pfx.mac.hash not in hashes:
            expected = f"integrity check (MAC) with {either(list(map(hash_title, hashes)))}"
            yield Mismatch(expected, f"integrity check (MAC) with {hash_title(pfx.mac.hash)}", "MAC")


def _title(encryption: facts.Encryption) -> str:
    if encryption.name in _TITLES:
        return _TITLES[encryption.name]
    if encryption.cipher:
        return f"{encryption.cipher.upper()} with {hash_title(encryption.prf)} (PBES2)"
    return encryption.name.upper()


@value
class Privacy(Word):
    """The certificates are encrypted too, not only the key (Windows: "certificate privacy")."""

    reads: ClassVar[str] = "pfx"

    def shape(self, draft: Draft) -> Draft:
        return replace(draft, pfx=replace(draft.pfx, privacy=True))

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        if bare := [bag.where for bag in _pfx(seen).certificates if bag.encryption is None]:
            yield Mismatch("encrypted certificates", "certificates anyone can read", listed(bare))


@value
class LocalMachine(Word):
    """The key asks for the machine's store: attribute 1.3.6.1.4.1.311.17.2 on its bag, whatever its value."""

    reads: ClassVar[str] = "pfx"

    def shape(self, draft: Draft) -> Draft:
        return replace(draft, pfx=replace(draft.pfx, local_machine=True))

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        for key in _pfx(seen).keys:
            if not key.local_machine:
                yield Mismatch("the local machine attribute on the private key", "no such attribute", key.where)
        if not _pfx(seen).keys:
            yield Mismatch("a private key with the local machine attribute", "no private key")
