"""The example of a product of one's own: what the page about it says is what happens."""

import re
import subprocess
from pathlib import Path

import pytest
import tree_sitter_powershell
from tree_sitter import Language, Parser

from certwright.catalogue.kinds import KINDS
from certwright.catalogue.product import PackageTemplate, PlaceTemplate
from certwright.catalogue.read import RESERVED
from certwright.errors import Impossible
from certwright.model import Plan
from certwright.pack.packing import PACKERS
from certwright.pack.script import script_artifact
from certwright.wiring.loading import load

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "examples" / "own-product"
PAGE = (ROOT / "docs" / "own-product.md").read_text("utf-8")


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load(FOLDER / "farm.yaml").plan


def test_the_example_becomes_five_places_of_a_site(plan: Plan) -> None:
    files = {one.id: [package.path for package in one.packages] for one in plan.places if one.site}
    assert files == {
        "prod/tomcat-node/t1": ["prod/tomcat/t1/server.crt", "prod/tomcat/t1/server.key"],
        "prod/tomcat-node/t2": ["prod/tomcat/t2/server.crt", "prod/tomcat/t2/server.key"],
        "prod/farm-root": ["prod/tomcat/root.pem"],
        "prod/iis-node/w1": ["prod/iis/w1.pfx"],
        "prod/iis-node/w2": ["prod/iis/w2.pfx"],
    }


def test_a_node_has_both_names_and_the_longer_key(plan: Plan) -> None:
    draft = plan.place("prod/tomcat-node/t1").draft
    assert [str(name) for name in draft.names] == ["dns:t1.corp.contoso.com", "dns:www.corp.contoso.com"]
    assert str(draft.key) == "RSA 3072"
    assert draft.lifetime.days == 180


def test_the_older_build_has_the_shorter_key(tmp_path: Path) -> None:
    for file in FOLDER.iterdir():
        text = file.read_text("utf-8").replace("    product: web-farm\n", "    product: web-farm\n    build: 2025\n")
        (tmp_path / file.name).write_text(text, "utf-8")
    assert str(load(tmp_path / "farm.yaml").plan.place("prod/tomcat-node/t1").draft.key) == "RSA 2048"


def test_a_wish_against_the_policy_is_refused(tmp_path: Path) -> None:
    for file in FOLDER.iterdir():
        text = file.read_text("utf-8").replace("    product: web-farm\n", "    product: web-farm\n    days: 20\n")
        (tmp_path / file.name).write_text(text.replace('severity = "warning"', ""), "utf-8")
    with pytest.raises(Impossible, match="expected 31 days, got days: 20"):  # thirty days must be left
        load(tmp_path / "farm.yaml")


def test_its_scripts_are_scripts(plan: Plan) -> None:
    scripts = {script.path: script_artifact(script).content for one in plan.sets for script in one.scripts}
    assert set(scripts) == {"prod/install-tomcat.sh", "prod/bind-iis.ps1"}
    subprocess.run(["sh", "-n"], input=scripts["prod/install-tomcat.sh"], check=True)
    assert b"-verify_hostname 'www.corp.contoso.com'" in scripts["prod/install-tomcat.sh"]
    grammar = Parser(Language(tree_sitter_powershell.language()))
    assert not grammar.parse(scripts["prod/bind-iis.ps1"].removeprefix(b"\xef\xbb\xbf")).root_node.has_error


def test_a_public_ca_cannot_serve_private_names(tmp_path: Path) -> None:
    for file in FOLDER.iterdir():
        text = file.read_text("utf-8").replace("kind: embedded", "kind: public")
        (tmp_path / file.name).write_text(text.replace("domain: corp.contoso.com", "domain: contoso.lan"), "utf-8")
    with pytest.raises(Impossible, match=r"dns:t1\.contoso\.lan"):
        load(tmp_path / "farm.yaml")


def test_the_page_names_every_form_kind_section_and_reserved_word() -> None:
    named = set(re.findall(r"`([^`\n]+)`", PAGE))
    plain = {form for form in PACKERS if not form.startswith(("kubernetes-", "keyvault-", "broker-"))}
    assert plain <= named
    assert set(KINDS) <= named
    assert named >= RESERVED
    documented = {"kind", "names", "subject", "groups", "when", "builds", "each", "issuer", "anchors", "shares_with"}
    documented |= {"lifetime_days", "sources", "notes", "deprecated", "text", "id", "set", "title", "key"}
    assert set(PlaceTemplate.__dataclass_fields__) - documented == {"contradictions", "extra"}
    assert set(PackageTemplate.__dataclass_fields__) - {"contradictions"} == {
        "id", "form", "path", "applies", "layout", "when", "builds", "options", "bridges",
    }  # fmt: skip
    assert "bridges = true" in named


def test_snippets_of_the_page_stand_in_the_example() -> None:
    example = (FOLDER / "product.toml").read_text("utf-8")
    for row in ("tomcat-certificate", "both-names", "install-tomcat"):
        assert f'id = "{row}"' in PAGE
        assert f'id = "{row}"' in example
