"""The key: its kind and length, that it is there, that it belongs to the certificate, and how Windows will hold it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Annotated, ClassVar, Literal

from certwright.errors import Refused
from certwright.model import Draft, KeySpec, Mismatch
from certwright.speech import noted, tr
from certwright.terms.seen import Seen
from certwright.terms.word import Word, either, leaf
from certwright.value import value
from certwright.x509.facts import PublicKeyFacts

# A number from here on speaks of an RSA modulus, a smaller one of a curve.
_MODULUS = 600


def key_text(key: PublicKeyFacts) -> str:
    """A key for a sentence: "RSA 2048 bits", "EC 256 bits"."""
    return _sized(key.algorithm, key.bits) if key.bits else kind_of_key(key.algorithm)


def _sized(algorithm: str, bits: int) -> str:
    return tr("{kind} {bits} bits", kind=kind_of_key(algorithm), bits=bits)


def kind_of_key(algorithm: str) -> str:
    """A kind of key for a sentence: RSA, EC, Ed25519."""
    return algorithm.upper() if algorithm in ("rsa", "ec", "dsa") else algorithm.capitalize()


@value
class Algorithm(Word):
    """The key is of one of these kinds."""

    allowed: Annotated[tuple[str, ...], "kinds of key: rsa, ec, …; the first is the one to make"] = ("rsa",)

    def shape(self, draft: Draft) -> Draft:
        if draft.key.algorithm in self.allowed:
            return draft
        makers: dict[str, Literal["rsa", "ec"]] = {"rsa": "rsa", "ec": "ec"}
        made = next((makers[kind] for kind in self.allowed if kind in makers), None)
        return replace(draft, key=KeySpec(made, 256 if made == "ec" else 2048)) if made else draft

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        key = leaf(seen).key
        if key.algorithm not in self.allowed:
            kinds = either([kind_of_key(kind) for kind in self.allowed])
            yield Mismatch(tr("a key of kind {kinds}", kinds=kinds), key_text(key))


@value
class Length(Word):
    """The key is long enough, not too long, or of one of the lengths allowed, in bits of the modulus or the curve."""

    minimum: Annotated[int, "fewest bits; 0 asks for none"] = 0
    maximum: Annotated[int, "most bits; 0 asks for none"] = 0
    allowed: Annotated[tuple[int, ...], "the only lengths allowed; empty allows any"] = ()

    def shape(self, draft: Draft) -> Draft:
        """The smallest length that is allowed and not below the draft's; the longest allowed where there is none."""
        algorithm, bits = draft.key.algorithm, draft.key.bits
        if not self._wrong(algorithm, bits):
            return draft
        steps = sorted({self.minimum, self.maximum, *self.allowed})
        fit = [step for step in steps if self._speaks_of(algorithm, step) and not self._wrong(algorithm, step)]
        if not fit:
            return draft
        return replace(draft, key=KeySpec(algorithm, next((step for step in fit if step >= bits), fit[-1])))

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        key = leaf(seen).key
        for wanted in self._wrong(key.algorithm, key.bits):
            yield Mismatch(wanted, key_text(key))

    def _wrong(self, algorithm: str, bits: int) -> list[str]:
        """What a key of that length misses. A minimum for RSA says nothing about a curve; a list of lengths does."""
        wanted = []
        if self._speaks_of(algorithm, self.minimum) and bits < self.minimum:
            wanted.append(tr("{kind} {bits} bits or more", kind=kind_of_key(algorithm), bits=self.minimum))
        if self._speaks_of(algorithm, self.maximum) and bits > self.maximum:
            wanted.append(tr("{kind} {bits} bits or fewer", kind=kind_of_key(algorithm), bits=self.maximum))
        if self.allowed and bits not in self.allowed:
            lengths = [f"{'RSA' if step >= _MODULUS else 'EC'} {step}" for step in self.allowed]
            wanted.append(tr("{lengths} bits", lengths=either(lengths)))
        return wanted

    @staticmethod
    def _speaks_of(algorithm: str, number: int) -> bool:
        return number > 0 and (number >= _MODULUS) is (algorithm in ("rsa", "dsa"))


@value
class Present(Word):
    """The file holds the private key."""

    reads: ClassVar[str] = "key"
    hears_absence: ClassVar[bool] = True

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        if not seen.holds_key:
            yield Mismatch(tr("a private key"), tr("no private key"))


@value
class Matches(Word):
    """The private key is sound and belongs to the certificate."""

    reads: ClassVar[str] = "key"

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        key = seen.key
        assert key is not None, "a term was asked about a part that is not there"
        if not key.consistent:
            yield Mismatch(tr("a private key whose parts fit together"), key.reason)
        if seen.certificate and key.spki != seen.certificate.key.spki:
            found = tr("a private key ({key}) of another certificate", key=_sized(key.algorithm, key.bits))
            expected = tr("the private key of the certificate ({key})", key=key_text(seen.certificate.key))
            yield Mismatch(expected, found)


@value
class Unencrypted(Word):
    """The private key lies in the file without a password of its own, for software that cannot ask for one."""

    reads: ClassVar[str] = "key"
    hears_absence: ClassVar[bool] = True

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        if seen.encrypted_key:
            yield Mismatch(tr("a private key without a password of its own"), tr("an encrypted private key"))
        elif not seen.holds_key:
            yield Mismatch(tr("an unencrypted private key"), tr("no private key"))


@value
class Exportable(Word):
    """The private key could leave the store it was made in: it lies in the file."""

    reads: ClassVar[str] = "key"
    hears_absence: ClassVar[bool] = True

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        if not seen.holds_key:
            found = tr("no private key: it was made not exportable, or left behind")
            yield Mismatch(tr("an exported private key"), found)


_DEFAULTS = {"capi": "Microsoft RSA SChannel Cryptographic Provider", "cng": "Microsoft Software Key Storage Provider"}
_TITLES = {"capi": noted("a legacy (CAPI) provider"), "cng": noted("a key storage provider (CNG)")}


@value
class Provider(Word):
    """Windows will put the key into a provider of this family: attribute 1.3.6.1.4.1.311.17.1 of the key's bag."""

    reads: ClassVar[str] = "pfx"
    family: Annotated[str, "capi (legacy cryptographic service provider) or cng (key storage provider)"]
    name: Annotated[str, "the provider's exact name; empty accepts any of the family"] = ""

    def __post_init__(self) -> None:
        if self.family not in _DEFAULTS:
            raise Refused(
                tr("key.provider: family is {family!r}", family=self.family),
                tr("write {choices}", choices=either(tuple(_DEFAULTS))),
            )

    def shape(self, draft: Draft) -> Draft:
        if draft.pfx.provider and self._accepts(draft.pfx.provider):
            return draft
        return replace(draft, pfx=replace(draft.pfx, provider=self.name or _DEFAULTS[self.family]))

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        assert seen.pfx is not None, "a term was asked about a part that is not there"
        for key in seen.pfx.keys:
            if not self._accepts(key.provider):
                wanted = tr("provider {name}", name=self.name) if self.name else tr(_TITLES[self.family])
                yield Mismatch(wanted, key.provider or tr("no provider named"), key.where)

    def _accepts(self, provider: str) -> bool:
        """Windows imports a key that names no provider into a legacy one."""
        if self.name:
            return provider.lower() == self.name.lower()
        return ("cng" if is_cng(provider) else "capi") == self.family


def is_cng(provider: str) -> bool:
    """Whether a provider is a key storage provider (CNG), by its name."""
    return provider.lower().endswith(("key storage provider", "platform crypto provider"))
