"""A zip archive, member by member, in memory: nothing is written to disk, and nothing unfolds beyond its bounds."""

import struct
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from certwright.errors import Unreadable
from certwright.speech import tr
from certwright.value import field, value

MOST_MEMBERS = 10_000
MOST_BYTES = 64 << 20  # of one member
MOST_UNFOLDED = 256 << 20  # of all members
MOST_RATIO = 200  # deflate reaches 1030; certificates and keys hardly compress at all
SMALL = 1 << 20  # below this a ratio says nothing

_DAMAGE = (  # what the standard library was seen to raise on hostile archives
    BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    LookupError,
    OverflowError,
)


@value
class Member:
    """A file of an archive; `trouble` is why it could not be unpacked."""

    name: str
    content: bytes = field(default=b"", repr=False)
    trouble: str = ""


def members(content: bytes) -> Iterator[Member]:
    """The files of a zip archive, in its order. Unreadable when it is damaged, or asks for more than the bounds allow.

    Bounds are on what the directory promises, and again on what comes out.
    """
    return (unpack() for _, _, unpack in packed(content))


def packed(content: bytes) -> Iterator[tuple[str, int, Callable[[], Member]]]:
    """The same, each by its name, its size, and what unpacks it, so that nothing is unpacked that nobody wants."""
    if content.count(b"PK\x01\x02") > MOST_MEMBERS:  # before the directory is read: it alone could fill the memory
        raise Unreadable(tr("the archive has more than {count} members", count=MOST_MEMBERS))
    try:
        archive = ZipFile(BytesIO(content))
    except _DAMAGE as reason:
        raise Unreadable(tr("the archive is damaged: {reason}", reason=reason)) from reason
    files = [one for one in archive.infolist() if not one.filename.endswith("/")]  # is_dir trips over ""
    _refuse(files)
    return ((one.filename, one.file_size, partial(_member, archive, one)) for one in files)


def _refuse(files: list[ZipInfo]) -> None:
    unfolded = sum(one.file_size for one in files)
    packed = sum(one.compress_size for one in files)
    if unfolded > MOST_UNFOLDED:
        raise Unreadable(tr("the archive unfolds to {size} bytes, more than {most}", size=unfolded, most=MOST_UNFOLDED))
    if unfolded > SMALL and unfolded > packed * MOST_RATIO:
        raise Unreadable(
            tr("the archive unfolds to more than {ratio} times its size, as no certificates do", ratio=MOST_RATIO)
        )


def _member(archive: ZipFile, one: ZipInfo) -> Member:
    if one.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        return Member(
            one.filename, trouble=tr("compression {method} is not read, only deflate", method=one.compress_type)
        )
    if one.flag_bits & 1:
        return Member(one.filename, trouble=tr("it is encrypted; unpack the archive first"))
    if one.file_size > MOST_BYTES:
        return Member(
            one.filename, trouble=tr("it has {size} bytes, more than {most}", size=one.file_size, most=MOST_BYTES)
        )
    try:
        with archive.open(one) as stream:
            return Member(one.filename, stream.read(one.file_size))
    except _DAMAGE as reason:
        return Member(one.filename, trouble=tr("it is damaged: {reason}", reason=reason))
