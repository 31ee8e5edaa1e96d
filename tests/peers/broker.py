"""Debian's mosquitto as the broker of a plant, and its clients: mosquitto's own, and TLS that tells why not."""

import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.ports import free_port

CONFIGURATION = """
    user root
    log_type all
    log_dest file {folder}/log
    allow_anonymous true
    listener {port}
    certfile {secret}/tls.crt
    keyfile {secret}/tls.key
    cafile {clients}
    require_certificate true
    use_identity_as_username true
"""
PATIENCE = 60  # seconds, on a machine that does much else


@dataclass(frozen=True)
class Broker:
    """A broker at work on a port of this computer."""

    folder: Path
    port: int

    def log(self) -> str:
        """What it has written so far."""
        return (self.folder / "log").read_text()

    def told(self, words: str, times: int = 1) -> bool:
        """Whether it writes these words, that often, before long: a client hears of its refusal before the log does."""
        deadline = time.monotonic() + PATIENCE
        while self.log().count(words) < times:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True


@contextmanager
def broker(folder: Path, secret: Path, clients: Path, crl: Path | None = None) -> Iterator[Broker]:
    """mosquitto with the files of a listener's Secret, and the authorities whose clients it lets in; `crl` is PEM."""
    folder.mkdir(parents=True)
    port = free_port()
    text = CONFIGURATION.format(folder=folder, port=port, secret=secret, clients=clients)
    (folder / "mosquitto.conf").write_text(text + (f"    crlfile {crl}\n" if crl else ""))
    with subprocess.Popen(["mosquitto", "-c", folder / "mosquitto.conf"], stderr=subprocess.DEVNULL) as process:
        try:
            _answers(process, port)
            yield Broker(folder, port)
        finally:
            process.terminate()


def _answers(process: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), PATIENCE).close()
        except ConnectionRefusedError:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)


@dataclass(frozen=True)
class Client:
    """A device: the root it trusts, and the folder with its certificate and key, if it has any."""

    root: Path
    identity: Path | None = None

    def command(self, tool: str, at: Broker, host: str, *more: str) -> list[str | Path]:
        """A call of mosquitto_pub or mosquitto_sub, which compare the host name."""
        mine = [] if self.identity is None else ["--cert", self._own("client.pem"), "--key", self._own("client.key")]
        return [tool, "-h", host, "-p", str(at.port), "--cafile", self.root, *mine, "-t", "plant1/speed", *more]

    def publish(self, at: Broker, host: str, text: str) -> "subprocess.CompletedProcess[str]":
        """Publish a message, and what the tool said."""
        call = self.command("mosquitto_pub", at, host, "-d", "-m", text)
        return subprocess.run(call, capture_output=True, text=True, check=False, timeout=PATIENCE)

    def refusal(self, at: Broker, host: str = "mqtt.plant1.contoso.com") -> str:
        """The alert with which the broker ends a handshake that asks for that host; empty when it does not."""
        for _ in range(20):
            try:
                return self._refusal(at, host)
            except (ConnectionResetError, BrokenPipeError):  # it hung up before it had read all: the alert was lost
                continue
        raise AssertionError(at.log())

    def _refusal(self, at: Broker, host: str) -> str:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # compares the host name
        context.maximum_version = ssl.TLSVersion.TLSv1_2  # in 1.3 a client is done before it is looked at
        context.load_verify_locations(self.root)
        if self.identity:
            context.load_cert_chain(self._own("client.pem"), self._own("client.key"))
        with socket.create_connection(("127.0.0.1", at.port), PATIENCE) as raw:
            try:
                context.wrap_socket(raw, server_hostname=host).close()
            except ssl.SSLCertVerificationError as trouble:
                return trouble.verify_message
            except ssl.SSLError as trouble:
                return str(trouble.reason)
        return ""

    def _own(self, name: str) -> Path:
        assert self.identity
        return self.identity / name
