"""An issuer of kind acme, as the deployment file tells it: whose directory, which proof, which account.

Secrets stand in files; the file names them and never holds them.
"""

import re
from collections.abc import Mapping

from certwright.acme.proof import ALPN, DNS, HTTP, KINDS
from certwright.acme.told import is_https
from certwright.manifest.reading import Reading
from certwright.manifest.tree import Spot
from certwright.model import KeySpec
from certwright.speech import noted, tr
from certwright.value import value

ACME: Mapping[str, str] = {
    "kind": noted("acme: a CA that speaks RFC 8555"),
    "directory": noted("the https address of its directory"),
    "trust": noted("a file with the roots its https is verified with; without it those of this computer"),
    "anchor": noted("a file with the root that its certificates lead to; it completes the chains that are delivered"),
    "contact": noted("mail addresses the CA may write to"),
    "terms_agreed": noted("true: you have read the CA's terms of service and agree to them"),
    "challenge": noted("how control of the names is proved: a kind, or kind and options"),
    "eab": noted("External Account Binding: key_id and file, both from the CA"),
    "profile": noted("the certificate profile to order, one the CA's directory names"),
    "account_key": noted("the key of the account: ec-256, ec-384, rsa-2048, rsa-3072 or rsa-4096"),
    "chain": noted("the common name of the root to choose when the CA offers several chains"),
    "dates": noted("true: ask for the life the plan wants; most public CAs refuse to be asked"),
    "hosts": noted("further hosts the directory may name; any other is never contacted"),
}
CHALLENGE: Mapping[str, str] = {
    "kind": ", ".join(KINDS),
    "listen": noted("address:port to answer at while it lasts; :80 for http-01 and :443 for tls-alpn-01"),
    "webroot": noted("http-01: the folder a web server of yours serves, instead of answering ourselves"),
    "hook": noted("dns-01: a program and its arguments, a list; it is told what to do in CERTWRIGHT_ variables"),
    "server": noted("dns-01: the name server that takes updates (RFC 2136), host or host:port"),
    "zone": noted("dns-01: the zone to update; without it the server is asked"),
    "key": noted("dns-01: the file with the TSIG key, as tsig-keygen writes it"),
    "seen_at": noted("dns-01: name servers that must show the record before the CA is asked to look"),
    "wait": noted("seconds to wait for that, and for the hook"),
}
BINDING: Mapping[str, str] = {
    "key_id": noted("the key identifier"),
    "file": noted("a file with the MAC key, Base64url"),
}
ACCOUNT_KEYS = tuple(
    f"{kind}-{bits}" for kind, bits in (("ec", 256), ("ec", 384), *(("rsa", n) for n in (2048, 3072, 4096)))
)
ACCOUNT_KEY = KeySpec("ec", 256)
WAIT = 120  # seconds
_OF_KIND = {HTTP: ("listen", "webroot"), DNS: ("hook", "server", "zone", "key", "seen_at", "wait"), ALPN: ("listen",)}
_PLACE = re.compile(r"(?P<host>[A-Za-z0-9.-]*|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?")
_MAIL = re.compile(r"[^\s@,?;<>]+@[^\s@,?;<>]+")
_HOST = re.compile(r"[A-Za-z0-9.-]+(:[0-9]{1,5})?")


@value
class ChallengeWish:
    """How control is proved. `wait` is in seconds; places are (host, port), and "" is any address."""

    kind: str = HTTP
    listen: tuple[str, int] = ("", 80)
    webroot: str = ""
    hook: tuple[str, ...] = ()
    server: tuple[str, int] | None = None
    zone: str = ""
    key: str = ""
    seen_at: tuple[tuple[str, int], ...] = ()
    wait: int = WAIT


