"""What `check` said → text for people: findings in full, file by file, then the counts and why anything was skipped."""

from collections.abc import Iterable, Iterator

from certwright.judged import told
from certwright.model import Report, Result, Status
from certwright.report.layout import Screen, counted, fields, paragraph
from certwright.speech import tr

STYLES = {Status.OK: "good", Status.WARNING: "warning", Status.FAIL: "bad", Status.SKIPPED: "faint"}
INDENT = 10  # two columns, the longest status, one column


def report_text(report: Report, screen: Screen, *, everything: bool = False) -> str:
    """Findings grouped by file, or with `everything` every result; the last line counts."""
    lines: list[str] = []
    for (path, place), results in _by_file(report.results if everything else report.findings()).items():
        lines += _heading(path, place, results[0], screen)
        for result in results:
            lines += _result_lines(result, screen) if result.is_finding else _brief_lines(result, screen)
        lines.append("")
    lines += [] if everything else _matched_lines(report, screen)
    lines += [] if everything else _skipped_lines(report, screen)
    told = {result.path for result in report.findings()}
    for name in report.unjudged:
        if name.partition(": ")[0] not in told:
            lines += paragraph(f"not judged: {name}", screen, style="warning")
    lines += [summary(report, screen)]
    return "\n".join(lines) + "\n"


def _by_file(results: Iterable[Result]) -> dict[tuple[str, str], list[Result]]:
    files: dict[tuple[str, str], list[Result]] = {}
    for result in results:
        files.setdefault((result.path, result.place), []).append(result)
    return files


def _heading(path: str, place: str, first: Result, screen: Screen) -> Iterator[str]:
    if path:
        yield from paragraph(path, screen, style="strong")
    yield from fields(
        [("place" if path else "set", place), ("subject", first.subject), ("thumbprint", first.thumbprint)], screen
    )


def _brief_lines(result: Result, screen: Screen) -> Iterator[str]:
    told = f"{result.code}: {result.reason}" if result.reason else result.code
    yield from _status_lines(result.status, told, screen)


def _status_lines(status: Status, text: str, screen: Screen, style: str = "") -> Iterator[str]:
    first, *rest = paragraph(text, screen, indent=INDENT, style=style)
    yield "  " + screen.paint(status.value, STYLES[status]) + " " * (INDENT - 2 - len(status.value)) + first[INDENT:]
    yield from rest


def _result_lines(result: Result, screen: Screen) -> Iterator[str]:
    yield from _status_lines(result.status, result.code, screen, "address")
    requirement = result.requirement
    rows = [("demand", requirement.text if requirement else ""), ("reason", result.reason)]
    for mismatch in result.mismatches:
        where = f" ({mismatch.where})" if mismatch.where else ""
        rows += [("expected", mismatch.expected), ("found", f"{mismatch.found}{where}")]
    if requirement:
        rows.append(("why", requirement.why))
    rows.append(("fix", result.fix or (requirement.fix if requirement else "")))
    if requirement:
        rows.append(("source", "\n".join(map(str, requirement.sources))))
        rows.append(("see", ", ".join(c.id for c in requirement.contradictions)))
    yield from fields(rows, screen, indent=INDENT, label=8)


def _matched_lines(report: Report, screen: Screen) -> Iterator[str]:
    """Files of another form than planned, known by what they hold: as what they were judged."""
    for result in report.results:
        if result.code == "material.matched" and result.status is Status.OK:
            yield from paragraph(tr("{path} was judged as {place}", path=result.path, place=result.place), screen)


def _skipped_lines(report: Report, screen: Screen) -> Iterator[str]:
    codes = told(report.results).skipped()
    if codes:
        yield from paragraph(
            f"{counted(len(codes), 'demand')} cannot be judged from these files; `--all` says which, and why", screen
        )


def summary(report: Report, screen: Screen) -> str:
    """How many files were judged, and how many results have which status, in one line."""
    told = [
        screen.paint(f"{report.count(status)} {status.value}", STYLES[status] * bool(report.count(status)))
        for status in (Status.FAIL, Status.WARNING, Status.OK, Status.SKIPPED)
    ]
    return f"{counted(report.judged, 'file')} judged: {', '.join(told)}"
