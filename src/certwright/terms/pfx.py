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
from certwright.speech import tr
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
            yield Mismatch(tr("a PFX that can be read throughout"), defect)
        if pfx.mac is None or not pfx.mac.verified:
            found = tr("none") if pfx.mac is None else tr("one that could not be verified")
            yield Mismatch(tr("an integrity check (MAC)"), found)


@value
class Encryption(Word):
    """Private key and certificates are encrypted in one of these ways, and the integrity check (MAC) goes with it."""

    reads: ClassVar[str] = "pfx"
    allowed: Annotated[tuple[str, ...], "tripledes-sha1, aes256-sha256; the first is the one to write"]

    def __post_init__(self) -> None:
        if not self.allowed or set(self.allowed) - set(_WRITABLE):
            what = tr("pfx.encryption: allowed is {found}", found=list(self.allowed))
            raise Refused(what, tr("some of {choices}", choices=", ".join(_WRITABLE)))

    def shape(self, draft: Draft) -> Draft:
        if draft.pfx.encryption in self.allowed:
            return draft
        return replace(draft, pfx=replace(draft.pfx, encryption=_WRITABLE[self.allowed[0]]))

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        pfx = _pfx(seen)
        for key in pfx.keys:
            if key.encryption is None:
                yield Mismatch(self._wanted_of_key(), tr("not encrypted"), key.where)
        for key in pfx.keys:
            if key.encryption and key.encryption.name not in self.allowed:
                yield Mismatch(self._wanted_of_key(), _title(key.encryption), key.where)
        yield from self._certificates(pfx)
        yield from self._mac(pfx)

    def _certificates(self, pfx: facts.PfxFacts) -> Iterator[Mismatch]:
        """One word for each safe, however many certificates lie in it."""
        told = set()
        for bag in pfx.certificates:
            safe = bag.where.partition(",")[0]
            if bag.encryption and bag.encryption.name not in self.allowed and safe not in told:
                told.add(safe)
                expected = tr("certificates encrypted with {ways}", ways=self._ways())
                yield Mismatch(expected, _title(bag.encryption), safe)

    def _wanted_of_key(self) -> str:
        return tr("private key encrypted with {ways}", ways=self._ways())

    def _ways(self) -> str:
        return either([_TITLES[name] for name in self.allowed])

    def _mac(self, pfx: facts.PfxFacts) -> Iterator[Mismatch]:
        """A judge that knows only one encryption knows only the MAC that came with it."""
        hashes = [_MACS[name] for name in self.allowed]
        if pfx.mac is not None and pfx.mac.hash not in hashes:
            expected = tr("integrity check (MAC) with {hashes}", hashes=either(list(map(hash_title, hashes))))
            found = tr("integrity check (MAC) with {hashes}", hashes=hash_title(pfx.mac.hash))
            yield Mismatch(expected, found, "MAC")


def _title(encryption: facts.Encryption) -> str:
    if encryption.name in _TITLES:
        return _TITLES[encryption.name]
    if encryption.cipher:
        return tr("{cipher} with {hash} (PBES2)", cipher=encryption.cipher.upper(), hash=hash_title(encryption.prf))
    return encryption.name.upper()


@value
class Privacy(Word):
    """The certificates are encrypted too, not only the key (Windows: "certificate privacy")."""

    reads: ClassVar[str] = "pfx"

    def shape(self, draft: Draft) -> Draft:
        return draft if draft.pfx.privacy else replace(draft, pfx=replace(draft.pfx, privacy=True))

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        if bare := [bag.where for bag in _pfx(seen).certificates if bag.encryption is None]:
            yield Mismatch(tr("encrypted certificates"), tr("certificates anyone can read"), listed(bare))


@value
class LocalMachine(Word):
    """The key asks for the machine's store: attribute 1.3.6.1.4.1.311.17.2 on its bag, whatever its value."""

    reads: ClassVar[str] = "pfx"

    def shape(self, draft: Draft) -> Draft:
        return draft if draft.pfx.local_machine else replace(draft, pfx=replace(draft.pfx, local_machine=True))

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        for key in _pfx(seen).keys:
            if not key.local_machine:
                expected = tr("the local machine attribute on the private key")
                yield Mismatch(expected, tr("no such attribute"), key.where)
        if not _pfx(seen).keys:
            yield Mismatch(tr("a private key with the local machine attribute"), tr("no private key"))