@value
class AcmeSettings:
    """Everything said about an ACME CA. What names a file is a path relative to the deployment file, "" for none."""

    directory: str = ""
    trust: str = ""
    anchor: str = ""
    contacts: tuple[str, ...] = ()
    challenge: ChallengeWish = ChallengeWish()
    binding_id: str = ""
    binding_file: str = ""
    profile: str = ""
    account_key: KeySpec = ACCOUNT_KEY
    chain: str = ""
    dates: bool = False
    hosts: tuple[str, ...] = ()

    @property
    def files(self) -> tuple[str, ...]:
        """The paths of the files whose content is needed to work with that CA."""
        return tuple(one for one in (self.trust, self.anchor, *self.secrets) if one)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Those of them that hold a secret."""
        return tuple(one for one in (self.binding_file, self.challenge.key) if one)


def read_acme(reading: Reading, spot: Spot) -> AcmeSettings:
    """What an issuer of kind acme says. Mistakes are noted in `reading`, and the default stands for what is wrong."""
    entries = reading.mapping(spot, tr("an issuer of kind acme"), ACME)
    challenge = _challenge(reading, entries["challenge"]) if "challenge" in entries else _unchosen(reading, spot)
    binding = _binding(reading, entries["eab"]) if "eab" in entries else ("", "")
    _agreed(reading, spot, entries)
    return AcmeSettings(
        directory=_directory(reading, spot, entries),
        trust=reading.text(entries, "trust", ""),
        anchor=reading.text(entries, "anchor", ""),
        contacts=_texts(reading, entries, "contact", _MAIL, "pki@contoso.com"),
        challenge=challenge,
        binding_id=binding[0],
        binding_file=binding[1],
        profile=reading.text(entries, "profile", ""),
        account_key=_account_key(reading, entries),
        chain=reading.text(entries, "chain", ""),
        dates=_flag(reading, entries, "dates"),
        hosts=_texts(reading, entries, "hosts", _HOST, "acme.contoso.com"),
    )


def _directory(reading: Reading, spot: Spot, entries: Mapping[str, Spot]) -> str:
    example = "https://acme.contoso.com/directory"
    if "directory" not in entries:
        reading.wrong(spot, tr("an issuer of kind acme lacks directory"), expected=example, found="")
        return ""
    url = reading.text(entries, "directory", "")
    if url and not is_https(url):
        reading.wrong(entries["directory"], tr("a directory is an https address"), expected=example)
    return url


def _agreed(reading: Reading, spot: Spot, entries: Mapping[str, Spot]) -> None:
    if not _flag(reading, entries, "terms_agreed"):
        reading.wrong(
            entries.get("terms_agreed", spot),
            tr("nobody has agreed to the CA's terms of service"),
            expected="terms_agreed: true",
            hint=tr("read them first: the directory's answer names their address as termsOfService"),
            found=None if "terms_agreed" in entries else "",
        )


def _account_key(reading: Reading, entries: Mapping[str, Spot]) -> KeySpec:
    if "account_key" in entries and str(entries["account_key"].value) not in ACCOUNT_KEYS:
        reading.wrong(entries["account_key"], tr("no such account key"), expected=", ".join(ACCOUNT_KEYS))
        return ACCOUNT_KEY
    algorithm, _, bits = str(entries["account_key"].value if "account_key" in entries else "ec-256").partition("-")
    return KeySpec("ec" if algorithm == "ec" else "rsa", int(bits))


def _binding(reading: Reading, spot: Spot) -> tuple[str, str]:
    entries = reading.mapping(spot, "eab", BINDING)
    for name, text in BINDING.items():
        if isinstance(spot.value, dict) and name not in entries:
            reading.wrong(spot, tr("eab lacks {name}", name=name), expected=tr(text), found="")
    return reading.text(entries, "key_id", ""), reading.text(entries, "file", "")


def _unchosen(reading: Reading, spot: Spot) -> ChallengeWish:
    reading.wrong(
        spot,
        tr("an issuer of kind acme lacks challenge"),
        expected=", ".join(KINDS),
        hint=tr("dns-01 proves wildcards and names no web server answers for; the others need port 80 or 443"),
        found="",
    )
    return ChallengeWish()


def _challenge(reading: Reading, spot: Spot) -> ChallengeWish:
    if isinstance(spot.value, str):
        spot = Spot({"kind": spot}, spot.line, spot.column, {"kind": spot})
    entries = reading.mapping(spot, "challenge", CHALLENGE)
    kind = reading.text(entries, "kind", "")
    if kind not in KINDS:
        reading.wrong(entries.get("kind", spot), tr("no such challenge"), expected=", ".join(KINDS))
        return ChallengeWish()
    for name in entries.keys() - {"kind", *_OF_KIND[kind]}:
        expected = ", ".join(_OF_KIND[kind])
        reading.wrong(entries[name], tr("{kind} has no option {name}", kind=kind, name=name), expected=expected)
    _refuse_half(reading, spot, kind, entries)
    return ChallengeWish(
        kind=kind,
        listen=_place(reading, entries, "listen", 443 if kind == ALPN else 80) or ("", 443 if kind == ALPN else 80),
        webroot=reading.text(entries, "webroot", ""),
        hook=_texts(reading, entries, "hook", re.compile(r"[^\0]+"), "[/usr/local/bin/dns-hook]"),
        server=_place(reading, entries, "server", 53),
        zone=reading.text(entries, "zone", "").rstrip("."),
        key=reading.text(entries, "key", ""),
        seen_at=tuple(_servers(reading, entries)),
        wait=reading.number(entries, "wait", WAIT, 3600),
    )


def _refuse_half(reading: Reading, spot: Spot, kind: str, entries: Mapping[str, Spot]) -> None:
    """Options that need each other, or exclude each other."""
    if kind == DNS and ("hook" in entries) == ("server" in entries):
        what = tr("dns-01 needs hook or server, one of them")
        hint = tr("hook: [program] lets a program of yours write the record; server: host sends updates (RFC 2136)")
        reading.wrong(spot, what, expected="hook, server", hint=hint)
    if "listen" in entries and "webroot" in entries:
        reading.wrong(entries["listen"], tr("with webroot nothing of ours listens"), expected="listen, webroot")
    for name in ("zone", "key"):
        if name in entries and "server" not in entries and kind == DNS:
            reading.wrong(entries[name], tr("{name} belongs to server", name=name), expected="server: ns1.contoso.com")


def _servers(reading: Reading, entries: Mapping[str, Spot]) -> list[tuple[str, int]]:
    found = []
    for item in reading.items(entries["seen_at"], "seen_at") if "seen_at" in entries else ():
        place = _place(reading, {"seen_at": item}, "seen_at", 53)
        if place is not None:
            found.append(place)
    return found


def _place(reading: Reading, entries: Mapping[str, Spot], name: str, port: int) -> tuple[str, int] | None:
    """host:port; the brackets of an IPv6 address are taken off. None when nothing is said, or nothing that fits."""
    text = reading.text(entries, name, "")
    match = _PLACE.fullmatch(text)
    number = int(match["port"] or port) if match else 0
    if text and match and 0 < number <= 65535 and (match["host"] or name == "listen"):
        return match["host"].strip("[]"), number
    if text:
        example = f"0.0.0.0:{port}" if name == "listen" else f"ns1.contoso.com:{port}"
        reading.wrong(entries[name], tr("{name} is no host and port", name=name), expected=example)
    return None


def _flag(reading: Reading, entries: Mapping[str, Spot], name: str) -> bool:
    if name in entries and not isinstance(entries[name].value, bool):
        reading.wrong(entries[name], tr("{name} must be true or false", name=name), expected="true, false")
    return name in entries and entries[name].value is True


def _texts(
    reading: Reading, entries: Mapping[str, Spot], name: str, form: re.Pattern[str], example: str
) -> tuple[str, ...]:
    """A list of texts of that form, or one text that stands for a list of one."""
    if name not in entries:
        return ()
    spot = entries[name]
    found = []
    for item in [spot] if isinstance(spot.value, str) else reading.items(spot, name):
        if isinstance(item.value, str) and form.fullmatch(item.value):
            found.append(item.value)
        else:
            reading.wrong(item, tr("{name} does not fit", name=name), expected=example)
    return tuple(found)
