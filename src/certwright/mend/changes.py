"""A file as it was and as it is to be, both read → what changes, each with the demand that asks for it.

Both sides are facts parsed from bytes, so nothing is told that does not happen, and nothing happens untold.
"""

from collections.abc import Collection, Iterable, Iterator

from certwright.model import Demand
from certwright.pfx import facts
from certwright.report.repair import Repair
from certwright.speech import noted, tr
from certwright.terms.material import MATERIAL
from certwright.terms.seen import Seen
from certwright.terms.word import called, listed
from certwright.value import value
from certwright.x509.facts import CertificateFacts

_Change = tuple[str, str, str, str]  # term or material code, what, before, after
_TRUST = ("trust.root", "trust.authority", "file.count")  # what lists of anchors are asked instead of chains
_FORMS = {"der": "DER", "pem": "PEM", "base64": noted("Base64 without armour"), "pfx": "PFX", "": noted("objects")}


@value
class Told:
    """To whom the changes of one file are told: its place, its planned path, the demands, and the codes that failed."""

    place: str
    path: str
    demands: tuple[Demand, ...]
    failed: Collection[str] = ()

    def repairs(self, changes: Iterator[_Change]) -> Iterator[Repair]:
        """Changes as repairs, with the address of the demand that asks for each."""
        for term, what, before, after in changes:
            code, why = self._demand(term)
            yield Repair(self.place, self.path, code, what, before, after, why)

    def others(self, told: Collection[str]) -> Iterator[Repair]:
        """Failed demands that no change has named yet."""
        for one in self.demands:
            code = one.requirement.id
            if code in self.failed and code not in told:
                why = one.requirement.why
                yield Repair(
                    self.place, self.path, code, tr("content"), tr("does not meet this demand"), tr("made anew"), why
                )

    def _demand(self, term: str) -> tuple[str, str]:
        """The demand behind a term: one that failed, or any; nothing when nobody demands it."""
        if term in MATERIAL:
            return term, MATERIAL[term].why
        terms = (term, *_TRUST) if term.startswith("chain.") else (term,)
        asked = [one.requirement for one in self.demands if one.requirement.term in terms]
        asked.sort(key=lambda one: (one.id not in self.failed, one.term != term))
        return (asked[0].id, asked[0].why) if asked else ("", "")


def added(certificates: Iterable[CertificateFacts]) -> Iterator[_Change]:
    """What is in a list that was not there: whoever trusts it must see what it is."""
    for one in certificates:
        yield "chain.complete", tr("certificate"), tr("not in the file"), _print(one)


def moved(before: str, after: str, *, stays: bool) -> Iterator[_Change]:
    """A file under another name; `stays` when the old one is planned, too, and this one is a copy of it."""
    if not before:
        yield "material.missing", tr("file"), tr("not there"), tr("made from the other files")
    elif before != after:
        yield ("material.missing", tr("copy"), tr("only {path}", path=before), after) if stays else (
            "material.name", tr("name"), before, after,
        )  # fmt: skip


def exchanged(term: str, before: CertificateFacts, after: CertificateFacts) -> Iterator[_Change]:
    """Another certificate under a planned name; `term` is the one that the old certificate does not meet."""
    yield term, tr("certificate"), _print(before), _print(after)


def other_key() -> Iterator[_Change]:
    """Another private key under a planned name."""
    yield "key.matches", tr("private key"), tr("that of another certificate"), tr("that of this certificate")


def replaced(reason: str, source: str) -> Iterator[_Change]:
    """A file that could not be opened, made anew from another one."""
    yield "material.unreadable", tr("file"), reason, tr("made from {source}", source=source)


def changed(before: Seen, after: Seen, *, same_password: bool) -> Iterator[_Change]:
    """Everything in which two files about one certificate differ."""
    if before.written != after.written:
        yield "file.form", tr("form"), tr(_FORMS[before.written]), tr(_FORMS[after.written])
    if after.pfx and before.pfx and not same_password:
        yield "material.wrong-password", tr("password"), tr("one of its own"), tr("the password of the set")
    yield from _key(before, after)
    yield from _chain(before, after)
    if after.pfx:
        yield from _container(before.pfx, after.pfx)


