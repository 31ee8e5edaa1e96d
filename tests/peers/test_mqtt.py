"""A broker takes what certwright made for a listener, and lets in the clients certwright made certificates for."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from .broker import PATIENCE, Broker, Client, broker
from .plant import applied, mounted, planned, revoked

HOSTS = ["localhost", "127.0.0.1"]


@dataclass(frozen=True)
class Stage:
    """What was delivered at one moment, and the broker's part of it laid out as its volumes."""

    out: Path

    @property
    def root(self) -> Path:
        return self.out / "pki/contoso-root.cer"

    @property
    def secret(self) -> Path:
        return self.out / "volumes/tls"

    @property
    def authorities(self) -> Path:
        return self.out / "volumes/clients/client_ca.pem"

    @property
    def crl(self) -> Path:
        """The list of the issuing CA as PEM, which is what mosquitto reads."""
        file = self.out / "issuing.pem"
        read = ["openssl", "crl", "-inform", "der", "-in", self.out / "pki/contoso-issuing.crl", "-out", file]
        subprocess.run(read, check=True)
        return file

    def client(self, name: str) -> Client:
        return Client(self.root, self.out / "plant1/mqtt/clients" / name)


@dataclass(frozen=True)
class Plant:
    """300 days ago, today when two thirds of 397 were over, and today after thermostat-1 was revoked."""

    first: Stage
    renewed: Stage
    last: Stage


