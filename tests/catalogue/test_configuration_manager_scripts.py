"""Next-step scripts of Configuration Manager, rendered from a real plan and parsed by a PowerShell grammar."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import tree_sitter_powershell
from tests.catalogue.test_configuration_manager import CASES, PRODUCT, TODAY
from tree_sitter import Language, Parser

from certwright.catalogue.load import load
from certwright.manifest.files import with_files
from certwright.manifest.read import read_deployment
from certwright.model import Script
from certwright.pack.script import render, script_artifact
from certwright.plan.make import make_plan

GRAMMAR = Parser(Language(tree_sitter_powershell.language()))
# Commands of Windows, of its WebAdministration module and of the Configuration Manager console.
KNOWN = frozenset((
    "ForEach-Object", "Get-Acl", "Get-ChildItem", "Get-CimInstance", "Get-ItemProperty", "Get-PfxData",
    "Get-WebBinding", "Import-Certificate", "Import-Module", "Import-PfxCertificate", "Join-Path", "New-Object",
    "New-WebBinding",
    "Pop-Location", "Push-Location", "Read-Host", "Select-Object", "Set-Acl", "Set-ItemProperty", "Set-StrictMode",
    "Split-Path", "Test-Path", "Where-Object", "Write-Output",
    "Get-CMCloudManagementGateway", "Set-CMCloudManagementGateway", "Set-CMDistributionPoint", "Set-CMSite",
))  # fmt: skip


@cache
def scripts() -> dict[str, Script]:
    products = {PRODUCT: load(PRODUCT)}
    deployment = read_deployment((CASES / "site.yaml").read_text(), "site.yaml", products)
    files = {"fabrikam-root.cer": (CASES / "good/trust/client-authorities/fabrikam-root.cer").read_bytes()}
    plan = make_plan(with_files(deployment, files), products, TODAY)
    return {script.path.rpartition("/")[2]: script for one in plan.sets for script in one.scripts}


NAMES = (
    "import-client.ps1", "import-distribution-points.ps1", "import-server.ps1", "import-sql-cluster.ps1",
    "import-sql-server.ps1", "trust-site-list.ps1", "trust-windows-stores.ps1", "upload-gateways.ps1",
)  # fmt: skip


def nodes(node: Any, kind: str) -> Iterator[Any]:
    if node.type == kind:
        yield node
    for child in node.children:
        yield from nodes(child, kind)


def told(name: str) -> str:
    return script_artifact(scripts()[name]).content.decode("utf-8-sig")


def test_every_script_is_in_the_plan() -> None:
    assert sorted(scripts()) == list(NAMES)
    assert all(script.path == f"ps1/{name}" for name, script in scripts().items())


@pytest.mark.parametrize("name", NAMES)
def test_it_parses_without_a_fault(name: str) -> None:
    root = GRAMMAR.parse(told(name).encode()).root_node
    assert not root.has_error
    assert not list(nodes(root, "ERROR"))


@pytest.mark.parametrize("name", NAMES)
def test_it_calls_whole_commands_it_defines_or_that_exist(name: str) -> None:
    root = GRAMMAR.parse(told(name).encode()).root_node
    own = {node.text.decode() for node in nodes(root, "function_name")}
    called = {node.text.decode() for node in nodes(root, "command_name")}
    assert called - own <= KNOWN
    assert called


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_is_written_out(name: str) -> None:
    root = GRAMMAR.parse(told(name).encode()).root_node
    short = {"-f", "-eq", "-ne", "-gt", "-is", "-join", "-not", "-contains"}
    parameters = {node.text.decode() for node in nodes(root, "command_parameter")}
    assert all(len(one) > 3 for one in parameters - short), parameters


@pytest.mark.parametrize("name", NAMES)
def test_it_fails_hard_and_asks_for_passwords_unseen(name: str) -> None:
    text = told(name)
    assert "Set-StrictMode -Version Latest\r\n$ErrorActionPreference = 'Stop'\r\n" in text
    asked = [line for line in text.splitlines() if "Read-Host" in line]
    assert all("-AsSecureString" in line for line in asked)
    assert bool(asked) is not name.startswith("trust")
    assert "SilentlyContinue" not in text
    assert "AsPlainText" not in text


@pytest.mark.parametrize("name", NAMES)
def test_values_stand_where_code_stands_and_nowhere_else(name: str) -> None:
    """Every placeholder is a literal of its own: not inside a string, not inside a comment."""
    script = scripts()[name]
    marked = render(script.template, dict.fromkeys(script.values, "@@@"), "powershell", source=name)
    root = GRAMMAR.parse(marked.encode()).root_node
    literals = [node for node in nodes(root, "verbatim_string_characters") if node.text == b"'@@@'"]
    assert len(literals) == marked.count("@@@") == script.template.count("%%") // 2


def test_a_server_finds_itself_in_its_script() -> None:
    text = told("import-server.ps1")
    names = "'name' = 'mp2'; 'intranet_fqdn' = 'mp2.corp.contoso.com'; 'internet_fqdn' = 'mp2.contoso.com'"
    roles = "'roles' = @('management-point', 'cmg-connection-point')"
    assert f"\r\n    @{{ {names}; 'exposure' = 'both'; {roles} }}\r\n" in text
    assert "-ChildPath 'servers'" in text


def test_paths_in_scripts_are_paths_of_packages() -> None:
    products = load(PRODUCT)
    folders = {package.path.partition("/")[0] for package in products.packages}
    for script in scripts().values():
        for key in ("set_folder", "pfx_folder"):
            if script.values.get(key):
                assert script.values[key] in folders
    assert {Path(package.path).name for package in products.packages} >= {"sql-server.pfx", "sql-cluster.pfx"}
