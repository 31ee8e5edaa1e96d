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
    next_due: tuple[date, str] | None,
    screen: Screen,
) -> str:
    """Made places, the number of delivered files and their folder, messages, and when the next thing falls due."""
    lines: list[str] = []
    if made:
        lines += fields([(counted(len(made), "certificate") + " made", "\n".join(made))], screen)
    if delivered:
        lines += paragraph(f"{counted(len(delivered), 'file')} delivered to {output}", screen)
    for message in messages:
        lines += paragraph(message, screen)
    lines += paragraph(next_text(next_due), screen)
    return "\n".join(lines) + "\n"
