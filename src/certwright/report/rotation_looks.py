"""What looks at consumers have shown → lines for people."""

from collections.abc import Iterator, Sequence

from certwright.generations import Consumer, Sighting
from certwright.report.layout import Cell, Screen, paragraph, table
from certwright.speech import tr, trn
from certwright.typed import typed


def seen_text(seen: Sequence[Sighting], screen: Screen) -> str:
    """A line for each consumer: when it was seen, and what of ours it has."""
    return "\n".join(_table([_seen(one) for one in seen], screen)) + "\n"


def looked_text(
    seen: Sequence[Sighting], failed: Sequence[tuple[str, str]], left: Sequence[Consumer], file: str, screen: Screen
) -> str:
    """The same, and then who was not seen and why, and who cannot be seen like that."""
    lines = _table([_seen(one) for one in seen], screen) if seen else []
    lines += [""] if lines and failed else []
    for consumer, why in failed:
        lines += paragraph(tr("{consumer} was not seen: {reason}", consumer=consumer, reason=why), screen)
    told = list(_left(left, file))
    lines += [""] if lines and told else []
    for one in told:
        lines += paragraph(one, screen)
    return "\n".join(lines or [tr("nobody was looked at")]) + "\n"


def _left(left: Sequence[Consumer], file: str) -> Iterator[str]:
    """Who was not looked at, and what to type for it."""
    ways = {
        way: [one.id for one in left if one.look.partition(":")[0] == way] for way in ("https", "cluster", "report")
    }
    look = f"certwright ca look {typed(file)}"
    for way, option in (("https", "--online"), ("cluster", "--cluster")):
        if names := ways[way]:
            yield tr("not looked at, because nobody asked for it: {names}; {command}",
                     names=", ".join(names), command=f"{look} {option}")  # fmt: skip
    if names := ways["report"]:
        command = f"certwright ca script {typed(file)} {names[0]}"
        yield trn(
            "not looked at, because it returns a report: {names}; what it runs for it prints {command}",
            "not looked at, because they return reports: {names}; what the first runs for it prints {command}",
            len(names), names=", ".join(names), command=command,
        )  # fmt: skip


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
