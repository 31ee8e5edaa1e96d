"""`certwright check --product`: files of other people, judged without a deployment file."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from certwright.catalogue.load import PRODUCTS, load
from certwright.errors import Mistakes
from certwright.manifest.alone import read_facts

HUB = Path(__file__).parent.parent / "cases" / "azure" / "hub"
EAST = (
    "--product", "azure-stack-hub", "--region", "east", "--domain", "azurestack.contoso.com", "--identity", "adfs",
)  # fmt: skip


@pytest.fixture
def secret(tmp_path: Path) -> str:
    (tmp_path / "password.txt").write_text("CorrectHorse9Battery\n")
    return f"*={tmp_path / 'password.txt'}"


def test_a_folder_of_good_files_passes_and_roots_are_not_judged(run: Any, secret: str) -> None:
    said = run("check", str(HUB / "good" / "validation"), *EAST, "--password-file", secret, "--json")
    assert said.code == 0
    report = json.loads(said.out)
    assert report["judged"] == 13
    assert report["counts"]["Fail"] == 0
    strays = {one["path"] for one in report["results"] if one["status"] == "Warning"}
    assert strays == {one["path"] for one in report["results"] if one["code"] == "material.unmatched"}
    assert {path.split("/")[2] for path in strays} >= {"AppServices", "EventHubs"}, "services nobody spoke of"
    trusted = {one["status"] for one in report["results"] if one["code"].endswith("chain-trusted")}
    assert trusted <= {"Skipped"}


def test_the_short_options_are_facts(run: Any, secret: str) -> None:
    facts = [f"--fact={one}" for one in ("region=east", "fqdn=azurestack.contoso.com", "identity=adfs")]
    folder = str(HUB / "good" / "validation")
    said = run("check", folder, "--product", "azure-stack-hub", *facts, "--password-file", secret)
    assert said.code == 0
    assert "13 files judged" in said.out


def test_another_region_is_found_wrong(run: Any, secret: str) -> None:
    said = run("check", str(HUB / "good" / "validation"), *EAST, "--region", "west", "--password-file", secret)
    assert said.code == 1
    assert "west.azurestack.contoso.com" in said.out


def test_a_file_is_found_by_its_names_and_that_is_said(run: Any, tmp_path: Path, secret: str) -> None:
    portal = next((HUB / "good" / "validation").rglob("PublicPortal.pfx"))
    shutil.copy(portal, tmp_path / "server.pfx")
    said = run("check", "server.pfx", *EAST, "--password-file", secret, "--json")
    assert said.code == 0
    report = json.loads(said.out)
    assert report["judged"] == 1
    (told,) = [one for one in report["results"] if one["status"] == "Warning"]
    assert (told["code"], told["place"]) == ("material.matched", "stack-hub/public-portal")
    assert told["mismatches"][0]["found"] == "server.pfx"
    assert run("check", "server.pfx", *EAST, "--password-file", secret, "--fail-on", "warning").code == 1


def test_a_folder_of_files_with_names_of_their_own(run: Any, tmp_path: Path, secret: str) -> None:
    (tmp_path / "mine").mkdir()
    for number, name in enumerate(("PublicPortal", "ARMAdmin", "ACSBlob")):
        shutil.copy(next((HUB / "good" / "validation").rglob(f"{name}.pfx")), tmp_path / "mine" / f"{number}.pfx")
    report = json.loads(run("check", "mine", *EAST, "--password-file", secret, "--json").out)
    assert report["judged"] == 3
    places = {one["place"] for one in report["results"] if one["code"] == "material.matched"}
    assert places == {"stack-hub/public-portal", "stack-hub/arm-admin", "stack-hub/blob"}


def test_what_fits_no_place_is_refused(run: Any, tmp_path: Path, secret: str) -> None:
    shutil.copy(next((HUB / "good").rglob("EventHubs.pfx")), tmp_path / "server.pfx")
    said = run("check", "server.pfx", *EAST, "--password-file", secret)
    assert said.code == 2
    assert "neither by its path nor by what it holds" in said.err


def test_a_domain_is_whatever_the_product_calls_it(run: Any) -> None:
    said = run("check", str(HUB), "--product", "configuration-manager", "--domain", "a b")
    assert "domain does not fit" in said.err
    said = run("check", str(HUB), "--product", "azure-stack-hub", "--domain", "a b")
    assert "fqdn does not fit" in said.err


def test_every_mistake_at_once_and_as_one_would_type_it(run: Any) -> None:
    said = run("check", str(HUB), "--product", "azure-stack-hub", "--region", "a.b", "--fact", "identiy=adfs")
    assert said.code == 2
    assert "3 mistakes" in said.err
    assert "region does not fit" in said.err
    assert "did you mean identity?" in said.err
    assert "--fact fqdn=azurestack.contoso.com" in said.err


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ((), "say what to judge against"),
        (("--product", "azure-stack-hub", "--for", __file__), "say what to judge against"),
        (("--for", __file__, "--region", "east"), "facts stand in the deployment file"),
        (("--product", "azure-stack-hub", "--fact", "region"), "expected NAME=VALUE"),
        (("--product", "azure-stak-hub"), "azure-stack-hub"),
    ],
)
def test_it_must_be_clear_what_to_judge_against(run: Any, options: tuple[str, ...], reason: str) -> None:
    said = run("check", str(HUB), *options)
    assert said.code == 2
    assert reason in said.err


def test_a_deployment_file_in_the_place_of_the_files_is_understood(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "farm.yaml"
    file.write_text("# what the farm needs\ncertwright: 1\n")
    said = run("check", str(file), str(HUB))
    assert said.code == 2
    assert said.err.splitlines()[-1] == f"hint: certwright check --for {file} {HUB}"
    assert run("check", str(file)).err.splitlines()[-1] == "hint: certwright check --help"


def test_values_are_read_by_the_kind_of_their_fact() -> None:
    product = load("azure-stack-hub")
    told = {"region": "no", "fqdn": "contoso.com", "services": "sql-mysql, event-hubs"}
    many = [name for name, fact in product.facts.items() if fact.many]
    assert "services" in many
    choices = product.facts["services"].choices[:2]
    (site,) = read_facts(product, {**told, "services": ", ".join(choices)}).sites
    assert site.facts["region"] == "no"  # and not a truth value
    assert site.facts["services"] == tuple(choices)
    assert site.facts["issuer_kind"] == "unknown"


@pytest.mark.parametrize("product", PRODUCTS)
@pytest.mark.parametrize("value", ["", "[", "{", "a: b", "x\nproduct: y", '"', "*a", "[*a]", "{a: [}"])
def test_a_value_cannot_break_out_of_its_fact(product: str, value: str) -> None:
    known = load(product)
    first = next(iter(known.facts))
    with pytest.raises(Mistakes) as refused:
        read_facts(known, {first: value, "nothing like it": value})
    assert all(mistake.line == 0 for mistake in refused.value.mistakes)
