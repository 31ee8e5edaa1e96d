"""Markdown for tickets: everything is told, and nothing that was found can become markup."""

import re
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from certwright.model import Mismatch, Report, Status
from certwright.report.markdown import markdown_text

from .applied import applied
from .hostile import EVIL, reports, texts
from .samples import FAIL, REPORT

CELLS = re.compile(r"(?<!\\)\|")


def spans(line: str) -> str:
    """The line with its code spans (CommonMark 6.1) taken out, and its escapes with them."""
    without = re.sub(r"(?<![`\\])(`+)(?!`).*?(?<!`)\1(?!`)", "", line)
    return re.sub(r"\\[\\`*_\[\]<>&|~#$!@+=.)\-0-9]", "", without)


def test_a_finding_is_told_in_full() -> None:
    told = markdown_text(REPORT)
    for fact in (
        "**1 failure and 1 warning to look at.**",
        "| 1 | 1 | 1 | 1 |",
        "### `east/Public Portal/PublicPortal.pfx`",
        "- Place: `east/portal`",
        "- Thumbprint: `012345****************************234567`",
        "#### ❌ Fail: `product.pfx-encryption`",
        "The PFX is encrypted with TripleDES-SHA1.",
        "| `TripleDES-SHA1` | `AES-256-CBC` | `key bag` |",
        "- Why: Otherwise the import fails.",
        "- Fix: run apply again",
        "- Source: [Certificate requirements (2025-08-12)](<https://example.com/requirements>)",
        "- See ASH-C14: Two pages disagree about encryption. Reading: Follow the newest page.",
        "#### ⚠️ Warning: `material.unexpected`",
        "- Reason: one certificate too many",
        "- `east/root.cer: missing`",
        "- no network was asked: `product.revocation`",
    ):
        assert fact in told


def test_a_real_report_lists_every_certificate_once() -> None:
    report = applied()
    told = markdown_text(report)
    table = told.partition("## Certificates\n\n")[2].partition("\n\n")[0].splitlines()
    assert len(table) - 2 == len({(facts.place, facts.path) for facts in report.files})
    assert re.search(r"2027-02-05 \| 4 \| (`Own [^`]+`, )+`itself` \| Fail \|", told)
    assert told.count("#### ") == len(report.findings())
    assert len([line for line in told.splitlines() if line.startswith("### ")]) == len(
        {(one.place, one.path) for one in report.findings()}
    )


def test_a_good_report_has_no_findings() -> None:
    told = markdown_text(applied(spoiled=False))
    assert "**Nothing is wrong.**" in told
    assert "## Findings" not in told


@settings(max_examples=60, deadline=None)
@given(reports())
def test_hostile_texts_never_become_markup(report: Report) -> None:
    told = markdown_text(report)
    told.encode("utf-8")
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e]", told)
    widths: list[int] = []
    for line in told.splitlines():
        if line.startswith("|"):
            widths.append(len(CELLS.findall(line)))
            assert len(widths) == 1 or widths[-1] == widths[-2], line
        else:
            widths = []
        assert not re.search(r"(?<!\]\()<(?!https?://)", spans(line)), line
    headings = sum(line.startswith("#### ") for line in told.splitlines())
    assert headings == len(report.findings())


@given(st.lists(texts, min_size=3, max_size=3))
def test_what_was_found_stays_in_its_cell(parts: list[str]) -> None:
    report = Report((replace(FAIL, mismatches=(Mismatch(*parts),)),), 1)
    rows = [line for line in markdown_text(report).splitlines() if line.startswith("|")]
    assert len(CELLS.findall(rows[-1])) == 4


def test_backticks_do_not_end_a_code_span() -> None:
    for evil in EVIL:
        report = Report((replace(FAIL, subject=f"`{evil}``", status=Status.WARNING),), 1)
        line = next(line for line in markdown_text(report).splitlines() if line.startswith("- Subject: "))
        assert spans(line) == "- Subject: "
