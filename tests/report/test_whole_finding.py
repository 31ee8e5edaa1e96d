"""Every report carries the whole of a finding: what, where, how bad, why, what to do, who says so, who disagrees."""

import json
from collections.abc import Callable, Mapping
from html import unescape

import pytest

from certwright.model import Contradiction, Document, Mismatch, Report, Requirement, Result, Severity, Status
from certwright.report.envelope import json_text
from certwright.report.findings import report_text
from certwright.report.findings_json import report_document
from certwright.report.html import html_text
from certwright.report.junit import junit_text
from certwright.report.layout import Screen
from certwright.report.markdown import markdown_text
from certwright.report.readiness import readiness_text
from certwright.report.sarif import sarif_document

MASKED = "808F64" + "*" * 28 + "B1A3DC"
REQUIREMENT = Requirement(
    "product.privacy", "pfx.privacy", {}, Severity.WARNING, "The sentence.", "The reason.", "certwright apply --now",
    (Document("D-1", "The page", "https://example.com/page", "2025-08-12"),),
    (Contradiction("ASH-C31", "They disagree.", "The newest says so.", "We read it so."),),
)  # fmt: skip
FINDING = Result(
    "product.privacy", Status.WARNING, "east/portal", "east/portal.pfx",
    (Mismatch("encrypted ones", "open ones", "safe 2, bag 3"),), "", REQUIREMENT, "CN=portal", MASKED,
)  # fmt: skip
REPORT = Report((FINDING,), 1)
PARTS: Mapping[str, str] = {
    "code": "product.privacy", "place": "east/portal", "file": "east/portal.pfx", "bag": "safe 2, bag 3",
    "subject": "CN=portal", "masked thumbprint": MASKED, "expected": "encrypted ones", "found": "open ones",
    "sentence": "The sentence.", "why": "The reason.", "fix": "certwright apply --now", "document": "The page",
    "date": "2025-08-12", "contradiction": "ASH-C31",
}  # fmt: skip
SEVERE = {"table": "Warning", "json": '"severity": "warning"', "junit": "Warning: ", "sarif": '"level": "warning"',
          "markdown": "Warning", "html": "finding warning", "readiness": "Warning"}  # fmt: skip
SHORTER = {"readiness": {"place", "bag", "subject", "sentence", "why", "document", "date", "contradiction", "file"}}
FORMATS: Mapping[str, Callable[[Report], str]] = {
    "table": lambda report: report_text(report, Screen(200)),
    "json": lambda report: json_text(report_document(report)),
    "junit": junit_text,
    "sarif": lambda report: json.dumps(sarif_document(report, "1.2.3"), indent=1),
    "markdown": markdown_text,
    "html": lambda report: html_text(report, "1.2.3"),
    "readiness": lambda report: readiness_text(report, "1.2.3"),
}


@pytest.mark.parametrize("name", FORMATS)
def test_a_report_carries_the_whole_finding(name: str) -> None:
    text = unescape(FORMATS[name](REPORT)).replace("<wbr>", "").replace("\\*", "*").replace("\\", "")
    missing = [part for part, told in PARTS.items() if told not in text and part not in SHORTER.get(name, ())]
    assert missing == []
    assert SEVERE[name] in text


@pytest.mark.parametrize("name", FORMATS)
def test_no_report_tells_a_whole_thumbprint(name: str) -> None:
    assert "808F64" in FORMATS[name](REPORT)
    assert "*" * 20 in FORMATS[name](REPORT).replace("\\*", "*")
