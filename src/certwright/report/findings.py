"""What `check` said → text for people: findings in full, file by file, then the counts and why anything was skipped."""

from collections.abc import Iterator

from certwright.judged import FileFacts, told
from certwright.model import Report, Result, Status
from certwright.report.layout import Screen, columns_of, fields, paragraph
from certwright.report.told import remarks, signatures, unjudged
from certwright.report.words import counted_status, demands, files, status_width, status_word
from certwright.speech import tr

STYLES = {Status.OK: "good", Status.WARNING: "warning", Status.FAIL: "bad", Status.SKIPPED: "faint"}
LABEL = 8  # columns


def report_text(report: Report, screen: Screen, *, everything: bool = False) -> str:
    """Findings grouped by file, or with `everything` every result; the last line counts."""
    return "".join(report_parts(report, screen, everything=everything))


def report_parts(report: Report, screen: Screen, *, everything: bool = False) -> Iterator[str]:
    """The same line by line."""
    return (f"{line}\n" for line in _lines(report, screen, everything=everything))


def _lines(report: Report, screen: Screen, *, everything: bool) -> Iterator[str]:
    verified = {(one.place, one.path): one for one in report.files} if everything else {}
    for key, results in told(report.results if everything else report.findings()).by_file().items():
        yield from _heading(key, next(iter(results)), verified.get(key), screen)
        for result in results:
            yield from _result_lines(result, screen) if result.is_finding else _brief_lines(result, screen)
        yield ""
    if not everything:
        yield from _matched_lines(report, screen)
        yield from _skipped_lines(report, screen)
    for one in remarks(report):
        yield from paragraph(one, screen)
    for name in unjudged(report):
        yield from paragraph(tr("not judged: {name}", name=name), screen, style="warning")
    yield summary(report, screen)


def _heading(key: tuple[str, str], first: Result, facts: FileFacts | None, screen: Screen) -> Iterator[str]:
    place, path = key
    if path:
        yield from paragraph(path, screen, style="strong")
    yield from fields(
        [
            (tr("place") if path else tr("set"), place),
            (tr("subject"), first.subject),
            (tr("thumbprint"), first.thumbprint),
            (tr("verified"), "\n".join(signatures(facts)) if facts else ""),
        ],
        screen,
    )


def _brief_lines(result: Result, screen: Screen) -> Iterator[str]:
    told = f"{result.code}: {result.reason}" if result.reason else result.code
    yield from _status_lines(result.status, told, screen)


def _status_lines(status: Status, text: str, screen: Screen, style: str = "") -> Iterator[str]:
    indent, word = _indent(), status_word(status)
    first, *rest = paragraph(text, screen, indent=indent, style=style)
    yield "  " + screen.paint(word, STYLES[status]) + " " * (indent - 2 - columns_of(word)) + first[indent:]
    yield from rest


def _result_lines(result: Result, screen: Screen) -> Iterator[str]:
    yield from _status_lines(result.status, result.code, screen, "address")
    requirement = result.requirement
    rows = [(tr("demand"), requirement.text if requirement else ""), (tr("reason"), result.reason)]
    for mismatch in result.mismatches:
        where = f" ({mismatch.where})" if mismatch.where else ""
        rows += [(tr("expected"), mismatch.expected), (tr("found"), f"{mismatch.found}{where}")]
    if requirement:
        rows.append((tr("why"), requirement.why))
    rows.append((tr("fix"), result.fix or (requirement.fix if requirement else "")))
    if requirement:
        rows.append((tr("source"), "\n".join(map(str, requirement.sources))))
        rows.append((tr("see"), ", ".join(c.id for c in requirement.contradictions)))
    yield from fields(rows, screen, indent=_indent(), label=_label_width())


def _matched_lines(report: Report, screen: Screen) -> Iterator[str]:
    """Files of another form than planned, known by what they hold: as what they were judged."""
    for result in told(report.results).unasked():
        if result.code == "material.matched" and result.status is Status.OK:
            yield from paragraph(tr("{path} was judged as {place}", path=result.path, place=result.place), screen)


def _label_width() -> int:
    """So that all findings stand in line, whichever labels they have."""
    labels = (tr("demand"), tr("reason"), tr("expected"), tr("found"), tr("why"), tr("source"))
    return max(LABEL, *map(columns_of, labels))


def _indent() -> int:
    """Two columns, the longest status, one column."""
    return 2 + status_width() + 1


def _skipped_lines(report: Report, screen: Screen) -> Iterator[str]:
    codes = told(report.results).skipped()
    if codes:
        yield from paragraph(
            tr(
                "{demands} cannot be judged from these files; `--all` says which, and why",
                demands=demands(len(codes)),
            ),
            screen,
        )


def summary(report: Report, screen: Screen) -> str:
    """How many files were judged, and how many results have which status, in one line."""
    told = [
        screen.paint(counted_status(status, report.count(status)), STYLES[status] * bool(report.count(status)))
        for status in (Status.FAIL, Status.WARNING, Status.OK, Status.SKIPPED)
    ]
    return tr("{files} judged: {counts}", files=files(report.judged), counts=", ".join(told))
