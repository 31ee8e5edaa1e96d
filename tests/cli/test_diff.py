"""Plans of two builds side by side: what the vendor changed is what is told (the version matrix of its pages)."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "difference.schema.json"
DEPLOYMENT = """\
certwright: 1
output: out
issuers:
  contoso:
    kind: embedded
    organization: Contoso
    crl: http://pki.contoso.com/crl
sites:
  - name: local
    product: azure-local
    build: "%s"
    fqdn: autonomous.cloud.private
    connectivity: disconnected
    deploy_on: 2027-01-18
    management_endpoint: %s
"""
DOMAIN = "autonomous.cloud.private"


@pytest.fixture
def plans(run: Any, tmp_path: Path) -> Any:
    """`plans("2510", "2602")` → the difference as text and as document."""

    def compared(*builds: str, endpoint: str = "192.168.50.100", edit: Any = None) -> tuple[Any, dict[str, Any]]:
        for build in builds:
            (tmp_path / f"{build}.yaml").write_text(DEPLOYMENT % (build, endpoint))
            said = run("plan", f"{build}.yaml", "--json")
            assert said.code == 0, said.err
            (tmp_path / f"{build}.json").write_text(said.out)
        if edit:
            text = (tmp_path / f"{builds[1]}.json").read_text()
            (tmp_path / f"{builds[1]}.json").write_text(json.dumps(edit(json.loads(text))))
        files = [f"{build}.json" for build in builds]
        document = json.loads(run("diff", *files, "--json").out)
        jsonschema.validate(document, json.loads(SCHEMA.read_text("utf-8")), jsonschema.Draft202012Validator)
        return run("diff", *files), document

    return compared


def names(rows: list[dict[str, Any]]) -> set[str]:
    """The DNS names of places, without the domain."""
    return {name.removeprefix("dns:").removesuffix(f".{DOMAIN}") for row in rows for name in row["names"]}


def test_2510_against_2602_is_what_the_pages_say(plans: Any) -> None:
    said, document = plans("2510", "2602")
    assert said.code == 1
    assert names(document["removed"]) == {"autonomous.dp.kubernetesconfiguration", "ibc"}
    assert names(document["added"]) == {"arckubernetesconfig", "management"}
    assert f"- local/ibc\n    dns:ibc.{DOMAIN}\n" in said.out
    assert f"+ local/arckubernetesconfig\n    dns:arckubernetesconfig.{DOMAIN}\n" in said.out
    (ingress,) = [row for row in document["sets"] if row["id"] == "local/ingress"]
    assert "places" in {change["what"] for change in ingress["changes"]}


def test_2505_against_2510_is_what_the_pages_say(plans: Any) -> None:
    _, document = plans("2505", "2510")
    gone = {"dp.kubernetesconfiguration", "*.hosting", "*.k8sconnect", "pqsqueryfrontend.monitoring"}
    assert names(document["removed"]) == gone
    assert names(document["added"]) >= {"adminmanagement", "catalogapi", "hosting", "ibc"}
    changed = {row["id"]: row["changes"] for row in document["places"]}
    (portal,) = [change for change in changed["local/portal"] if change["what"] == "names"]
    gone = {name.partition(".")[0].removeprefix("dns:") for name in portal["removed"]}
    assert gone == {"hosting", "portalcontroller", "catalogapi"}


def test_the_way_back_is_the_way_there_turned_round(plans: Any) -> None:
    _, there = plans("2510", "2602")
    _, back = plans("2602", "2510")
    assert (there["removed"], there["added"]) == (back["added"], back["removed"])


def test_a_plan_is_the_same_as_itself(plans: Any) -> None:
    said, document = plans("2602", "2602")
    assert (said.code, said.out) == (0, "both plans ask for the same\n")
    assert document["same"] is True


def _edited(document: dict[str, Any]) -> dict[str, Any]:
    place = next(one for one in document["places"] if one["id"] == "local/blob")
    certificate = place["certificate"]
    certificate["key"]["bits"] = 4096
    certificate["lifetime_days"] = 90
    certificate["extended_key_usage"] = ["clientAuth"]
    place["files"][0]["path"] = "elsewhere.pfx"
    place["demands"] = place["demands"][1:]
    requirement = next(iter(document["requirements"].values()))
    requirement["severity"] = "warning" if requirement["severity"] == "error" else "error"
    return document


def test_usages_key_life_files_and_demands(run: Any, plans: Any, tmp_path: Path) -> None:
    said, document = plans("2602", "2603", edit=_edited)
    assert said.code == 1
    (blob,) = [row for row in document["places"] if row["id"] == "local/blob"]
    changes = {change["what"]: change for change in blob["changes"]}
    assert changes.keys() >= {"extended key usage", "key", "life", "files", "demands"}
    assert changes["key"]["added"] == ["rsa 4096"]
    assert changes["life"]["added"] == ["90 days, at least until 2029-01-18"]
    assert changes["files"]["added"] == ["elsewhere.pfx (pfx)"]
    assert len(changes["demands"]["removed"]) == 1
    assert document["requirements"]
    for word in ("local/blob", "+ rsa 4096", "+ 90 days, at least", "+ elsewhere.pfx (pfx)"):
        assert word in said.out


def test_an_address_instead_of_a_name(plans: Any, run: Any, tmp_path: Path) -> None:
    for name, endpoint in (("address", "192.168.50.100"), ("name", "mgmt.cloud.private")):
        (tmp_path / f"{name}.yaml").write_text(DEPLOYMENT % ("2602", endpoint))
        (tmp_path / f"{name}.json").write_text(run("plan", f"{name}.yaml", "--json").out)
    document = json.loads(run("diff", "address.json", "name.json", "--json").out)
    (server,) = [row for row in document["places"] if row["id"] == "local/management-server"]
    (changed,) = [change for change in server["changes"] if change["what"] == "names"]
    assert changed["added"] == ["dns:mgmt.cloud.private"]


@pytest.mark.parametrize(
    "text", ["", "nonsense", "[]", "{}", '{"certwright": "report/1"}', '{"certwright": "plan/1"}', "\udcff", "[" * 9999]
)
def test_what_is_no_plan_is_refused(run: Any, tmp_path: Path, text: str) -> None:
    (tmp_path / "wrong.json").write_text(text, errors="surrogateescape")
    said = run("diff", "wrong.json", "wrong.json")
    assert (said.code, said.out) == (2, "")
    assert "wrong.json" in said.err
    assert "plan FILE --json" in said.err
