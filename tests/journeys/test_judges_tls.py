"""Delivered certificates at work: nginx serves one of each example, and clients trust one root and nothing else."""

import base64
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from tests.network.peers import nginx

from .delivered import published
from .travelled import Journey


@dataclass(frozen=True)
class Served:
    """Where a certificate comes from, and the host name that clients ask for."""

    example: str
    path: str
    host: str


SERVED = [
    Served(
        "azure-local",
        "plant1/IngressEndpointsCerts/vault.autonomous.contoso.com.pfx",
        "safe.vault.autonomous.contoso.com",
    ),
    Served(
        "azure-stack-hub",
        "east/rotation/Certificates/ADFS/Admin Portal/AdminPortal.pfx",
        "adminportal.east.azurestack.contoso.com",
    ),
    Served("azure-iot-operations", "plant1/listeners/external/secret.yaml", "mqtt.plant1.contoso.com"),
    Served("configuration-manager", "hq/servers/mp2/web-server.pfx", "mp.contoso.com"),
    Served("own-product", "prod/tomcat/t1/server.crt", "t1.corp.contoso.com"),
]
BROKER = SERVED[2].host
SERVER = """
    server {{
        listen 127.0.0.1:{port} ssl; server_name {host}; ssl_certificate {pem}; ssl_certificate_key {pem};
        {more} return 204;
    }}
"""

# ── the server ────────────────────────────────────────────────────────────────────────────────────


def served(journey: Journey, path: str) -> str:
    """Key and chain of a delivered identity as PEM, the way nginx takes them."""
    file = journey.out / path
    if path.endswith(".pfx"):
        return journey.opened[path][journey.opened[path].index("-----BEGIN PRIVATE KEY") :]
    if path.endswith(".yaml"):
        data = yaml.safe_load(file.read_text())["data"]
        return "".join(base64.b64decode(data[key]).decode() for key in ("tls.key", "tls.crt"))
    return file.with_suffix(".key").read_text() + file.read_text()


@pytest.fixture(scope="module")
def port(travelled: Callable[[str], Journey], tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """nginx with one certificate of each example, told apart by the name the client asks for."""
    folder = tmp_path_factory.mktemp("nginx")
    for one in SERVED:
        (folder / one.host).write_text(served(travelled(one.example), one.path))
    trusted = yaml.safe_load((travelled("azure-iot-operations").out / "plant1/mqtt/client-ca.yaml").read_text())
    (folder / "client-ca.pem").write_text(trusted["data"]["client_ca.pem"])
    ask = f"ssl_client_certificate {folder}/client-ca.pem; ssl_verify_client on; ssl_verify_depth 2;"

    def servers(port: int) -> str:
        return "".join(
            SERVER.format(port=port, host=one.host, pem=folder / one.host, more=ask if one.host == BROKER else "")
            for one in SERVED
        )

    with nginx(folder, servers) as one:
        yield one


# ── clients ───────────────────────────────────────────────────────────────────────────────────────


def shake(port: int, host: str, root: Path, device: Path | None = None) -> tuple[set[str], bytes]:
    """The names a server shows to a client that trusts that root only, and the beginning of its answer."""
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # checks the host name
    client.load_verify_locations(root)
    if device:
        client.load_cert_chain(device / "client.pem", device / "client.key")
    with (
        socket.create_connection(("127.0.0.1", port), 20) as raw,
        client.wrap_socket(raw, server_hostname=host) as secure,
    ):
        secure.sendall(f"GET / HTTP/1.0\r\nHost: {host}\r\n\r\n".encode())
        shown = secure.getpeercert() or {}
        return {str(value) for _, value in shown["subjectAltName"]}, secure.recv(12)


@pytest.mark.parametrize("one", SERVED, ids=lambda one: one.example)
def test_a_client_with_the_root_alone_shakes_hands(one: Served, port: int, travelled: Callable[[str], Journey]) -> None:
    names, answer = shake(port, one.host, published(travelled(one.example), "root.cer"))
    assert {one.host, f"*.{one.host.partition('.')[2]}"} & names
    assert answer == (b"HTTP/1.1 400" if one.host == BROKER else b"HTTP/1.1 204")


@pytest.mark.parametrize("one", SERVED, ids=lambda one: one.example)
def test_a_client_with_another_root_does_not(one: Served, port: int, travelled: Callable[[str], Journey]) -> None:
    other = "azure-local" if one.example != "azure-local" else "azure-stack-hub"
    with pytest.raises(ssl.SSLCertVerificationError, match=r"self-signed certificate in|unable to get local issuer"):
        shake(port, one.host, published(travelled(other), "root.cer"))


@pytest.mark.parametrize("host", ["portal.autonomous.contoso.com", "a.b.vault.autonomous.contoso.com"])
def test_a_client_that_asked_for_another_host_does_not(
    host: str, port: int, travelled: Callable[[str], Journey]
) -> None:
    """nginx answers a name it does not know with its first certificate."""
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        shake(port, host, published(travelled(SERVED[0].example), "root.cer"))


@pytest.mark.parametrize("device", ["thermostat-1", "press-1"])
def test_a_device_is_let_in_by_the_trusted_authorities(
    device: str, port: int, travelled: Callable[[str], Journey]
) -> None:
    journey = travelled("azure-iot-operations")
    _, answer = shake(port, BROKER, published(journey, "root.cer"), journey.out / "plant1/mqtt/clients" / device)
    assert answer == b"HTTP/1.1 204"
