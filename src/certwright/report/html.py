"""What `check` said → one HTML page that needs nothing else: no network, no script, dark and light, ready to print.

The filter by severity is three radio buttons and a style rule. Everything from a certificate passes through `_text`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from html import escape
from itertools import chain

from certwright.judged import FileFacts
from certwright.model import Contradiction, Document, Report, Result, Status
from certwright.report.chains import chains_svg
from certwright.report.envelope import moment
from certwright.report.html_style import STYLE
from certwright.report.timeline import timeline_svg
from certwright.report.told import (
    WORST_FIRST,
    Chapter,
    Sheet,
    brief,
    chapters,
    day,
    days_left,
    demanded,
    masked,
    remarks,
    remedy,
    signatures,
    skipped,
    sources,
    unjudged,
    verdict,
    visible,
    why,
)
from certwright.report.words import days, demands, files, status_word, titled
from certwright.speech import spoken, tr, trn

NOTHING_ELSE = "default-src 'none'; style-src 'unsafe-inline'"  # a browser that obeys loads nothing, runs nothing
FILTERS = ("all", "fail", "warning")


def html_text(report: Report, version: str) -> str:
    """The page, written by certwright `version` ("" is not told)."""
    return "".join(html_parts(report, version))


def html_parts(report: Report, version: str) -> Iterator[str]:
    """The same line by line."""
    made = chapters(report)
    lines = chain(
        _head(),
        _filters(),
        ["<main>"],
        _summary(report),
        _findings(made, report),
        _listed("unjudged", tr("Not judged"), unjudged(report)),
        _listed("remarks", tr("Remarks"), remarks(report)),
        _drawings(report),
        _files(made, report),
        _skipped(report),
        [f"<footer>{_text(_footer(version))}</footer>", "</main>"],
        ["</body>", "</html>"],
    )
    return (f"{line}\n" for line in lines)


def _footer(version: str) -> str:
    return tr("{program}. Thumbprints are masked.", program=f"certwright {version}".strip())


def _head() -> Iterator[str]:
    yield f'<!DOCTYPE html>\n<html lang="{spoken()}">\n<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{NOTHING_ELSE}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="color-scheme" content="light dark">'
    yield f"<title>{_text(tr('Certificate check'))}</title>\n<style>{STYLE}</style>\n</head>\n<body>"


def _filters() -> Iterator[str]:
    for name in FILTERS:
        checked = " checked" if name == "all" else ""
        yield f'<input type="radio" name="show" id="show-{name}" aria-label="{_text(_filter(name))}"{checked}>'


def _filter(name: str) -> str:
    match name:
        case "fail":
            return tr("Failures")
        case "warning":
            return tr("Warnings")
    return tr("All findings")


# ── above ─────────────────────────────────────────────────────────────────────────────────────────


def _summary(report: Report) -> Iterator[str]:
    worst = "fail" if report.count(Status.FAIL) else "warning" if report.findings() or report.unjudged else "ok"
    yield f'<header class="{worst}"><p class="eyebrow">{_text(tr("Certificate check"))}</p>'
    yield f"<h1>{_text(verdict(report))}</h1>"
    told = [tr("{files} judged", files=files(report.judged))]
    told += [_judged_for(report.now)] if report.now else []
    told += [titled(one.title) for one in report.sets if one.title != one.id]
    yield f'<p class="about">{" · ".join(map(_text, told))}</p>'
    yield '<ul class="counts">'
    for status in WORST_FIRST:
        number = report.count(status)
        yield f'<li class="{_kind(status)}{" none" * (not number)}"><b>{number}</b> {_text(status_word(status))}</li>'
    yield "</ul></header>"


def _judged_for(now: datetime) -> str:
    return tr("for {time} UTC", time=moment(now).replace("T", " ").removesuffix("Z"))


def _listed(kind: str, title: str, told: Sequence[str]) -> Iterator[str]:
    if told:
        yield f'<section class="{kind}"><h2>{_text(title)}</h2><ul>'
        yield from (f"<li>{_text(one)}</li>" for one in told)
        yield "</ul></section>"


def _drawings(report: Report) -> Iterator[str]:
    if timeline := timeline_svg(report.files, report.now):
        yield f'<section><h2>{_text(tr("Until when"))}</h2><div class="drawing">{timeline}</div></section>'
    if drawing := chains_svg(report.files, report.now):
        yield f'<section><h2>{_text(tr("Who signed what"))}</h2><div class="drawing">{drawing}</div></section>'


# ── findings ──────────────────────────────────────────────────────────────────────────────────────


def _findings(made: Sequence[Chapter], report: Report) -> Iterator[str]:
    wrong = [sheet for one in made for sheet in one.sheets if sheet.findings]
    if not wrong:
        return
    numbers = {
        "all": len(report.findings()),
        "fail": report.count(Status.FAIL),
        "warning": report.count(Status.WARNING),
    }
    yield f'<section class="findings"><h2>{_text(tr("Findings"))}</h2><p class="filter">'
    yield from (f'<label for="show-{name}">{_text(_filter(name))} <b>{numbers[name]}</b></label>' for name in FILTERS)
    yield "</p>"
    for sheet in wrong:
        yield from _sheet(sheet)
    yield "</section>"


def _sheet(sheet: Sheet) -> Iterator[str]:
    kinds = " ".join(sorted({f"has-{_kind(result.status)}" for result in sheet.findings}))
    yield f'<article class="sheet {kinds}"><h3>{_path(sheet.path or sheet.place)}</h3>'
    known = next((one for one in sheet.results if one.subject), None)
    rows = [(tr("place") if sheet.path else tr("set"), " · ".join(filter(None, (sheet.place, sheet.title))))]
    rows += [(tr("subject"), known.subject), (tr("thumbprint"), masked(known.thumbprint))] if known else []
    told = (f"<span>{_text(label)} <b>{_text(value)}</b></span>" for label, value in rows if value)
    yield f'<p class="about">{" ".join(told)}</p>'
    for result in sheet.findings:
        yield from _finding(result)
    yield "</article>"


def _finding(result: Result) -> Iterator[str]:
    yield f'<div class="finding {_kind(result.status)}">'
    yield f'<h4><span class="pill">{_text(status_word(result.status))}</span> <code>{_text(result.code)}</code></h4>'
    if demanded(result):
        yield f'<p class="demand">{_prose(demanded(result))}</p>'
    if result.reason:
        yield f'<p class="reason">{_text(result.reason)}</p>'
    for one in result.mismatches:
        where = f'<span class="where">{_text(one.where)}</span>' if one.where else ""
        expected, seen = _text(tr("expected")), _text(tr("found"))
        yield f'<dl class="evidence"><div class="expected"><dt>{expected}</dt><dd>{_text(one.expected)}</dd></div>'
        yield f'<div class="found"><dt>{seen} {where}</dt><dd>{_text(one.found)}</dd></div></dl>'
    yield '<dl class="reasons">'
    for kind, label, value in (("why", tr("why"), why(result)), ("fix", tr("fix"), remedy(result))):
        if value:
            yield f'<dt>{_text(label)}</dt><dd class="{kind}">{_prose(value)}</dd>'
    yield from _citations(result)
    yield "</dl></div>"


def _citations(result: Result) -> Iterator[str]:
    if sources(result):
        yield f"<dt>{_text(tr('source'))}</dt><dd>{'<br>'.join(map(_cited, sources(result)))}</dd>"
    disputed = result.requirement.contradictions if result.requirement else ()
    if disputed:
        yield f"<dt>{_text(tr('disputed'))}</dt><dd>{''.join(map(_disputed, disputed))}</dd>"


def _cited(source: Document) -> str:
    if not source.address.startswith(("https://", "http://")):
        return _text(str(source))
    return f'<a href="{_text(source.address)}" rel="noreferrer">{_text(str(source))}</a>'


def _disputed(one: Contradiction) -> str:
    told = one.issue
    if one.reading:
        told = tr("{issue} Reading: {reading}", issue=one.issue, reading=one.reading)
    return f"<p><b>{_text(one.id)}</b> {_prose(told)}</p>"


# ── below ─────────────────────────────────────────────────────────────────────────────────────────


def _files(made: Sequence[Chapter], report: Report) -> Iterator[str]:
    sheets = [(one, [sheet for sheet in one.sheets if sheet.path]) for one in made]
    if not any(inside for _, inside in sheets):
        return
    yield f'<section><h2>{_text(tr("Files"))}</h2><div class="wide"><table><thead>'
    yield f"<tr><th>{_text(tr('file'))}</th><th>{_text(tr('certificate'))}</th>"
    heads = (tr("valid until"), *map(status_word, WORST_FIRST))
    yield "".join(f'<th class="number">{_text(head)}</th>' for head in heads)
    yield "</tr></thead>"
    for chapter, inside in sheets:
        if inside:
            yield f'<tbody><tr class="set"><th colspan="7">{_text(chapter.title)}</th></tr>'
            yield from (row for sheet in inside for row in _file(sheet, report))
            yield "</tbody>"
    yield "</table></div></section>"


def _file(sheet: Sheet, report: Report) -> Iterator[str]:
    counts, link = sheet.counts(), sheet.certificate
    yield f'<tr class="{_kind(sheet.worst)}"><td class="path">{_path(sheet.path)}</td>'
    if link:
        remaining = f"<small>{_text(days(days_left(link, report.now)))}</small>" if report.now else ""
        ends = f'<small title="{_text(link.thumbprint)}">{_text(brief(link.thumbprint))}</small>'
        yield f"<td>{_path(link.subject)}{ends}{_signatures(sheet.facts)}</td>"
        yield f'<td class="number">{day(link.not_after)}{remaining}</td>'
    else:
        yield "<td></td><td></td>"
    for status in WORST_FIRST:
        yield f'<td class="number {_kind(status)}{" none" * (not counts[status])}">{counts[status]}</td>'
    yield "</tr>"


def _signatures(facts: FileFacts | None) -> str:
    """Those that were verified for the certificate, behind their number."""
    if not facts or not facts.signatures:
        return ""
    told = trn("{count} signature verified", "{count} signatures verified", len(facts.signatures))
    listed = "<br>".join(map(_text, signatures(facts)))
    return f"<details class='signed'><summary>{_text(told)}</summary>{listed}</details>"


def _skipped(report: Report) -> Iterator[str]:
    reasons = skipped(report)
    if reasons:
        number = len({code for codes in reasons.values() for code in codes})
        told = tr("{demands} skipped, and why", demands=demands(number))
        yield f"<section><details><summary>{_text(told)}</summary><dl class='skipped'>"
        yield from (f"<dt>{_text(reason)}</dt><dd>{_codes(codes)}</dd>" for reason, codes in reasons.items())
        yield "</dl></details></section>"


def _codes(codes: Iterable[str]) -> str:
    return " ".join(f"<code>{_text(code)}</code>" for code in codes)


def _kind(status: Status) -> str:
    return str(status).lower()


def _path(path: str) -> str:
    """A path or a name, which may be broken after slashes and dots."""
    return re.sub(r"([/.])", r"\1<wbr>", _text(path))


def _prose(text: str) -> str:
    """A sentence of the catalogue, where backticks mark what is to be typed or read literally."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", _text(text))


def _text(text: str) -> str:
    return escape(visible(text))
