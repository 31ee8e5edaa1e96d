"""A rotation in words: what a plan says of the generations under way."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from certwright.model import Line
from certwright.rotation.states import Rotations
from certwright.speech import tr


def told(lines: Sequence[Line], rotations: Rotations) -> Iterator[str]:
    """A sentence for every rotation under way, with the reason why it was begun."""
    for line, before in _under_way(lines):
        rotation = next(one for one in rotations[line.issuer] if one.number == line.number)
        words: dict[str, str | int] = {
            "issuer": line.issuer,
            "number": line.number,
            "before": before.number,
            "reason": rotation.reason,
            "day": f"{line.since:%Y-%m-%d}" if line.since else "",
        }
        yield _sentence(line, **words)


def _under_way(lines: Sequence[Line]) -> Iterator[tuple[Line, Line]]:
    """Generations with the one before them, as long as that one is not retired."""
    for before, line in pairwise(lines):
        if before.issuer == line.issuer and before.state != "retired":
            yield line, before


def _sentence(line: Line, **words: str | int) -> str:
    match line.state:
        case "declared":
            return tr("{issuer} is to be rotated: generation {number} is declared ({reason})", **words)
        case "staged":
            return tr(
                "{issuer} is rotated: generation {number} is handed out as trusted since {day}, and generation {before}"
                " signs ({reason})",
                **words,
            )
    return tr(
        "{issuer} is rotated: generation {number} signs since {day}, and generation {before} is still trusted"
        " ({reason})",
        **words,
    )
