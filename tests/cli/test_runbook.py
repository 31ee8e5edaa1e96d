"""`certwright runbook`: the procedures of a file, chosen by site and name; nothing is written, nothing unlocked."""

from pathlib import Path

import pytest

from certwright.catalogue.load import PRODUCTS

from .conftest import Run
from .test_german import english

EXAMPLES = Path(__file__).parents[2] / "examples"
TWO = """certwright: 1
issuers:
  own: {kind: embedded, crl: "http://pki.contoso.com/crl"}
sites:
  - {name: east, product: azure-stack-hub, issuer: own, region: east, fqdn: stack.contoso.com}
  - {name: hq, product: configuration-manager, issuer: own, domain: corp.contoso.com, communication: ehttp}
"""


@pytest.fixture
def two(tmp_path: Path) -> str:
    (tmp_path / "two.yaml").write_text(TWO)
    return "two.yaml"


def headings(text: str) -> list[str]:
    """The run-books; comments in commands begin alike, but ours have none."""
    return [line for line in text.splitlines() if line.startswith("# ")]


def test_all_of_all_sites(run: Run, two: str) -> None:
    said = run("runbook", two)
    assert (said.code, said.err) == (0, "")
    assert headings(said.out) == [
        "# First certificates: Azure Stack Hub, site east",
        "# Rotation: Azure Stack Hub, site east",
        "# First certificates: Configuration Manager, site hq",
        "# Rotation: Configuration Manager, site hq",
    ]


def test_one_site_and_one_name(run: Run, two: str, tmp_path: Path) -> None:
    said = run("runbook", two, "--site", "east", "--name", "rotation")
    assert headings(said.out) == ["# Rotation: Azure Stack Hub, site east"]
    assert "certwright apply 'two.yaml'\n" in said.out
    assert [one.name for one in tmp_path.iterdir()] == ["two.yaml"]


@pytest.mark.parametrize(
    ("options", "what", "hint"),
    [
        (("--site", "west"), "no site is called 'west'", "sites of this file: east, hq"),
        (("--name", "backup"), "no run-book is called 'backup' here", "there are: first, rotation"),
        (("--site", "west", "--name", "backup"), "no site is called 'west'", "sites of this file: east, hq"),
    ],
)
def test_unknown_names_are_answered_with_those_there_are(
    run: Run, two: str, options: tuple[str, ...], what: str, hint: str
) -> None:
    said = run("runbook", two, *options)
    assert (said.code, said.out) == (2, "")
    assert said.err.splitlines() == [f"error: {what}", f"hint: {hint}"]


@pytest.mark.parametrize("product", PRODUCTS)
def test_the_examples_have_theirs(run: Run, product: str) -> None:
    said = run("runbook", "contoso.yaml", folder=EXAMPLES / product)
    assert (said.code, said.err) == (0, "")
    assert len(headings(said.out)) == 2
    assert said.out.count("- [ ] ") >= 15


@pytest.mark.parametrize("product", PRODUCTS)
def test_german_is_german_and_commands_stay(run: Run, product: str) -> None:
    plain = run("runbook", "contoso.yaml", folder=EXAMPLES / product).out
    german = run("runbook", "contoso.yaml", "--lang", "de", folder=EXAMPLES / product).out
    assert english(german) == []
    assert commands(german) == commands(plain)
    assert german.count("- [ ] ") == plain.count("- [ ] ")


def commands(text: str) -> list[str]:
    return [part.partition("\n")[2] for part in text.split("\n```")[1::2]]
