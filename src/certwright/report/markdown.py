"""What `check` said → Markdown for a change ticket: verdict, counts, certificates, findings with evidence and fix.

Values stand in code spans, where nothing is markup; prose is escaped.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from certwright.model import Contradiction, Document, Report, Result, Status
from certwright.report.envelope import moment
from certwright.report.told import (
    WORST_FIRST,
    Sheet,
    chapters,
    day,
    days_left,
    demanded,
    masked,
    one_line,
    remarks,
    remedies,
    signers,
    skipped,
    sources,
    unjudged,
    verdict,
    visible,
    why,
)
from certwright.report.words import files, status_word
from certwright.speech import tr

MARKUP = re.compile(r"([\\`*_\[\]<>&|~#$!@])")
STARTS = re.compile(r"^(\s*)([-+=]|\d+(?=[.)]))")


def markdown_text(report: Report) -> str:
    """The report as GitHub-flavoured Markdown; reads well unrendered, too."""
    return "".join(markdown_parts(report))


def markdown_parts(report: Report) -> Iterator[str]:
    """The same, paragraph by paragraph."""
    yield f"# {tr('Certificate check')}"
    yield from (f"\n\n{part}" for part in _parts(report))
    yield "\n"


def _parts(report: Report) -> Iterator[str]:
    yield f"**{_prose(verdict(report))}**"
    yield from _head(report)
    sheets = [sheet for chapter in chapters(report) for sheet in chapter.sheets]
    wrong = [sheet for sheet in sheets if sheet.findings]
    if wrong:
        yield f"## {tr('Findings')}"
        yield from (part for sheet in wrong for part in _sheet(sheet))
    if names := unjudged(report):
        yield f"## {tr('Not judged')}"
        yield "\n".join(f"- {_code(name)}" for name in names)
    if told := remarks(report):
        yield f"## {tr('Remarks')}"
        yield "\n".join(f"- {_prose(one)}" for one in told)
    if certified := [sheet for sheet in sheets if sheet.certificate]:
        yield f"## {tr('Certificates')}"
        yield "\n".join(_certificates(certified, report))
    if reasons := skipped(report):
        yield f"## {tr('Skipped')}"
        yield "\n".join(f"- {_prose(reason)}: {', '.join(map(_code, codes))}" for reason, codes in reasons.items())


def _head(report: Report) -> Iterator[str]:
    if report.now:
        yield tr("Judged for {time}, {files}.", time=moment(report.now), files=files(report.judged))
    counts = [str(report.count(status)) for status in WORST_FIRST]
    yield "\n".join(_table([status_word(status) for status in WORST_FIRST], [counts]))


def _certificates(sheets: Sequence[Sheet], report: Report) -> Iterator[str]:
    head = [tr("Place"), tr("File"), tr("Subject"), tr("Thumbprint"), tr("Valid until")]
    head += [tr("Days left")] if report.now else []
    head += [tr("Signatures verified"), tr("Verdict")]
    yield from _table(head, [_certificate(sheet, report) for sheet in sheets])


def _certificate(sheet: Sheet, report: Report) -> Iterator[str]:
    link = sheet.certificate
    assert link is not None, "only files with a certificate are listed"
    yield from (_code(sheet.place), _code(sheet.path), _code(link.subject), _code(link.thumbprint), day(link.not_after))
    if report.now:
        yield str(days_left(link, report.now))
    yield ", ".join(map(_code, signers(sheet.facts))) if sheet.facts and sheet.facts.signatures else "-"
    yield status_word(sheet.worst) if sheet.results else "-"


def _sheet(sheet: Sheet) -> Iterator[str]:
    yield f"### {_code(sheet.path or sheet.place)}"
    rows = [(tr("Place") if sheet.path else tr("Set"), sheet.place)]
    known = next((one for one in sheet.results if one.subject), None)
    if known:
        rows += [(tr("Subject"), known.subject), (tr("Thumbprint"), masked(known.thumbprint))]
    yield "\n".join(f"- {label}: {_code(value)}" for label, value in rows if value)
    yield from (part for result in sheet.findings for part in _finding(result))


def _finding(result: Result) -> Iterator[str]:
    mark = "❌" if result.status is Status.FAIL else "⚠️"
    yield f"#### {mark} {status_word(result.status)}: {_code(result.code)}"
    if demanded(result):
        yield _prose(demanded(result))
    evidence = [[_code(one.expected), _code(one.found), _code(one.where)] for one in result.mismatches]
    if evidence:
        yield "\n".join(_table([tr("Expected"), tr("Found"), tr("Where")], evidence))
    said, *typed = remedies(result)
    rows = [(tr("Reason"), result.reason), (tr("Why"), why(result)), (tr("Fix"), said)]
    listed = [f"- {label}: {_prose(value)}" for label, value in rows if value]
    listed += [f"  - {_code(one)}" for one in typed]
    listed += [f"- {tr('Source')}: {_cited(source)}" for source in sources(result)]
    disputed = result.requirement.contradictions if result.requirement else ()
    listed += [f"- {_disputed(one)}" for one in disputed]
    yield "\n".join(listed)


def _disputed(one: Contradiction) -> str:
    issue, reading = _prose(one.issue), _prose(one.reading)
    return tr("See {id}: {issue} Reading: {reading}", id=one.id, issue=issue, reading=reading)


def _cited(source: Document) -> str:
    if not re.fullmatch(r"https?://[^\s<>]+", source.address):
        return _prose(str(source))
    return f"[{_prose(str(source))}](<{source.address}>)"


# ── escaping ──────────────────────────────────────────────────────────────────────────────────────


def _table(head: Sequence[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """Cells are Markdown already; a pipe in one would end it (GFM 4.10)."""
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(_cell(cell) for cell in row)} |"


def _cell(markdown: str) -> str:
    return re.sub(r"\\*\|", r"\\|", markdown)  # backslashes before a pipe would be read differently by every reader


def _prose(text: str) -> str:
    """Text that is shown as it is, whatever it holds."""
    return STARTS.sub(r"\1\\\2", MARKUP.sub(r"\\\1", one_line(text)))


def _code(text: str) -> str:
    """A code span that no backtick inside can end (CommonMark 6.1); nothing for nothing."""
    shown = " ".join(visible(text).split("\n")).replace("\t", " ")
    if not shown.strip():
        return ""
    fence = "`" * (max(map(len, re.findall("`+", shown)), default=0) + 1)
    pad = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{pad}{shown}{pad}{fence}"
