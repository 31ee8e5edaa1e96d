"""The scripts for the CA's administrator before the grammar of PowerShell, and the vendor's nine defects, one by one.

Nobody runs them here: there is no PowerShell on this system, and no AD CS.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from functools import cache

import pytest
import tree_sitter_powershell
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from hypothesis import given
from hypothesis import strategies as st
from tests.pack.adcs_site import asked, files, site
from tree_sitter import Language, Node, Parser

from certwright.model import Draft, GeneralName
from certwright.pack.adcs import bundle

GRAMMAR = Parser(Language(tree_sitter_powershell.language()))
SCRIPTS = ("submit.ps1", "templates.ps1")
KNOWN = frozenset((  # commands of Windows PowerShell 5.1 and of 7, in modules that are always there
    "Add-Type", "ConvertFrom-Json", "ConvertTo-Json", "ForEach-Object", "Get-Date", "Get-Random", "Join-Path",
    "New-Object", "Remove-Item", "Select-Object", "Set-StrictMode", "Sort-Object", "Test-Path", "Where-Object",
    "Write-Output", "Write-Warning",
))  # fmt: skip
OPERATORS = frozenset((
    "-f", "-eq", "-ne", "-gt", "-lt", "-ge", "-band", "-like", "-match", "-replace", "-split", "-join", "-in", "-notin",
    "-is", "-not", "-and", "-or",
))  # fmt: skip


@cache
def told(name: str) -> str:
    return files()[name].decode("utf-8-sig")


@cache
def parsed(name: str) -> Node:
    return GRAMMAR.parse(told(name).encode()).root_node


def nodes(node: Node, kind: str) -> Iterator[Node]:
    if node.type == kind:
        yield node
    for child in node.children:
        yield from nodes(child, kind)


def words(name: str, kind: str) -> list[str]:
    return [node.text.decode() for node in nodes(parsed(name), kind) if node.text]


def code(name: str) -> str:
    """The script without its comments."""
    return re.sub(r"<#.*?#>|^\s*#.*?$", "", told(name), flags=re.DOTALL | re.MULTILINE)


def functions(name: str) -> Mapping[str, str]:
    """The source of each function."""
    return {
        next(nodes(node, "function_name")).text.decode(): node.text.decode()  # type: ignore[union-attr]
        for node in nodes(parsed(name), "function_statement")
    }


# ── both ──


@pytest.mark.parametrize("name", SCRIPTS)
def test_it_parses_without_a_fault(name: str) -> None:
    root = parsed(name)
    assert not root.has_error
    assert not list(nodes(root, "ERROR"))
    assert GRAMMAR.parse(b"if ($a { 'b }\r\n").root_node.has_error, "the judge is awake"


@pytest.mark.parametrize("name", SCRIPTS)
def test_it_comes_as_windows_reads_it(name: str) -> None:
    content = files()[name]
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\n") == content.count(b"\r\n")
    assert told(name).isascii()


@pytest.mark.parametrize("name", SCRIPTS)
def test_it_calls_whole_commands_it_defines_or_that_are_always_there(name: str) -> None:
    called = {word for word in words(name, "command_name") if not word.startswith("(")}
    assert called <= KNOWN | functions(name).keys()


@pytest.mark.parametrize("name", SCRIPTS)
def test_parameters_are_written_out_and_here_strings_are_not_used(name: str) -> None:
    parameters = {one.rstrip(":") for one in words(name, "command_parameter")}
    assert all(len(one) > 3 for one in parameters - OPERATORS - {"-Id"}), parameters
    assert not re.search(r"@['\"]\s*\r?\n", code(name))
    assert "`" not in code(name).replace("PZPWSTR`", "").replace("`PZPWSTR", ""), "no line goes on by a blank's grace"


@pytest.mark.parametrize("name", SCRIPTS)
def test_it_fails_hard(name: str) -> None:
    assert "Set-StrictMode -Version 3.0\r\n$ErrorActionPreference = 'Stop'\r\n" in told(name)
    assert "SilentlyContinue" not in told(name)
    assert "Invoke-Expression" not in told(name)
    assert "2>&1" not in told(name), "Windows PowerShell would stop at the first line of stderr"


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_variable_is_set_before_it_is_read(name: str) -> None:
    automatic = {"$true", "$false", "$null", "$_", "$PSScriptRoot", "$PSCmdlet", "$PSVersionTable", "$LASTEXITCODE",
                 "$ErrorActionPreference", "$ExecutionContext"}  # fmt: skip
    text = code(name)
    read = {one.replace("$script:", "$") for one in words(name, "variable")} - automatic
    for one in read:
        plain = re.escape(one.removeprefix("@").lstrip("$"))
        sets = rf"\${plain}\s*(=|\+=)|foreach \(\${plain} in|\[[\w.\[\]]+\]\s*\${plain}\b|param\([^)]*\${plain}\b"
        assert re.search(sets, text.replace("$script:", "$")), one


@pytest.mark.parametrize("name", SCRIPTS)
def test_paths_are_taken_literally(name: str) -> None:
    """A folder may be called [a] b, and lie on a share."""
    for command in ("Test-Path", "Remove-Item"):
        for line in re.findall(rf"{command} [^\r\n]*", code(name)):
            assert line.startswith(f"{command} -LiteralPath "), line
    assert not re.search(r"(?:Set-Location|Push-Location|\.\\[a-z])", code(name)), "it works from any folder"


def test_names_that_are_code_stay_names() -> None:
    wish, _ = site()
    name = "a'; Remove-Item C:\\ ’$(calc)` \"%%ca%%"
    draft = Draft("CN=a", (GeneralName("dns", "a.contoso.com"),), extended_key_usage=("serverAuth",))
    one = asked(draft, f"east/{name}", "Web Server $(calc)")
    for file in bundle(wish, [one]):
        if file.path.endswith(".ps1"):
            text = file.content.decode("utf-8-sig")
            root = GRAMMAR.parse(text.encode()).root_node
            assert not root.has_error
            assert "Remove-Item C:" not in text
            literals = [node.text.decode() for node in nodes(root, "verbatim_string_characters") if node.text]
            assert "'Web Server $(calc)'" in literals


@given(st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), max_size=40).filter(str.isprintable))
def test_no_template_breaks_out(template: str) -> None:
    wish, _ = site()
    one = asked(Draft("CN=a"), template=template or "x")
    for file in bundle(wish, [one]):
        if file.path.endswith(".ps1"):
            assert not GRAMMAR.parse(file.content.removeprefix(b"\xef\xbb\xbf")).root_node.has_error


# ── the vendor's defects ──


def test_defect_1_an_address_is_no_dns_name() -> None:
    assert b'_continue_ = "IPAddress=192.168.100.25"' in files()["inf/plant1_management-server.inf"]


def test_defect_2_a_client_has_a_template_of_its_own() -> None:
    rows = [line for line in told("submit.ps1").splitlines() if "'plant1_management-client'" in line]
    assert len(rows) == 1
    assert "'template' = 'CertwrightClient-930d'" in rows[0]
    assert "'purposes' = @('1.3.6.1.5.5.7.3.2')" in rows[0]


def test_defect_3_two_years_from_deployment_are_thirty_months_and_a_shorter_one_is_told() -> None:
    days = [int(found) for found in re.findall(r"'days' = (\d+)", told("templates.ps1"))]
    assert days
    assert min(days) > 30 * 365.25 / 12
    assert "$Certificate.NotAfter -lt $until" in functions("submit.ps1")["Get-Complaint"]
    limit = functions("templates.ps1")["Test-CaLimit"]
    assert "ValidityPeriodUnits" in limit
    assert "-ca.cert" in limit


def test_defect_4_nothing_is_found_by_comparing_the_matches_of_a_list_with_null() -> None:
    text = code("submit.ps1")
    assert not re.search(r"\$match(es)?\b", text, re.IGNORECASE)
    assert not re.search(r"-ne \$null|-eq \$null", text), "a list compared with $null gives a list"
    outcome = functions("submit.ps1")["Get-Outcome"]
    assert "$Run.ExitCode -eq 0 -and $null -ne $certificate" in outcome
    assert "State = 'failed'" in outcome
    assert "exit 1" in text


def test_defect_5_files_have_names_of_their_own_and_only_they_are_deleted() -> None:
    names = re.findall(r"@\{ 'name' = '([^']+)'; 'file'", told("submit.ps1"))
    assert len(set(names)) == len(names) == 3
    removed = re.findall(r"Remove-Item ([^\r\n}]*)", code("submit.ps1"))
    assert {one.strip() for one in removed} == {"-LiteralPath $CertificatePath", "-LiteralPath $path"}
    assert "*" not in "".join(removed)


def test_defect_6_the_ca_is_one_variable() -> None:
    text = code("submit.ps1")
    assert text.count("ca01.contoso.com") == 1
    assert "$plannedConfig = 'ca01.contoso.com\\Contoso Issuing CA'" in text
    assert "if (-not $Config) { $Config = $plannedConfig }" in text
    assert not re.search(r"\$ca(Name|Config)\b", text)


def test_defect_7_no_parameter_is_made_up() -> None:
    for name in SCRIPTS:
        assert "Read-Host" not in told(name)
        assert not {"-Message", "-Force"} & set(re.findall(r"(?<=Read-Host )-\w+", told(name)))


def test_defect_8_it_needs_no_domain_admin_and_no_key() -> None:
    assert "RunAsAdministrator" not in told("submit.ps1")
    assert "Cert:" not in told("submit.ps1")
    assert "-new" not in words("submit.ps1", "verbatim_string_characters")


def test_defect_9_no_root_is_looked_for_by_the_name_of_the_ca() -> None:
    assert "Subject" not in code("submit.ps1").replace("Alternative", "")
    assert "$chainPath" in functions("submit.ps1")["Submit-Request"], "the chain comes from the CA itself"


# ── what they hand over ──


def test_requests_are_submitted_and_fetched_quietly_with_the_ca_named() -> None:
    source = functions("submit.ps1")["Submit-Request"]
    paths = "$certificatePath, $chainPath)"
    submit = f"@('-submit', '-q', '-f', '-attrib', $attributes, '-config', $Config, $requestPath, {paths}"
    retrieve = f"@('-retrieve', '-q', '-f', '-config', $Config, $id, {paths}"
    assert submit in source
    assert retrieve in source
    assert "$attributes = 'CertificateTemplate:' + $Request.template" in source


def test_arguments_are_quoted_one_by_one() -> None:
    source = functions("submit.ps1")["ConvertTo-Argument"]
    assert "if ($Value.Contains('\"')) { throw" in source
    assert "ConvertTo-Argument -Value $_" in functions("submit.ps1")["Invoke-CertReq"]


def test_what_waits_is_remembered_after_each() -> None:
    text = code("submit.ps1")
    loop = text[text.index("foreach ($request in $requests) {\r\n    $before") :]
    assert loop.index("Submit-Request") < loop.index("Write-Result -Known $known") < loop.index("\r\n}")
    assert "[System.IO.File]::Replace($next, $resultPath" in functions("submit.ps1")["Write-Result"]


def test_the_key_is_the_one_dotnet_shows() -> None:
    """GetPublicKey gives the content of the BIT STRING: for RSA the PKCS#1 structure."""
    one = site()[1][0]
    bits = load_der_public_key(one.spki).public_bytes(Encoding.DER, PublicFormat.PKCS1)
    assert f"'key' = '{hashlib.sha256(bits).hexdigest().upper()}'" in told("submit.ps1")


def test_templates_are_created_once_and_never_changed() -> None:
    text = code("templates.ps1")
    assert "SupportsShouldProcess = $true" in text
    for change in ("New-Template -Container", "'-SetCATemplates'"):
        before = text[: text.rindex(change)]
        assert "$PSCmdlet.ShouldProcess(" in before[-400:], change
    compare = functions("templates.ps1")["Compare-Template"]
    assert "CommitChanges" not in compare
    assert "ShouldProcess" in functions("templates.ps1")["Add-EnrolPermission"]


def test_templates_have_an_oid_of_the_forest() -> None:
    source = functions("templates.ps1")["New-TemplateOid"]
    assert "msPKI-Enterprise-Oid" in source
    assert "Get-Entry -Name 'OID'" in source
    assert "DeleteTree" in functions("templates.ps1")["New-Template"], "no orphan is left when the template fails"
