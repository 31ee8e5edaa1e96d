"""Kubernetes objects: what kubectl, kubernetes-validate, PyYAML and ruamel say; what hostile text may not do."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from certwright.errors import Refused, Unreadable
from certwright.pack.credential import Credential
from certwright.pack.kubernetes import data_of, read_objects
from certwright.pack.object_text import write_objects
from certwright.pack.objects import DEEPEST, MOST_NODES, MOST_TEXT
from certwright.pack.packing import pack

from .conftest import case, package, steady

CASES = Path(__file__).parents[1] / "cases" / "kubernetes"
HERE = {"namespace": "azure-iot-operations"}
SERVERS = ({"name": "press-1", "file": (CASES / "pki" / "press-1.der").read_bytes()},)
ISSUERS = (
    {
        "name": "line-ca",
        "file": (CASES / "pki" / "line-ca.crt").read_bytes(),
        "crl": (CASES / "pki" / "line-ca.crl.pem").read_bytes(),
    },
    {"name": "line-root", "file": (CASES / "pki" / "line-root.crt").read_bytes()},
)


def kubectl(name: str) -> bytes:
    return (CASES / "kubectl" / name).read_bytes()


def pki(name: str) -> bytes:
    return (CASES / "pki" / name).read_bytes()


def plain(found: Mapping[str, Any]) -> dict[str, Any]:
    """An object of kubectl's without the moment it was made, which a dry run leaves null."""
    metadata = {key: value for key, value in found["metadata"].items() if key != "creationTimestamp"}
    return {**found, "metadata": metadata}


def made(form: str, credential: Credential, **options: object) -> dict[str, Any]:
    """The one object of a package, judged by its schema."""
    (artifact,) = pack(package(form, **options), credential, None, steady)
    (found,) = read_objects(artifact.content)
    judge(found)
    return dict(found)


def judge(found: Mapping[str, Any]) -> None:
    if found["apiVersion"] == "v1":
        kubernetes_validate.validate(dict(found), "1.32", strict=True)
        return
    words = "".join(f"-{c.lower()}" if c.isupper() else c for c in found["kind"]).strip("-")
    schema = json.loads((CASES / "schemas" / f"{words}.json").read_text())
    Draft202012Validator(schema).validate(found)


# ── the same as kubectl ───────────────────────────────────────────────────────────────────────────


def test_a_tls_secret_is_kubectls(credential: Credential) -> None:
    (theirs,) = read_objects(kubectl("tls-secret.yaml"))
    assert made("kubernetes-tls-secret", credential, **HERE, name="web-tls") == plain(theirs)


def test_an_opaque_secret_is_kubectls(credential: Credential) -> None:
    (theirs,) = read_objects(kubectl("opaque-secret.yaml"))
    entries = (
        ("client_cert.pem", "certificate"),
        ("client_key.pem", "key"),
        ("client_intermediate_certs.pem", "intermediates"),
    )
    ours = made("kubernetes-opaque-secret", credential, **HERE, name="web-client", entries=entries)
    assert {key: value for key, value in ours.items() if key != "type"} == plain(theirs)
    assert ours["type"] == "Opaque"


def test_a_config_map_is_kubectls(credential: Credential) -> None:
    (theirs,) = read_objects(kubectl("config-map.yaml"))
    assert made("kubernetes-config-map", credential, **HERE, name="trust", key="ca.crt") == plain(theirs)


def test_a_der_file_ends_in_binary_data_and_is_read_there() -> None:
    (found,) = read_objects(kubectl("config-map-of-der.yaml"))
    assert "data" not in found
    assert data_of(found) == {"ca.crt": case("root.der")}


@pytest.mark.parametrize("name", ["tls-secret.json", "list.json", "redirected-by-powershell.yaml"])
def test_one_object_in_many_dresses(name: str) -> None:
    (wanted,) = read_objects(kubectl("tls-secret.yaml"))
    (found,) = read_objects(kubectl(name))
    assert found == wanted


def test_several_documents() -> None:
    found = read_objects(kubectl("several.yaml"))
    assert [one["kind"] for one in found] == ["ConfigMap", "Secret"]
    assert sorted(data_of(found[1])) == ["tls.crt", "tls.key"]


def test_a_typed_list_gives_its_items_their_kind() -> None:
    content = (
        b'{"kind": "ConfigMapList", "apiVersion": "v1", "items": [{"metadata": {"name": "a"}, "data": {"k": "v"}}]}'
    )
    (found,) = read_objects(content)
    assert (found["kind"], found["apiVersion"], data_of(found)) == ("ConfigMap", "v1", {"k": b"v"})


