"""Who signs inside the cluster: the quick-start root, an authority of one's own, one that others certified, or theirs.

Expected names are typed from the vendor's pages; OpenSSL signs as somebody else's CA, and verifies what was made.
"""

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from certwright.errors import Problem
from certwright.model import Status
from certwright.pack.kubernetes import data_of, read_objects
from certwright.wiring.applying import apply
from certwright.wiring.checking import check
from certwright.wiring.loading import Loaded, load
from certwright.x509.pem import certificates_in
from certwright.x509.read import read_certificate

PKI = Path(__file__).parents[1] / "cases" / "kubernetes" / "pki"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
QUICKSTART = "CN=Azure IoT Operations Quickstart Root CA - Not for Production"
SITE = """\
certwright: 1
issuers:
  contoso: {{ {issuer} }}
sites:
  - name: lab
    product: azure-iot-operations
    instance: lab-aio
    cluster: lab-cluster
    resource_group: lab-rg
    subscription: contoso
    custom_location: lab-location
{facts}"""
EMBEDDED = "kind: embedded, root: { key: rsa-2048 }, issuing: { key: rsa-2048 }"


def deployed(folder: Path, *facts: str, issuer: str = EMBEDDED, now: datetime = NOW) -> Loaded:
    (folder / "site.yaml").write_text(SITE.format(issuer=issuer, facts="".join(f"    {one}\n" for one in facts)))
    loaded = load(folder / "site.yaml", now=now)
    apply(loaded)
    return loaded


def delivered(loaded: Loaded, path: str) -> dict[str, Any]:
    (found,) = read_objects((loaded.output / "lab" / path).read_bytes())
    return dict(found)


def openssl(*arguments: object) -> str:
    done = subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, text=True)
    return done.stdout


# ── the quick-start ───────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def quickstart(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    return deployed(tmp_path_factory.mktemp("quickstart"), "trust: quickstart")


def test_the_quick_start_has_the_names_of_the_installer(quickstart: Loaded) -> None:
    secret = delivered(quickstart, "internal/issuer-secret.yaml")
    assert secret["type"] == "kubernetes.io/tls"
    assert secret["metadata"]["name"] == "azure-iot-operations-aio-ca-certificate"
    assert secret["metadata"]["namespace"] == "cert-manager"
    issuer = delivered(quickstart, "internal/issuer.yaml")
    assert issuer["kind"] == "ClusterIssuer"
    assert issuer["metadata"]["name"] == "azure-iot-operations-aio-certificate-issuer"
    assert "namespace" not in issuer["metadata"]
    assert issuer["spec"] == {"ca": {"secretName": "azure-iot-operations-aio-ca-certificate"}}
    trust = delivered(quickstart, "internal/trust.yaml")
    assert trust["kind"] == "ConfigMap"
    assert trust["metadata"]["name"] == "azure-iot-operations-aio-ca-trust-bundle"
    assert trust["metadata"]["namespace"] == "azure-iot-operations"
    assert list(trust["data"]) == ["ca.crt"]


def test_its_root_is_self_signed_for_a_year(quickstart: Loaded) -> None:
    made = data_of(delivered(quickstart, "internal/issuer-secret.yaml"))["tls.crt"]
    (root,) = map(read_certificate, certificates_in(made))
    assert root.subject == root.issuer == QUICKSTART
    assert (root.key.algorithm, root.key.bits, root.signature_hash) == ("rsa", 2048, "sha256")
    assert root.not_after - root.not_before == timedelta(days=365)
    assert root.authority is True
    trusted = data_of(delivered(quickstart, "internal/trust.yaml"))["ca.crt"]
    assert certificates_in(trusted) == certificates_in(made)
    pem = quickstart.output / "lab" / "internal" / "trust.pem"
    then = int(NOW.timestamp())
    assert openssl("verify", "-check_ss_sig", "-x509_strict", "-attime", then, "-CAfile", pem, pem).endswith(": OK\n")


def test_it_is_marked_everywhere_as_not_for_production(quickstart: Loaded) -> None:
    for name in ("issuer-secret", "issuer", "trust"):
        text = (quickstart.output / "lab" / "internal" / f"{name}.yaml").read_text()
        assert text.startswith("# For evaluation only")
        metadata = delivered(quickstart, f"internal/{name}.yaml")["metadata"]
        assert metadata["labels"] == {"certwright/not-for-production": "true"}
        assert metadata["annotations"]["certwright/warning"].startswith("For evaluation only")
    assert any("not for production" in note for note in quickstart.plan.place("lab/quickstart-issuer").notes)
    told = [one for one in check(quickstart).results if one.is_finding]
    assert {(one.code, one.status) for one in told} == {("azure-iot-operations.not-for-production", Status.WARNING)}
    assert {one.place for one in told} == {"lab/quickstart-issuer", "lab/quickstart-trust"}


