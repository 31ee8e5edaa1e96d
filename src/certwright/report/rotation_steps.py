"""What was declared or forced for a rotation, and what is to be done in an emergency, as text."""

from collections.abc import Iterator, Sequence

from certwright.report.layout import Screen, fields, paragraph
from certwright.speech import tr
from certwright.typed import typed


def declared_text(file: str, issuer: str, entry: Sequence[str], screen: Screen) -> str:
    """What was written into the deployment file, and the one next step."""
    lines = list(paragraph(tr("{file}: written into generations: of {issuer}", file=file, issuer=issuer), screen))
    for line in entry:
        lines += paragraph(line, screen, indent=2)
    return "\n".join([*lines, *_next(f"certwright apply {typed(file)}", screen)]) + "\n"


def forced_text(file: str, told: str, screen: Screen) -> str:
    """What the next run is permitted to do, and the one next step."""
    return "\n".join([*paragraph(told, screen), *_next(f"certwright apply {typed(file)}", screen)]) + "\n"


def steps_text(title: str, steps: Sequence[tuple[str, str]], screen: Screen) -> str:
    """An ordered list: what is done, and by whom or with what."""
    lines = [*paragraph(title, screen), ""]
    for number, (what, how) in enumerate(steps, start=1):
        lines += paragraph(what, screen, indent=4, first=f"{number}")
        lines += paragraph(how, screen, indent=4, style="faint") if how else []
    return "\n".join([*lines, ""])


def _next(command: str, screen: Screen) -> Iterator[str]:
    yield from fields([(tr("next"), command)], screen)