# ── the other kinds ───────────────────────────────────────────────────────────────────────────────


def test_an_authority_for_cert_manager(credential: Credential) -> None:
    secret = made(
        "kubernetes-tls-secret", credential, namespace="cert-manager", name="ca", content="full-chain", ca=True
    )
    chain = data_of(secret)["tls.crt"]
    assert chain.count(b"BEGIN CERTIFICATE") == 3
    assert data_of(secret)["ca.crt"].count(b"BEGIN CERTIFICATE") == 1
    assert chain.endswith(data_of(secret)["ca.crt"])
    cluster = made("kubernetes-issuer", credential, **HERE, kind="ClusterIssuer", name="enterprise-issuer", secret="ca")
    assert cluster == {
        "apiVersion": "cert-manager.io/v1",
        "kind": "ClusterIssuer",
        "metadata": {"name": "enterprise-issuer"},
        "spec": {"ca": {"secretName": "ca"}},
    }
    issuer = made("kubernetes-issuer", credential, **HERE, kind="Issuer", name="enterprise-issuer", secret="ca")
    assert issuer["metadata"] == {"name": "enterprise-issuer", "namespace": "azure-iot-operations"}


def test_a_bundle_writes_a_config_map_of_its_own_name(anchors: Credential) -> None:
    bundle = made("kubernetes-trust-bundle", anchors, **HERE, name="enterprise-trust", key="roots.pem")
    assert bundle["metadata"] == {"name": "enterprise-trust"}
    assert bundle["spec"]["target"] == {
        "configMap": {"key": "roots.pem"},
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "azure-iot-operations"}},
    }
    (text,) = data_of(bundle).values()
    assert text.count(b"BEGIN CERTIFICATE") == 2
    several = made("kubernetes-trust-bundle", anchors, namespace=("one", "two"), name="trust")
    (rule,) = several["spec"]["target"]["namespaceSelector"]["matchExpressions"]
    assert rule["values"] == ["one", "two"]


def test_what_stays_trusted_through_a_rotation_is_added_once(anchors: Credential) -> None:
    also = (pki("two-roots.pem"), pki("line-root.crt"), case("root.der"))
    found = made("kubernetes-config-map", anchors, **HERE, name="trust", also=also)
    assert found["data"]["ca.crt"].count("BEGIN CERTIFICATE") == 4  # issuing and root, line-root and other-root


LISTENER = {**HERE, "name": "line1", "service": "aio-broker-ext", "port": 8884, "authentication": "my-policy"}
AUTOMATIC = {
    **LISTENER, "mode": "Automatic", "issuer": "enterprise-issuer", "issuer_kind": "ClusterIssuer",
    "names": ("dns:mqtt.contoso.com", "ip:192.0.2.10"), "algorithm": "ec", "duration": "720h", "renew_before": "240h",
}  # fmt: skip


def test_a_listener_with_manual_tls(credential: Credential) -> None:
    spec = made("kubernetes-broker-listener", credential, **LISTENER, secret="line1-tls")["spec"]
    assert spec["serviceName"] == "aio-broker-ext"
    assert spec["ports"] == [
        {
            "port": 8884,
            "protocol": "Mqtt",
            "authenticationRef": "my-policy",
            "tls": {"mode": "Manual", "manual": {"secretRef": "line1-tls"}},
        }
    ]


def test_a_listener_with_automatic_tls(credential: Credential) -> None:
    spec = made("kubernetes-broker-listener", credential, **AUTOMATIC)["spec"]
    assert spec["ports"][0]["tls"] == {
        "mode": "Automatic",
        "certManagerCertificateSpec": {
            "issuerRef": {"name": "enterprise-issuer", "kind": "ClusterIssuer", "group": "cert-manager.io"},
            "san": {"dns": ["mqtt.contoso.com"], "ip": ["192.0.2.10"]},
            "privateKey": {"algorithm": "Ec256", "rotationPolicy": "Always"},
            "duration": "720h",
            "renewBefore": "240h",
        },
    }


def test_the_command_line_gets_the_same_listener_without_its_broker(credential: Credential) -> None:
    spec = made("kubernetes-broker-listener", credential, **AUTOMATIC)["spec"]
    (config,) = pack(package("broker-listener-config", **AUTOMATIC), credential, None, steady)
    assert json.loads(config.content) == {key: value for key, value in spec.items() if key != "brokerRef"}


