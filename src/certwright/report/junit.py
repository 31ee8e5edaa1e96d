"""What `check` said → JUnit XML: a test suite a set, a test case a file and demand.

JUnit knows no warnings: a demand that warns is a passed test with its finding in `system-out`.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC
from html import escape

from certwright.judged import Told, told
from certwright.model import Document, Report, Result, Status
from certwright.report.told import Chapter, Sheet, chapters, demanded, found, masked, remedy, sources, visible, why
from certwright.speech import tr

STUMBLED = "material.judgement-failed"  # our own work failing: an error, not a failure


def junit_text(report: Report) -> str:
    """The report as JUnit XML, as Jenkins, GitLab and Azure DevOps read it."""
    return "".join(junit_parts(report))


def junit_parts(report: Report) -> Iterator[str]:
    """The same line by line."""
    return (f"{line}\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    suites = [one for one in chapters(report) if any(sheet.results for sheet in one.sheets)]
    stamp = f' timestamp="{report.now.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"' if report.now else ""
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield f"<testsuites name={_quoted('certwright check')} {_numbers([told(report.results)], whole=True)}>"
    for number, suite in enumerate(suites):
        yield from _suite(suite, number, stamp)
    if report.unjudged:
        yield from _unjudged(report.unjudged, len(suites), stamp)
    yield "</testsuites>"


def _suite(suite: Chapter, number: int, stamp: str) -> Iterator[str]:
    numbers = _numbers([sheet.results for sheet in suite.sheets])
    yield f'  <testsuite name={_quoted(suite.id)} id="{number}" {numbers}{stamp}>'
    yield f'    <properties><property name="title" value={_quoted(suite.title)}/></properties>'
    for sheet in suite.sheets:
        yield from _cases(sheet)
    yield "  </testsuite>"


def _unjudged(names: Sequence[str], number: int, stamp: str) -> Iterator[str]:
    """What nothing could be said about is told where logs are read: it neither passed nor failed."""
    numbers = 'tests="0" failures="0" errors="0" skipped="0"'
    yield f'  <testsuite name={_quoted(tr("not judged"))} id="{number}" {numbers}{stamp}>'
    yield f"    <system-err>{_text(chr(10).join(names))}</system-err>"
    yield "  </testsuite>"


def _numbers(groups: Sequence[Told[Result]], *, whole: bool = False) -> str:
    """How many of which kind; what is in order is not looked at one by one."""
    tests = sum(map(len, groups))
    kinds = Counter(_kind(finding) for results in groups for finding in results.findings())
    numbers = f'tests="{tests}" failures="{kinds["failure"]}" errors="{kinds["error"]}"'
    skipped = sum(results.tally().get(Status.SKIPPED, 0) for results in groups)
    return numbers if whole else f'{numbers} skipped="{skipped}"'


def _kind(result: Result) -> str:
    if result.status is Status.FAIL:
        return "error" if result.code == STUMBLED else "failure"
    return {Status.WARNING: "system-out", Status.SKIPPED: "skipped"}.get(result.status, "")


def _cases(sheet: Sheet) -> Iterator[str]:
    """One demand may stand twice for one file; a number keeps the names apart."""
    seen: Counter[str] = Counter()
    for result in sheet.results:
        seen[result.code] += 1
        name = result.code if seen[result.code] == 1 else f"{result.code} ({seen[result.code]})"
        start = f"    <testcase classname={_quoted(sheet.path or sheet.place)} name={_quoted(name)}"
        kind = _kind(result)
        yield f"{start}>{_said(result, kind)}</testcase>" if kind else f"{start}/>"


def _said(result: Result, kind: str) -> str:
    if kind == "skipped":
        return f"<skipped message={_quoted(result.reason)}/>"
    if kind == "system-out":
        return f"<system-out>{_text(tr('Warning: {finding}', finding=_finding(result)))}</system-out>"
    message = "; ".join(found(result)) or demanded(result)
    return f"<{kind} type={_quoted(result.code)} message={_quoted(message)}>{_text(_finding(result))}</{kind}>"


def _finding(result: Result) -> str:
    rows = [(tr("demand"), demanded(result)), *((tr("evidence"), one) for one in found(result))]
    rows += [(tr("why"), why(result)), (tr("fix"), remedy(result))]
    rows += [(tr("place"), result.place), (tr("subject"), result.subject)]
    rows += [(tr("thumbprint"), masked(result.thumbprint)), *((tr("source"), _cited(one)) for one in sources(result))]
    disputed = result.requirement.contradictions if result.requirement else ()
    rows.append((tr("see"), ", ".join(one.id for one in disputed)))
    return "\n".join(f"{label}: {value}" for label, value in rows if value)


def _cited(source: Document) -> str:
    return f"{source} {source.address}".rstrip()


def _text(text: str) -> str:
    return escape(visible(text), quote=False)


def _quoted(text: str) -> str:
    """An attribute's value with its quotes; line breaks become references, or parsers would make spaces of them."""
    return '"' + re.sub(r"[\n\t]", lambda odd: f"&#{ord(odd[0])};", escape(visible(text))) + '"'
