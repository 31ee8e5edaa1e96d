"""Subject alternative names: which must be there, which must not, and how they are written (RFC 5280 4.2.1.6)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from ipaddress import ip_address
from typing import Annotated

from certwright.errors import Refused
from certwright.model import Draft, GeneralName, Mismatch, NameKind
from certwright.speech import tr
from certwright.terms.seen import Seen
from certwright.terms.word import Word, either, leaf, listed
from certwright.value import value
from certwright.x509.facts import CertificateFacts

_KINDS: dict[str, NameKind] = {"dns": "dns", "ip": "ip", "uri": "uri", "email": "email"}


def general_name(text: str) -> GeneralName:
    """The name that text means: `dns:…`, `ip:…`, `uri:…`, `email:…`; without a prefix an address or a DNS name."""
    prefix, colon, value = text.partition(":")
    if colon and prefix in _KINDS:
        return GeneralName(_KINDS[prefix], value)
    return GeneralName("ip" if _is_address(text) else "dns", text)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def same_name(one: GeneralName, other: GeneralName) -> bool:
    """Whether two names are the same name: DNS without regard to case, addresses by value, the rest as written."""
    return one.kind == other.kind and (one.value == other.value or plain_name(one) == plain_name(other))


def plain_name(name: GeneralName) -> str:
    """A name as its spellings are compared."""
    if name.kind == "dns":
        return name.value.lower()
    if name.kind == "ip" and _is_address(name.value):
        return str(ip_address(name.value))
    return name.value


def covers(wildcard: GeneralName, name: GeneralName) -> bool:
    """Whether a wildcard stands for that DNS name: for its left-most label, the whole of it (RFC 6125 6.4.3)."""
    if wildcard.kind != "dns" or name.kind != "dns" or not wildcard.value.startswith("*."):
        return False
    first, dot, rest = name.value.lower().partition(".")
    return bool(first and dot) and first != "*" and rest == wildcard.value[2:].lower()


def recorded(names: tuple[GeneralName, ...], wanted: GeneralName, *, by_wildcard: bool) -> bool:
    """Whether a name is among names, by itself or, where allowed, through a wildcard."""
    kind, value = wanted.kind, wanted.value
    for name in names:
        if name.value == value and name.kind == kind:  # mostly it is there as it is written
            return True
    return any(same_name(name, wanted) or (by_wildcard and covers(name, wanted)) for name in names)


def all_names(certificate: CertificateFacts) -> str:
    """Every name a certificate records, for a sentence."""
    return listed([str(name) for name in certificate.names], tr("no names at all"))


@value
class Required(Word):
    """The certificate records each of these names."""

    names: Annotated[tuple[str, ...], "names, each as dns:…, ip:…, uri:… or email:…"]
    wildcard_covers: Annotated[bool, "whether a wildcard for the left-most label will do"] = False

    def shape(self, draft: Draft) -> Draft:
        missing = tuple(dict.fromkeys(self._missing(draft.names)))
        return replace(draft, names=draft.names + missing) if missing else draft

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        certificate = leaf(seen)
        if missing := self._missing(certificate.names):
            expected = tr("a record valid for {names}", names=listed(list(map(str, missing))))
            yield Mismatch(expected, all_names(certificate))

    def _missing(self, present: tuple[GeneralName, ...]) -> list[GeneralName]:
        wanted = map(general_name, self.names)
        return [name for name in wanted if not recorded(present, name, by_wildcard=self.wildcard_covers)]


@value
class NoWildcard(Word):
    """A wildcard is no substitute: each of these names stands by itself; with no names given, none is a wildcard."""

    names: Annotated[tuple[str, ...], "names that must stand by themselves; empty means no wildcard at all"] = ()

    def shape(self, draft: Draft) -> Draft:
        return Required(self.names).shape(draft)

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        certificate = leaf(seen)
        if self.names:
            wanted = [general_name(name) for name in self.names]
            bare = [name for name in wanted if not recorded(certificate.names, name, by_wildcard=False)]
            if bare:
                expected = tr("{names} by itself, not through a wildcard", names=listed(list(map(str, bare))))
                yield Mismatch(expected, all_names(certificate))
        elif wild := [str(name) for name in certificate.names if name.kind == "dns" and "*" in name.value]:
            yield Mismatch(tr("no wildcard among the names"), listed(wild))


@value
class Beside(Word):
    """The certificate records another name or address besides these, which only some of its clients know."""

    names: Annotated[tuple[str, ...], "the names that do not count, as dns:…, ip:…, uri:… or email:…"]

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        certificate, inside = leaf(seen), list(map(general_name, self.names))
        if not any(self._counts(name, inside) for name in certificate.names):
            expected = tr("a name or address besides {names}", names=listed(self.names))
            yield Mismatch(expected, all_names(certificate))

    @staticmethod
    def _counts(name: GeneralName, inside: Sequence[GeneralName]) -> bool:
        return name.kind in ("dns", "ip") and not any(same_name(name, one) for one in inside)


@value
class First(Word):
    """This name is recorded before all others, for software that reads only the first."""

    name: Annotated[str, "the name, as dns:…, ip:…, uri:… or email:…"]

    def shape(self, draft: Draft) -> Draft:
        first = general_name(self.name)
        return replace(draft, names=(first, *(name for name in draft.names if not same_name(name, first))))

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        certificate, wanted = leaf(seen), general_name(self.name)
        if not certificate.names or not same_name(certificate.names[0], wanted):
            yield Mismatch(tr("{name} as the first name", name=wanted), all_names(certificate))


@value
class Absent(Word):
    """The certificate has no subject alternative names."""

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        certificate = leaf(seen)
        if certificate.names or certificate.has_names:
            yield Mismatch(tr("no subject alternative names"), all_names(certificate))


@value
class OneUri(Word):
    """The certificate records exactly one URI, as an OPC UA application instance certificate does."""

    uri: Annotated[str, "the URI, compared character by character; empty accepts any"] = ""

    def shape(self, draft: Draft) -> Draft:
        return Required((f"uri:{self.uri}",)).shape(draft) if self.uri else draft

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        found = [name.value for name in leaf(seen).names if name.kind == "uri"]
        if len(found) != 1 or (self.uri and found != [self.uri]):
            expected = tr("exactly one URI, {uri}", uri=self.uri) if self.uri else tr("exactly one URI")
            yield Mismatch(expected, listed(found, tr("no URI")))


@value
class Address(Word):
    """The certificate records this address as an address; clients that connect by number ignore DNS names."""

    address: Annotated[str, "an IPv4 or IPv6 address"]

    def __post_init__(self) -> None:
        if not _is_address(self.address):
            raise Refused(
                tr("names.address: {address!r} is no IP address", address=self.address),
                tr("write one like {examples}", examples=either(("192.0.2.25", "2001:db8::25"))),
            )

    def shape(self, draft: Draft) -> Draft:
        return Required((f"ip:{self.address}",)).shape(draft)

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        certificate = leaf(seen)
        if recorded(certificate.names, GeneralName("ip", self.address), by_wildcard=False):
            return
        disguised = recorded(certificate.names, GeneralName("dns", self.address), by_wildcard=False)
        found = tr("dns:{address}, which is a DNS name", address=self.address) if disguised else all_names(certificate)
        yield Mismatch(tr("ip:{address} as an iPAddress", address=self.address), found)


@value
class Length(Word):
    """Names fit: the common name in its limit (RFC 5280 A.1), DNS names in 253 characters, labels in 63 (RFC 1035)."""

    common_name: Annotated[int, "most characters of a common name"] = 64

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        certificate = leaf(seen)
        for text in certificate.common_names:
            if len(text) > self.common_name:
                expected = tr("a common name of at most {most} characters", most=self.common_name)
                yield Mismatch(expected, f"{text} ({len(text)})")
        for name in certificate.names:
            if name.kind == "dns" and len(name.value) > 63 and not _fits(name.value):
                yield Mismatch(tr("a DNS name of at most 253 characters, each label at most 63"), name.value)


def _fits(name: str) -> bool:
    return len(name) <= 253 and max(map(len, name.split("."))) <= 63
