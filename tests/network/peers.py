"""Servers to be asked: nginx for those that behave, sockets of our own for those that do not."""

import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.ports import free_port

CASES = Path(__file__).parent.parent / "cases" / "network"
PATIENCE = 60  # seconds until a server runs or has ended, on a machine that does much else
CONFIGURATION = """
    daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log; events {{}}
    http {{
        access_log {folder}/access.log; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
        fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
        {servers}
    }}
"""


@contextmanager
def nginx(folder: Path, servers: Callable[[int], str]) -> Iterator[int]:
    """nginx on a port nobody else has."""
    port = free_port()
    (folder / "nginx.conf").write_text(CONFIGURATION.format(folder=folder, servers=servers(port)))
    process = subprocess.Popen(["nginx", "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "error.log"])
    try:
        assert answers(process, port), (folder / "error.log").read_text()
        yield port
    finally:
        process.terminate()
        process.wait(PATIENCE)


@contextmanager
def s_server(*options: str | Path) -> Iterator[int]:
    """`openssl s_server` with these options."""
    port = free_port()
    command = ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-quiet", *options]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert answers(process, port), f"openssl s_server {options} does not run"
        yield port
    finally:
        process.terminate()
        process.wait(PATIENCE)
        if process.stdin:
            process.stdin.close()


def answers(process: subprocess.Popen[bytes], port: int) -> bool:
    """Whether it serves; not when it has ended."""
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), PATIENCE).close()
        except ConnectionRefusedError:
            time.sleep(0.02)
        else:
            return process.poll() is None
    return False


@contextmanager
def rude(behave: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that does whatever it likes with each connection, until it is hung up on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    connected, _ = listening.accept()
                except OSError:
                    return
                threading.Thread(target=suffer, args=(connected,), daemon=True).start()

        def suffer(connected: socket.socket) -> None:
            with connected:
                try:
                    behave(connected)
                except OSError:
                    return  # the other side has had enough

        threading.Thread(target=serve, daemon=True).start()
        yield int(listening.getsockname()[1])
        listening.shutdown(socket.SHUT_RDWR)


def drip(content: bytes, pause: float = 0.05) -> Callable[[socket.socket], None]:
    """Sends byte by byte, so that no single wait is long."""

    def behave(connected: socket.socket) -> None:
        for byte in content * 10_000:
            connected.sendall(bytes([byte]))
            time.sleep(pause)

    return behave


def say(content: bytes) -> Callable[[socket.socket], None]:
    """Reads what comes first, says that, and hangs up."""

    def behave(connected: socket.socket) -> None:
        connected.recv(4096)
        connected.sendall(content)

    return behave


def silence(connected: socket.socket) -> None:
    """Takes what comes, and says nothing."""
    while connected.recv(4096):
        continue


def reset(connected: socket.socket) -> None:
    """Hangs up as rudely as TCP allows."""
    connected.recv(4096)
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
