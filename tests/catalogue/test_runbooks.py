"""Run-books of the shipped products: complete at every build, parsed by other people's grammars, naming no cmdlet that
no document names, and in the order that matters: whoever must trust is told before anything is shown to him."""

import re
import shlex
import subprocess
from functools import cache
from pathlib import Path
from typing import NamedTuple

import click
import pytest
import tree_sitter_bash
import tree_sitter_powershell
from tree_sitter import Language, Node, Parser

from certwright.catalogue.load import PRODUCTS, load
from certwright.cli import certwright
from certwright.manifest.files import with_files
from certwright.manifest.read import files_named, read_deployment
from certwright.model import Plan
from certwright.pack.script import render
from certwright.plan.make import make_plan
from certwright.plan.runbooks import runbooks
from certwright.runbook import Runbook, Step

from .shipped import ALIASES, TODAY

# The facts of sites, a file each: every fact that brings steps of its own, once with it and once without.
CASES_OF = Path(__file__).parents[1] / "cases" / "runbooks"
SITES = {
    product: {file.stem: file.read_text() for file in sorted((CASES_OF / product).glob("*.yaml"))}
    for product in PRODUCTS
}
CERTIFICATE = (Path(__file__).parents[2] / "examples/azure-iot-operations/certificates/line-root.der").read_bytes()
FOLDERS = {"output": "out", "deployment": "it's.yaml"}
NOT_OURS = frozenset(("SecretRotationSQLProvider.ps1",))  # lies in the package of the vendor

# What the commands may call: cmdlets of Windows, and those the cited documents name, typed from there.
WINDOWS = """Get-ChildItem Get-Command Get-Credential Import-Certificate Import-Module Invoke-Command Join-Path
    New-PSSession New-PSSessionOption Read-Host Select-Object Sort-Object Get-WebBinding"""
DOCUMENTED = {
    "azure-local": "Get-ApplianceHealthState Set-ApplianceClientContext",
    "azure-stack-hub": """Test-AzureStack Start-SecretRotation Get-AzsProductDeployment Get-AzsProductSecret
    Set-AzsProductSecret Invoke-AzsProductRotateSecretsAction""",
    "azure-iot-operations": "",
    "configuration-manager": "",
}
PARAMETERS = {
    "Set-ApplianceClientContext": """ManagementEndpointClientCertificatePath ManagementEndpoint
    ManagementEndpointClientCertificatePassword""",
    "Test-AzureStack": "Group Include DetailedResults",
    "Start-SecretRotation": "PfxFilesPath PathAccessCredential CertificatePassword ReRun Internal",
    "Get-AzsProductDeployment": "AsJson",
    "Get-AzsProductSecret": "PackageId AsJson",
    "Set-AzsProductSecret": "PackageId SecretName PfxFileName PfxPassword Force",
    "Invoke-AzsProductRotateSecretsAction": "ProductId",
}