def test_a_policy_keeps_the_products_own_clients(anchors: Credential) -> None:
    options = {**HERE, "name": "default", "client_ca": "client-ca", "endpoint": "https://auth", "server_ca": "auth-ca",
               "client_secret": "auth-client"}  # fmt: skip
    methods = made("kubernetes-broker-authentication", anchors, **options)["spec"]["authenticationMethods"]
    assert methods == [
        {"method": "ServiceAccountToken", "serviceAccountTokenSettings": {"audiences": ["aio-internal"]}},
        {"method": "X509", "x509Settings": {"trustedClientCaCert": "client-ca"}},
        {
            "method": "Custom",
            "customSettings": {
                "endpoint": "https://auth",
                "caCertConfigMap": "auth-ca",
                "auth": {"x509": {"secretRef": "auth-client"}},
            },
        },
    ]
    alone = made("kubernetes-broker-authentication", anchors, **HERE, name="default")
    assert len(alone["spec"]["authenticationMethods"]) == 1
    (config,) = pack(package("broker-authentication-config", **options), anchors, None, steady)
    assert json.loads(config.content) == {"authenticationMethods": methods}


LISTS = (
    {"records": SERVERS, "parts": {"der": "file"}},
    {"records": ISSUERS, "parts": {"der": "file", "crl": "crl"}},
)
VAULT = {**HERE, "vault": "plant1-kv", "tenant": "t", "client": "c"}


def test_the_lists_of_the_opc_ua_connector_as_one_secret(anchors: Credential) -> None:
    found = made("kubernetes-opaque-secret", anchors, **HERE, name="aio-opc-ua-broker-issuer-list", lists=LISTS)
    data = data_of(found)
    assert list(data) == ["press-1.der", "line-ca.der", "line-ca.crl", "line-root.der"]
    assert data["press-1.der"] == pki("press-1.der")
    assert data["line-ca.crl"] == pki("line-ca.crl")  # PEM came, DER goes: the connector reads nothing else


def test_the_vaults_secrets_come_back_under_their_file_names(anchors: Credential) -> None:
    files = {"files": ("connector.der", "connector.pem"), "lists": LISTS}
    names = ["connector-der", "connector-pem", "press-1-der", "line-ca-der", "line-ca-crl", "line-root-der"]
    provider = made("kubernetes-secret-provider-class", anchors, **VAULT, name="opc-ua-connector", **files)
    inner = yaml.safe_load(provider["spec"]["parameters"]["objects"])["array"]
    assert [yaml.safe_load(one) for one in inner] == [
        {"objectName": name, "objectType": "secret", "objectEncoding": "hex"} for name in names
    ]
    sync = made("kubernetes-secret-sync", anchors, **HERE, name="list", provider_class="opc-ua-connector", **files)
    assert sync["spec"]["serviceAccountName"] == "aio-ssc-sa"
    data = sync["spec"]["secretObject"]["data"]
    assert [one["sourcePath"] for one in data] == names
    assert [one["targetKey"].replace(".", "-") for one in data] == names
    renamed = made(
        "kubernetes-secret-sync", anchors, **HERE, name="trust", provider_class="p", keys={"ca.crt": "trust.pem"}
    )
    assert renamed["spec"]["secretObject"]["data"] == [{"sourcePath": "trust-pem", "targetKey": "ca.crt"}]
    (listed,) = pack(package("keyvault-list", **files), anchors, None, steady)
    assert [one["name"] for one in json.loads(listed.content)] == names


# ── what is secret, what is refused ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("form", "options", "secret"),
    [
        ("kubernetes-tls-secret", {"name": "a"}, True),
        ("kubernetes-opaque-secret", {"name": "a", "entries": (("k", "key"),)}, True),
        ("kubernetes-opaque-secret", {"name": "a", "entries": (("c", "chain"),)}, False),
        ("kubernetes-config-map", {"name": "a"}, False),
        ("kubernetes-issuer", {"name": "a", "secret": "b"}, False),
    ],
)
def test_secret_is_what_holds_a_key(
    form: str, options: dict[str, object], credential: Credential, *, secret: bool
) -> None:
    (artifact,) = pack(package(form, **HERE, **options), credential, None, steady)
    (again,) = pack(package(form, **HERE, **options), credential, None, steady)
    assert (artifact.secret, artifact.place, artifact.path) == (secret, "east/web", f"east/{form}.file")
    assert artifact.content == again.content
    assert (b"PRIVATE" in b"".join(data_of(read_objects(artifact.content)[0]).values())) is secret


