"""When to renew by the CA's advice (ARI, RFC 9773). What comes of it beside our own rules is decided in `due`."""

import hashlib
from datetime import datetime, timedelta

from certwright.acme.jwk import encode
from certwright.acme.jws import read_object
from certwright.acme.told import is_https, plain, read_moment
from certwright.acme.waiting import retry_after
from certwright.errors import Refused, Unreadable
from certwright.speech import tr
from certwright.value import value
from certwright.x509.facts import CertificateFacts

SOONEST, USUAL, LATEST = timedelta(minutes=1), timedelta(hours=6), timedelta(days=1)  # between two questions (4.3.2)


@value
class Window:
    """The span in which a CA wants a certificate to be renewed. `explanation` is a page, or ""."""

    start: datetime
    end: datetime
    explanation: str = ""
    ask_again: timedelta = USUAL


def certificate_id(certificate: CertificateFacts) -> str:
    """The identifier of a certificate (RFC 9773 4.1). Refused when it names no key of its issuer."""
    if not certificate.authority_key_identifier:
        raise Refused(
            tr(
                "{subject} has no authority key identifier, so its CA cannot be asked about it",
                subject=certificate.subject,
            )
        )
    serial = certificate.serial
    octets = serial.to_bytes(serial.bit_length() // 8 + 1, "big", signed=True)  # as in DER: a sign bit always fits
    return f"{encode(certificate.authority_key_identifier)}.{encode(octets)}"


def read_window(content: bytes, header: str, now: datetime) -> Window:
    """A renewal information document (RFC 9773 4.2). Unreadable when it has no window that begins before it ends.

    `header` is the answer's Retry-After; it is held between a minute and a day.
    """
    document = read_object(content, "renewalInfo")
    span = document.get("suggestedWindow")
    start, end = (read_moment(span.get(name)) if isinstance(span, dict) else None for name in ("start", "end"))
    if start is None or end is None or end <= start:
        raise Unreadable(tr("it has no window that begins before it ends"), "renewalInfo")
    page = plain(document.get("explanationURL"))
    again = retry_after(header, now)
    held = USUAL if again is None else max(SOONEST, min(again, LATEST))
    return Window(start, end, page if is_https(page) else "", held)


def steady_fraction(certificate: bytes, window: Window) -> float:
    """A number of [0, 1) as good as random, and the same whenever it is asked for that certificate and window."""
    seed = certificate + window.start.isoformat().encode() + window.end.isoformat().encode()
    return int.from_bytes(hashlib.sha256(seed).digest()[:6]) / (1 << 48)


def picked(window: Window, fraction: float) -> datetime:
    """A moment of the window, uniform when `fraction` is uniform on [0, 1) (RFC 9773 4.2)."""
    return window.start + (window.end - window.start) * fraction
