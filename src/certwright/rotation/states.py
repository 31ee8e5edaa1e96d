"""Where the generations of an issuer stand now: what the deployment file declares, joined with what is written down.

From the states follows what the plan holds: who signs, whose roots are trusted, whose revocation lists are published.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from certwright.generations import Generation, Rotation, State
from certwright.model import Line

EVER = datetime.min.replace(tzinfo=UTC)  # since when the first generation signs, where nobody wrote it down

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
        own = tuple(_of_issuer(issuer, generations, rotations.get(issuer, ())))
        wanted = {f"{issuer}/root-{one.number}" for one in rotations.get(issuer, ()) if one.back}
        for line in own:
            older = _bridged_by(line, own)
            back = _back(line, own) if older and line.root in wanted else ""
            found.append(replace(line, bridged_by=older, back=back))
    return tuple(found)


def _back(line: Line, lines: Sequence[Line]) -> str:
    """The older root, signed by the new one: only while that signs. What is staged signs nothing for others."""
    signs = any(one.root == line.root and one.state == "signing" for one in lines)
    return f"{line.issuer}/back-{line.root.rpartition('-')[2]}" if signs else ""


def _of_issuer(issuer: str, generations: Sequence[Generation], rotations: Sequence[Rotation]) -> Iterator[Line]:
    declared = {one.number: one for one in rotations}
    known_to_others = {address for one in rotations for address in one.compromised}
    made: dict[int, Line] = {}
    for one in generations:
        rotation = declared.get(one.number)
        if one.number > 1 and rotation is None:
            continue
        before = made.get(rotation.before) if rotation and rotation.scope == "issuing" else None
        number = "" if rotation is None else f"-{one.number}"
        root, issuing = before.root if before else f"{issuer}/root{number}", f"{issuer}/issuing{number}"
        bridge = before.bridge if before else f"{issuer}/bridge{number}" if rotation and rotation.bridge else ""
        made[one.number] = Line(
            issuer=issuer,
            number=one.number,
            state=str(one.state),
            root=root,
            issuing=issuing,
            reason=rotation.reason if rotation else "",
            since=None if one.since == EVER else one.since,
            stopped=not known_to_others.isdisjoint((root, issuing)),
            fallen=root in known_to_others,
            bridge=bridge,
        )
        yield made[one.number]


def _bridged_by(line: Line, lines: Sequence[Line]) -> str:
    """The root that signs the bridge to the root of that generation: the newest of those older than it, while both are
    trusted. Never one whose key is no secret any more, and never to such a root.
    """
    first = _first_below(line.root, lines)
    older = [
        one
        for one in lines
        if one.root != line.root and one.trusted and not one.fallen and _first_below(one.root, lines) < first
    ]
    return older[-1].root if line.bridge and line.trusted and not line.fallen and older else ""


def _first_below(root: str, lines: Sequence[Line]) -> int:
    """The generation with which a root came."""
    return next(one.number for one in lines if one.root == root)


def signing(own: Sequence[Line]) -> Line:
    """Of the generations of one issuer, the one that signs; before any was written down, the first."""
    return next((one for one in own if one.state == "signing"), own[0])
