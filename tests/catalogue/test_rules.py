"""Every rule that was found is implemented, or listed with the reason why files cannot show it."""

import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from certwright.catalogue.explain import explanations
from certwright.catalogue.load import PRODUCTS, load
from certwright.model import Status
from certwright.report.readiness import TESTS
from certwright.terms import VOCABULARY
from certwright.terms.material import MATERIAL

DOCS = Path(__file__).parents[2] / "docs"
TOLD = tomllib.loads((DOCS / "rules.toml").read_text("utf-8"))
RULES = TOLD["rules"]
EVERYTHING = explanations([load(product) for product in PRODUCTS])
NAMED = {address for rule in RULES for address in rule.get("by", ())}


def test_every_address_exists() -> None:
    assert sorted(NAMED - EVERYTHING.keys()) == []


def test_every_rule_is_judged_or_has_a_reason() -> None:
    known = {"section", "reference", "rule", "by", "reason"}
    for rule in RULES:
        assert rule.keys() <= known, rule
        assert rule["section"] in TOLD["sections"], rule
        assert rule.get("by") or rule.get("reason"), rule
        assert rule["section"] == "own" or rule.get("reference"), rule
        judged = [one for one in rule.get("by", ()) if not _only_said(one)]
        assert judged or rule.get("reason"), f"nothing judges it, and nothing says why: {rule}"


def _only_said(address: str) -> bool:
    """Whether it is a requirement that nobody judges."""
    return dict(EVERYTHING[address].details).get("term", "").startswith("guidance")


def test_no_rule_is_told_twice() -> None:
    assert [rule for rule, count in Counter(one["rule"] for one in RULES).items() if count > 1] == []


def test_every_term_and_code_of_the_program_belongs_to_a_rule() -> None:
    asked = {dict(EVERYTHING[address].details).get("term", "").partition(" ")[0] for address in NAMED}
    assert sorted(VOCABULARY.keys() - NAMED - asked) == []
    assert sorted(MATERIAL.keys() - NAMED) == []


@pytest.mark.parametrize("product", PRODUCTS)
def test_every_requirement_belongs_to_a_rule(product: str) -> None:
    """By its own address, its term, or a contradiction; what is only said, by its own address or a contradiction."""
    requirements = load(product).requirements
    lost = [one.id for one in requirements if one.id not in NAMED and not one.contradictions
            and (one.term == "guidance" or one.term not in NAMED)]  # fmt: skip
    assert lost == []


def test_every_contradiction_has_a_reading_and_touches_something() -> None:
    disputed = [one for one in EVERYTHING.values() if one.kind == "contradiction"]
    assert Counter(one.address.rpartition("-C")[0] for one in disputed) == {
        "ALDO": 46, "ASH": 45, "AIO": 27, "CM": 26, "X": 8,
    }  # fmt: skip
    for one in disputed:
        assert one.related, one.address
        assert all(told.reading for told in one.contradictions), one.address


def test_the_page_tells_every_rule() -> None:
    page = (DOCS / "reference" / "rules.md").read_text("utf-8")
    for rule in RULES:
        assert rule["rule"].replace("|", "\\|").replace("<", "&lt;") in page
    for target in re.findall(r"\]\(([\w-]+\.md)", page):
        assert (DOCS / "reference" / target).exists()


# ── the fourteen tests of the vendor's checker ──

CHECKER = {  # test → its demands, as error (Fail) or warning
    "PFX Encryption": {"pfx-encryption": "error", "provider-pfx-encryption": "error"},
    "Expiry Date": {"expiry-date": "error"},
    "Signature Algorithm": {"signature-algorithm": "error"},
    "DNS Names": {"dns-names": "error"},
    "Key Usage": {"key-usage": "error", "server-authentication": "error", "client-authentication": "warning"},
    "Key Length": {"key-length": "error"},
    "HTTP CRL": {"crl-http": "warning", "crl-reachable": "error"},
    "Parse PFX": {"pfx-readable": "error", "certificate-privacy": "warning"},
    "Private Key": {"private-key": "error", "private-key-matches": "error", "local-machine-key": "error"},
    "Cert Chain": {"chain-complete": "error", "chain-trusted": "error", "not-self-signed": "error"},
    "Chain Order": {"chain-order": "error"},
    "Other Certificates": {"other-certificates": "error"},
    "CNG Key": {"legacy-provider": "warning"},
    "Folder Structure": {"core-folders": "error"},
}


def test_the_fourteen_tests_exist_by_name_with_their_severities() -> None:
    found: dict[str, dict[str, str]] = {}
    for one in load("azure-stack-hub").requirements:
        for name in one.aliases[:1]:
            found.setdefault(name, {})[one.id.partition(".")[2]] = str(one.severity)
    revocation = ("crl-current", "not-revoked")  # further demands under a name of the checker are welcome
    trimmed = {
        name: {code: how for code, how in codes.items() if code not in revocation} for name, codes in found.items()
    }
    assert trimmed == CHECKER
    assert [name for name in CHECKER if name != "Folder Structure"] == list(TESTS)


def test_older_names_of_the_tests_are_known() -> None:
    aliases = {alias for one in load("azure-stack-hub").requirements for alias in one.aliases}
    assert {"Key Size", "Read PFX"} <= aliases


def test_other_certificates_is_skipped_as_the_checker_skips_it() -> None:
    hub = {one.id.partition(".")[2]: one for one in load("azure-stack-hub").requirements}
    after = {one.partition(".")[2] for one in hub["other-certificates"].skipped_after}
    assert after == {*CHECKER["Cert Chain"], *CHECKER["DNS Names"]}
    assert {str(one) for one in Status} == {"OK", "Warning", "Fail", "Skipped"}