# product → (who must trust, or be asked, first; what then shows or uses the new certificate)
ORDER = {
    "azure-local": [
        ("rotation-check", "rotation-ingress"),
        ("rotation-window", "rotation-make"),
        ("rotation-authority", "rotation-make"),
        ("rotation-trust-clients", "rotation-ingress"),
        ("rotation-trust-clients", "rotation-root-file"),
        ("rotation-identity-trust", "rotation-ingress"),
        ("rotation-ingress", "rotation-endpoints"),
        ("rotation-ingress", "rotation-root-file"),
        ("first-trust", "first-install"),
    ],
    "azure-stack-hub": [
        ("rotation-keep", "rotation-make"),
        ("rotation-check", "rotation-share"),
        ("rotation-trust-clients", "rotation-core"),
        ("rotation-trust-clients", "rotation-core-by-hand"),
        ("rotation-trust-clients", "rotation-app-service"),
        ("rotation-readiness", "rotation-core"),
        ("rotation-share", "rotation-core"),
        ("rotation-registry", "rotation-core"),
        ("rotation-core", "rotation-core-verify"),
        ("rotation-core", "rotation-databases"),
        ("rotation-app-service", "rotation-app-identity-adfs"),
        ("rotation-app-service", "rotation-app-identity-entra"),
    ],
    "azure-iot-operations": [
        ("rotation-keep", "rotation-make"),
        ("rotation-trust-bundle", "rotation-issuer"),
        ("rotation-trust-clients", "rotation-issuer"),
        ("rotation-trust-clients", "rotation-listeners"),
        ("rotation-issuer", "rotation-leaves"),
        ("rotation-trust-devices", "rotation-devices"),
        ("rotation-trust-servers", "rotation-opcua-client"),
        ("rotation-trust-servers", "rotation-opcua-client-plain"),
        ("rotation-trust-authenticator", "rotation-authenticator"),
        ("rotation-leaves", "rotation-retire"),
        ("rotation-devices", "rotation-retire"),
        ("rotation-health", "rotation-retire"),
    ],
    "configuration-manager": [
        ("rotation-bindings", "rotation-site-systems"),
        ("rotation-windows-stores", "rotation-site-systems"),
        ("rotation-site-list", "rotation-site-systems"),
        ("rotation-trust-clients", "rotation-site-systems"),
        ("rotation-trust-clients", "rotation-gateways"),
        ("rotation-site-list", "rotation-distribution-points"),
        ("rotation-windows-stores", "rotation-clients"),
        ("rotation-site-list", "rotation-windows-clients"),
        ("rotation-windows-clients", "rotation-retire"),
        ("first-windows-stores", "first-site-systems"),
    ],
}


class Case(NamedTuple):
    product: str
    site: str
    build: str


def builds(product: str) -> list[str]:
    """The oldest, the default and the newest one, and for the appliance those at which its procedure changes."""
    known = load(product)
    turns = ["2505", "2506", "2508", "2509", "2601", "2603", "2605"] if product == "azure-local" else []
    return sorted({known.builds[0], known.default_build, known.builds[-1], *turns}) if known.builds else [""]


CASES = [Case(product, site, build) for product in PRODUCTS for site in SITES[product] for build in builds(product)]


@cache
def made(case: Case) -> tuple[Plan, dict[str, Runbook]]:
    build = f'\n    build: "{case.build}"' if case.build else ""
    facts = SITES[case.product][case.site].rstrip().replace("\n", "\n    ")
    text = f"""certwright: 1
issuers:
  own: {{kind: embedded, crl: "http://pki.contoso.com/crl"}}
sites:
  - name: site
    product: {case.product}
    issuer: own{build}
    {facts}
"""
    products = {case.product: load(case.product)}
    deployment = read_deployment(text, "site.yaml", products)
    deployment = with_files(deployment, dict.fromkeys(files_named(deployment), CERTIFICATE))
    plan = make_plan(deployment, products, TODAY)
    books = runbooks(deployment.sites[0], products[case.product], plan, FOLDERS)
    return plan, {book.name: book for book in books}


def steps(case: Case) -> list[Step]:
    return [step for book in made(case)[1].values() for step in book.steps]


def command(step: Step) -> str:
    return render(step.command, step.values, step.language, source=step.id) if step.command else ""


def local(step: Step) -> str:
    return step.id.rpartition(".")[2]


def nodes(node: Node) -> list[Node]:
    return [node, *(one for child in node.children for one in nodes(child))]


def parsed(text: str, grammar: object) -> list[Node]:
    found = nodes(Parser(Language(grammar)).parse(text.encode()).root_node)
    assert [node.start_point for node in found if node.type == "ERROR" or node.is_missing] == [], text
    return found


def shown(node: Node) -> str:
    return (node.text or b"").decode()