@pytest.mark.parametrize(
    ("form", "options", "told"),
    [
        ("kubernetes-tls-secret", {"name": "a"}, "namespace"),
        ("kubernetes-tls-secret", {**HERE, "name": "Web"}, "'Web' is no Kubernetes name"),
        ("kubernetes-tls-secret", {"namespace": "a.b", "name": "a"}, "'a.b' is no Kubernetes namespace"),
        ("kubernetes-tls-secret", {**HERE, "name": "a", "content": "pkcs12"}, "asks for the entry 'pkcs12'"),
        ("kubernetes-opaque-secret", {**HERE, "name": "a"}, "bytes of data"),
        ("kubernetes-opaque-secret", {**HERE, "name": "a", "entries": (("a/b", "key"),)}, "'a/b' is no Kubernetes key"),
        ("kubernetes-opaque-secret", {**HERE, "name": "a", "entries": (("..", "key"),)}, "no Kubernetes key"),
        ("kubernetes-issuer", {**HERE, "name": "a", "secret": "b", "kind": "Vault"}, "ClusterIssuer or Issuer"),
        ("kubernetes-broker-listener", {**LISTENER, "secret": "a", "port": 0}, "port"),
        ("kubernetes-broker-listener", {**LISTENER, "mode": "Off"}, "Manual or Automatic"),
        ("kubernetes-broker-listener", {**AUTOMATIC, "algorithm": "dsa"}, "algorithm"),
        ("kubernetes-secret-sync", {**HERE, "name": "a", "provider_class": "b"}, "at least one file"),
        ("kubernetes-secret-provider-class", {**VAULT, "name": "a", "files": ("a.b", "a-b")}, "would both be"),
        ("kubernetes-config-map", {**HERE, "name": "a", "also": (b"no certificate",)}, "a file with certificates"),
    ],
)
def test_what_kubernetes_would_refuse_is_refused_here(
    form: str, options: dict[str, object], told: str, credential: Credential
) -> None:
    with pytest.raises(Refused, match=told):
        pack(package(form, **options), credential, None, steady)


@pytest.mark.parametrize(
    ("record", "told"),
    [
        ({"name": "a", "file": pki("two-roots.pem")}, "exactly one certificate"),
        ({"name": "a", "file": b"nothing"}, "a file with certificates"),
        ({"name": "a", "file": pki("line-ca.crt"), "crl": pki("other-root.crl")}, "a CRL signed by CN=Plant line-ca"),
        ({"name": "a", "file": pki("line-ca.crt"), "crl": pki("line-root.crt")}, "CRL"),
    ],
)
def test_an_entry_of_a_list_that_would_fail_later(record: dict[str, object], told: str, anchors: Credential) -> None:
    lists = ({"records": (record,), "parts": {"der": "file", "crl": "crl"}},)
    with pytest.raises(Refused, match=told):
        pack(package("kubernetes-opaque-secret", **HERE, name="list", lists=lists), anchors, None, steady)


# ── the text ──────────────────────────────────────────────────────────────────────────────────────

SCALARS = st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.text(st.characters(exclude_categories=["Cs"]))
KEYS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
TREES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner), max_leaves=12)


@given(st.dictionaries(KEYS, TREES, max_size=4))
@settings(max_examples=120, deadline=None)
@example({"y": "NO", "n": "12e3", "a": "- x", "b": "#", "c": "a: b", "d": "null", "e": "\x85\u2028", "f": " a\nb\n"})
@example(
    {
        "a": "first\n second\n",
        "b": "x\n\n",
        "c": "0o14",
        "d": "1_000",
        "e": "12:30:45",
        "f": "2001-01-01",
        "g": "=",
        "h": "<<",
    }
)
def test_every_reader_reads_what_was_written(tree: dict[str, Any]) -> None:
    written = {**tree, "kind": "Test"}
    content = write_objects([written])
    assert read_objects(content) == (written,)
    assert yaml.safe_load(content) == written  # YAML 1.1, as Kubernetes' own readers
    assert YAML(typ="safe", pure=True).load(content) == written  # YAML 1.2


