"""Pebble, Let's Encrypt's test server, with its faults left on; its DNS; BIND; and a client for them.

Everything listens at free ports of 127.0.0.1, and the test's own CA vouches for Pebble's https.
"""

import json
import os
import random
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any, TypeAlias
from urllib.request import urlopen

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tests.ports import free_port

from certwright.issuers import Answer, Declined, Request, Ticket, Waiting
from certwright.issuers.acme.clock import Clock, Later
from certwright.issuers.acme.issuer import PATIENCE, AcmeIssuer
from certwright.issuers.acme.making import Around, make_issuer
from certwright.manifest.acme import AcmeSettings, ChallengeWish
from certwright.model import Draft, GeneralName
from certwright.x509.write import request, spki

BINDING = {"kid-1": "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W"}  # of Pebble's own example
LONGEST = 60  # seconds until a server is ready or has ended, on a machine that does much else
CLOCK = Clock(lambda: datetime.now(UTC), time.sleep, random.random)


@dataclass(frozen=True)
class Authority:
    """The CA of the servers' https."""

    folder: Path

    @property
    def root(self) -> bytes:
        return (self.folder / "ca.pem").read_bytes()


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """ca.pem, and server.pem with server.key for 127.0.0.1 and localhost."""
    folder = tmp_path_factory.mktemp("https")
    key, server = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Test root of https")])

    def certificate(subject: x509.Name, public: Any, *extensions: tuple[x509.ExtensionType, bool]) -> bytes:
        now = datetime.now(UTC)
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(name).public_key(public)
        builder = builder.serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(days=2))
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)

    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    basic = x509.BasicConstraints(True, None)
    (folder / "ca.pem").write_bytes(certificate(name, key.public_key(), (basic, True), (usage, True)))
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    (folder / "server.pem").write_bytes(certificate(x509.Name([]), server.public_key(), (names, True)))
    pem = server.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "server.key").write_bytes(pem)
    return Authority(folder)


