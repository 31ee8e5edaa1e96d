"""What people read: every fact is there, at any width, and nothing secret."""

import re
from dataclasses import replace
from datetime import date

import pytest

from certwright.model import Report
from certwright.report.applied import applied_text
from certwright.report.explanation import Explanation, explanation_text
from certwright.report.findings import report_text
from certwright.report.inventory import next_text, status_text
from certwright.report.layout import Screen
from certwright.report.plan import plan_text

from .samples import API, CONTRADICTION, DOCUMENT, FAIL, FINE, PLAN, PORTAL, REPORT, ROOT, STANDING, THUMBPRINT

SCREENS = (Screen(80), Screen(140), Screen(80, colour=True))


def squeezed(text: str) -> str:
    """The text without paint, on one line."""
    return " ".join(re.sub("\033\\[[0-9;]*m", "", text).split())


@pytest.mark.parametrize("screen", SCREENS, ids=str)
def test_a_plan_tells_every_fact(screen: Screen) -> None:
    told = squeezed(plan_text(PLAN, screen))
    for fact in (
        "east/portal Portal",
        "each unless it says otherwise below subject CN=<first name>",
        "names portal.contoso.com ip:10.0.0.1",
        "usage serverAuth; digitalSignature, keyEncipherment",
        "usage keyCertSign, cRLSign; certificate authority, path length 1",
        "key RSA 4096, sha256",
        "valid 913 days, at least until 2028-11-01",
        "issuer contoso/issuing",
        "issuer itself",
        "files east/Public Portal/PublicPortal.pfx",
        "may use the certificate of east/api",
        "The PFX is encrypted with TripleDES-SHA1.",
        "product.pfx-encryption, error; Certificate requirements (2025-08-12); ASH-C14",
        "see ASH-C14",
        "at least 8 characters of 3 kinds",
        "east/import.ps1 Import them",
        "note Gone with build 2503.",
        "note: The root is one of ours.",
        "2 certificates, 1 authority, 1 trust list; 4 files",
    ):
        assert fact in told


def test_a_plan_says_a_shared_sentence_once_and_an_own_sentence_at_its_place() -> None:
    told = plan_text(PLAN, Screen())
    assert told.count("The PFX is encrypted with TripleDES-SHA1.") == 1
    assert "also      The name portal.contoso.com stands in it. [product.endpoint]" in told


def test_a_plan_says_what_most_certificates_share_once() -> None:
    told = plan_text(PLAN, Screen())
    assert told.count("usage     serverAuth") == 1
    odd = replace(API, draft=replace(API.draft, extended_key_usage=(), key_usage=frozenset()))
    third = replace(PORTAL, id="east/third")
    told = plan_text(replace(PLAN, places=(PORTAL, third, odd)), Screen())
    assert told.count("usage     serverAuth") == 1
    assert told[told.index("east/api  Api") :].startswith("east/api  Api\n    names     api.contoso.com")
    assert "usage     none" in told


def test_lines_keep_to_the_screen() -> None:
    for text in (plan_text(PLAN, Screen(80)), report_text(REPORT, Screen(80)), status_text(STANDING, Screen(80))):
        assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("screen", SCREENS, ids=str)
def test_a_finding_carries_evidence_fix_and_citation(screen: Screen) -> None:
    told = squeezed(report_text(REPORT, screen))
    for fact in (
        "east/Public Portal/PublicPortal.pfx",
        "place east/portal",
        f"thumbprint {THUMBPRINT}",
        "Fail product.pfx-encryption",
        "expected TripleDES-SHA1",
        "found AES-256-CBC (key bag)",
        "why Otherwise the import fails.",
        "fix run apply again",
        "source Certificate requirements (2025-08-12)",
        "see ASH-C14",
        "Warning material.unexpected",
        "reason one certificate too many",
        "1 demand cannot be judged from these files; `--all` says which, and why",
        "not judged: east/root.cer: missing",
        "2 files judged: 1 Fail, 1 Warning, 1 OK, 1 Skipped",
    ):
        assert fact in told


def test_failures_stand_before_warnings_and_what_is_fine_stays_out() -> None:
    told = report_text(REPORT, Screen())
    assert told.index("Fail") < told.index("Warning")
    assert "product.endpoint" not in told


def test_what_could_not_be_judged_is_said_once() -> None:
    report = replace(REPORT, unjudged=(f"{FAIL.path}: {FAIL.reason}", "east/root.cer: locked"))
    assert [line for line in report_text(report, Screen()).splitlines() if "not judged" in line] == [
        "not judged: east/root.cer: locked"
    ]


def test_everything_shows_what_is_fine_too() -> None:
    told = squeezed(report_text(REPORT, Screen(), everything=True))
    assert "OK product.endpoint" in told
    assert "Skipped product.revocation: no network was asked" in told


def test_a_clean_report_is_short() -> None:
    assert report_text(Report((FINE,), 1), Screen()) == "1 file judged: 0 Fail, 0 Warning, 1 OK, 0 Skipped\n"


def test_status_tells_dates_files_and_what_is_due() -> None:
    told = squeezed(status_text(STANDING, Screen(100)))
    for fact in (
        "contoso/root 2036-11-18 3650 days 1/1 ok",
        "east/portal - - 0/1 nothing is held",
        "contoso/root 3 2027-02-19",
        "1 serial set aside by interrupted runs",
        "1 action due now",
    ):
        assert fact in told


def test_what_comes_next() -> None:
    assert next_text(None) == "nothing is due"
    assert next_text((date(2027, 8, 1), "renew east/portal")) == (
        "nothing is due; next: renew east/portal on 2027-08-01"
    )


def test_the_end_of_a_run() -> None:
    steps, coming = [("east/import.ps1", "Import them")], (date(2027, 8, 1), "renew")
    told = applied_text([PORTAL, API], ["a.pfx", "b.cer"], "/out", ["note"], steps, coming, Screen())
    assert told.splitlines() == [
        "2 certificates made: east/portal, east/api",
        "2 files delivered to /out",
        "note",
        "next steps, for you to run:",
        "  east/import.ps1  Import them",
        "nothing is due; next: renew on 2027-08-01",
    ]
    many = applied_text([ROOT, *[PORTAL] * 26], [], "/out", [], [], None, Screen())
    assert many.startswith("27 certificates made: contoso/root, 26 of east/deployment\n")
    apart = applied_text([*[PORTAL] * 3, ROOT, PORTAL], [], "/out", [], [], None, Screen())
    assert apart.startswith("5 certificates made: 4 of east/deployment, contoso/root\n")
    assert applied_text([], [], "/out", [], steps, None, Screen()) == "nothing is due\n"


def test_an_explanation_tells_what_why_how_and_who_disagrees() -> None:
    told = Explanation(
        "product.pfx-encryption", "requirement", "", "The text.", "The reason.", "The fix.", "error",
        (("term", "pfx.encryption"), ("when", "")), (DOCUMENT,), (CONTRADICTION,), ("pfx.encryption",),
    )  # fmt: skip
    assert explanation_text(told, Screen()).splitlines() == [
        "product.pfx-encryption  requirement, error",
        "",
        "  what      The text.",
        "  why       The reason.",
        "  fix       The fix.",
        "  term      pfx.encryption",
        "  source    Certificate requirements (2025-08-12)",
        "            https://example.com/requirements",
        "  ASH-C14   Two pages disagree about encryption.",
        "  quote     “TripleDES-SHA1”",
        "  newest    TripleDES.",
        "  reading   Follow the newest page.",
        "  see also  pfx.encryption",
    ]
