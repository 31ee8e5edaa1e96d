"""Delivered scripts before the grammars of their languages, delivered objects before the schemas of their kinds."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import kubernetes_validate
import pytest
import tree_sitter_bash
import tree_sitter_powershell
from jsonschema import Draft202012Validator
from tree_sitter import Language, Node, Parser

from .command import told
from .delivered import objects, published
from .travelled import EXAMPLES, Journey

POWERSHELL = Parser(Language(tree_sitter_powershell.language()))
BASH = Parser(Language(tree_sitter_bash.language()))
SCHEMAS = Path(__file__).parents[1] / "cases" / "kubernetes" / "schemas"
SCRIPTS = {
    "azure-local": ["plant1/backup.ps1", "plant1/install.ps1", "plant1/trust-node.ps1"],
    "azure-stack-hub": [
        "east/deploy.ps1",
        "east/providers/app-service-identity.ps1",
        "east/rotate.ps1",
        "east/validate.ps1",
    ],
    "azure-iot-operations": [
        *(f"plant1/{name}.sh" for name in ("clients", "connectors", "dataflow", "internal", "listeners")),
        *(f"plant1/{name}.sh" for name in ("opcua-client", "opcua")),
    ],
    "configuration-manager": [
        *(f"hq/import-{what}.ps1" for what in ("client", "distribution-points", "server", "sql-cluster", "sql-server")),
        *(f"hq/{what}.ps1" for what in ("trust-site-list", "trust-windows-stores", "upload-gateways")),
    ],
    "own-product": ["prod/bind-iis.ps1", "prod/install-tomcat.sh"],
}


def scripts(journey: Journey, suffix: str) -> Iterator[tuple[str, str]]:
    """Every script of a language, with its path."""
    for path in journey.files():
        if path.endswith(suffix):
            yield path, (journey.out / path).read_text("utf-8-sig")


def faults(node: Node) -> list[str]:
    """Where a grammar lost the thread."""
    mine = [f"line {node.start_point[0] + 1}: {node.text!r}"] if node.is_error or node.is_missing else []
    return mine + [fault for child in node.children for fault in faults(child)]


# ── scripts ───────────────────────────────────────────────────────────────────────────────────────


def test_every_script_is_there(journey: Journey) -> None:
    assert [path for path in journey.files() if path.endswith((".ps1", ".sh"))] == sorted(SCRIPTS[journey.name])
    for path in journey.files():
        if path.endswith((".ps1", ".txt", ".sh")) and path.rpartition("/")[2] != "README.txt":
            assert f"  out/{path} " in journey.said["apply"].out, "apply says what to run next"


def test_powershell_parses(journey: Journey) -> None:
    assert not [
        (path, fault)
        for path, text in scripts(journey, ".ps1")
        for fault in faults(POWERSHELL.parse(text.encode()).root_node)
    ]
    assert faults(POWERSHELL.parse(b"if ($a { 'b }\r\n").root_node), "the judge is awake"


def test_powershell_comes_as_windows_reads_it(journey: Journey) -> None:
    """With a mark, because Windows PowerShell 5.1 reads a file without one in the code page of the machine."""
    for path, _ in scripts(journey, ".ps1"):
        content = (journey.out / path).read_bytes()
        assert content.startswith(b"\xef\xbb\xbf"), path
        assert content.count(b"\n") == content.count(b"\r\n"), path


def test_bash_parses(journey: Journey) -> None:
    for path, text in scripts(journey, ".sh"):
        told("bash", "-n", journey.out / path)
        told("sh", "-n", journey.out / path)
        assert not faults(BASH.parse(text.encode()).root_node), path
        assert text.startswith("#!/bin/sh\n")
        assert "\r" not in text
    assert faults(BASH.parse(b"if true; then echo 'a\n").root_node), "the judge is awake"


NAMED = (
    r"'([\w./ -]+/[\w. -]+\.(?:pfx|cer|der|crt|key|pem|yaml|json))'",  # a whole path between quotes
    r"-(?:f|-config-file) ([\w-]+/[\w/.-]+)",  # what kubectl and az are told to read
    r"\$PSScriptRoot -ChildPath '([^']+)'",  # what lies beside the script
)


def test_what_scripts_name_is_there(journey: Journey) -> None:
    named = [
        (path, found.replace("\\", "/"))
        for path, text in (*scripts(journey, ".sh"), *scripts(journey, ".ps1"))
        for pattern in NAMED
        for found in re.findall(pattern, text)
        if not found.startswith(("/", "C:"))
    ]
    assert named
    assert not [(path, name) for path, name in named if not (journey.out / path).parent.joinpath(name).exists()]


# ── objects ───────────────────────────────────────────────────────────────────────────────────────


def schema_of(kind: str) -> Draft202012Validator:
    words = re.sub("(?<!^)([A-Z])", r"-\1", kind).lower()
    return Draft202012Validator(json.loads((SCHEMAS / f"{words}.json").read_text()))


def test_every_object_is_valid(travelled: Callable[[str], Journey]) -> None:
    seen = set()
    for _, found in objects(travelled("azure-iot-operations")):
        version, kind = found["apiVersion"], found["kind"]
        seen.add((version.partition("/")[0], kind))
        if version == "v1":
            kubernetes_validate.validate(dict(found), "1.32", strict=True)
        else:
            schema_of(kind).validate(found)
    assert seen == {
        ("v1", "Secret"),
        ("v1", "ConfigMap"),
        ("cert-manager.io", "ClusterIssuer"),
        ("trust.cert-manager.io", "Bundle"),
        ("mqttbroker.iotoperations.azure.com", "BrokerListener"),
        ("mqttbroker.iotoperations.azure.com", "BrokerAuthentication"),
    }


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("plant1/listeners/external/listener", "BrokerListener"),
        ("plant1/mqtt/authentication", "BrokerAuthentication"),
    ],
)
def test_what_az_takes_is_the_same_without_its_head(path: str, kind: str, travelled: Callable[[str], Journey]) -> None:
    journey = travelled("azure-iot-operations")
    whole = dict(objects(journey))[f"{path}.yaml"]
    assert whole["kind"] == kind
    bare = json.loads((journey.out / f"{path}.json").read_text())
    assert bare == {key: value for key, value in whole["spec"].items() if key != "brokerRef"}


def test_objects_fit_together(travelled: Callable[[str], Journey]) -> None:
    """What one names, another is."""
    found = {(one["kind"], one["metadata"]["name"]): one for _, one in objects(travelled("azure-iot-operations"))}
    secret = found["ClusterIssuer", "enterprise-issuer"]["spec"]["ca"]["secretName"]
    assert found["Secret", secret]["metadata"]["namespace"] == "cert-manager"
    assert found["Secret", secret]["type"] == "kubernetes.io/tls"
    port = found["BrokerListener", "external"]["spec"]["ports"][0]
    assert found["Secret", port["tls"]["manual"]["secretRef"]]["type"] == "kubernetes.io/tls"
    methods = found["BrokerAuthentication", port["authenticationRef"]]["spec"]["authenticationMethods"]
    trusted = next(one["x509Settings"]["trustedClientCaCert"] for one in methods if one["method"] == "X509")
    root = published(travelled("azure-iot-operations"), "root.cer").read_text()
    assert root in "".join(found["ConfigMap", trusted]["data"].values())
    bundle = found["Bundle", "enterprise-trust"]["spec"]
    assert "".join(source["inLine"] for source in bundle["sources"]) == root
    assert bundle["target"]["configMap"]["key"] == "ca.crt"


def test_every_example_has_scripts() -> None:
    assert SCRIPTS.keys() == EXAMPLES.keys()
