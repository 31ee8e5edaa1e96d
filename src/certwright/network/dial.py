"""One connection to a judged address: the name is resolved once, and what was judged is what is connected to.

Refused when the operator did not allow it, Broken when the world does not answer.
"""

import io
import socket
import threading
from ipaddress import ip_address
from typing import Any

from certwright.errors import Broken, Refused
from certwright.network.allowed import Allowed
from certwright.network.kinds import IPAddress, kind_of
from certwright.network.limits import Clock
from certwright.speech import tr

MOST_ADDRESSES = 4  # of one name; each costs a wait


class Line:
    """A connected TCP socket with a clock. It has what `http.client` needs of a socket, and nothing that reconnects."""

    def __init__(self, connected: socket.socket, peer: IPAddress, clock: Clock) -> None:
        self.socket, self.peer, self.clock = connected, peer, clock

    def sendall(self, content: bytes) -> None:
        """Send it all, or TimeoutError."""
        self.socket.settimeout(self.clock.wait(self.clock.limits.read))
        self.socket.sendall(content)

    def makefile(self, *_: Any, **__: Any) -> io.BufferedReader:
        """What comes in, read under the clock."""
        return io.BufferedReader(_Reader(self))

    def close(self) -> None:
        """Nothing: `http.client` lets go of a socket from which it goes on reading. `hang_up` is what ends it."""

    def hang_up(self) -> None:
        self.socket.close()


class _Reader(io.RawIOBase):
    """Bytes as they come in. A peer that sends one now and then is cut off all the same."""

    def __init__(self, line: Line) -> None:
        self.line = line

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        clock = self.line.clock
        self.line.socket.settimeout(clock.wait(clock.limits.read))
        try:
            return self.line.socket.recv_into(buffer)
        except TimeoutError:
            raise clock.over() from None


def dial(host: str, port: int, allowed: Allowed, clock: Clock) -> Line:
    """A connection to `host`, a name or an address, at the first of its permitted addresses that answers.

    Refused when no rule fits the host or its addresses, Broken when the name is unknown or nobody answers in time.
    """
    where = f"{_bracketed(host)}:{port}"
    if not allowed.resolvable(host, port):
        raise Refused(tr("{where} was not asked: nobody allowed it", where=where), allow(host, port))
    addresses = _resolved(host, port, clock)
    permitted = [one for one in addresses if allowed.permits(host, one, port)]
    if not permitted:
        found = ", ".join(f"{one} ({kind_of(one)})" for one in addresses[:MOST_ADDRESSES])
        told = tr("{where} was not asked: its address is {found}, which nobody allowed", where=where, found=found)
        raise Refused(told, _remedy(host, port, addresses[0]))
    return _connected(where, permitted[:MOST_ADDRESSES], port, clock)


def allow(host: str, port: int) -> str:
    """The option that permits it."""
    return f"--allow {_bracketed(host)}" + (f":{port}" if port not in (80, 443) else "")


def _bracketed(host: str) -> str:
    """As it stands before a port."""
    return f"[{host}]" if ":" in host else host


def _remedy(host: str, port: int, address: IPAddress) -> str:
    """Naming the host is enough for a private address; any other special one must be named itself."""
    named = host if kind_of(address).family in ("public", "private") else str(address)
    return tr("if that is where it should be: {option}", option=allow(named, port))


def _resolved(host: str, port: int, clock: Clock) -> list[IPAddress]:
    """Every address of that host, once. The resolver knows no limit; it is left behind when it takes too long."""
    found: list[Any] = []

    def look_up() -> None:
        try:
            found.append(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP))
        except (OSError, UnicodeError) as reason:
            found.append(reason)

    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(clock.wait(clock.limits.connect))
    if not found:
        raise Broken(
            tr("the name {host} was not resolved within {seconds:g} seconds", host=host, seconds=clock.limits.connect)
        )
    if isinstance(found[0], Exception):
        reason = getattr(found[0], "strerror", None) or str(found[0])
        told = tr("the name {host} cannot be resolved ({reason})", host=host, reason=reason)
        raise Broken(told, tr("check its spelling, and the name server of this machine"))
    addresses = (ip_address(str(sockaddr[0]).partition("%")[0]) for *_, sockaddr in found[0])
    return list(dict.fromkeys(addresses))


def _connected(where: str, addresses: list[IPAddress], port: int, clock: Clock) -> Line:
    reasons = []
    for address in addresses:
        family = socket.AF_INET if address.version == 4 else socket.AF_INET6
        one = socket.socket(family, socket.SOCK_STREAM)
        try:
            one.settimeout(clock.wait(clock.limits.connect))
            one.connect((str(address), port))  # an address, so that nothing is resolved a second time
            return Line(one, address, clock)
        except OSError as reason:
            one.close()
            reasons.append(f"{address}: {told(reason)}")
    raise Broken(
        tr("{where} does not answer ({reasons})", where=where, reasons="; ".join(reasons)),
        tr("check that it runs, and that a path to it is open from this machine"),
    )


def told(reason: OSError) -> str:
    """An operating system's word, without its number."""
    if isinstance(reason, TimeoutError):
        ours = reason.args and not reason.errno and str(reason) != "timed out"
        return str(reason) if ours else tr("no answer in time")
    return reason.strerror or str(reason) or type(reason).__name__
