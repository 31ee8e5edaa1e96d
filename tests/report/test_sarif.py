"""SARIF logs are accepted by the schema, and a finding keeps its fingerprint and its place."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings

from certwright.model import Report, Status
from certwright.report.envelope import json_text
from certwright.report.sarif import sarif_document

from .applied import applied
from .hostile import reports
from .samples import FAIL, REPORT

SCHEMA = Path(__file__).parents[1] / "cases" / "schemas" / "sarif-2.1.0-rtm.5.json"


@cache
def judge() -> jsonschema.Draft4Validator:
    return jsonschema.Draft4Validator(json.loads(SCHEMA.read_text("utf-8")), format_checker=jsonschema.FormatChecker())


def run_of(report: Report) -> Any:
    """The only run of the log, after a look at the schema and a way through text."""
    document = json.loads(json_text(sarif_document(report, "1.2.3")).encode("utf-8", "backslashreplace"))
    judge().validate(document)
    return document["runs"][0]


def test_the_schema_can_refuse() -> None:
    document = sarif_document(REPORT, "1.2.3")
    with pytest.raises(jsonschema.ValidationError):
        judge().validate({**document, "version": "2.0.0"})


def test_every_finding_of_a_real_report_is_a_result_with_a_rule() -> None:
    report = applied()
    run = run_of(report)
    assert len(run["results"]) == len(report.findings())
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for result, finding in zip(run["results"], report.findings(), strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == finding.code
        assert result["level"] == {Status.FAIL: "error", Status.WARNING: "warning"}[finding.status]
        place = result["locations"][0]
        assert place["logicalLocations"][0]["fullyQualifiedName"] == finding.place
        assert ("physicalLocation" in place) == bool(finding.path)
    for rule in rules:
        assert "Why: " in rule["help"]["text"]
        assert "Fix: " in rule["help"]["text"]
    assert run["invocations"][0]["endTimeUtc"] == "2027-02-01T00:00:00Z"


def test_a_result_tells_evidence_and_place() -> None:
    run = run_of(REPORT)
    failure, warning = run["results"]
    assert failure["message"]["text"] == (
        "The PFX is encrypted with TripleDES-SHA1. Expected TripleDES-SHA1; found AES-256-CBC (key bag). "
        "Fix: run apply again"
    )
    location = failure["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location == {"uri": "east/Public%20Portal/PublicPortal.pfx", "uriBaseId": "OUTPUT"}
    assert warning["message"]["text"] == "One certificate too many. Fix: remove it"
    rule = run["tool"]["driver"]["rules"][0]
    assert rule["helpUri"] == "https://example.com/requirements"
    assert "Certificate requirements (2025-08-12) https://example.com/requirements" in rule["help"]["text"]
    assert "ASH-C14" in rule["help"]["text"]
    notes = run["invocations"][0]["toolExecutionNotifications"]
    assert [note["message"]["text"] for note in notes] == ["not judged: east/root.cer: missing"]
    assert FAIL.thumbprint not in json.dumps(run)


def test_a_stray_file_stands_for_no_place() -> None:
    run = run_of(Report((replace(FAIL, place=""),), 1))
    assert run["results"][0]["locations"][0].keys() == {"physicalLocation"}


def test_a_good_report_is_a_valid_empty_run() -> None:
    assert run_of(applied(spoiled=False))["results"] == []
    assert run_of(Report((), 0))["results"] == []


def test_fingerprints_outlive_what_was_found_and_tell_files_apart() -> None:
    def fingerprint(**changes: Any) -> str:
        run = run_of(Report((replace(FAIL, **changes),), 1))
        return str(run["results"][0]["partialFingerprints"]["certwright/v1"])

    assert fingerprint() == fingerprint(mismatches=(), subject="CN=other", thumbprint="")
    assert len({fingerprint(), fingerprint(path="a"), fingerprint(place="a"), fingerprint(code="a")}) == 4


@settings(max_examples=25, deadline=None)
@given(reports())
def test_hostile_reports_keep_to_the_schema(report: Report) -> None:
    assert len(run_of(report)["results"]) == len(report.findings())
