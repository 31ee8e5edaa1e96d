"""Somebody else's text, URLs and times, made safe to show and to use."""

from datetime import UTC, datetime
from urllib.parse import urlsplit


def plain(text: object, most: int = 500) -> str:
    """Somebody else's text as one line that is safe to show: nothing that moves a cursor, and no more than `most`."""
    shown = (letter if letter.isprintable() else " " for letter in (text[: 8 * most] if isinstance(text, str) else ""))
    line = " ".join("".join(shown).split())
    return line if len(line) <= most else line[: most - 1] + "…"


def is_https(url: str) -> bool:
    """Whether it is a URL that may be fetched: https, with a host, and without a name or password in it."""
    try:
        parts = urlsplit(url)
        return bool(parts.scheme == "https" and parts.hostname and parts.username is None and parts.port != 0)
    except ValueError:
        return False


def read_moment(value: object) -> datetime | None:
    """A time of RFC 3339 as aware UTC; None for anything else."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) and "T" in value.upper() else None
        return found.astimezone(UTC) if found and found.tzinfo else None
    except (ValueError, OverflowError):
        return None