@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_every_site_has_a_rotation_and_a_first_installation(case: Case) -> None:
    books = made(case)[1]
    assert list(books) == ["first", "rotation"]
    assert len(books["rotation"].steps) >= 6
    assert books["rotation"].build == case.build
    assert books["rotation"].product == case.product


@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_every_step_says_who_how_it_is_verified_how_to_go_back_and_why(case: Case) -> None:
    for step in steps(case):
        assert all((step.title, step.text, step.who, step.verify, step.back)), step.id
        assert step.sources, step.id
        assert step.command or len(step.text) > 60, step.id
        said = " ".join((step.title, step.text, step.who, step.verify, step.back))
        assert not re.search(r"[{}]|%%", said), step.id
        assert said.count("`") % 2 == 0, step.id


@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_every_command_is_a_script_of_its_language(case: Case) -> None:
    for step in steps(case):
        if not (text := command(step)):
            continue
        assert not re.search(r"AsPlainText|--value\b|%%", text), step.id
        if step.language == "shell":
            parsed(text, tree_sitter_bash.language())
        else:
            found = parsed(text, tree_sitter_powershell.language())
            assert [shown(one) for one in found if one.type == "command_name" and shown(one).lower() in ALIASES] == []


@pytest.mark.parametrize("case", [one for one in CASES if one.site == "all"], ids="-".join)
def test_every_shell_takes_the_commands(case: Case) -> None:
    text = "\n".join(command(step) for step in steps(case) if step.language == "shell")
    for shell in ("bash", "sh"):
        subprocess.run([shell, "-n"], input=text, text=True, check=True)


@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_no_cmdlet_and_no_parameter_that_no_document_names(case: Case) -> None:
    known = {*WINDOWS.split(), *DOCUMENTED[case.product].split()}
    for step in steps(case):
        if step.language != "powershell" or not step.command:
            continue
        for one in parsed(command(step), tree_sitter_powershell.language()):
            if one.type != "command":
                continue
            name = next((shown(part) for part in one.children if part.type == "command_name"), "")
            if not re.fullmatch(r"[A-Z][A-Za-z]+-[A-Za-z]+", name):
                continue
            assert name in known, step.id
            if name in PARAMETERS:
                own = [shown(part)[1:] for part in parameters(one)]
                assert set(own) <= set(PARAMETERS[name].split()), (step.id, own)


def parameters(node: Node) -> list[Node]:
    """The parameters of a command itself, not of one inside."""
    found = []
    for child in node.children:
        if child.type == "command_parameter":
            found.append(child)
        elif child.type != "command":
            found += parameters(child)
    return found


def test_the_reader_of_parameters_reads() -> None:
    tree = parsed("Test-AzureStack -Group One -Bad (Get-Item -Path 'x')", tree_sitter_powershell.language())
    outer = next(one for one in tree if one.type == "command")
    assert [shown(one) for one in parameters(outer)] == ["-Group", "-Bad"]


@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_every_script_and_file_a_command_names_is_delivered(case: Case) -> None:
    plan = made(case)[0]
    delivered = {script.path.partition("/")[2] for one in plan.sets for script in one.scripts}
    delivered |= {package.path.partition("/")[2] for place in plan.places if place.site for package in place.packages}
    for step in steps(case):
        for line in command(step).splitlines():
            scripts = re.findall(r"(?:^|[ =])\.[\\/]([\w\\/.-]+\.(?:ps1|sh))", line)
            files = re.findall(r"-f ([\w/.-]+\.yaml)", line)
            files += [one for one in re.findall(r"'\.\\([^']+)'", line) if not one.endswith(".ps1")]
            named = {one.replace("\\", "/") for one in (*scripts, *files)}
            assert named - NOT_OURS <= delivered, (step.id, line)