SNIPPETS = (
    "kind: Secret\n", "kind: List\nitems: []\n", "data: {a: b}\n", "- x\n", "? [a]\n: b\n", "&a [*a]\n", "*a\n",
    "---\n", "...\n", "%YAML 1.1\n", "%TAG ! tag:x,2000:\n", "!!binary YQ==\n", "!!python/object:os.system x\n",
    "a: |\n  b\n", "a: >2\n", "'", '"', '"\\U0011ffff"', "{", "[", "}", "]", "\t", "\x00", "\ufeff", "<<: *a\n",
    "a: 1\na: 2\n", "0x" + "f" * 40, "#", ": ",
)  # fmt: skip
HOSTILE = st.lists(st.sampled_from(SNIPPETS) | st.text(max_size=8), max_size=12).map("".join).map(str.encode)
BAD_JSON = (
    b'{"kind": "A", "kind": "B"}', b'{"kind": 1}', b"[1]", b"[{}]", b'{"kind": "List", "items": [1]}',
    b'[{"kind": "A"}, NaN]', b'{"kind": "A", "x": ',
)  # fmt: skip


@given(HOSTILE | st.binary(max_size=80))
@settings(max_examples=300, deadline=None)
def test_hostile_text_is_read_or_refused(content: bytes) -> None:
    try:
        found = read_objects(content)
    except Unreadable:
        return
    assert all(isinstance(one["kind"], str) for one in found)


@pytest.mark.parametrize("content", BAD_JSON)
def test_json_that_is_no_object_is_refused(content: bytes) -> None:
    with pytest.raises(Unreadable):
        read_objects(content)


LAUGHS = b"kind: A\na: &a [x, x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (c, c, b", ".join([b"*%c" % (c - 1)] * 9)) for c in range(ord("b"), ord("z"))
)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (LAUGHS, "alias"),
        (b"kind: A\nx: &x [*x]\n", "alias"),
        (b"kind: A\nx: " + b"[" * 100_000, f"deeper than {DEEPEST}"),
        (b"kind: A\nx:\n" + b"".join(b" " * n + b"-\n" for n in range(1, 80)), f"deeper than {DEEPEST}|not YAML"),
        (b'{"kind": ' + b'{"a": ' * 100_000 + b"1" + b"}" * 100_001, "deeper"),
        (b'{"kind": "A", "x": ' + b"[" * 70 + b"]" * 70 + b"}", "deeper"),
        (b"kind: A\nx: [" + b"a, " * MOST_NODES + b"]\n", f"more than {MOST_NODES}"),
        (b"---\n" * MOST_NODES, "more than"),
        (b"kind: A\nx: " + b"y" * MOST_TEXT, "more than the"),
        (b"kind: A\ndata:\n  a: b\n  a: c\n", "'a' stands twice"),
        (b"kind: A\n? [a]\n: b\n", "no text"),
        (b"\xff\xfe\x00", "not text"),
        (b"\x80", "not text"),
        (b"a: b\n", "no Kubernetes object"),
        (b"just words\n", "no Kubernetes object"),
    ],
)
def test_bombs_are_refused_while_reading(content: bytes, told: str) -> None:
    with pytest.raises(Unreadable, match=told):
        read_objects(content)


def test_yaml_in_braces_is_not_taken_for_bad_json() -> None:
    (found,) = read_objects(b"{kind: ConfigMap, data: {a: b}}")
    assert data_of(found) == {"a": b"b"}


def test_nothing_is_nothing() -> None:
    assert read_objects(b"") == read_objects(b"---\n---\n# nothing\n") == ()


@pytest.mark.parametrize(
    "content",
    [
        b"kind: Secret\ndata: {a: '!'}\n",
        b"kind: Secret\ndata: [a]\n",
        b"kind: ConfigMap\ndata: {a: 1}\n",
        b"kind: ConfigMap\nbinaryData: {a: YQ}\n",
    ],
)
def test_data_that_is_none(content: bytes) -> None:
    (found,) = read_objects(content)
    with pytest.raises(Unreadable):
        data_of(found)


def test_data_of_every_kind() -> None:
    secret = b"kind: Secret\ndata: {a: YQ==, b: 'Y\n  g=='}\nstringData: {c: d}\n"
    assert data_of(read_objects(secret)[0]) == {"a": b"a", "b": b"b", "c": b"d"}
    assert data_of(read_objects(b"kind: Issuer\ndata: {a: b}\n")[0]) == {}
    assert data_of(read_objects(b"kind: Bundle\nspec: {sources: [{inLine: x}, {secret: {name: y}}]}\n")[0]) == {
        "inLine-0": b"x"
    }
