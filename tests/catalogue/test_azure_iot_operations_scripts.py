"""Next-step scripts of Azure IoT Operations: parsed by two shells' grammars, then run against stand-ins that write down
how they were called. The command lines are typed from the vendor's pages."""

import os
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
import tree_sitter_bash
from tree_sitter import Language, Node, Parser

from certwright.pack.script import script_artifact
from certwright.wiring.applying import apply
from certwright.wiring.loading import load

CASES = Path(__file__).parents[1] / "cases" / "kubernetes"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
GRAMMAR = Parser(Language(tree_sitter_bash.language()))
DEPLOYMENTS = ("plant1", "offline", "elliptic", "quickstart")

USUAL = re.compile(
    r" (--subscription [\w-]+|-g plant1-rg|--instance plant1-aio|--output none|--server-side|--field-manager=\w+)"
)
# What a stand-in answers to a question; everything else it takes without a word.
ANSWERS = """
case "$*" in
  *go-template*) echo ca.crt ;;
  *"--query contentType"*) echo application/x-pem-file ;;
  *"--query id "*) echo /id ;;
  *oidcIssuerProfile*) echo https://oidc.test/ ;;
  *"].name"*) echo plant1-identity ;;
  *"].resourceGroup"*) echo identities-rg ;;
  *".data.ca"*) cat quickstart.case ;;
  *".data.tls"*) base64 < signing.case ;;
esac
"""


def scripts(name: str) -> dict[str, str]:
    """Path below the site → text of every script of a deployment."""
    return {
        script.path.partition("/")[2]: script_artifact(script).content.decode()
        for one in load(CASES / f"{name}.yaml", now=NOW).plan.sets
        for script in one.scripts
    }


EVERY = [(name, path) for name in DEPLOYMENTS for path in scripts(name)]


def errors(node: Node) -> list[str]:
    here = [f"line {node.start_point[0] + 1}"] if node.type == "ERROR" or node.is_missing else []
    return here + [one for child in node.children for one in errors(child)]


@pytest.mark.parametrize(("name", "path"), EVERY)
def test_every_script_is_a_shell_script(name: str, path: str) -> None:
    text = scripts(name)[path]
    assert errors(GRAMMAR.parse(text.encode()).root_node) == []
    for shell in ("bash", "sh"):
        subprocess.run([shell, "-n"], input=text, text=True, check=True)
    assert text.startswith("#!/bin/sh\n")
    assert "\nset -eu\n" in text
    assert "%%" not in text
    assert not re.search(r"--value\b|--password\b|BEGIN|\bset -x\b", text)


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_every_file_a_script_names_is_delivered(name: str) -> None:
    plan = load(CASES / f"{name}.yaml", now=NOW).plan
    paths = {package.path.partition("/")[2] for place in plan.places if place.site for package in place.packages}
    text = "\n".join(scripts(name).values())
    named = set(re.findall(r"(?<![\w/*.])(?:internal|mqtt|custom-auth)/[\w./-]+\.(?:yaml|json)", text))
    assert named <= paths
    assert name in ("elliptic", "quickstart") or len(named) >= 6


# ── what they do ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The site's folder of each deployment, applied."""
    found = {}
    for name in ("plant1", "offline", "quickstart"):
        folder = tmp_path_factory.mktemp(name)
        shutil.copytree(CASES / "pki", folder / "pki")
        shutil.copy(CASES / f"{name}.yaml", folder)
        loaded = load(folder / f"{name}.yaml", now=NOW)
        apply(loaded)
        found[name] = loaded.output / ("lab" if name == "quickstart" else "plant1")
    return found


def run(folder: Path, script: str, *arguments: str, stdin: str = "", fails: bool = False) -> list[str]:
    """The command lines of a script, each as one text, in order, without what names subscription and instance."""
    stand_ins = folder / "stand-ins"
    stand_ins.mkdir(exist_ok=True)
    log = stand_ins / "log"
    log.write_text("")
    for name in ("az", "kubectl", "helm"):
        (stand_ins / name).write_text(f'#!/bin/sh\necho "{name} $*" >> "{log}"\n{ANSWERS}')
        (stand_ins / name).chmod(0o755)
    environment = {"PATH": f"{stand_ins}:{os.environ['PATH']}"}
    command = ["sh", f"./{script}", *arguments]
    ended = subprocess.run(
        command, cwd=folder, env=environment, input=stdin, text=True, check=False, capture_output=True
    )
    assert (ended.returncode != 0) is fails, ended.stderr
    usual = (
        r" (--subscription [\w-]+|-g plant1-rg|--instance plant1-aio|--output none|--server-side|--field-manager=\w+)"
    )
    return [re.sub(usual, "", line) for line in log.read_text().splitlines()]


