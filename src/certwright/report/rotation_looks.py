"""What looks at consumers have shown → lines for people."""

from collections.abc import Sequence

from certwright.generations import Consumer, Sighting
from certwright.report.layout import Cell, Screen, paragraph, table
from certwright.speech import tr, trn


def seen_text(seen: Sequence[Sighting], screen: Screen) -> str:
    """A line for each consumer: when it was seen, and what of ours it has."""
    return "\n".join(_table([_seen(one) for one in seen], screen)) + "\n"


def looked_text(
    seen: Sequence[Sighting], failed: Sequence[tuple[str, str]], left: Sequence[Consumer], screen: Screen
) -> str:
    """The same, and then who was not seen and why, and who cannot be seen like that."""
    lines = _table([_seen(one) for one in seen], screen) if seen else []
    lines += [""] if lines and failed else []
    for consumer, why in failed:
        lines += paragraph(tr("{consumer} was not seen: {reason}", consumer=consumer, reason=why), screen)
    if left:
        names = ", ".join(one.id for one in left)
        told = trn(
            "not looked at, because it returns a report or nobody asked for it: {names}",
            "not looked at, because they return reports or nobody asked for it: {names}",
            len(left), names=names,
        )  # fmt: skip
        lines += ([""] if lines else []) + paragraph(told, screen)
    return "\n".join(lines or [tr("nobody was looked at")]) + "\n"


def _table(rows: Sequence[Sequence[Cell]], screen: Screen) -> list[str]:
    return table((tr("consumer"), tr("seen"), tr("what was seen")), rows, screen)


def _seen(one: Sighting) -> list[Cell]:
    when = f"{max(one.at, one.shown or one.at):%Y-%m-%d %H:%M}"
    return [Cell(one.consumer, "address"), Cell(when), Cell(_told(one))]


def _told(one: Sighting) -> str:
    parts = []
    if one.trusted is not None:
        parts.append(trn("trusts {count} of your authorities", "trusts {count} of your authorities", len(one.trusted)))
    if one.shown is not None:
        count = len(one.leaves)
        parts.append(trn("presents {count} of your certificates", "presents {count} of your certificates", count))
    return "; ".join(parts)
