"""Addresses of hosts as people and certificates write them → host and port. Nothing is resolved here.

A host that could be read in two ways is refused: credentials, control characters, zones, spellings of no standard.
"""

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, quote, urlsplit

from certwright.errors import Refused
from certwright.speech import tr
from certwright.value import value

_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*")
ENDPOINTS = ("https", "tls")


@value
class Endpoint:
    """A server to shake hands with. `host` is an A-label name in lower case, or an address; `str` is its URL."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + (f":{self.port}" if self.port != 443 else "")

    @property
    def named(self) -> bool:
        """Whether it is called by a name, which is then sent (SNI); an address is not (RFC 6066 3)."""
        return not _is_address(self.host)


@value
class Fetchable:
    """An http address taken apart: `target` is the path with its query, ready for the request line."""

    url: str
    host: str
    port: int
    target: str


def is_endpoint(text: str) -> bool:
    """Whether somebody means a server by it, and no file."""
    return text.lower().startswith(tuple(f"{scheme}://" for scheme in ENDPOINTS))


def endpoint(text: str) -> Endpoint:
    """`https://host[:port]` or `tls://host[:port]`; what follows is not looked at. Refused for anything else."""
    parts, host, port = _taken_apart(text)
    if parts.scheme not in ENDPOINTS:
        raise Refused(tr("{text}: expected https:// or tls://", text=_shown(text)))
    return Endpoint(parts.scheme, host, port or 443)


def fetchable(url: str) -> Fetchable:
    """An http URL. Refused for another scheme, credentials, or a host that is none (RFC 3986)."""
    parts, host, port = _taken_apart(url)
    if parts.scheme != "http":
        raise Refused(tr("only http addresses are fetched, and this is {scheme}", scheme=parts.scheme or tr("none")))
    target = quote(parts.path or "/", safe="%/:=&~+!$,;'@()*[]")
    if parts.query:
        target += "?" + quote(parts.query, safe="%/:=&~+!$,;'@()*[]?")
    return Fetchable(url, host, port or 80, target)


def host_name(text: str) -> str:
    """A host as it is compared and sent: an address in its shortest form, a name in lower-case A-labels. Refused."""
    host = text.strip("[]")
    if _is_address(host):
        return str(ip_address(host))
    try:
        name = host.removesuffix(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        name = ""
    if not _NAME.fullmatch(name):
        raise Refused(tr("{host!r} is no host name", host=_shown(text)), tr("write a DNS name or an IP address"))
    return name


def _taken_apart(text: str) -> tuple[SplitResult, str, int]:
    if not text.isprintable():
        raise Refused(tr("{text}: an address with control characters in it", text=_shown(text)))
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError as reason:
        raise Refused(tr("{text}: not an address ({reason})", text=_shown(text), reason=reason)) from reason
    if "@" in parts.netloc:
        raise Refused(
            tr("{host}: credentials in an address are not sent to anybody", host=_shown(host)),
            tr("leave out what stands before the @"),
        )
    if port == 0:
        raise Refused(tr("{text}: there is no port 0", text=_shown(text)))
    return parts, host_name(host), port or 0


def _is_address(host: str) -> bool:
    try:
        return "%" not in host and bool(ip_address(host))
    except ValueError:
        return False


def _shown(text: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in text)[:200]