def test_the_instance_is_created_with_the_trust_that_was_applied(delivered: dict[str, Path]) -> None:
    assert run(delivered["plant1"], "internal.sh") == [
        "kubectl get crd certificates.cert-manager.io",
        "helm upgrade trust-manager jetstack/trust-manager --install --namespace cert-manager"
        " --set app.trust.namespace=cert-manager --wait",
        "kubectl get namespace azure-iot-operations",
        "kubectl apply -f internal/trust.yaml",
        "kubectl get configmap enterprise-trust -n azure-iot-operations -o"
        " go-template={{range $key, $_ := .data}}{{println $key}}{{end}}",
        "kubectl apply -f internal/issuer-secret.yaml",
        "kubectl apply -f internal/issuer.yaml",
        "kubectl wait --for=condition=Ready --timeout=120s -n azure-iot-operations"
        " clusterissuer.cert-manager.io/enterprise-issuer",
        "az iot ops init --cluster plant1-cluster --user-trust",
        "az iot ops create --cluster plant1-cluster --custom-location plant1-location -n plant1-aio --sr-resource-id"
        " /subscriptions/1/resourceGroups/plant1-rg/providers/Microsoft.DeviceRegistry/schemaRegistries/plant1"
        " --trust-settings configMapName=enterprise-trust configMapKey=ca.crt"
        " issuerKind=ClusterIssuer issuerName=enterprise-issuer",
    ]


def test_an_issuer_of_the_namespace_and_a_bundle(delivered: dict[str, Path]) -> None:
    lines = run(delivered["offline"], "internal.sh")
    assert "kubectl wait --for=condition=Synced --timeout=120s bundle.trust.cert-manager.io/enterprise-trust" in lines
    assert any(line.endswith(" issuer.cert-manager.io/enterprise-issuer") for line in lines)
    assert lines[-1].endswith("issuerKind=Issuer issuerName=enterprise-issuer")


def test_secrets_come_before_listeners(delivered: dict[str, Path]) -> None:
    assert run(delivered["plant1"], "listeners.sh") == [
        "kubectl apply -f listeners/line1/secret.yaml",
        "az iot ops broker listener apply --broker default --name line1 --config-file listeners/line1/listener.json",
        "az iot ops broker listener apply --broker default --name line2 --config-file listeners/line2/listener.json",
    ]


def test_a_policy_is_replaced_only_when_asked(delivered: dict[str, Path]) -> None:
    first = [
        "kubectl apply -f mqtt/client-ca.yaml",
        "az iot ops broker authn show --broker default --name default --output json",
    ]
    applied = "az iot ops broker authn apply --broker default --name default --config-file mqtt/authentication.json"
    assert run(delivered["plant1"], "clients.sh", stdin="n\n") == first
    assert run(delivered["plant1"], "clients.sh", stdin="y\n") == [*first, applied]


def test_the_connector_is_told_what_its_certificate_says(delivered: dict[str, Path]) -> None:
    lines = run(delivered["plant1"], "opcua-client.sh", "--overwrite-secret")
    assert lines == [
        "az iot ops connector opcua client add --public-key-file opcua/client/opcua-connector.der"
        " --private-key-file opcua/client/opcua-connector.pem --subject-name aio-opc-opcuabroker"
        " --application-uri urn:microsoft.com:aio:opc:ua:broker --overwrite-secret",
        "az keyvault secret show --vault-name plant1-kv --name opcua-connector-der --query contentType --output tsv",
        "az keyvault secret set-attributes --vault-name plant1-kv --name opcua-connector-der"
        " --content-type application/pkix-cert",
    ]
    plain = run(delivered["offline"], "opcua-client.sh")
    assert plain[0] == "kubectl apply -f opcua/client/secret/opcua-connector.yaml"
    assert "securityPki.subjectName=aio-opc-opcuabroker" in plain[-1]
    assert "securityPki.applicationUri=urn:microsoft.com:aio:opc:ua:broker" in plain[-1]


