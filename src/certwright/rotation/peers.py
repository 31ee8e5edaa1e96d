"""Peers that need every issuing CA in a list of their own (OPC UA): what they would refuse waits until they have it."""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256

from certwright.generations import Sighting, Stack, State
from certwright.model import Held, Line, Plan
from certwright.rotation.states import signing
from certwright.rotation.steps import Step


def awaited(
    plan: Plan, sightings: Mapping[str, Sighting], held: Mapping[str, Held], forced: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """Places whose certificate stays the one that a compromised issuing CA signed, each with the peers that were not
    seen to have the issuing CA that signs now: without that they refuse the new one, and work with the old.

    What is forced waits for nobody, and the revocation never does.
    """
    found: dict[str, tuple[str, ...]] = {}
    for old, new in _taken_over(plan):
        if Step(old.issuer, old.number, State.RETIRED).key in forced:
            continue
        own = [line for line in plan.lines if line.issuer == old.issuer]
        for place, peers in plan.peers.items():
            late = tuple(one for one in peers if not trusts("opcua", sightings.get(one), new, own, held))
            if late and place in held and held[place].issuer == old.issuing:
                found[place] = late
    return found


def _taken_over(plan: Plan) -> Iterator[tuple[Line, Line]]:
    """Generations whose issuing CA is compromised, and whose root is not, each with the one that signs instead."""
    for old in plan.lines:
        if old.state == "verify-only" and old.stopped and not old.fallen:
            yield old, signing([line for line in plan.lines if line.issuer == old.issuer])


def trusts(stack: Stack, seen: Sighting | None, line: Line, own: Sequence[Line], held: Mapping[str, Held]) -> bool:
    """Whether somebody was seen to have the root of that generation; one that follows no path that it was not given
    (OPC UA), and that has the root already, its issuing CA. `own` are all generations of the issuer.
    """
    older = [one for one in own if one.number < line.number]
    shared = stack == "opcua" and any(one.root == line.root for one in older)
    have = held.get(line.issuing if shared else line.root)
    return bool(seen and seen.trusted and have and sha256(have.certificate).hexdigest() in seen.trusted)