@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_our_own_commands_exist_with_their_options(case: Case) -> None:
    context = click.Context(certwright)
    said = " ".join(f"{step.text} {step.verify} {step.back}" for step in steps(case))
    typed = [line for step in steps(case) for line in command(step).splitlines() if "certwright " in line]
    typed += re.findall(r"`(certwright [^`]+)`", said)
    assert len(typed) >= 7
    for line in typed:
        words = shlex.split(line.replace("it's", "its"))
        if "certwright" not in words:  # --field-manager=certwright
            continue
        words = words[words.index("certwright") + 1 :]
        verb = certwright.get_command(context, words.pop(0))
        while isinstance(verb, click.Group):
            verb = verb.get_command(click.Context(verb), words.pop(0))
        assert verb is not None, line
        options = {name for parameter in verb.params for name in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options, line


@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_who_must_trust_is_told_before_anything_is_shown_to_him(case: Case) -> None:
    order = [local(step) for step in steps(case)]
    for first, then in ORDER[case.product]:
        if first in order and then in order:
            assert order.index(first) < order.index(then)


@pytest.mark.parametrize("product", PRODUCTS)
def test_every_pair_of_that_order_occurs_somewhere(product: str) -> None:
    orders = [{local(step) for step in steps(case)} for case in CASES if case.product == product]
    for pair in ORDER[product]:
        assert any(set(pair) <= order for order in orders), pair


@pytest.mark.parametrize("product", PRODUCTS)
def test_every_step_of_the_catalogue_is_shown_to_somebody(product: str) -> None:
    seen = {local(step) for case in CASES if case.product == product for step in steps(case)}
    assert seen == {step.id for step in load(product).steps}


@pytest.mark.parametrize(
    ("build", "wanted"),
    [
        ("2411", "rotation-ingress-unsaid"),
        ("2508", "rotation-ingress-unsaid"),
        ("2509", "rotation-ingress-undescribed"),
        ("2605", "rotation-ingress-undescribed"),
        ("2606", "rotation-ingress"),
    ],
)
def test_the_rotation_of_the_appliance_is_that_of_its_build(build: str, wanted: str) -> None:
    found = {local(step) for step in steps(Case("azure-local", "all", build))}
    assert {one for one in found if one.startswith("rotation-ingress")} == {wanted}
    assert ("rotation-management-client" in found) == (build >= "2603")
    assert ("rotation-identity-trust" in found) == (build == "2606")


@pytest.mark.parametrize(("site", "shown_to"), [("all", "ADFS"), ("plain", "AAD")])
def test_the_folder_on_the_share_is_that_of_the_identity_provider(site: str, shown_to: str) -> None:
    share = next(one for one in steps(Case("azure-stack-hub", site, "")) if local(one) == "rotation-share")
    assert f"only {shown_to}," in share.text


def test_values_of_the_site_are_literals() -> None:
    session = next(one for one in steps(Case("azure-stack-hub", "all", "")) if local(one) == "rotation-readiness")
    assert "$endpoint = '10.0.0.224'\n" in command(session)
    make = next(one for one in steps(Case("azure-stack-hub", "all", "")) if local(one) == "rotation-make")
    assert "certwright apply 'it'\\''s.yaml'\n" in command(make)


@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_where_the_documents_are_silent_the_step_says_what_is_recommended(case: Case) -> None:
    silent = [step for step in steps(case) if re.search(r"do(?:es)? not (?:say|describe)|no document", step.text)]
    assert {local(step) for step in silent if not re.search(r"certwright recommends|by themselves", step.text)} <= {
        "rotation-iot-hub",  # asks the stamp itself
        "rotation-gateways",  # compares in the console
        "rotation-clients",
        "rotation-trust-clients",  # who owns the client knows
        "rotation-trust-servers",
        "rotation-leaves",  # cert-manager's own tool
    }


@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_scripts_are_started_by_their_shell(case: Case) -> None:
    """Delivered files may not be executed: their mode says who may read them, and whoever copies them loses it."""
    assert not [local(step) for step in steps(case) if re.search(r"^\./", command(step), re.MULTILINE)]
