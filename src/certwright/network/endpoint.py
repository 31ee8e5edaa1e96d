"""A full TLS handshake with a server, for its chain exactly as sent. Nothing is verified here: whoever asked judges.

A server of old is asked once more with everything that was ever allowed, so that its chain can be read.
"""

import re
import ssl
import sys
import warnings
from collections.abc import Sequence

from certwright.errors import Broken
from certwright.network.address import Endpoint
from certwright.network.allowed import Allowed
from certwright.network.dial import dial, told
from certwright.network.identity import ClientIdentity, introduce
from certwright.network.limits import Clock, Limits
from certwright.speech import tr
from certwright.value import value

_DER = 2  # _ssl.ENCODING_DER
_CERTIFICATE_REQUEST = 13  # RFC 8446 4
_PARTING = 1.0  # seconds for the last word of a server; in TLS 1.3 a refused client hears of it only then
_OLD_CIPHERS = "ALL:!aNULL:!eNULL:@SECLEVEL=0"
_LEGACY_RENEGOTIATION = getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 0x4)  # has a name since Python 3.12


@value
class Handshake:
    """What a server showed. `chain` is DER as sent, its own certificate first; `peer` the address that was reached.

    `old` says that only TLS before 1.2, or keys and ciphers of old, were understood. `unfinished` is why the handshake
    did not end well although the chain had come; `wants_client` says that a client certificate was asked for.
    """

    endpoint: Endpoint
    name: str
    peer: str
    chain: tuple[bytes, ...]
    version: str = ""
    cipher: str = ""
    old: bool = False
    unfinished: str = ""
    wants_client: bool = False


@value
class Hello:
    """How to introduce oneself: the name to ask for (SNI; "" for the host's own), and a client certificate if any."""

    server_name: str = ""
    client: ClientIdentity | None = None


def shake(endpoint: Endpoint, allowed: Allowed, limits: Limits, hello: Hello) -> Handshake:
    """The handshake of a client that verifies nothing (RFC 8446, RFC 5246). At most two connections are made.

    Refused when the address may not be asked, Broken when nobody answers, or not with TLS.
    """
    clock = Clock(limits)
    try:
        return _shaken(endpoint, allowed, clock, hello, old=False)
    except (ssl.SSLError, ConnectionError) as first:  # too old for us, it may be
        try:
            return _shaken(endpoint, allowed, clock, hello, old=True)
        except OSError:
            raise _failed(endpoint, first) from first
    except OSError as reason:
        raise _failed(endpoint, reason) from reason


def _failed(endpoint: Endpoint, reason: OSError) -> Broken:
    where = f"{endpoint.host}:{endpoint.port}"
    if isinstance(reason, ssl.SSLError):
        return Broken(
            tr("{where} answers, and no TLS handshake comes of it ({reason})", where=where, reason=_words(reason)),
            tr("check that a TLS server listens on this port; STARTTLS is not spoken"),
        )
    return Broken(
        tr("{where} ended the handshake ({reason})", where=where, reason=told(reason)),
        tr("check that a TLS server listens on this port, and what stands between it and this machine"),
    )


def _shaken(endpoint: Endpoint, allowed: Allowed, clock: Clock, hello: Hello, *, old: bool) -> Handshake:
    name = hello.server_name or (endpoint.host if endpoint.named else "")
    context = _context(old=old)
    heard = _hear(context)
    if hello.client:
        introduce(context, hello.client)
    line = dial(endpoint.host, endpoint.port, allowed, clock)
    line.socket.settimeout(clock.wait(clock.limits.read))  # for the whole handshake, not for each read of it
    with context.wrap_socket(line.socket, server_hostname=name or None, do_handshake_on_connect=False) as spoken:
        unfinished = ""
        try:
            spoken.do_handshake()
        except TimeoutError:
            raise clock.over() from None
        except OSError as reason:
            if not (isinstance(reason, ssl.SSLError) and _sent(spoken)):
                raise
            unfinished = _words(reason)
        chain = _sent(spoken)
        if not chain:
            raise ssl.SSLError(tr("no certificate was sent"))
        cipher, version = (spoken.cipher() or ("", "", 0))[0], spoken.version() or ""
        wanted = _CERTIFICATE_REQUEST in heard
        if wanted and not unfinished and version == "TLSv1.3":
            unfinished = _parting(spoken, clock)
        return Handshake(
            endpoint, name, str(line.peer), tuple(chain), version, cipher, old, unfinished, wants_client=wanted
        )


def _sent(spoken: ssl.SSLSocket) -> Sequence[bytes]:
    """The chain as sent, DER, unverified; empty before it came.

    SSLSocket.get_unverified_chain is public from Python 3.13; the object inside has had it since 3.10. That one gives
    None instead of nothing, and certificates instead of bytes.
    """
    if sys.version_info >= (3, 13):
        return spoken.get_unverified_chain()
    inside = spoken._sslobj  # type: ignore[attr-defined]
    return [one.public_bytes(_DER) for one in inside.get_unverified_chain() or ()] if inside else []


def _hear(context: ssl.SSLContext) -> set[int]:
    """The kinds of handshake messages that will come in. There is no public way to learn of a CertificateRequest."""
    heard: set[int] = set()

    def listen(_: object, direction: str, _version: object, _content: object, kind: int, _data: bytes) -> None:
        if direction == "read":
            heard.add(int(kind))

    context._msg_callback = listen  # type: ignore[attr-defined]
    return heard


def _parting(spoken: ssl.SSLSocket, clock: Clock) -> str:
    """What a server says to our certificate, or to the lack of one, when in TLS 1.3 all seems well already."""
    try:
        spoken.settimeout(clock.wait(min(_PARTING, clock.limits.read)))
        spoken.recv(1)
    except ssl.SSLError as reason:
        return _words(reason) if "ALERT" in (reason.reason or "") else ""
    except OSError:
        return ""  # it waits for a request, as it should
    return ""


def _words(reason: ssl.SSLError) -> str:
    """OpenSSL's name of the reason, as RFC 8446 6 writes alerts."""
    told = (reason.reason or reason.strerror or "").lower().replace("_", " ") or str(reason)
    return re.sub(r"^(tlsv\d+|sslv\d+) ", "", told)


def _context(*, old: bool) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if old:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # that it is old is what we are here to find out
            context.minimum_version = ssl.TLSVersion.TLSv1
        context.set_ciphers(_OLD_CIPHERS)
        context.options |= _LEGACY_RENEGOTIATION
    return context