@contextmanager
def running(command: Sequence[str], ready: Callable[[], object], **more: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A server, until it is ready and as long as it is wanted; ended by its process id."""
    log = Path(more.pop("log"))
    with log.open("wb") as out:
        process = subprocess.Popen(list(command), stdout=out, stderr=subprocess.STDOUT, **more)
        try:
            deadline = time.monotonic() + LONGEST
            while True:
                assert process.poll() is None, f"{command[0]} ended: {log.read_text()[-800:]}"
                assert time.monotonic() < deadline, f"{command[0]} is not ready: {log.read_text()[-800:]}"
                try:
                    ready()
                    break
                except OSError:
                    time.sleep(0.05)
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(LONGEST)


def knock(port: int) -> Callable[[], object]:
    return lambda: socket.create_connection(("127.0.0.1", port), LONGEST).close()


@dataclass(frozen=True)
class Pebble:
    """A Pebble that validates at the ports `http` and `tls`."""

    authority: Authority
    port: int
    management: int
    http: int
    tls: int
    dns_management: int

    @property
    def directory(self) -> str:
        return f"https://127.0.0.1:{self.port}/dir"

    def issuing(self, path: str) -> bytes:
        """A certificate of its PKI: roots/0, intermediates/0."""
        context = ssl.create_default_context(cadata=self.authority.root.decode())
        with urlopen(f"https://127.0.0.1:{self.management}/{path}", context=context) as answer:
            return bytes(answer.read())

    def status(self, serial: int) -> str:
        found = json.loads(self.issuing(f"cert-status-by-serial/{serial:x}"))
        return str(found["Status"])


@contextmanager
def pebble(
    authority: Authority,
    folder: Path,
    *,
    dns: int = 0,
    environment: Mapping[str, str] | None = None,
    config: Mapping[str, object] | None = None,
) -> Iterator[Pebble]:
    """A Pebble, with a name server of its own (every name is 127.0.0.1) unless one is given."""
    folder.mkdir(exist_ok=True)
    with ExitStack() as stack:
        if not dns:
            dns, managing = free_port(), free_port()
            command = ["pebble-challtestsrv", "-dns01", f"127.0.0.1:{dns}", "-management", f"127.0.0.1:{managing}"]
            command += [
                "-defaultIPv4",
                "127.0.0.1",
                "-defaultIPv6",
                "",
                "-http01",
                "",
                "-https01",
                "",
                "-tlsalpn01",
                "",
            ]
            stack.enter_context(running(command, knock(managing), log=folder / "dns.log"))
        else:
            managing = 0
        server = Pebble(authority, *(free_port() for _ in range(4)), dns_management=managing)
        told = {
            "listenAddress": f"127.0.0.1:{server.port}",
            "managementListenAddress": f"127.0.0.1:{server.management}",
            "certificate": str(authority.folder / "server.pem"),
            "privateKey": str(authority.folder / "server.key"),
            "httpPort": server.http,
            "tlsPort": server.tls,
            "ocspResponderURL": "",
            "externalAccountBindingRequired": False,
            **(config or {}),
        }
        (folder / "pebble.json").write_text(json.dumps({"pebble": told}))
        # its pauses before a validation are the only fault that is turned off: they cost up to 15 s each
        variables = {**os.environ, "PEBBLE_VA_NOSLEEP": "1", **(environment or {})}
        command = ["pebble", "-config", str(folder / "pebble.json"), "-dnsserver", f"127.0.0.1:{dns}"]
        stack.enter_context(running(command, knock(server.port), log=folder / "pebble.log", env=variables))
        yield server


@pytest.fixture(scope="session")
def server(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pebble]:
    """A Pebble that refuses 5 % of good nonces, and reuses half of what is proved already: as it comes."""
    with pebble(authority, tmp_path_factory.mktemp("pebble")) as started:
        yield started


@pytest.fixture
def server_dns(server: Pebble) -> str:
    """Where its name server is told what to say."""
    return str(server.dns_management)


@contextmanager
def nginx(port: int, root: Path, folder: Path) -> Iterator[None]:
    """A web server that serves a folder at that port."""
    user = "user root;" if os.geteuid() == 0 else ""  # the folders of a test are closed to others
    (folder / "nginx.conf").write_text(f"""
        {user} daemon off; pid {folder}/nginx.pid; error_log stderr; events {{}}
        http {{
            access_log off; client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
            uwsgi_temp_path {folder}; scgi_temp_path {folder};
            server {{ listen 127.0.0.1:{port}; root {root}; }}
        }}
    """)
    command = ["nginx", "-c", str(folder / "nginx.conf"), "-e", "stderr"]
    with running(command, knock(port), log=folder / "nginx.log"):
        yield


@cache
def key_of(name: str) -> Any:
    """The key of an account or a place, the same in one run."""
    if name == "rsa account":
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(ec.SECP256R1())


def wanted(place: str, *names: str, **more: Any) -> Request:
    """A request for these names ("ip:127.0.0.1" is an address), made by the code that makes all of them."""
    kinds = tuple(GeneralName("ip" if name.startswith("ip:") else "dns", name.removeprefix("ip:")) for name in names)
    draft = Draft(names=kinds, key_usage=frozenset({"digitalSignature"}), extended_key_usage=("serverAuth",))
    key = key_of(place)
    return Request(place, request(draft, key), spki(key.public_key()), kinds, draft, "a place", **more)


Outcome: TypeAlias = Answer | Waiting | Declined | Later


def brought(issuer: AcmeIssuer, *requests: Request, tickets: Sequence[Ticket] = ()) -> list[Outcome]:
    """What comes of these requests in one run, as whoever orders does it: all are submitted, then collected."""
    held = dict(zip((one.place for one in requests), tickets, strict=False))
    submitted = [issuer.submit(one, held.get(one.place)) for one in requests]
    found: list[Outcome] = []
    for one, ticket in zip(requests, submitted, strict=True):
        try:
            found.append(issuer.collect(one, ticket)[1])
        except Later as failure:
            found.append(failure)
    return found


@dataclass
class Client:
    """A client of one server. `tickets` is what it was told to write down, in order."""

    server: Pebble
    settings: AcmeSettings
    folder: Path
    account: str = "account"
    files: Mapping[str, bytes] = field(default_factory=dict)
    tickets: list[Ticket] = field(default_factory=list)
    clock: Clock = CLOCK
    stop: Callable[[Ticket], None] = lambda ticket: None
    patience: timedelta = PATIENCE
    opened: ExitStack = field(default_factory=ExitStack)

    def issuer(self) -> AcmeIssuer:
        """A new object each time: nothing but tickets and the key is remembered."""
        files = {"ca.pem": self.server.authority.root, **self.files}
        around = Around(files, self.clock, time.monotonic, os.environ, self.folder)
        made = make_issuer(self.settings, key_of(self.account), around, self._record, self.patience)
        return self.opened.enter_context(made)

    def with_(self, **settings: Any) -> "Client":
        return replace(self, settings=replace(self.settings, **settings), tickets=[])

    def _record(self, ticket: Ticket) -> None:
        self.tickets.append(json.loads(json.dumps(ticket)))
        self.stop(ticket)


@pytest.fixture
def client(server: Pebble, tmp_path: Path) -> Iterator[Client]:
    """A client that answers http-01 itself."""
    with client_of(server, tmp_path) as made:
        yield made


@contextmanager
def client_of(server: Pebble, folder: Path) -> Iterator[Client]:
    wish = ChallengeWish("http-01", ("127.0.0.1", server.http))
    settings = AcmeSettings(server.directory, trust="ca.pem", contacts=("pki@contoso.com",), challenge=wish)
    made = Client(server, settings, folder)
    with made.opened:
        yield made