@pytest.fixture(scope="module", params=["rsa", "ec"])
def plant(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Plant:
    folder = planned(tmp_path_factory.mktemp(request.param) / "plant", f"mqtt-{request.param}.yaml")
    now = datetime.now(UTC)
    applied(folder, now - timedelta(days=300))
    stages = [kept(folder, "first")]
    applied(folder, now)
    stages.append(kept(folder, "renewed"))
    revoked(folder, "plant1/mqtt-client/thermostat-1", now)
    return Plant(*stages, kept(folder, "last"))


def kept(folder: Path, name: str) -> Stage:
    """A copy of what is delivered now."""
    stage = Stage(shutil.copytree(folder / "out", folder / name))
    mounted(stage.out / "plant1/listeners/external/secret.yaml", stage.secret)
    mounted(stage.out / "plant1/mqtt/client-ca.yaml", stage.authorities.parent)
    return stage


@pytest.fixture
def running(plant: Plant, tmp_path: Path) -> Iterator[Broker]:
    """The broker of today, with the revocation list of today."""
    with broker(tmp_path / "broker", plant.last.secret, plant.last.authorities, plant.last.crl) as started:
        yield started


def carried(at: Broker, one: Client, other: Client, host: str) -> str:
    """A message from one client to the other, both by that host."""
    with subprocess.Popen(other.command("mosquitto_sub", at, host, "-C", "1"), stdout=subprocess.PIPE) as listening:
        assert at.told("Sending SUBACK"), at.log()
        said = one.publish(at, host, f"by {host}")
        assert said.returncode == 0, said.stderr + at.log()
        return listening.communicate(timeout=PATIENCE)[0].decode().strip()


@pytest.mark.parametrize("host", HOSTS)
def test_two_clients_talk_through_the_broker(host: str, plant: Plant, running: Broker) -> None:
    now = plant.last
    assert carried(running, now.client("thermostat-1"), now.client("press-1"), host) == f"by {host}"
    assert running.told("u'thermostat-1'"), running.log()
    assert running.told("u'press-1'"), running.log()


def test_a_client_by_the_name_outside_the_cluster_is_let_in(plant: Plant, running: Broker) -> None:
    assert plant.last.client("press-1").refusal(running) == ""


def test_a_client_without_certificate_is_refused(plant: Plant, running: Broker) -> None:
    bare = Client(plant.last.root)
    assert bare.refusal(running) == "SSLV3_ALERT_HANDSHAKE_FAILURE"
    assert bare.publish(running, "localhost", "").returncode != 0
    assert running.told("peer did not return a certificate", times=2), running.log()


def test_a_client_of_another_authority_is_refused(plant: Plant, running: Broker, tmp_path: Path) -> None:
    rogue = Client(plant.last.root, tmp_path)
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-noenc", "-subj", "/CN=thermostat-1", "-days", "3"]
    subprocess.run([*command, "-keyout", tmp_path / "client.key", "-out", tmp_path / "client.pem"], check=True)
    assert rogue.refusal(running) == "TLSV1_ALERT_UNKNOWN_CA"
    assert rogue.publish(running, "localhost", "").returncode != 0
    assert running.told("certificate verify failed", times=2), running.log()


def test_a_revoked_client_is_refused(plant: Plant, running: Broker) -> None:
    lost = plant.renewed.client("thermostat-1")
    assert lost.refusal(running) == "SSLV3_ALERT_CERTIFICATE_REVOKED"
    assert lost.publish(running, "localhost", "").returncode != 0
    assert running.told("certificate verify failed", times=2), running.log()
    assert plant.last.client("thermostat-1").refusal(running) == ""


def test_without_the_list_nobody_is_revoked(plant: Plant, tmp_path: Path) -> None:
    with broker(tmp_path / "broker", plant.last.secret, plant.last.authorities) as running:
        assert plant.renewed.client("thermostat-1").refusal(running) == ""


def test_an_old_list_refuses_everybody(plant: Plant, tmp_path: Path) -> None:
    """A broker that reads lists must be given the next one in time."""
    with broker(tmp_path / "broker", plant.last.secret, plant.last.authorities, plant.first.crl) as running:
        assert plant.last.client("press-1").refusal(running) == "SSLV3_ALERT_CERTIFICATE_EXPIRED"


def test_clients_refuse_a_broker_by_another_name(plant: Plant, running: Broker) -> None:
    client = plant.last.client("press-1")
    assert "Hostname mismatch" in client.refusal(running, "mqtt.plant2.contoso.com")
    said = client.publish(running, "127.0.0.2", "")
    assert said.returncode != 0
    assert "host name verification failed" in said.stdout + said.stderr
    assert running.told("alert"), running.log()


def test_clients_refuse_a_broker_of_another_authority(plant: Plant, running: Broker, tmp_path: Path) -> None:
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-noenc", "-subj", "/CN=Contoso Root CA", "-days", "3"]
    subprocess.run([*command, "-keyout", tmp_path / "other.key", "-out", tmp_path / "other.pem"], check=True)
    client = replace(plant.last.client("press-1"), root=tmp_path / "other.pem")
    assert client.refusal(running) == "unable to get local issuer certificate"
    assert running.told("alert unknown ca"), running.log()


def test_a_renewed_listener_asks_nothing_of_its_clients(plant: Plant, tmp_path: Path) -> None:
    """Trust and certificates of 300 days ago, the listener of then and of today."""
    assert (plant.first.secret / "tls.crt").read_bytes() != (plant.renewed.secret / "tls.crt").read_bytes()
    assert (plant.first.secret / "tls.key").read_bytes() != (plant.renewed.secret / "tls.key").read_bytes()
    old = plant.first
    for name, stage in (("then", plant.first), ("now", plant.renewed)):
        with broker(tmp_path / name, stage.secret, old.authorities) as running:
            assert carried(running, old.client("thermostat-1"), old.client("press-1"), "localhost") == "by localhost"
            assert plant.renewed.client("press-1").refusal(running) == ""


def test_a_chain_is_of_one_kind_from_leaf_to_root(plant: Plant, request: pytest.FixtureRequest) -> None:
    """What the broker of the product wants of manual listeners; mosquitto does not look at it."""
    kind = "id-ecPublicKey" if "ec" in request.node.name else "rsaEncryption"
    for file in (plant.last.secret / "tls.crt", plant.last.root):
        command = ["openssl", "storeutl", "-noout", "-text", "-certs", file]
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        assert text.count("Public Key Algorithm:") == text.count(f"Public Key Algorithm: {kind}") > 0
