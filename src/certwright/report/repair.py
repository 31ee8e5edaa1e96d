"""What a repair changes, and what it cannot → text for people. No password, and no part of one, ever.

The reason behind a demand is told once, however many files it changes.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from certwright.model import Result, Status
from certwright.report.layout import Screen, fields, paragraph
from certwright.report.words import counted_status, files
from certwright.speech import tr, trn
from certwright.value import value


@value
class Repair:
    """One change that mends a file without a new certificate. `code` is the demand it meets, "" when it comes along.

    `what` is the part that changes, `before` and `after` say from what to what; `why` is the demand's own reason.
    """

    place: str
    path: str
    code: str
    what: str
    before: str
    after: str
    why: str = ""


@value
class Locked:
    """A set and where its password is from; `file` is where a new one is written, "" for one that was known."""

    set: str
    source: str
    file: str = ""


@value
class Mended:
    """A repair as it will be done, or was. `new` are verdicts that only a new certificate changes, `wanted` those that
    something missing changes (a password, an authority); `notes` are verdicts on files that are written all the same.

    `strays` are files nobody asked for, with the reason; `passwords` says of each set where its password is.
    """

    output: str
    repairs: tuple[Repair, ...]
    kept: int
    written: int
    new: tuple[Result, ...]
    wanted: tuple[Result, ...]
    notes: tuple[Result, ...]
    strays: tuple[tuple[str, str], ...]
    passwords: tuple[Locked, ...]

    @property
    def whole(self) -> bool:
        """Whether nothing is left that somebody has to bring."""
        return not (self.new or self.wanted or any(one.status is Status.FAIL for one in self.notes))


def repair_text(mended: Mended, screen: Screen) -> str:
    """Every change by file with its demand, the reasons, what is left to others, and what comes out."""
    lines: list[str] = []
    for path, repairs in groupby(mended.repairs, key=lambda one: (one.path, one.place)):
        lines += _file_lines(path, tuple(repairs), screen)
    lines += _reasons(mended.repairs, screen)
    lines += _left(mended.new, tr("needs a new certificate; nothing is written for these"), screen)
    lines += _left(mended.wanted, tr("needs something that is not here; nothing is written for these"), screen)
    lines += _notes(mended.notes, screen)
    if mended.strays:
        lines += [*fields([(tr("left out"), tr("files that are no place's"))], screen, style="strong")]
        for stray, reason in mended.strays:
            lines += [*paragraph(stray, screen, indent=2), *paragraph(reason, screen, indent=6)]
        lines.append("")
    if mended.passwords:
        lines += [*fields([(tr("passwords"), tr("one for each set"))], screen, style="strong")]
        rows = [(one.set, f"{one.source}, {one.file}" if one.file else one.source) for one in mended.passwords]
        lines += [*fields(rows, screen, indent=2), ""]
    lines += paragraph(_summary(mended), screen, style="good" if mended.whole else "warning")
    return "\n".join(lines) + "\n"


def _file_lines(address: tuple[str, str], repairs: Sequence[Repair], screen: Screen) -> Iterator[str]:
    path, place = address
    yield from paragraph(path or place, screen, style="strong")
    if path:
        yield from fields([(tr("place"), place)], screen, indent=2)
    for repair in repairs:
        demand = repair.code or tr("comes along")
        yield from fields([(repair.what, demand)], screen, indent=2, style="address")
        yield from fields([(tr("from"), repair.before), (tr("to"), repair.after)], screen, indent=6)
    yield ""


def _reasons(repairs: Iterable[Repair], screen: Screen) -> Iterator[str]:
    reasons = {repair.code: repair.why for repair in repairs if repair.code and repair.why}
    if reasons:
        yield from fields([(tr("why"), tr("`certwright explain CODE` says more"))], screen, style="strong")
        for code, why in reasons.items():
            yield from paragraph(code, screen, indent=2, style="address")
            yield from paragraph(why, screen, indent=6)
        yield ""


def _left(results: Sequence[Result], title: str, screen: Screen) -> Iterator[str]:
    if not results:
        return
    yield from paragraph(title, screen, style="bad")
    for place, told in groupby(results, key=lambda one: one.place):
        yield from paragraph(place, screen, indent=2, style="strong")
        for result in told:
            yield from paragraph(result.code, screen, indent=4, style="address")
            yield from fields(_rows(result), screen, indent=6)
    yield ""


def _rows(result: Result) -> list[tuple[str, str]]:
    requirement = result.requirement
    rows = [(tr("file"), result.path), (tr("demand"), _text(result) if requirement else "")]
    rows += [(tr("reason"), result.reason)]
    for mismatch in result.mismatches:
        rows += [(tr("expected"), mismatch.expected), (tr("found"), mismatch.found)]
    return [*rows, (tr("fix"), result.fix or (requirement.fix if requirement else ""))]


def _notes(results: Sequence[Result], screen: Screen) -> Iterator[str]:
    """Findings on files that are written: how often each, because `check` says where."""
    counts = {code: [one for one in results if one.code == code] for code in dict.fromkeys(one.code for one in results)}
    if counts:
        yield from fields(
            [(tr("remains"), tr("findings on what is written; packing does not change them"))], screen, style="strong"
        )
        rows = [
            (code, f"{counted_status(found[0].status, len(found))}; {_text(found[0])}")
            for code, found in counts.items()
        ]
        yield from fields(rows, screen, indent=2)
        yield ""


def _text(result: Result) -> str:
    return result.requirement.text if result.requirement else result.reason


def _summary(mended: Mended) -> str:
    told = tr(
        "{changed} changed; {kept} as they were; {written} for {folder}",
        changed=files(len({one.path for one in mended.repairs if one.path})),
        kept=mended.kept,
        written=files(mended.written),
        folder=mended.output,
    )
    left = len({one.place for one in (*mended.new, *mended.wanted)})
    return trn("{summary}; {count} left to you", "{summary}; {count} left to you", left, summary=told) if left else told


def repaired_text(mended: Mended, basis: str, screen: Screen, *, dry_run: bool) -> str:
    """Whether it was written, and how to see for oneself that it is right."""
    if dry_run:
        return "\n".join(paragraph(tr("nothing was written; without --dry-run it is"), screen)) + "\n"
    drawn = [(one.set, one.file) for one in mended.passwords if one.file]
    options = "".join(f" --password-file {group}='{file}'" for group, file in drawn)
    told = tr("written; to judge it: {command}", command=f"certwright check {mended.output} {basis}{options}")
    return "\n".join(paragraph(told, screen)) + "\n"