def test_trust_first_then_issuers_then_their_crls(delivered: dict[str, Path]) -> None:
    assert run(delivered["plant1"], "opcua.sh") == [
        "az iot ops connector opcua trust add --certificate-file opcua/trust/press-1.der",
        "az iot ops connector opcua trust add --certificate-file opcua/trust/line-root.der",
        "az iot ops connector opcua issuer add --certificate-file opcua/issuers/line-ca.der",
        "az iot ops connector opcua issuer add --certificate-file opcua/issuers/line-ca.crl",
    ]
    assert run(delivered["offline"], "opcua.sh") == [
        "kubectl apply -f opcua/trust-list.yaml",
        "kubectl apply -f opcua/issuer-list.yaml",
    ]


def test_other_connectors_sync_a_secret_that_is_in_the_vault(delivered: dict[str, Path]) -> None:
    assert run(delivered["plant1"], "connectors.sh") == [
        "az keyvault secret set --vault-name plant1-kv --name camera-trust-pem --file connectors/camera-trust.pem"
        " --encoding hex --content-type application/x-pem-file",
        "az iot ops secretsync secret set --name camera-trust --secret target=ca.crt source=camera-trust-pem",
    ]
    assert run(delivered["offline"], "connectors.sh") == ["kubectl apply -f connectors/camera-trust.yaml"]


def test_a_data_flow_endpoint(delivered: dict[str, Path]) -> None:
    upload = "az keyvault secret set --vault-name plant1-kv --name kafka-hub-{0}-pem"
    upload += " --file dataflow/kafka-hub/kafka-hub.{0}.pem"
    lines = run(delivered["plant1"], "dataflow.sh")
    assert lines[0] == "kubectl apply -f dataflow/kafka-hub/ca.yaml"
    assert [line.partition(" --encoding hex ")[0] for line in lines[1:4]] == [
        upload.format(part) for part in ("cert", "key", "chain")
    ]
    assert lines[4:] == [
        "az iot ops secretsync secret set --name kafka-hub-client"
        " --secret target=client_cert.pem source=kafka-hub-cert-pem"
        " --secret target=client_key.pem source=kafka-hub-key-pem"
        " --secret target=client_intermediate_certs.pem source=kafka-hub-chain-pem"
    ]
    assert run(delivered["offline"], "dataflow.sh") == [
        "kubectl apply -f dataflow/kafka-hub/ca.yaml",
        "kubectl apply -f dataflow/kafka-hub/client-secret.yaml",
    ]


def test_who_may_read_the_vault(delivered: dict[str, Path]) -> None:
    lines = run(delivered["plant1"], "vault-access.sh")
    roles = [line for line in lines if "role assignment" in line]
    assert [line.partition("--role ")[2].partition(" --scope")[0] for line in roles] == [
        "4633458b-17de-408a-b874-0445c86b69e6",  # Key Vault Secrets User
        "21090545-7ca7-4776-b22c-e363652d74d2",  # Key Vault Reader
        "Key Vault Secrets Officer",
    ]
    assert lines[-1] == (
        "az identity federated-credential create --name azure-iot-operations-aio-ssc-sa --identity-name plant1-identity"
        " --resource-group identities-rg --issuer https://oidc.test/"
        " --subject system:serviceaccount:azure-iot-operations:aio-ssc-sa --audiences api://AzureADTokenExchange"
    )


@pytest.mark.parametrize(("signing", "fails"), [("quickstart.pem", False), ("line-root.crt", True)])
def test_a_root_that_rotated_without_its_copy(delivered: dict[str, Path], signing: str, *, fails: bool) -> None:
    folder = delivered["quickstart"]
    shutil.copy(CASES / "pki" / "quickstart.pem", folder / "quickstart.case")
    shutil.copy(CASES / "pki" / signing, folder / "signing.case")
    lines = run(folder, "quickstart.sh", fails=fails)
    assert lines[0] == "kubectl get clusterissuer azure-iot-operations-aio-certificate-issuer -o yaml"
    assert (folder / "quickstart-root.pem").read_bytes() == (CASES / "pki" / "quickstart.pem").read_bytes()
