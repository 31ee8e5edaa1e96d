"""The text has the shape operators know: their names, their order, their words."""

import re

from hypothesis import given, settings

from certwright.model import Report, Result, Status
from certwright.report.readiness import TESTS, readiness_text

from .applied import DEPLOYED, applied
from .hostile import reports
from .samples import REPORT


def block(text: str, where: str) -> list[str]:
    """The lines about one file."""
    blocks = [part.splitlines() for part in text.split("\n\n")]
    return next(lines for lines in blocks if lines[0] == f"Testing: {where}")


def test_a_good_file_passes_the_tests_in_their_order() -> None:
    text = readiness_text(applied(spoiled=False), "1.2.3")
    assert text.startswith("certwright check v1.2.3 started.\n\nTesting: ")
    assert text.endswith("Nothing is wrong.\ncertwright check Completed\n")
    lines = block(text, "Public Portal\\PublicPortal.pfx")
    assert re.fullmatch(r"Thumbprint: [0-9A-F]{6}\*{28}[0-9A-F]{6}", lines[1])
    assert lines[2 : 2 + len(TESTS)] == [f"    {name}: OK" for name in TESTS]
    assert re.fullmatch(r"    Further demands: \d+ OK, \d+ Skipped", "\n".join(lines[2 + len(TESTS) :]))


def test_failures_are_numbered_below_their_file() -> None:
    text = readiness_text(applied(), "")
    lines = block(text, "ACSBlob\\ACSBlob.pfx")
    assert "    DNS Names: Fail" in lines
    assert "    Other Certificates: Skipped" in lines
    details = lines[lines.index("    Details:") + 1 :]
    assert [line[:6] for line in details] == ["    1.", "    2."]
    assert details[0].startswith(
        "    1. DNS Names: expected a record valid for dns:*.blob.east.azurestack.contoso.com;"
    )
    assert details[0].endswith("Fix: make a request with the names certwright plan shows, and issue again")
    assert details[1].endswith("azure-stack-hub.dns-names failed; remedy that and check again")


def test_a_file_that_does_not_open_fails_to_parse_and_skips_the_rest() -> None:
    lines = block(readiness_text(applied(), ""), "ARM Admin\\ARMAdmin.pfx")
    assert lines[1 : 1 + len(TESTS)] == [
        f"    {name}: {'Fail' if name == 'Parse PFX' else 'Skipped'}" for name in TESTS
    ]
    details = lines[lines.index("    Details:") + 1 :]
    assert len(details) == 2, "the one reason for all that was skipped is said once"


def test_what_the_vendor_does_not_test_is_told_by_address() -> None:
    text = readiness_text(applied(), "")
    lines = block(text, "Public Portal\\PublicPortal.pfx")
    assert "    Expiry Date: Fail" in lines
    assert not any("alert-" in line for line in lines), "that it ends soon is told once"
    assert "    azure-stack-hub.unique-names: Fail" in block(text, "site/stamp")
    assert "    azure-stack-hub.own-keys: Warning" in block(text, "site/stamp")


def test_files_of_one_name_are_told_apart() -> None:
    heads = [line for line in readiness_text(applied(), "").splitlines() if line.startswith("Testing: ")]
    assert len(heads) == len(set(heads))
    assert "Testing: site\\providers\\EventHubs\\EventHubs.pfx" in heads
    assert DEPLOYED.replace("/", "\\") not in "\n".join(heads)


def test_without_names_of_a_vendor_addresses_are_used() -> None:
    results = (
        Result("farm.b", Status.OK, "a/web", "a/web.pem"),
        Result("farm.a", Status.SKIPPED, "a/web", "a/web.pem", reason="no network was asked"),
    )
    assert readiness_text(Report(results, 1), "").splitlines()[2:-3] == [
        "Testing: a\\web.pem",
        "    farm.b: OK",
        "    farm.a: Skipped",
        "    Details:",
        "    1. farm.a: no network was asked",
        "",
    ]


def test_masked_thumbprints_without_facts() -> None:
    assert "Thumbprint: 012345****************************234567" in readiness_text(REPORT, "")


@settings(max_examples=60, deadline=None)
@given(reports())
def test_hostile_texts_forge_no_line(report: Report) -> None:
    text = readiness_text(report, "")
    text.encode("utf-8")
    assert text.isprintable() or not re.search("[\x00-\x09\x0b-\x1f\u202a-\u202e]", text)
    assert text.count("\nTesting: ") == len({(one.place, one.path) for one in report.results})
