"""What a run of `apply` did → text: what was made, where it lies, what is worth knowing, and what comes next."""

from collections.abc import Iterator, Sequence
from datetime import date

from certwright.model import Place
from certwright.report.inventory import next_text
from certwright.report.layout import Screen, fields, paragraph
from certwright.report.words import certificates, files, titled
from certwright.speech import tr, trn

FEW = 3  # more certificates of one set than this are counted instead of named


def applied_text(
    made: Sequence[Place],
    delivered: Sequence[str],
    output: str,
    messages: Sequence[str],
    steps: Sequence[tuple[str, str]],
    next_due: tuple[date, str] | None,
    screen: Screen,
    waiting: Sequence[tuple[str, str]] = (),
    shown: Sequence[str] = (),
    unshown: Sequence[tuple[str, str]] = (),
) -> str:
    """Made places, the number of delivered files and their folder, messages, and when the next thing falls due.

    `steps` are scripts for a person to run, as path and title; they are told when anything was delivered. `waiting` are
    places that wait for somebody else, each with the reason. `shown` are lists that were published, `unshown` places
    whose lists could not be, each with the reason.
    """
    lines: list[str] = []
    if made:
        named = ", ".join(_grouped(made))
        lines += paragraph(
            tr("{certificates} made: {places}", certificates=certificates(len(made)), places=named), screen
        )
    if delivered:
        lines += paragraph(tr("{files} delivered to {folder}", files=files(len(delivered)), folder=output), screen)
    if shown:
        folders = ", ".join(dict.fromkeys(path.rpartition("/")[0] for path in shown))
        told = trn(
            "{count} revocation list published in {folders}",
            "{count} revocation lists published in {folders}",
            len(shown),
            folders=folders,
        )
        lines += paragraph(told, screen)
    for message in messages:
        lines += paragraph(message, screen, style="warning")
    if delivered and steps:
        scripts = [(path, titled(title)) for path, title in steps]
        lines += [tr("next steps, for you to run:"), *fields(scripts, screen, indent=2)]
    lines += _waiting(waiting, screen)
    if unshown:
        lines += paragraph(tr("revocation lists that could not be published:"), screen, style="warning")
        lines += fields(unshown, screen, indent=2)
    style = "warning" if waiting or unshown else "good"
    lines += paragraph(next_text(next_due, waiting=len(waiting)), screen, style=style)
    return "\n".join(lines) + "\n"


def waiting_text(waiting: Sequence[tuple[str, str]], screen: Screen) -> str:
    """The places that wait for somebody else, each with the reason; empty when none does."""
    return "".join(f"{line}\n" for line in _waiting(waiting, screen))


def _waiting(waiting: Sequence[tuple[str, str]], screen: Screen) -> list[str]:
    if not waiting:
        return []
    return [*paragraph(tr("waiting for somebody else:"), screen), *fields(waiting, screen, indent=2)]


def _grouped(made: Sequence[Place]) -> Iterator[str]:
    """The places by address; many of one set as their number, wherever in the order they were made."""
    for group in dict.fromkeys(place.set for place in made):
        addresses = [place.id for place in made if place.set == group]
        yield from addresses if len(addresses) <= FEW else (tr("{count} of {set}", count=len(addresses), set=group),)
