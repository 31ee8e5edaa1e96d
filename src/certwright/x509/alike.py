"""Names that are one name though their bytes differ: in case, in blanks, in the kind of string (RFC 5280 7.1)."""

from functools import lru_cache
from typing import TypeAlias
from unicodedata import normalize

from certwright.x509 import der

Relative: TypeAlias = frozenset[tuple[bytes, object]]
Folded: TypeAlias = tuple[Relative, ...] | bytes


_MOST_KEPT = 1024  # octets of a name that is worth remembering


def folded(encoded: bytes) -> Folded:
    """The same for DER Names that are to be taken for one, a set for each of their parts; the bytes when it is none."""
    return _kept(encoded) if len(encoded) <= _MOST_KEPT else _folded(encoded)


def _folded(encoded: bytes) -> Folded:
    try:
        start, stop = der.expect(encoded, 0, len(encoded), der.SEQUENCE)
        return tuple([_relative(encoded, part) for part in der.children(encoded, start, stop)])
    except der.Malformed:
        return encoded


_kept = lru_cache(maxsize=1024)(_folded)


def _relative(data: bytes, part: tuple[int, int, int, int]) -> Relative:
    _, _, inner, after = part
    return frozenset([_attribute(data, first, last) for _, _, first, last in der.children(data, inner, after)])


def _attribute(data: bytes, start: int, stop: int) -> tuple[bytes, object]:
    first, last = der.expect(data, start, stop, der.OID)
    tag, inner, after = der.header(data, last, stop)
    kind, octets = data[first:last], data[last:stop]
    if tag not in der.TEXTS or after != stop:
        return kind, octets
    try:
        return kind, _prepared(data[inner:after].decode(der.TEXTS[tag]))
    except UnicodeDecodeError:
        return kind, octets


def _prepared(text: str) -> str:
    """What RFC 4518 makes of a string before it is compared, as far as names of authorities go."""
    return " ".join(normalize("NFKC", normalize("NFKC", text).casefold()).split())
