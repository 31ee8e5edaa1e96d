"""A walker over DER, for reading what others wrote: strict about structure, and never surprised by it.

Positions index one buffer, so nothing is copied before it is wanted. `Malformed` is for readers of bytes, who turn it
into Unreadable or a Defect.
"""

from datetime import datetime
from functools import lru_cache

from certwright.speech import tr

SEQUENCE, SET, OID, INTEGER, BOOLEAN, BIT_STRING, OCTET_STRING = 0x30, 0x31, 0x06, 0x02, 0x01, 0x03, 0x04
UTC_TIME, GENERALIZED_TIME = 0x17, 0x18

# tag → codec, for the string types names are made of (X.680 8.4; T61String is Latin-1 in practice)
TEXTS = {
    0x0C: "utf-8",
    0x12: "ascii",
    0x13: "ascii",
    0x14: "latin-1",
    0x16: "ascii",
    0x1A: "ascii",
    0x1C: "utf-32-be",
    0x1E: "utf-16-be",
}

_LONGEST_OID = 64  # octets; real ones have fewer than 20, hostile ones would be huge integers


class Malformed(ValueError):  # noqa: N818 - it describes the bytes
    """Bytes that are not DER, or not the DER that was expected here."""


def header(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """Tag octet, start and stop of the content of the element at `at`. `end` is where its container stops."""
    if at + 2 > end:
        raise Malformed(tr("ends where an element should begin"))
    tag, length, start = data[at], data[at + 1], at + 2
    if tag & 0x1F == 0x1F:
        raise Malformed(tr("has a tag of several octets"))
    if length >= 0x80:
        count = length & 0x7F
        if not 1 <= count <= 4 or start + count > end:
            raise Malformed(tr("has a length that is indefinite, too long, or cut off"))
        length = int.from_bytes(data[start : start + count], "big")
        start += count
        if length < 0x80 or length >> 8 * (count - 1) == 0:
            raise Malformed(tr("has a length that is not the shortest form"))
    stop = start + length
    if stop > end:
        raise Malformed(tr("is cut off: an element is longer than what holds it"))
    return tag, start, stop


def expect(data: bytes, at: int, end: int, tag: int) -> tuple[int, int]:
    """Start and stop of the content of the element at `at`, which must carry `tag`."""
    if at + 4 <= end and data[at] == tag:  # spare the call: most are short, and of the others most have two octets
        length = data[at + 1]
        if length < 0x80 and at + 2 + length <= end:
            return at + 2, at + 2 + length
        if length == 0x82 and data[at + 2]:
            stop = at + 4 + (data[at + 2] << 8 | data[at + 3])
            if stop <= end:
                return at + 4, stop
    found, start, stop = header(data, at, end)
    if found != tag:
        raise Malformed(tr("has an element of tag 0x{found:02x} where 0x{tag:02x} is expected", found=found, tag=tag))
    return start, stop


def children(data: bytes, start: int, stop: int) -> list[tuple[int, int, int, int]]:
    """The elements between `start` and `stop`, each as (tag, where it begins, start, stop of its content)."""
    found = []
    while start < stop:
        tag, inner = data[start], start + 2
        if inner <= stop and (length := data[start + 1]) < 0x80 and tag & 0x1F != 0x1F:  # mostly: spare the call
            after = inner + length
            if after > stop:
                raise Malformed(tr("is cut off: an element is longer than what holds it"))
        else:
            tag, inner, after = header(data, start, stop)
        found.append((tag, start, inner, after))
        start = after
    return found


def content(data: bytes, tag: int) -> bytes:
    """The content of `data`, which must be exactly one element of that tag."""
    start, stop = expect(data, 0, len(data), tag)
    if stop != len(data):
        raise Malformed(tr("has bytes after its end"))
    return data[start:stop]


def element(tag: int, body: bytes) -> bytes:
    """The element of that tag and content."""
    if len(body) < 0x80:
        return bytes([tag, len(body)]) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


@lru_cache(maxsize=512)
def oid(body: bytes) -> str:
    """The dotted form of an object identifier's content (X.690 8.19)."""
    if not body or body[-1] & 0x80 or len(body) > _LONGEST_OID:
        raise Malformed(tr("has an object identifier that is empty, cut off or absurdly long"))
    arcs, value = [], 0
    for octet in body:
        value = value << 7 | octet & 0x7F
        if octet < 0x80:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))


def integer(body: bytes, most: int = 2080) -> int:
    """A signed integer's content (X.690 8.3) of at most `most` octets; by default a modulus of 16 384 bits fits."""
    if not 1 <= len(body) <= most:
        raise Malformed(tr("has an integer of {count} octets", count=len(body)))
    return int.from_bytes(body, "big", signed=True)


def moment(tag: int, body: bytes) -> datetime:
    """UTCTime or GeneralizedTime in the one form RFC 5280 4.1.2.5 allows, as aware UTC."""
    text = body[:32].decode("latin-1")
    if tag == UTC_TIME and len(text) == 13:  # YYMMDDHHMMSSZ; 50 is 1950, 49 is 2049
        text = ("19" if text >= "50" else "20") + text
    elif tag != GENERALIZED_TIME or len(text) != 15:
        raise Malformed(tr("is {text!r}, not a time in the form RFC 5280 demands", text=text))
    day, time, zone = text[:8], text[8:14], text[14]
    if zone != "Z" or not body[:-1].isdigit() or time[:2] == "24":
        raise Malformed(tr("is {text!r}, not a time in the form RFC 5280 demands", text=text))
    try:
        return datetime.fromisoformat(f"{day}T{time}+00:00")
    except ValueError as reason:
        raise Malformed(tr("is {text!r}: {reason}", text=text, reason=reason)) from reason


def text(tag: int, body: bytes) -> str:
    """A string's content as text. Refuses tags that are no string and octets that are not of its alphabet."""
    codec = TEXTS.get(tag)
    if codec is None:
        raise Malformed(tr("has tag 0x{tag:02x} where a string is expected", tag=tag))
    try:
        return body.decode(codec)
    except UnicodeDecodeError as reason:
        raise Malformed(tr("is no {codec} text", codec=codec)) from reason
