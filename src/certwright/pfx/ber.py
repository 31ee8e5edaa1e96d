"""A small BER reader (X.690): what PKCS#12 files in the field need, and nothing a hostile one could use.

One pass makes a tree. Depth, number of elements, lengths and tags are judged in that pass and nowhere else.
"""

from typing import NamedTuple

from certwright.errors import Unreadable
from certwright.speech import tr
from certwright.x509.der import Malformed, oid

INTEGER, OCTET_STRING, OID, SEQUENCE, SET = 0x02, 0x04, 0x06, 0x30, 0x31
CONSTRUCTED = 0x20
CONTEXT = 0x80  # context-specific, primitive: [0] is 0x80, or 0xA0 when constructed

MOST_DEPTH = 32
MOST_ELEMENTS = 100_000


class Element(NamedTuple):
    """One type-length-value. A constructed element has `children`, a primitive one a `body`.

    `start` and `end` are positions in the byte string that messages call `region`, if it needs a name.
    """

    tag: int
    body: bytes
    children: tuple["Element", ...]
    region: str
    start: int
    end: int

    def wrong(self, what: str) -> Unreadable:
        """The problem that something is wrong here, with the place named."""
        return _damage(what, self.region, self.start)

    def expect(self, tag: int, name: str) -> "Element":
        """This element, which must carry that tag."""
        if self.tag != tag:
            raise self.wrong(
                tr("expected {what} (tag 0x{tag:02x}), found tag 0x{found:02x}", what=tr(name), tag=tag, found=self.tag)
            )
        return self

    def fields(self, name: str, least: int = 0, tag: int = SEQUENCE) -> tuple["Element", ...]:
        """The children of a SEQUENCE (or of another tag); at least so many."""
        self.expect(tag, name)
        if len(self.children) < least:
            raise self.wrong(
                tr("{what} needs {least} fields, found {count}", what=tr(name), least=least, count=len(self.children))
            )
        return self.children

    def explicit(self, number: int, name: str) -> "Element":
        """What an EXPLICIT [number] wraps: exactly one element."""
        inner = self.fields(name, 1, CONTEXT | CONSTRUCTED | number)
        if len(inner) != 1:
            raise self.wrong(tr("{what} wraps {count} elements, expected one", what=tr(name), count=len(inner)))
        return inner[0]

    def octets(self, name: str, tag: int = OCTET_STRING) -> bytes:
        """An OCTET STRING's value; a constructed one (X.690 8.7.3.2) is put together again."""
        if self.tag == tag | CONSTRUCTED:
            return b"".join(piece.octets(name) for piece in self.children)
        return self.expect(tag, name).body

    def integer(self, name: str) -> int:
        """An INTEGER of at most eight bytes; every number in a PFX is a version, a count or a length."""
        body = self.expect(INTEGER, name).body
        if not 1 <= len(body) <= 8:
            raise self.wrong(tr("{what} is a number of {count} bytes, expected 1 to 8", what=tr(name), count=len(body)))
        return int.from_bytes(body, "big", signed=True)

    def oid(self, name: str) -> str:
        """An OBJECT IDENTIFIER as dotted text."""
        body = self.expect(OID, name).body
        try:
            return oid(body)
        except Malformed:
            raise self.wrong(tr("{what} is not an object identifier", what=tr(name))) from None

    def encoded(self) -> bytes:
        """The element in bytes again, lengths definite and minimal, whatever they were."""
        body = b"".join(child.encoded() for child in self.children) if self.tag & CONSTRUCTED else self.body
        return tlv(self.tag, body)


class Decoder:
    """Decodes the byte strings of one file. All of them together may hold MOST_ELEMENTS elements.

    `indefinite` turns true once a length of the indefinite form (X.690 8.1.3.6) was met.
    """

    def __init__(self) -> None:
        self.indefinite = False
        self._left = MOST_ELEMENTS

    def first(self, content: bytes, region: str = "") -> Element:
        """The first element; bytes may follow. Unreadable with the position of what is wrong."""
        return self._element(content, 0, len(content), region, 0)

    def decode(self, content: bytes, region: str = "") -> Element:
        """The only element. Unreadable as in `first`, and when bytes follow."""
        element = self.first(content, region)
        if element.end != len(content):
            raise _damage(tr("{count} bytes follow the end", count=len(content) - element.end), region, element.end)
        return element

    def _element(self, content: bytes, start: int, limit: int, region: str, depth: int) -> Element:
        tag, length, at = self._header(content, start, limit, region)
        if not tag & CONSTRUCTED:
            if length is None:
                raise _damage(tr("an indefinite length on a primitive element"), region, start)
            return Element(tag, content[at : at + length], (), region, start, at + length)
        if depth == MOST_DEPTH:
            raise _damage(tr("elements nested deeper than {most}", most=MOST_DEPTH), region, start)
        children = []
        stop = limit if length is None else at + length
        while length is None or at < stop:
            if length is None and content[at : min(at + 2, stop)] == b"\0\0":
                at += 2
                break
            child = self._element(content, at, stop, region, depth + 1)
            children.append(child)
            at = child.end
        return Element(tag, b"", tuple(children), region, start, at)

    def _header(self, content: bytes, start: int, limit: int, region: str) -> tuple[int, int | None, int]:
        """Tag, length (None: indefinite) and the position of the content."""
        self._left -= 1
        if self._left < 0:
            raise _damage(tr("more than {most} elements", most=MOST_ELEMENTS), region, start)
        if start + 2 > limit:
            raise _damage(tr("the end comes in the middle of an element"), region, start)
        tag, length, at = content[start], content[start + 1], start + 2
        if tag & 0x1F == 0x1F or not tag:
            raise _damage(tr("tag 0x{tag:02x} has no place in a PFX", tag=tag), region, start)
        if length == 0x80:
            self.indefinite = True
            return tag, None, at
        if length > 0x80:
            octets = length & 0x7F
            length, at = int.from_bytes(content[at : at + octets], "big"), at + octets
        if at > limit or length > limit - at:
            raise _damage(
                tr("an element of {length} bytes with {left} left: truncated?", length=length, left=max(limit - at, 0)),
                region,
                start,
            )
        return tag, length, at


def _damage(what: str, region: str, at: int) -> Unreadable:
    return Unreadable(what, where=_where(region, at))


def _where(region: str, at: int) -> str:
    if not region:
        return tr("byte {at}", at=at)
    return tr("{region}, byte {at}", region=tr(region), at=at)


def tlv(tag: int, body: bytes) -> bytes:
    """A type-length-value with the shortest definite length (X.690 10.1)."""
    size = len(body)
    if size < 0x80:
        return bytes((tag, size)) + body
    octets = (size.bit_length() + 7) // 8
    return bytes((tag, 0x80 | octets)) + size.to_bytes(octets, "big") + body
