"""What looks at consumers have shown → lines for people."""

from collections.abc import Sequence

from certwright.generations import Sighting
from certwright.report.layout import Cell, Screen, table
from certwright.speech import tr, trn


def seen_text(seen: Sequence[Sighting], failed: Sequence[tuple[str, str]], screen: Screen) -> str:
    """A line for each consumer: when and how it was seen, and what of ours it has; or why it was not seen."""
    rows = [[Cell(one.consumer, "address"), Cell(_day(one)), Cell(_told(one), "good")] for one in seen]
    rows += [[Cell(consumer, "address"), Cell("-"), Cell(why, "warning")] for consumer, why in failed]
    if not rows:
        return tr("nobody was looked at") + "\n"
    return "\n".join(table((tr("consumer"), tr("seen"), tr("what was seen")), rows, screen)) + "\n"


def _day(one: Sighting) -> str:
    return f"{max(one.at, one.shown or one.at):%Y-%m-%d %H:%M}"


def _told(one: Sighting) -> str:
    parts = []
    if one.trusted is not None:
        parts.append(trn("trusts {count} of your authorities", "trusts {count} of your authorities", len(one.trusted)))
    if one.shown is not None:
        count = len(one.leaves)
        parts.append(trn("presents {count} of your certificates", "presents {count} of your certificates", count))
    return "; ".join(parts) or tr("nothing of yours")
