"""Where the generations of an issuer stand now: what the deployment file declares, joined with what is written down.

From the states follows what the plan holds: who signs, whose roots are trusted, whose revocation lists are published.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from certwright.generations import Generation, Rotation, State
from certwright.model import Line

EVER = datetime.min.replace(tzinfo=UTC)  # since when the first generation signs, where nobody wrote it down
TRUSTED = (State.STAGED, State.SIGNING, State.VERIFY_ONLY)

Rotations = Mapping[str, Sequence[Rotation]]


def standing(rotations: Rotations, recorded: Sequence[Generation]) -> dict[str, tuple[Generation, ...]]:
    """Every generation of every issuer that rotates or was rotated, oldest first.

    The first one signs and a declared one is nothing but declared, until something else is written down.
    """
    known = {(one.issuer, one.number): one for one in recorded}
    found = {}
    for issuer in dict.fromkeys((*rotations, *(one.issuer for one in recorded))):
        declared = {
            one.number: Generation(issuer, one.number, State.DECLARED, EVER) for one in rotations.get(issuer, ())
        }
        first = {1: Generation(issuer, 1, State.SIGNING, EVER)}
        stored = {number: one for (name, number), one in known.items() if name == issuer}
        found[issuer] = tuple(one for _, one in sorted({**first, **declared, **stored}.items()))
    return found


def lines(rotations: Rotations, recorded: Sequence[Generation]) -> tuple[Line, ...]:
    """The generations as the plan has them, by issuer, oldest first; none for issuers that were never rotated.

    Those that were written down and are declared no more are left out: `schedule` refuses them.
    """
    found: list[Line] = []
    for issuer, generations in standing(rotations, recorded).items():
        declared = {one.number: one for one in rotations.get(issuer, ())}
        root = f"{issuer}/root"
        for one in generations:
            rotation, after = declared.get(one.number), declared.get(one.number + 1)
            if one.number > 1 and rotation is None:
                continue
            root = root if rotation is None or rotation.scope == "issuing" else f"{issuer}/root-{one.number}"
            found.append(
                Line(
                    issuer=issuer,
                    number=one.number,
                    state=str(one.state),
                    root=root,
                    issuing=f"{issuer}/issuing" if rotation is None else f"{issuer}/issuing-{one.number}",
                    reason=rotation.reason if rotation else "",
                    since=None if one.since == EVER else one.since,
                    stopped=bool(after and after.compromised),
                    bridge=f"{issuer}/bridge-{one.number}" if rotation and _bridged(rotation) else "",
                )
            )
    return tuple(found)


def _bridged(rotation: Rotation) -> bool:
    """Whether the root before signs the new one: not where the root stays, and never with a key that is no secret."""
    return rotation.bridge and rotation.scope == "root" and not rotation.compromised
