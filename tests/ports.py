"""Ports for servers that cannot choose one themselves: below those the kernel gives away, and each given once."""

import random
import socket
from pathlib import Path

_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")  # what the kernel gives to whoever asks for any port
_FIRST = 10_000


def free_port() -> int:
    """A port that nobody listens at, for TCP and UDP, and that no other test is given while this process lives."""
    for port in random.sample(range(_FIRST, int(_RANGE.read_text().split()[0])), 1000):
        if _is_ours(port) and _is_free(socket.SOCK_STREAM, port) and _is_free(socket.SOCK_DGRAM, port):
            return port
    raise AssertionError("no port of a thousand is free")


def _is_ours(port: int) -> bool:
    """Whether nobody else took that number: a name without a file, which goes with its process."""
    with socket.socket(socket.AF_UNIX) as mark:
        try:
            mark.bind(f"\0certwright test port {port}")
        except OSError:
            return False
        mark.detach()
    return True


def _is_free(kind: socket.SocketKind, port: int) -> bool:
    with socket.socket(socket.AF_INET, kind) as one:
        try:
            one.bind(("", port))
        except OSError:
            return False
    return True
