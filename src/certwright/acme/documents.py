"""What a server says: directory, account, order, authorization, challenge, problem (RFC 8555 7.1), as facts.

Tolerant of what is unknown or absent, strict about what is used: a URL, a status, a token. Everything is bounded.
"""

import re
from collections.abc import Mapping
from datetime import datetime

from certwright.acme.jws import read_object
from certwright.acme.told import is_https, plain, read_moment
from certwright.errors import Unreadable
from certwright.speech import tr
from certwright.value import field, value

MOST_OCTETS = 1 << 20
MOST_ITEMS = 1000
MOST_URL = 2048
PROBLEM_TYPE = "application/problem+json"

_PREFIX = "urn:ietf:params:acme:error:"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22,512}")  # RFC 8555 8: at least 128 bits of entropy, Base64url; it names a file

ORDER_STATES = ("pending", "ready", "processing", "valid", "invalid")  # RFC 8555 7.1.6
AUTHORIZATION_STATES = ("pending", "valid", "invalid", "deactivated", "expired", "revoked")


@value
class Identifier:
    """What a certificate is to name: kind "dns" or "ip" (RFC 8738), and its value as text."""

    kind: str
    value: str

    def __str__(self) -> str:
        return self.value


@value
class ProblemDocument:
    """Why a server refused (RFC 7807, RFC 8555 6.7). `kind` is the last part of an ACME type; details are one line."""

    kind: str
    detail: str = ""
    status: int = 0
    identifier: Identifier | None = None
    instance: str = ""
    parts: tuple["ProblemDocument", ...] = ()


@value
class Directory:
    """Where a server's services are. What it does not offer is ""."""

    new_nonce: str
    new_account: str
    new_order: str
    revoke: str = ""
    key_change: str = ""
    renewal_info: str = ""
    terms: str = ""
    binding_required: bool = False
    profiles: Mapping[str, str] = field(default_factory=dict)


@value
class AccountDocument:
    """An account as its server shows it. Many servers no longer show contacts, or a list of orders."""

    status: str
    contacts: tuple[str, ...] = ()
    orders: str = ""


@value
class Challenge:
    """One way to prove control of an identifier. `token` is "" for kinds that have none."""

    kind: str
    url: str
    status: str
    token: str = ""
    error: ProblemDocument | None = None


@value
class Authorization:
    """An account's right to an identifier, and the challenges that would prove it."""

    identifier: Identifier
    status: str
    challenges: tuple[Challenge, ...]
    wildcard: bool = False


@value
class Order:
    """A certificate being made. `certificate` is its URL once the order is valid."""

    status: str
    identifiers: tuple[Identifier, ...]
    authorizations: tuple[str, ...]
    finalize: str
    certificate: str = ""
    error: ProblemDocument | None = None
    expires: datetime | None = None
    profile: str = ""


def read_directory(content: bytes) -> Directory:
    """A directory (RFC 8555 7.1.1). Unreadable when it lacks what every order needs."""
    one = _Members(content, "directory")
    meta = one.inner("meta")
    profiles = meta.raw("profiles")
    return Directory(
        new_nonce=one.url("newNonce"),
        new_account=one.url("newAccount"),
        new_order=one.url("newOrder"),
        revoke=one.url("revokeCert", required=False),
        key_change=one.url("keyChange", required=False),
        renewal_info=one.url("renewalInfo", required=False),
        terms=meta.text("termsOfService"),
        binding_required=meta.raw("externalAccountRequired") is True,
        profiles={name: plain(text) for name, text in _few(profiles)} if isinstance(profiles, dict) else {},
    )


def read_account(content: bytes) -> AccountDocument:
    """An account (RFC 8555 7.1.2)."""
    one = _Members(content, "account")
    contacts = tuple(text for text in one.items("contact") if isinstance(text, str))
    return AccountDocument(one.text("status"), contacts, one.url("orders", required=False))


def read_order(content: bytes) -> Order:
    """An order (RFC 8555 7.1.3)."""
    one = _Members(content, "order")
    over = one.text("status") in AUTHORIZATION_STATES[3:]  # Pebble gives an order the state its authorizations have
    return Order(
        status="invalid" if over else one.state(ORDER_STATES),
        identifiers=tuple(_identifier(item, "order") for item in one.items("identifiers")),
        authorizations=tuple(_url(item, "order.authorizations") for item in one.items("authorizations")),
        finalize=one.url("finalize"),
        certificate=one.url("certificate", required=False),
        error=problem_of(one.raw("error")),
        expires=one.moment("expires"),
        profile=one.text("profile"),
    )


