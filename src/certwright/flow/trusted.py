"""What is trusted, from what is held and planned: roots by the address of what is below them, and who is between."""

from collections.abc import Mapping, Sequence

from certwright.model import Held, Line, Plan


def foreign_roots(plan: Plan) -> Mapping[str, Sequence[bytes]]:
    """The roots of issuers that belong to somebody else, by the issuer's name."""
    return {wish.name: wish.roots for wish in plan.issuers if wish.outside and wish.roots}


def roots(held: Mapping[str, Held], lines: Sequence[Line] = ()) -> Mapping[str, Sequence[bytes]]:
    """The root above everything that is held, by address: what its files are judged against.

    With `lines` it is joined by the roots of the other generations of its issuer, as long as they are trusted, too.
    """
    found = {address: (one.chain or (one.certificate,))[-1:] for address, one in held.items()}
    for issuer in {line.issuer for line in lines}:
        own = dict.fromkeys(line.root for line in lines if line.issuer == issuer and line.trusted)
        together = tuple(held[root].certificate for root in own if root in held)
        found |= {address: together for address, ders in found.items() if ders and ders[0] in together}
    return found


def authorities(held: Mapping[str, Held]) -> Sequence[bytes]:
    """The authorities between what is held and its roots: a path may lead over them though a file lacks them."""
    return tuple({der: None for one in held.values() for der in one.chain[:-1]})
