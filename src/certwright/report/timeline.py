"""How long every certificate of a report is good, as one SVG drawing with today in it.

Certificates that begin and end on the same days share a bar; bars that run on beyond the drawing end in an arrow.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from html import escape

from certwright.judged import FileFacts, Link
from certwright.report.told import day, days_left, one_line, short
from certwright.report.words import days
from certwright.speech import tr, trn
from certwright.value import value

WIDTH, ROW, BAR, TOP = 900, 40, 9, 36
SOON = 30  # days
MOST_ROWS = 60
NAMED = 70  # letters of a label; the whole of it is in the title
YEAR = timedelta(days=365)


@value
class Span:
    """One bar: the certificates it stands for, and whether they are authorities."""

    links: tuple[Link, ...]
    authority: bool

    @property
    def begins(self) -> datetime:
        return min(link.not_before for link in self.links)

    @property
    def ends(self) -> datetime:
        return min(link.not_after for link in self.links)

    @property
    def label(self) -> str:
        name = one_line(short(self.links[0].subject))
        name = name if len(name) <= NAMED else f"{name[:NAMED]}…"
        return name if len(self.links) == 1 else tr("{name} and {count} more", name=name, count=len(self.links) - 1)


def spans(files: Iterable[FileFacts]) -> list[Span]:
    """Every distinct certificate in one bar, what ends first at the top; authorities below."""
    above = {link for facts in files for link in facts.chain[1:]}
    leaves = dict.fromkeys(facts.certificate for facts in files if facts.certificate not in above)
    shared: dict[tuple[str, str], list[Link]] = {}
    for link in leaves:
        shared.setdefault((day(link.not_before), day(link.not_after)), []).append(link)
    bars = [Span(tuple(links), authority=False) for links in shared.values()]
    bars += [Span((link,), authority=True) for link in above]
    return sorted(bars, key=lambda bar: (bar.authority, bar.ends, bar.label))


def timeline_svg(files: Sequence[FileFacts], now: datetime | None) -> str:
    """The drawing; empty when there is no certificate, or no day to measure from."""
    bars = spans(files)
    if not bars or now is None:
        return ""
    shown = bars[:MOST_ROWS]
    scale = _scale(bars, now)
    height = TOP + ROW * len(shown) + (18 if len(bars) > len(shown) else 0)
    number = sum(len(bar.links) for bar in bars)
    told = escape(trn("when {count} certificate will end", "when {count} certificates will end", number))
    lines = [f'<svg class="timeline" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{told}">']
    lines += [*_ticks(scale, height), *_today(scale, now, height)]
    for number, bar in enumerate(shown):
        lines += _bar(bar, scale, TOP + ROW * number, now)
    if len(bars) > len(shown):
        more = trn("{count} more bars end later", "{count} more bars end later", len(bars) - len(shown))
        lines.append(f'<text x="0" y="{height - 4}">{escape(more)}</text>')
    return "\n".join([*lines, "</svg>"])


@value
class Scale:
    """Days → columns of the drawing."""

    start: datetime
    end: datetime

    def at(self, when: datetime) -> float:
        """Where a day lies; days outside lie on the edge."""
        share = (when - self.start) / (self.end - self.start)
        return round(min(max(share, 0.0), 1.0) * WIDTH, 1)


def _scale(bars: Sequence[Span], now: datetime) -> Scale:
    """From a little before today or the first beginning to a little after the last leaf ends; roots may run on."""
    leaves = [bar for bar in bars if not bar.authority] or bars
    start = max(min(now, *(bar.begins for bar in leaves)), now - 2 * YEAR)
    end = max(now + YEAR / 4, min(max(bar.ends for bar in leaves), now + 30 * YEAR))
    margin = (end - start) * 0.06
    return Scale(start - margin / 2, end + margin * 2)


def _ticks(scale: Scale, height: int) -> Iterator[str]:
    for when in _marks(scale):
        left = scale.at(when)
        told, kind = (str(when.year), "mark year") if when.month == 1 else (_month(when.month), "mark")
        yield f'<path class="tick" d="M{left} 16V{height}"/>'
        yield f'<text class="{kind}" x="{left}" y="11" text-anchor="middle">{told}</text>'


def _month(number: int) -> str:
    """The first month of a quarter, abbreviated."""
    return {4: tr("Apr"), 7: tr("Jul"), 10: tr("Oct")}[number]


def _marks(scale: Scale) -> Iterator[datetime]:
    """First days of years; of quarters when there is room."""
    years = (scale.end - scale.start) / YEAR
    months = (1, 4, 7, 10) if years < 4 else (1,)
    step = max(1, round(years / 12))
    for year in range(scale.start.year, scale.end.year + 1):
        for month in months:
            when = datetime(year, month, 1, tzinfo=UTC)
            if scale.start < when < scale.end and year % step == 0:
                yield when


def _bar(bar: Span, scale: Scale, top: int, now: datetime) -> Iterator[str]:
    runs_on = bar.ends > scale.end
    left, right = scale.at(bar.begins), WIDTH - 14 if runs_on else scale.at(bar.ends)
    remaining = days_left(min(bar.links, key=lambda link: link.not_after), now)
    kind = "ended" if remaining < 0 else "soon" if remaining < SOON else "authority" if bar.authority else "fine"
    whole = "\n".join(one_line(link.subject) for link in bar.links)
    count = tr("{days} ago", days=days(-remaining)) if remaining < 0 else tr("{days} left", days=days(remaining))
    yield f'<g class="span {kind}"><title>{escape(whole)}</title>'
    yield f'<text class="name" x="0" y="{top + 15}">{escape(bar.label)}</text>'
    yield f'<text class="until" x="{WIDTH}" y="{top + 15}" text-anchor="end">{day(bar.ends)} · {escape(count)}</text>'
    yield f'<rect x="{left}" y="{top + 21}" width="{max(right - left, 3):.1f}" height="{BAR}" rx="{BAR / 2}"/>'
    if runs_on:
        yield f'<path class="on" d="M{WIDTH - 11} {top + 21}l11 {BAR / 2}l-11 {BAR / 2}z"/>'
    yield "</g>"


def _today(scale: Scale, now: datetime, height: int) -> Iterator[str]:
    left = scale.at(now)
    anchor, aside = ("start", left + 4) if left < WIDTH / 2 else ("end", left - 4)
    yield f'<path class="today" d="M{left} 16V{height}"/>'
    yield f'<text class="today" x="{aside}" y="29" text-anchor="{anchor}">{day(now)}</text>'