def test_an_authority_of_ones_own_bears_no_mark(tmp_path: Path) -> None:
    loaded = deployed(tmp_path)
    for name in ("issuer-secret", "issuer", "trust"):
        assert set(delivered(loaded, f"internal/{name}.yaml")["metadata"]) <= {"name", "namespace"}
        assert not (loaded.output / "lab" / "internal" / f"{name}.yaml").read_text().startswith("#")


def test_its_steps_name_the_same(quickstart: Loaded) -> None:
    script = (quickstart.output / "lab" / "internal.sh").read_text()
    for line in (
        "issuer_name='azure-iot-operations-aio-certificate-issuer'",
        "issuer_scope='ClusterIssuer'",
        "config_map='azure-iot-operations-aio-ca-trust-bundle'",
        "config_map_key='ca.crt'",
    ):
        assert line in script or line.replace("'", "") in script
    assert "--user-trust" in script
    assert "--trust-settings configMapName=" in script


def test_it_is_renewed_with_its_key_before_it_ends(tmp_path: Path) -> None:
    before = deployed(tmp_path, "trust: quickstart")
    first = read_certificate(certificates_in((before.output / "lab/internal/trust.pem").read_bytes())[0])
    apply(load(tmp_path / "site.yaml", now=NOW + timedelta(days=200)))
    assert certificates_in((before.output / "lab/internal/trust.pem").read_bytes()) == (first.der,)
    apply(load(tmp_path / "site.yaml", now=NOW + timedelta(days=250)))
    later = read_certificate(certificates_in((before.output / "lab/internal/trust.pem").read_bytes())[0])
    assert later.key.spki == first.key.spki
    assert later.not_after > first.not_after


# ── an authority of one's own ─────────────────────────────────────────────────────────────────────


def test_the_roots_that_are_kept_are_in_the_pem_file_as_well(tmp_path: Path) -> None:
    (tmp_path / "old.crt").write_bytes((PKI / "other-root.crt").read_bytes())
    loaded = deployed(tmp_path, "also_trust: [old.crt]", "config_map: plant-trust", "config_map_key: roots.pem")
    trust = delivered(loaded, "internal/trust.yaml")
    assert trust["metadata"]["name"] == "plant-trust"
    written = certificates_in(trust["data"]["roots.pem"].encode())
    assert certificates_in((PKI / "other-root.crt").read_bytes())[0] in written
    assert certificates_in((loaded.output / "lab/internal/trust.pem").read_bytes()) == written


def test_an_outside_authority_certifies_the_internal_one(tmp_path: Path) -> None:
    root, key = tmp_path / "root.pem", tmp_path / "root.key"
    openssl(
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", root, "-days", 4000,
        "-subj", "/CN=Enterprise Root", "-addext", "keyUsage=critical,keyCertSign,cRLSign",
    )  # fmt: skip
    now = datetime.now(UTC)  # OpenSSL signs from today on
    loaded = deployed(tmp_path, issuer="kind: files, roots: root.pem", now=now)
    (request,) = (loaded.output / "requests" / "contoso").glob("*.csr")
    assert "CA:TRUE, pathlen:0" in openssl("req", "-in", request, "-noout", "-text")
    answers = tmp_path / "answers" / "contoso"
    answers.mkdir(parents=True)
    openssl(
        "x509", "-req", "-in", request, "-CA", root, "-CAkey", key, "-days", 1825, "-copy_extensions", "copy",
        "-out", answers / "issuing.pem",
    )  # fmt: skip
    again = load(tmp_path / "site.yaml", now=now + timedelta(minutes=1))
    apply(again)
    made = data_of(delivered(again, "internal/issuer-secret.yaml"))["tls.crt"]
    assert [read_certificate(one).subject for one in certificates_in(made)] == [
        "CN=lab-aio Internal Issuing CA",
        "CN=Enterprise Root",
    ]
    assert certificates_in(delivered(again, "internal/trust.yaml")["data"]["ca.crt"].encode()) == certificates_in(
        root.read_bytes()
    )
    assert [one.code for one in check(again).results if one.is_finding] == []


def test_for_an_issuer_that_is_there_only_its_roots_are_delivered(tmp_path: Path) -> None:
    (tmp_path / "root.crt").write_bytes((PKI / "other-root.crt").read_bytes())
    loaded = deployed(tmp_path, "issuer_exists: true", "issuer_roots: [root.crt]", "issuer_name: vault-issuer")
    assert sorted(one.name for one in (loaded.output / "lab" / "internal").iterdir()) == ["trust.pem", "trust.yaml"]
    script = (loaded.output / "lab" / "internal.sh").read_text()
    assert "issuer_exists=true" in script.replace("'", "")
    assert "vault-issuer" in script


def test_the_roots_of_an_issuer_that_is_there_must_be_named(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="issuer_roots"):
        deployed(tmp_path, "issuer_exists: true")
