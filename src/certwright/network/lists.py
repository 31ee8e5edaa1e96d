"""A revocation list from its http address: one request, no redirect, no proxy, no credentials, bounded."""

import http.client

from certwright.errors import Broken
from certwright.network.address import Fetchable, fetchable
from certwright.network.allowed import Allowed
from certwright.network.dial import Line, dial, told
from certwright.network.limits import Clock, Limits
from certwright.speech import tr

_CHUNK = 64 << 10
_REDIRECTS = (301, 302, 303, 307, 308)


class _Connection(http.client.HTTPConnection):
    """HTTP over a line that is there already; it never dials by itself, so no environment can send it elsewhere."""

    auto_open = 0

    def __init__(self, place: Fetchable, line: Line) -> None:
        super().__init__(place.host, place.port)
        self.sock = line  # all that it uses of a socket is there


def fetch(url: str, allowed: Allowed, limits: Limits) -> bytes:
    """What lies at an http address. Refused when it may not be asked, Broken when no whole answer came."""
    place = fetchable(url)
    line = dial(place.host, place.port, allowed, Clock(limits))
    connection = _Connection(place, line)
    try:
        headers = {"Accept-Encoding": "identity", "Connection": "close", "User-Agent": "certwright"}
        connection.request("GET", place.target, headers=headers)
        return _body(connection.getresponse(), limits)
    except OSError as reason:
        raise Broken(tr("the answer broke off: {reason}", reason=told(reason))) from reason
    except (http.client.HTTPException, ValueError) as reason:
        raise Broken(tr("the answer is no HTTP ({reason})", reason=type(reason).__name__)) from reason
    finally:
        connection.close()
        line.hang_up()


def _body(response: http.client.HTTPResponse, limits: Limits) -> bytes:
    _refuse(response, limits)
    parts: list[bytes] = []
    size = 0
    while part := response.read(_CHUNK):
        size += len(part)
        if size > limits.octets:
            raise Broken(_too_long(limits))
        parts.append(part)
    if response.length:  # http.client says nothing when less comes than was announced
        raise Broken(tr("the answer broke off: {count} bytes are missing", count=response.length))
    return b"".join(parts)


def _refuse(response: http.client.HTTPResponse, limits: Limits) -> None:
    """Anything but a plain answer of a size that was allowed."""
    status = f"{response.status} {_clean(response.reason)}".strip()
    if response.status in _REDIRECTS:
        target = _clean(response.headers.get("Location", ""))
        raise Broken(
            tr("it answers {status}, to {target}; redirects are not followed", status=status, target=target),
            tr("name in certificates where the list lies itself; clients do not follow either, or not safely"),
        )
    if response.status != 200:
        raise Broken(tr("it answers {status}", status=status), tr("publish the list under exactly this address"))
    if (response.headers.get("Content-Encoding") or "identity").lower() != "identity":
        raise Broken(tr("it answers compressed, though nobody asked for it"), tr("switch compression off for *.crl"))
    if response.length and response.length > limits.octets:
        raise Broken(_too_long(limits))


def _too_long(limits: Limits) -> str:
    return tr(
        "the answer is longer than {octets} bytes, and was not read to its end; fetch the list otherwise, and name its"
        " file beside what is judged", octets=limits.octets,
    )  # fmt: skip


def _clean(text: str) -> str:
    """A stranger's word, fit to be shown."""
    return "".join(char if char.isprintable() else "?" for char in text)[:200]
