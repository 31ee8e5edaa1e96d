"""JUnit files are accepted by the schema of those who read them, and tell every result once."""

import subprocess
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

from hypothesis import given, settings

from certwright.model import Report, Result, Status
from certwright.report.junit import junit_text

from .applied import applied
from .hostile import reports
from .samples import FAIL, REPORT

SCHEMA = Path(__file__).parents[1] / "cases" / "schemas" / "junit-10.xsd"


def judge(text: str) -> None:
    done = subprocess.run(
        ["xmllint", "--nonet", "--noout", "--schema", str(SCHEMA), "-"],
        input=text.encode(), capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()


def test_a_real_report_keeps_to_the_schema() -> None:
    for report in (applied(), applied(spoiled=False), REPORT, Report((), 0)):
        judge(junit_text(report))


def test_the_schema_can_refuse() -> None:
    broken = junit_text(REPORT).replace("<testcase ", "<testcase colour='red' ", 1)
    done = subprocess.run(
        ["xmllint", "--nonet", "--noout", "--schema", str(SCHEMA), "-"],
        input=broken.encode(), capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode != 0


def test_every_result_is_a_test_case_and_the_numbers_add_up() -> None:
    report = applied()
    root = ET.fromstring(junit_text(report))
    suites = root.findall("testsuite")
    cases = [case for suite in suites for case in suite.findall("testcase")]
    assert len(cases) == len(report.results) == int(root.attrib["tests"])
    assert len({(case.attrib["classname"], case.attrib["name"]) for case in cases}) == len(cases)
    assert int(root.attrib["failures"]) == report.count(Status.FAIL) == sum(1 for _ in root.iter("failure"))
    assert sum(1 for _ in root.iter("skipped")) == report.count(Status.SKIPPED)
    for suite in suites:
        kinds = Counter(child.tag for case in suite.findall("testcase") for child in case)
        assert suite.attrib["tests"] == str(len(suite.findall("testcase")))
        assert [int(suite.attrib[name]) for name in ("failures", "errors", "skipped")] == [
            kinds["failure"],
            kinds["error"],
            kinds["skipped"],
        ]
    assert {suite.attrib["name"] for suite in suites} >= {"site/core", "site/stamp"}


def test_a_failure_says_what_why_and_how() -> None:
    root = ET.fromstring(junit_text(REPORT))
    (failure,) = root.iter("failure")
    assert failure.attrib == {
        "type": "product.pfx-encryption",
        "message": "expected TripleDES-SHA1; found AES-256-CBC (key bag)",
    }
    told = failure.text or ""
    for fact in (
        "demand: The PFX is",
        "why: Otherwise the import fails.",
        "fix: run apply again",
        "source: Certificate",
    ):
        assert fact in told
    assert FAIL.thumbprint not in told
    (warning,) = root.iter("system-out")
    assert (warning.text or "").startswith("Warning: evidence: one certificate too many")
    assert "east/root.cer: missing" in "".join(one.text or "" for one in root.iter("system-err"))


def test_our_own_stumbling_is_an_error() -> None:
    root = ET.fromstring(junit_text(Report((Result("material.judgement-failed", Status.FAIL, "a/b", "c"),), 1)))
    assert (root.attrib["errors"], root.attrib["failures"]) == ("1", "0")
    assert [one.attrib["type"] for one in root.iter("error")] == ["material.judgement-failed"]


@settings(max_examples=60, deadline=None)
@given(reports())
def test_hostile_texts_stay_texts(report: Report) -> None:
    text = junit_text(report)
    root = ET.fromstring(text.encode("utf-8"))
    assert {one.tag for one in root.iter()} <= {
        "testsuites", "testsuite", "properties", "property", "testcase", "failure", "error", "skipped", "system-out",
        "system-err",
    }  # fmt: skip
    assert sum(1 for _ in root.iter("testcase")) == len(report.results)


@settings(max_examples=8, deadline=None)
@given(reports())
def test_hostile_reports_keep_to_the_schema(report: Report) -> None:
    judge(junit_text(report))
