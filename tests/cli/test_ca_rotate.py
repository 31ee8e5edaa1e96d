"""The verbs that begin, force and hurry a rotation: what they write, say and refuse, and with which code they end."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from tests.cli.conftest import Said

Run = Callable[..., Said]

CASES = Path(__file__).parents[1] / "cases"
SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
WHY = ("--reason", "the root ends in 2029", "--yes")


@pytest.fixture
def bakery(tmp_path: Path, run: Run) -> Path:
    shutil.copy(CASES / "products" / "bakery.toml", tmp_path)
    text = (CASES / "flow" / "bakery.yaml").read_text()
    (tmp_path / "bakery.yaml").write_text(text.replace("    domain:", "    consumers: [{name: till}]\n    domain:"))
    assert run("apply", "bakery.yaml").code == 0
    return tmp_path / "bakery.yaml"


def test_rotate_writes_the_declaration_and_says_what_is_next(bakery: Path, run: Run) -> None:
    said = run("ca", "rotate", "bakery.yaml", *WHY, "--sign-from", "2027-03-01", "--distribution", "20")
    assert (said.code, said.err) == (0, "")
    assert "certwright apply bakery.yaml" in said.out
    assert (
        '        reason: "the root ends in 2029"\n        scope: root\n        sign_from: 2027-03-01\n'
        in bakery.read_text()
    )
    assert "generation 2 is declared (the root ends in 2029)" in run("plan", "bakery.yaml").out
    done = run("apply", "bakery.yaml")
    assert "contoso/root-2" in done.out
    assert "contoso: generation 2 is staged" in done.out


def test_plan_tells_the_generations_as_json(bakery: Path, run: Run) -> None:
    run("ca", "rotate", "bakery.yaml", *WHY)
    run("apply", "bakery.yaml")
    document = json.loads(run("plan", "bakery.yaml", "--json").out)
    jsonschema.validate(document, json.loads((SCHEMAS / "plan.schema.json").read_text()))
    assert [(one["number"], one["state"]) for one in document["generations"]] == [(1, "signing"), (2, "staged")]


def test_nobody_at_the_terminal_confirms_nothing(bakery: Path, run: Run) -> None:
    before = bakery.read_bytes()
    said = run("ca", "rotate", "bakery.yaml", "--reason", "it ends")
    assert said.code == 2
    assert "--yes" in said.err
    assert bakery.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--issuer", "fabrikam"), "no issuer of ours is called fabrikam"),
        (("--retire-from", "2026-12-24"), "certwright.rotation-too-short"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    bakery: Path, run: Run, arguments: tuple[str, ...], told: str
) -> None:
    before = bakery.read_bytes()
    said = run("ca", "rotate", "bakery.yaml", *WHY, *arguments)
    assert said.code == 2
    assert told in said.err
    assert bakery.read_bytes() == before


def test_force_permits_one_step(bakery: Path, run: Run) -> None:
    assert "is not being rotated" in run("ca", "force", "bakery.yaml", "--to", "signing", *WHY).err
    run("ca", "rotate", "bakery.yaml", *WHY)
    run("apply", "bakery.yaml")
    assert "the next step of contoso is another one" in run("ca", "force", "bakery.yaml", "--to", "retired", *WHY).err
    assert run("ca", "force", "bakery.yaml", "--to", "signing", *WHY).code == 0
    assert "contoso: generation 2 signs from now on" in run("apply", "bakery.yaml").out


def test_a_compromised_issuing_ca_from_the_first_word_to_the_report(bakery: Path, run: Run) -> None:
    assert "declared as compromised" in run("ca", "compromise", "bakery.yaml", "--report").err
    assert "--reason" in run("ca", "compromise", "bakery.yaml").err
    said = run("ca", "compromise", "bakery.yaml", "--reason", "found on a share", "--yes")
    steps = [line for line in said.out.splitlines() if line[:3].strip().isdigit()]
    assert [line.split()[0] for line in steps] == [str(number) for number in range(1, 8)]
    order = [
        said.out.index(word) for word in ("signs nothing more", "is made below", "east/shop-front", "cACompromise")
    ]
    assert order == sorted(order)
    assert run("ca", "compromise", "bakery.yaml", "--report").code == 1
    assert run("apply", "bakery.yaml").code == 0
    told = run("ca", "compromise", "bakery.yaml", "--report")
    assert (told.code, told.err) == (0, "")
    assert "3 certificates of 3 replaced and verified" in told.out
    document = json.loads(run("ca", "compromise", "bakery.yaml", "--report", "--json").out)
    jsonschema.validate(document, json.loads((SCHEMAS / "emergency.schema.json").read_text()))
    assert document["over"]
    assert run("check", "out", "--for", "bakery.yaml").code == 0


def test_a_compromised_root_is_told_honestly(bakery: Path, run: Run) -> None:
    said = run("ca", "compromise", "bakery.yaml", "--scope", "root", "--reason", "stolen", "--yes")
    assert "a root cannot be revoked" in said.out.replace("\n    ", " ")
    assert "certwright ca force" in said.out
    assert run("apply", "bakery.yaml").code == 0
    assert run("ca", "compromise", "bakery.yaml", "--report").code == 1


def test_verbs_are_told_in_german(bakery: Path, run: Run) -> None:
    for verb in ("rotate", "force", "compromise"):
        english, german = (run("ca", verb, "--help", "--lang", one).out for one in ("en", "de"))
        assert english != german
