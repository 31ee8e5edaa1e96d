"""What the command line says while somebody else thinks, and the code it ends with."""

import json
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "cases"


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    """The bakery, with a CA that is somebody else's."""
    shutil.copy(CASES / "products" / "bakery.toml", tmp_path)
    text = (CASES / "flow" / "outside.yaml").read_text()
    (tmp_path / "bakery.yaml").write_text(text.replace("deploy_on: 2027-01-31", "deploy_on: 2126-01-31"))
    shutil.copy(CASES / "network" / "root.pem", tmp_path / "root.cer")
    return tmp_path


def test_apply_says_what_waits_and_what_to_do_about_it(run: Any, asked: Path) -> None:
    said = run("apply", "bakery.yaml", folder=asked)
    assert said.code == 5
    told = " ".join(said.out.split())
    assert "waiting for somebody else:" in told
    assert "east/van/blue no answer in answers/corp yet" in told
    assert "out/requests/corp hand these requests to corp; its answers go to answers/corp" in told
    assert told.endswith("3 certificates wait for their issuers; everything else is done")
    assert "open.ps1" not in told  # a set that is not complete is not opened
    assert said.err == ""


def test_status_and_plan_show_it_too(run: Any, asked: Path) -> None:
    run("apply", "bakery.yaml", folder=asked)
    said = run("status", "bakery.yaml", folder=asked)
    assert said.code == 0
    assert "waits: no answer in answers/corp yet" in " ".join(said.out.split())
    document = json.loads(run("status", "bakery.yaml", "--json", folder=asked).out)
    jsonschema.validate(document, json.loads((ROOT / "docs/schemas/status.schema.json").read_text()))
    assert {one["id"]: one["waiting"] for one in document["places"]}["east/van/blue"]
    assert document["due"] == []
    assert "waiting for somebody else:" in run("plan", "bakery.yaml", folder=asked).out


def test_a_plan_of_our_own_ca_says_nothing_of_others(run: Any, asked: Path) -> None:
    file = asked / "bakery.yaml"
    file.write_text(file.read_text().replace("{kind: files, roots: root.cer}", "{kind: embedded}"))
    assert "waiting" not in run("plan", "bakery.yaml", folder=asked).out


def test_files_that_are_not_what_they_are_named_as_are_refused(run: Any, asked: Path) -> None:
    shutil.copy(CASES / "network" / "issuing.pem", asked / "root.cer")
    said = run("apply", "bakery.yaml", folder=asked)
    assert said.code == 2
    assert "root.cer: no certificate in it is a root" in said.err
    (asked / "root.cer").unlink()
    said = run("apply", "bakery.yaml", folder=asked)
    assert said.code == 2
    assert "the file root.cer cannot be read" in said.err
