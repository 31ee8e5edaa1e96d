"""Who may be asked: hosts and networks the operator named. A name is judged before it is resolved, each address after.

Naming a host permits its public and private addresses; any other address must be named as an address.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from ipaddress import ip_address, ip_network

from certwright.errors import Refused
from certwright.network.kinds import IPAddress, IPNetwork, Kind, kind_of
from certwright.speech import tr
from certwright.value import value

PORTS = (80, 443)  # what is permitted where no port is named
PUBLIC = "public"  # stands for every host with a public address

_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST = re.compile(rf"(?:\*\.)?{_LABEL}(?:\.{_LABEL})*")
_PORT = re.compile(r":([0-9]{1,5})$")


@value
class Rule:
    """One host (exact, or `*.` and everything below), one network, or every public host. Port 0 stands for PORTS."""

    host: str = ""
    network: IPNetwork | None = None
    port: int = 0

    def fits_port(self, port: int) -> bool:
        return port == self.port if self.port else port in PORTS

    def names(self, host: str) -> bool:
        """Whether that host was named, rather than its address."""
        if self.host.startswith("*."):
            return host.endswith(self.host[1:])
        return host == self.host

    def permits(self, host: str, address: IPAddress, kind: Kind) -> bool:
        """Whether a connection to `host` may go to that address."""
        if self.network is not None:
            return address.version == self.network.version and address in self.network
        if self.host == PUBLIC:
            return kind.family == "public"
        if kind.family == "loopback" and host == "localhost":  # whoever names it means it
            return self.names(host)
        return self.names(host) and kind.family in ("public", "private")


@value
class Allowed:
    """All rules of a run. Without one nobody may be asked."""

    rules: tuple[Rule, ...] = ()

    def __or__(self, more: "Allowed") -> "Allowed":
        return Allowed((*self.rules, *more.rules))

    def resolvable(self, host: str, port: int) -> bool:
        """Whether some rule may fit, so that looking the name up is called for: a look-up tells strangers, too."""
        return any(rule.fits_port(port) and _may_fit(rule, host) for rule in self.rules)

    def permits(self, host: str, address: IPAddress, port: int) -> bool:
        """Whether a connection to `host` may go to that address and port."""
        kind = kind_of(address)
        return any(rule.fits_port(port) and rule.permits(host, address, kind) for rule in self.rules)


def _may_fit(rule: Rule, host: str) -> bool:
    return rule.network is not None or rule.host == PUBLIC or rule.names(host)


def allowed(texts: Iterable[str]) -> Allowed:
    """What `--allow` names: `pki.contoso.com`, `*.contoso.com`, `10.0.0.0/8`, `public`, each with `:port` if need be.

    Refused for what is none of these.
    """
    return Allowed(tuple(map(_rule, texts)))


def _rule(text: str) -> Rule:
    host, port = _parted(text.strip())
    try:
        return Rule(network=ip_network(host), port=port)
    except ValueError:
        if port > 65535 or re.fullmatch(r"[0-9./:]+", host) or not _HOST.fullmatch(host.removesuffix(".")):
            raise Refused(
                tr("{text!r} is no host and no network", text=text),
                tr("write pki.contoso.com, *.contoso.com, 10.0.0.0/8, or public; :8080 may follow"),
            ) from None
    return Rule(host=host.lower().removesuffix("."), port=port)


def _parted(text: str) -> tuple[str, int]:
    """Host and port (0 for none). An IPv6 address with a port stands in brackets."""
    found = _PORT.search(text)
    if found and (text.count(":") == 1 or text[: found.start()].endswith("]")):
        return text[: found.start()].strip("[]"), int(found[1])
    return text.strip("[]"), 0


def naming(host: str, port: int) -> Allowed:
    """The permission that lies in naming a host, a name or an address, and a port."""
    rule = Rule(host=host, port=port)
    try:
        return Allowed((replace(rule, host="", network=ip_network(ip_address(host))),))
    except ValueError:
        return Allowed((rule,))
