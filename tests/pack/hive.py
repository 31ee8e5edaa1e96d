"""An empty registry hive, made by hand in the layout hivex documents: a base block, and one bin with a root key."""

from functools import reduce
from operator import xor
from struct import pack, unpack

BLOCK, NONE = 4096, 0xFFFFFFFF


def empty_hive() -> bytes:
    """A hive whose root key has neither values nor keys below it, nor anything but an empty security descriptor."""
    descriptor = pack("<BBHIIII", 1, 0, 0x8000, 0, 0, 0, 0)
    name = b"ROOT"
    root_size, security = 0x58, 0x20 + 0x58
    numbers = (0, 0, 0, 0, NONE, NONE, 0, NONE, security, NONE)  # counts, lists, security, class
    root = pack("<2sHQ10I2H4I2H", b"nk", 0x2C, 0, *numbers, 0, 0, 0, 0, 0, 0, len(name), 0)
    root = (root + name).ljust(root_size - 4, b"\0")
    safe = (pack("<2sHIIII", b"sk", 0, security, security, 1, len(descriptor)) + descriptor).ljust(44, b"\0")
    cells = pack("<i", -root_size) + root + pack("<i", -48) + safe
    free = BLOCK - 0x20 - len(cells)
    body = pack("<4sIIQQI", b"hbin", 0, BLOCK, 0, 0, 0) + cells + pack("<i", free).ljust(free, b"\0")
    head = pack("<4sIIQIIIIIII", b"regf", 1, 1, 0, 1, 3, 0, 1, 0x20, BLOCK, 1).ljust(508, b"\0")
    return (head + pack("<I", reduce(xor, unpack("<127I", head)))).ljust(BLOCK, b"\0") + body
