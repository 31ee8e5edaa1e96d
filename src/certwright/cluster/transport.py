"""Requests to one API server, each within limits of time and size. Nothing is followed, nothing else is asked."""

import secrets
import ssl
import tempfile
import time
from collections.abc import Iterator, Mapping
from ipaddress import ip_address, ip_network
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from certwright.cluster.kubeconfig import Access
from certwright.errors import Refused
from certwright.speech import tr
from certwright.value import value

_HERE = ("localhost", "127.0.0.0/8", "::1")


@value
class Limits:
    """Seconds for connecting, for each read, for one answer; octets of an answer; objects of a list."""

    connect: float = 5.0
    read: float = 20.0
    total: float = 60.0
    octets: int = 32 << 20
    objects: int = 5_000


class TooMuch(Exception):  # noqa: N818 - what happened; it does not leave this room
    """An answer is longer, or takes longer, than its limit."""


class Bounded(httpx2.BaseTransport):
    """A transport that cuts off what is too long in time or size. Answers come uncompressed, so that size is size."""

    def __init__(self, access: Access, limits: Limits, environment: Mapping[str, str]) -> None:
        self.limits, self.name = limits, access.server_name
        proxy = access.proxy or proxy_of(access.server, environment)
        self.inner = httpx2.HTTPTransport(verify=tls_context(access), trust_env=False, proxy=proxy or None)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.headers["Accept-Encoding"] = "identity"
        if self.name:
            request.extensions = {**request.extensions, "sni_hostname": self.name}
        end = time.monotonic() + self.limits.total
        answer = self.inner.handle_request(request)
        return httpx2.Response(
            answer.status_code,
            headers=answer.headers,
            stream=_Cut(answer, self.limits, end),
            extensions=answer.extensions,
        )

    def close(self) -> None:
        self.inner.close()


class _Cut(httpx2.SyncByteStream):
    def __init__(self, answer: httpx2.Response, limits: Limits, end: float) -> None:
        self.answer, self.limits, self.end = answer, limits, end

    def __iter__(self) -> Iterator[bytes]:
        left = self.limits.octets
        for part in self.answer.iter_raw():
            left -= len(part)
            if left < 0:
                raise TooMuch(tr("more than {octets} bytes", octets=self.limits.octets))
            if time.monotonic() > self.end:
                raise TooMuch(tr("not finished within {seconds:g} seconds", seconds=self.limits.total))
            yield part

    def close(self) -> None:
        self.answer.close()


def proxy_of(server: str, environment: Mapping[str, str]) -> str:
    """The proxy the environment names for that server, as kubectl reads it (HTTPS_PROXY, NO_PROXY); "" for none.

    Nobody stands between us and this machine, with which we may speak without TLS.
    """
    parts = urlsplit(server)
    told = {name.lower(): text for name, text in environment.items() if text}
    for one in (*_HERE, *told.get("no_proxy", "").split(",")):
        if _excepted(parts.hostname or "", one.strip()):
            return ""
    return told.get(f"{parts.scheme}_proxy", "")


def _excepted(host: str, entry: str) -> bool:
    """Whether an entry of NO_PROXY means that host: a name with all below it, an address, a network, or everything."""
    try:
        return ip_address(host) in ip_network(entry, strict=False)
    except ValueError:
        name = entry.removeprefix("*").removeprefix(".")
        return entry == "*" or (bool(name) and (host == name or host.endswith(f".{name}")))


def tls_context(access: Access) -> ssl.SSLContext:
    """TLS 1.2 or newer, verified against the authorities of the access or the system's. Refused for useless files."""
    try:
        context = ssl.create_default_context(cadata=access.authorities.decode("ascii") if access.authorities else None)
    except (ssl.SSLError, ValueError) as reason:
        told = tr("{context}: certificate-authority-data is no certificate", context=access.context)
        raise Refused(told, "kubectl config view --raw --minify") from reason
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if access.user.certificate:
        _introduce(context, access)
    return context


def _introduce(context: ssl.SSLContext, access: Access) -> None:
    """Python takes a client certificate from a file only; its key is encrypted there, with a word of the moment."""
    word = secrets.token_hex(16)
    try:
        key = load_pem_private_key(access.user.key, None)
        shut = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(word.encode()))
        with tempfile.TemporaryDirectory(prefix="certwright-") as folder:
            file = Path(folder, "client.pem")
            file.write_bytes(shut + access.user.certificate)
            context.load_cert_chain(file, password=word)
    except (ssl.SSLError, ValueError, TypeError, UnsupportedAlgorithm) as reason:
        told = getattr(reason, "reason", None) or type(reason).__name__
        raise Refused(
            tr("{context}: the client certificate cannot be used ({reason})", context=access.context, reason=told),
            tr("fetch the kubeconfig anew"),
        ) from reason
