"""Names that are one name though their bytes differ: in case, in blanks, in the kind of string (RFC 5280 7.1)."""

from functools import lru_cache
from typing import TypeAlias
from unicodedata import normalize

from certwright.x509 import der

Relative: TypeAlias = frozenset[tuple[bytes, object]]
Folded: TypeAlias = tuple[Relative, ...] | bytes


@lru_cache(maxsize=1024)
def folded(encoded: bytes) -> Folded:
    """The same for DER Names that are to be taken for one, a set for each of their parts; the bytes when it is none."""
    try:
        start, stop = der.expect(encoded, 0, len(encoded), der.SEQUENCE)
        return tuple([_relative(encoded, part) for part in der.children(encoded, start, stop)])
    except der.Malformed:
        return encoded


def _relative(data: bytes, part: tuple[int, int, int, int]) -> Relative:
    _, _, inner, after = part
    return frozenset([_attribute(data, first, last) for _, _, first, last in der.children(data, inner, after)])


def _attribute(data: bytes, start: int, stop: int) -> tuple[bytes, object]:
    first, last = der.expect(data, start, stop, der.OID)
    tag, inner, after = der.header(data, last, stop)
    if tag not in der.TEXTS or after != stop:
        return data[first:last], data[last:stop]
    return data[first:last], _prepared(der.text(tag, data[inner:after]))


def _prepared(text: str) -> str:
    """What RFC 4518 makes of a string before it is compared, as far as names of authorities go."""
    return " ".join(normalize("NFKC", normalize("NFKC", text).casefold()).split())