def _key(before: Seen, after: Seen) -> Iterator[_Change]:
    if after.key and not before.key:
        yield "key.present", tr("private key"), tr("not in the file"), tr("from the file that holds it")
    if before.key and not after.key:
        yield "trust.no-key", tr("private key"), tr("in the file"), tr("left out")
    if before.pfx and len(before.pfx.keys) > 1:
        yield "chain.nothing-else", tr("private keys"), str(len(before.pfx.keys)), "1"
    if before.pfx and after.pfx and before.pfx.other_bags:
        yield "chain.nothing-else", tr("other entries"), listed(before.pfx.other_bags), tr("left out")


def _chain(before: Seen, after: Seen) -> Iterator[_Change]:
    """Certificates that come, that go, and those that stay in another order."""
    old, new = before.certificates, after.certificates
    for one in new:
        if one.der not in {other.der for other in old}:
            yield "chain.complete", tr("certificate"), tr("not in the file"), _print(one)
    kept = {one.der for one in new}
    for one in old:
        if one.der not in kept:
            yield "chain.nothing-else", tr("certificate"), _print(one), tr("left out")
    stayed = [one.der for one in old if one.der in kept]
    if len(stayed) > len(set(stayed)):
        yield "chain.nothing-else", tr("certificates"), tr("some of them twice"), tr("each once")
    here = list(dict.fromkeys(stayed))
    if here != [one.der for one in new if one.der in stayed]:
        yield "chain.order", tr("order"), _names(old), _names(new)


def _container(before: facts.PfxFacts | None, after: facts.PfxFacts) -> Iterator[_Change]:
    if before is None:
        told = [_encryption(after.keys), f"MAC {_mac(after)}", _provider(after)]
        told += [tr("local machine attribute")] * _is_local(after)
        yield "pfx.encryption", tr("container"), tr("none"), listed(told)
        return
    open_before = bool(before.certificates) and not any(bag.encryption for bag in before.certificates)
    for term, what, was, now in (
        ("pfx.encryption", tr("encryption of the private key"), _encryption(before.keys), _encryption(after.keys)),
        (
            "pfx.privacy" if open_before else "pfx.encryption",
            tr("encryption of the certificates"),
            _encryption(before.certificates),
            _encryption(after.certificates),
        ),
        ("pfx.encryption", tr("integrity check (MAC)"), _mac(before), _mac(after)),
        ("pfx.local-machine", tr("local machine attribute"), _local(before), _local(after)),
        ("key.provider", tr("provider"), _provider(before), _provider(after)),
        ("", tr("friendly name"), _friendly(before), _friendly(after)),
    ):
        if was != now:
            yield term, what, was, now


_TITLES = {"tripledes-sha1": "TripleDES-SHA1", "aes256-sha256": "AES256-SHA256"}


def _encryption(bags: tuple[facts.Bag, ...]) -> str:
    names = dict.fromkeys(_named(bag.encryption) if bag.encryption else tr("not encrypted") for bag in bags)
    return listed(list(names))


def _named(encryption: facts.Encryption) -> str:
    """As the terms call them, so that a search finds both."""
    if encryption.cipher and encryption.name not in _TITLES:
        return tr("{cipher} with {prf} (PBES2)", cipher=encryption.cipher.upper(), prf=encryption.prf.upper())
    return _TITLES.get(encryption.name, encryption.name.upper())


def _mac(pfx: facts.PfxFacts) -> str:
    return f"{pfx.mac.kind} {pfx.mac.hash}" if pfx.mac else tr("none")


def _local(pfx: facts.PfxFacts) -> str:
    return tr("there") if _is_local(pfx) else tr("not there")


def _is_local(pfx: facts.PfxFacts) -> bool:
    return any(key.local_machine for key in pfx.keys)


def _provider(pfx: facts.PfxFacts) -> str:
    return listed([key.provider for key in pfx.keys if key.provider], tr("no provider named"))


def _friendly(pfx: facts.PfxFacts) -> str:
    return listed([key.friendly_name for key in pfx.keys if key.friendly_name])


def _print(one: CertificateFacts) -> str:
    return f"{called(one)} [{one.masked_thumbprint}]"


def _names(certificates: tuple[CertificateFacts, ...]) -> str:
    return " > ".join(map(called, certificates))
