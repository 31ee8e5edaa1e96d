"""What a run of `apply` did → text: what was made, where it lies, what is worth knowing, and what comes next."""

from collections.abc import Sequence
from datetime import date

from certwright.report.inventory import next_text
from certwright.report.layout import Screen, counted, fields, paragraph


def applied_text(
    made: Sequence[str],
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
        lines += paragraph(f"{counted(len(made), 'certificate')} made: {', '.join(made)}", screen)
    if delivered:
        lines += paragraph(f"{counted(len(delivered), 'file')} delivered to {output}", screen)
    for message in messages:
        lines += paragraph(message, screen, style="warning")
    if delivered and steps:
        lines += ["next steps, for you to run:", *fields(steps, screen, indent=2)]
    lines += paragraph(next_text(next_due), screen, style="good")
    return "\n".join(lines) + "\n"
