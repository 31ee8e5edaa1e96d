"""The distinct chains of a report as one SVG drawing: certificates at the left, what signed them to the right.

Everything shown is escaped here; colours are the page's (`var(--…)`), so dark, light and print come by themselves.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from html import escape
from typing import TypeAlias

from certwright.judged import FileFacts, Link
from certwright.report.told import brief, day, one_line, short
from certwright.report.words import certificates
from certwright.speech import tr, trn
from certwright.value import value

WIDTH, GAP, LINE, PAD = 284, 44, 17, 12  # of a box; between boxes; of a line of text; inside a box
LETTERS, MOST_LINES = 36, 4  # of a line in a box; the whole text is in its title
MOST_LISTED = 3


Above: TypeAlias = tuple[tuple[Link, ...], bool]  # what stands above a certificate, and whether it ends in a root


@value
class Box:
    """One box: a kind (its class), a heading above, lines inside, and the whole text for whoever points at it."""

    kind: str
    heading: str
    lines: tuple[str, ...]
    whole: str

    @property
    def height(self) -> int:
        return PAD * 2 + LINE * (len(self.lines) + 1)


def chains(files: Iterable[FileFacts]) -> dict[Above, list[Link]]:
    """What stands above a certificate, and whether it ends in a root → the distinct certificates below it."""
    drawn: dict[Above, dict[Link, None]] = {}
    for facts in files:
        if facts.complete is not None:
            drawn.setdefault((facts.chain[1:], facts.complete), {})[facts.certificate] = None
    return {key: list(below) for key, below in drawn.items() if not _is_part(key, [*below], drawn)}


def _is_part(
    key: tuple[tuple[Link, ...], bool], below: Sequence[Link], drawn: Iterable[tuple[tuple[Link, ...], bool]]
) -> bool:
    """Authorities delivered as files of their own are in the drawings of what they signed."""
    return all(any((link, *key[0]) == above[-len(key[0]) - 1 :] for above, _ in drawn) for link in below)


def chains_svg(files: Iterable[FileFacts], now: datetime | None) -> str:
    """The drawing; empty when no file carries a chain."""
    rows = [_row(above, below, now, complete=whole) for (above, whole), below in chains(files).items()]
    if not rows:
        return ""
    width = max(len(row) for row in rows) * (WIDTH + GAP) - GAP + 2
    shapes: list[str] = []
    top = 1
    for row in rows:
        shapes += _draw(row, top)
        top += max(box.height for box in row) + 26
    height = top - 24
    told = escape(
        trn(
            "{count} distinct chain, from each certificate to its root",
            "{count} distinct chains, from each certificate to its root",
            len(rows),
        )
    )
    start = f'<svg class="chains" viewBox="0 0 {width} {height}" width="{width}" role="img" aria-label="{told}">'
    return "\n".join([start, *shapes, "</svg>"])


# ── what is in the boxes ──────────────────────────────────────────────────────────────────────────


def _row(above: Sequence[Link], below: Sequence[Link], now: datetime | None, *, complete: bool) -> list[Box]:
    row = [_leaves(below, now)]
    for number, link in enumerate(above, 1):
        row.append(_box(link, "root" if complete and number == len(above) else "issuing", now))
    if not complete:
        missing = (above or below)[-1].issuer
        row.append(Box("missing", tr("missing"), _wrapped(short(missing)), tr("not found: {name}", name=missing)))
    return row


def _leaves(below: Sequence[Link], now: datetime | None) -> Box:
    if len(below) == 1:
        return _box(below[0], "certificate", now)
    names = [short(link.subject) for link in below]
    listed = [line for name in names[:MOST_LISTED] for line in _wrapped(name)]
    more = len(names) - MOST_LISTED
    first, last = min(link.not_after for link in below), max(link.not_after for link in below)
    until = day(first) if day(first) == day(last) else f"{day(first)} … {day(last)}"
    rest = [tr("and {count} more", count=more)] if more > 0 else []
    lines = (*listed, *rest, tr("until {date}", date=until))
    return Box(_kind("certificate", first, now), certificates(len(below)), lines, "\n".join(names))


def _box(link: Link, role: str, now: datetime | None) -> Box:
    lines = (*_wrapped(short(link.subject)), brief(link.thumbprint))
    kind = _kind(role, link.not_after, now)
    until = tr("until {date}", date=day(link.not_after))
    return Box(kind, _role_word(role), (*lines, until), f"{link.subject}\n{link.thumbprint}")


def _role_word(role: str) -> str:
    match role:
        case "root":
            return tr("root")
        case "issuing":
            return tr("issuing")
    return tr("certificate")


def _kind(role: str, until: datetime, now: datetime | None) -> str:
    return f"{role} ended" if now and until < now else role


def _wrapped(text: str) -> tuple[str, ...]:
    """The text in lines of LETTERS, broken after a dot or space where there is one: names have few spaces."""
    rest = one_line(text) or tr("(no subject)")
    lines: list[str] = []
    while len(rest) > LETTERS and len(lines) < MOST_LINES - 1:
        at = max(rest.rfind(".", 0, LETTERS), rest.rfind(" ", 0, LETTERS)) + 1
        at = at if at > LETTERS // 3 else LETTERS
        lines.append(rest[:at])
        rest = rest[at:]
    return (*lines, rest if len(rest) <= LETTERS else "…")


# ── lines and letters ─────────────────────────────────────────────────────────────────────────────


def _draw(row: Sequence[Box], top: int) -> Iterator[str]:
    middle = top + max(box.height for box in row) / 2
    for number, box in enumerate(row):
        left = 1 + number * (WIDTH + GAP)
        if number:
            kind = "arrow broken" if box.kind == "missing" else "arrow"
            tip = left - 4
            yield f'<path class="{kind}" d="M{left - GAP + 4} {middle}H{tip - 1}"/>'
            yield f'<path class="tip" d="M{tip} {middle}l-8 -4.5v9z"/>'
        yield from _drawn_box(box, left, middle - box.height / 2)


def _drawn_box(box: Box, left: int, top: float) -> Iterator[str]:
    yield f'<g class="box {box.kind}"><title>{_shown(box.whole)}</title>'
    yield f'<rect x="{left}" y="{top}" width="{WIDTH}" height="{box.height}" rx="8"/>'
    yield f'<text class="role" x="{left + PAD}" y="{top + PAD + 11}">{_shown(box.heading)}</text>'
    for number, line in enumerate(box.lines, 1):
        yield f'<text x="{left + PAD}" y="{top + PAD + 12 + LINE * number}">{_shown(line)}</text>'
    yield "</g>"


def _shown(text: str) -> str:
    return escape("\n".join(one_line(line) for line in text.split("\n")))
