"""What a run of `apply` did → text: what was made, where it lies, what is worth knowing, and what comes next."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from certwright.model import Place
from certwright.report.inventory import next_text
from certwright.report.layout import Screen, counted, fields, paragraph

FEW = 3  # more certificates of one set than this are counted instead of named


def applied_text(
    made: Sequence[Place],
    delivered: Sequence[str],
    output: str,
    messages: Sequence[str],
    steps: Sequence[tuple[str, str]],
    next_due: tuple[date, str] | None,
    screen: Screen,
) -> str:
    """Made places, the number of delivered files and their folder, messages, and when the next thing falls due.

    `steps` are scripts for a person to run, as path and title; they are told when anything was delivered.
    """
    lines: list[str] = []
    if made:
        lines += paragraph(f"{counted(len(made), 'certificate')} made: {', '.join(_grouped(made))}", screen)
    if delivered:
        lines += paragraph(f"{counted(len(delivered), 'file')} delivered to {output}", screen)
    for message in messages:
        lines += paragraph(message, screen, style="warning")
    if delivered and steps:
        lines += ["next steps, for you to run:", *fields(steps, screen, indent=2)]
    lines += paragraph(next_text(next_due), screen, style="good")
    return "\n".join(lines) + "\n"


def _grouped(made: Sequence[Place]) -> Iterator[str]:
    """The places by address; many of one set as their number."""
    for group, places in groupby(made, key=lambda place: place.set):
        addresses = [place.id for place in places]
        yield from addresses if len(addresses) <= FEW else (f"{len(addresses)} of {group}",)
