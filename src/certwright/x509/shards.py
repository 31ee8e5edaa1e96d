"""Shards of an authority's revocation list: which one a serial belongs to, and under which address it is found.

A certificate says where its shard lies, so neither the number of shards nor a serial's place can change afterwards.
"""

import re

from certwright.value import value

MOST = 256  # shards; a list of a million lines is then one of 4,000
_MARKED = re.compile(r"-s(\d+)of(\d+)$")


@value
class Shard:
    """One of so many. Serials belong to it that leave its number when they are divided by that many."""

    number: int
    of: int

    def __str__(self) -> str:
        return f"s{self.number:02}of{self.of}"

    def address(self, whole: str) -> str:
        """Where it lies, as a file or on the web, beside the complete list that lies at `whole`."""
        return f"{whole.removesuffix('.crl')}-{self}.crl"


def shard_of(serial: int, shards: int) -> Shard:
    """The shard a serial belongs to."""
    return Shard(serial % shards, shards)


def unsharded(address: str) -> tuple[str, Shard | None]:
    """The address of the complete list beside the one at `address`, and the shard that this one is."""
    stem = address.removesuffix(".crl")
    found = _MARKED.search(stem)
    if found is None:
        return address, None
    return f"{stem[: found.start()]}.crl", Shard(int(found[1]), int(found[2]))
