"""How long to wait: what a server asks for (Retry-After), and what politeness asks for when it says nothing."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

FIRST, LONGEST = 1.0, 60.0  # seconds
MOST = timedelta(days=30)  # what asks for more is a mistake, or means never


def retry_after(header: str, now: datetime) -> timedelta | None:
    """How long a Retry-After header asks to wait (RFC 9110 10.2.3: seconds or a date); None when it says nothing.

    Never negative and never more than 30 days.
    """
    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), MOST)
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(timedelta(), min(when - now, MOST))


def back_off(attempt: int, fraction: float) -> timedelta:
    """How long to wait before repetition `attempt`, which counts from 1: doubling, at most a minute, spread a little.

    `fraction` is a number of [0, 1) that differs between those who wait.
    """
    seconds = min(LONGEST, FIRST * 2 ** min(attempt - 1, 16))
    return timedelta(seconds=seconds * (1 - fraction / 4))