def read_orders(content: bytes) -> tuple[str, ...]:
    """The URLs of one page of an account's orders (RFC 8555 7.1.2.1)."""
    return tuple(_url(item, "orders") for item in _Members(content, "orders").items("orders"))


def read_authorization(content: bytes) -> Authorization:
    """An authorization (RFC 8555 7.1.4) with its challenges."""
    one = _Members(content, "authorization")
    return Authorization(
        identifier=_identifier(one.raw("identifier"), "authorization"),
        status=one.state(AUTHORIZATION_STATES),
        challenges=tuple(_challenge(item) for item in one.items("challenges")),
        wildcard=one.raw("wildcard") is True,
    )


def read_problem(content: bytes, status: int) -> ProblemDocument:
    """The problem a refusal carries; one made from the status when it carries none that can be read."""
    try:
        found = problem_of(read_object(content[:MOST_OCTETS], "problem"))
    except Unreadable:
        found = None
    kind = "serverInternal" if status >= 500 else "rateLimited" if status == 429 else "malformed"
    return found or ProblemDocument(kind, status=status)


def problem_of(document: object, depth: int = 1) -> ProblemDocument | None:
    """The problem a JSON value holds; None when it holds none."""
    if not isinstance(document, dict) or not {"type", "detail", "title"} & document.keys():
        return None
    one = _Members(document, "problem")
    status = one.raw("status")
    parts = one.items("subproblems") if depth else []
    identifier = one.raw("identifier")
    return ProblemDocument(
        kind=plain(one.raw("type")).removeprefix(_PREFIX),
        detail=plain(one.raw("detail") or one.raw("title")),
        status=status if isinstance(status, int) else 0,
        identifier=_identifier(identifier, "problem") if isinstance(identifier, dict) else None,
        instance=plain(one.raw("instance")),
        parts=tuple(part for item in parts[:50] if (part := problem_of(item, depth - 1))),
    )


def _few(mapping: Mapping[str, object]) -> list[tuple[str, object]]:
    return list(mapping.items())[:100]


def _challenge(item: object) -> Challenge:
    one = _Members(item, "challenge")
    token = one.text("token")
    if token and not _TOKEN.fullmatch(token):
        raise Unreadable(tr("a token must be Base64url text of 128 bits or more"), "challenge.token")
    return Challenge(one.text("type"), one.url("url"), one.text("status"), token, problem_of(one.raw("error")))


def _identifier(item: object, where: str) -> Identifier:
    one = _Members(item, f"{where}.identifier")
    kind, value = one.text("type"), one.text("value")
    if not kind or not value or len(value) > 255 or plain(value) != value:
        raise Unreadable(tr("it has no type and value"), f"{where}.identifier")
    return Identifier(kind, value.lower())


def _url(value: object, where: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= MOST_URL or plain(value, MOST_URL) != value:
        raise Unreadable(tr("it is not a URL"), where)
    if not is_https(value):
        raise Unreadable(tr("the URL {url} does not begin with https", url=value[:100]), where)
    return value


class _Members:
    """The members of one JSON object. What is asked for and unfit is Unreadable, with its name."""

    def __init__(self, content: object, what: str) -> None:
        self._what = what
        if isinstance(content, bytes):
            if len(content) > MOST_OCTETS:
                raise Unreadable(tr("it has more than {most} octets", most=MOST_OCTETS), what)
            content = read_object(content, what)
        if not isinstance(content, dict):
            raise Unreadable(tr("it is not a JSON object"), what)
        self._members: dict[str, object] = content

    def raw(self, name: str) -> object:
        return self._members.get(name)

    def text(self, name: str) -> str:
        found = self._members.get(name)
        return found if isinstance(found, str) and len(found) <= MOST_URL else ""

    def url(self, name: str, *, required: bool = True) -> str:
        found = self._members.get(name)
        return _url(found, f"{self._what}.{name}") if found or required else ""

    def items(self, name: str) -> list[object]:
        found = self._members.get(name)
        if found is None:
            return []
        if not isinstance(found, list) or len(found) > MOST_ITEMS:
            raise Unreadable(tr("it is not a list of at most {most} things", most=MOST_ITEMS), f"{self._what}.{name}")
        return found

    def inner(self, name: str) -> "_Members":
        found = self._members.get(name)
        return _Members(found if isinstance(found, dict) else {}, f"{self._what}.{name}")

    def state(self, known: tuple[str, ...]) -> str:
        found = self.text("status")
        if found not in known:
            raise Unreadable(
                tr("its status {found} is not one of {known}", found=repr(plain(found, 40)), known=", ".join(known)),
                f"{self._what}.status",
            )
        return found

    def moment(self, name: str) -> datetime | None:
        """A time of RFC 3339, aware UTC; None when there is none that can be read."""
        return read_moment(self.raw(name))
