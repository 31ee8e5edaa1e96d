"""A DOUBLE of an ACME server, for what Debian's Pebble (2.4) cannot do: advice, profiles, rate limits, nonsense.

It checks every signature, URL and nonce like a server, proves nothing, and plays back the answers it is given.
"""

import json
import secrets
import ssl
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from certwright.acme.jwk import decode, read_jwk
from certwright.acme.jws import read_jws, verifies

from .conftest import Authority


@dataclass(frozen=True)
class Answer:
    """One answer. A body of bytes goes out as it is."""

    status: int = 200
    body: Any = b""
    headers: tuple[tuple[str, str], ...] = ()
    kind: str = "application/json"


def problem(status: int, kind: str, detail: str = "", *headers: tuple[str, str], **more: object) -> Answer:
    body = {"type": f"urn:ietf:params:acme:error:{kind}", "detail": detail, **more}
    return Answer(status, body, headers, "application/problem+json")


@dataclass
class Double:
    """`script` holds answers to play back, by path, before the server does what it does by itself."""

    url: str
    script: dict[str, list[Answer]] = field(default_factory=lambda: defaultdict(list))
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    meta: dict[str, object] = field(default_factory=dict)
    more: dict[str, str] = field(default_factory=dict)
    nonces: set[str] = field(default_factory=set)
    orders: list[dict[str, Any]] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)

    def payloads(self, path: str) -> list[Any]:
        return [payload for _, asked, payload in self.asked if asked == path]

    def answer(self, method: str, path: str, body: bytes) -> Answer:
        payload = self._checked(path, body) if method == "POST" else None
        self.asked.append((method, path, payload))
        if isinstance(payload, Answer):
            return payload
        if self.script[path]:
            return self.script[path].pop(0)
        return self._usual(path, payload)

    def _checked(self, path: str, body: bytes) -> Any:
        jws = read_jws(body)
        if jws.protected["nonce"] not in self.nonces:
            return problem(400, "badNonce")
        self.nonces.remove(str(jws.protected["nonce"]))
        if "jwk" in jws.protected:
            self._key = read_jwk(jws.protected["jwk"])
        if jws.protected["url"] != self.url + path or not verifies(jws, self._key):
            return problem(401, "unauthorized", "a bad signature or URL")
        return json.loads(jws.payload) if jws.payload else None

    def _usual(self, path: str, payload: Any) -> Answer:
        name, _, number = path.strip("/").partition("/")
        match name:
            case "dir":
                names = ("newNonce", "newAccount", "newOrder", "revokeCert", "keyChange")
                return Answer(200, {one: f"{self.url}/{one}" for one in names} | {"meta": self.meta} | self.more)
            case "newNonce":
                return Answer(204)
            case "newAccount":
                return Answer(201, {"status": "valid"}, (("Location", f"{self.url}/account"),))
            case "newOrder":
                made = {
                    **payload,
                    "status": "ready",
                    "authorizations": [],
                    "finalize": f"{self.url}/finalize/{len(self.orders)}",
                }
                self.orders.append(made)
                return Answer(201, made, (("Location", f"{self.url}/order/{len(self.orders) - 1}"),))
            case "order":
                return Answer(200, self.orders[int(number)])
            case "finalize":
                order = self.orders[int(number)]
                order |= {"status": "valid", "certificate": f"{self.url}/certificate/{number}"}
                order["pem"] = signed(decode(payload["csr"], "csr"))
                return Answer(200, order)
            case "certificate":
                return Answer(200, self.orders[int(number)]["pem"].encode(), kind="application/pem-certificate-chain")
        return problem(404, "malformed", "nothing is here")


def signed(csr: bytes) -> str:
    """A certificate for a request, by a CA that is forgotten at once."""
    request, key, now = x509.load_der_x509_csr(csr), ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(request.subject).public_key(request.public_key())
    builder = builder.issuer_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Double CA")]))
    builder = builder.not_valid_before(now).not_valid_after(now + timedelta(days=90)).serial_number(0x8F00)
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
    return builder.add_extension(identifier, False).sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


@contextmanager
def double(authority: Authority) -> Iterator[Double]:
    """The double at a free port, with an https certificate of the test's CA."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            made.agents.add(self.headers["User-Agent"])
            answer = made.answer(self.command, self.path, body)
            content = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
            self.send_response(answer.status)
            nonce = secrets.token_urlsafe(16)
            made.nonces.add(nonce)
            told = {"Replay-Nonce": nonce, "Content-Type": answer.kind, "Content-Length": str(len(content))}
            for name, text in {**told, **dict(answer.headers)}.items():
                self.send_header(name, text)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_GET = do_POST = do_HEAD = handle_one  # noqa: N815 - the names http.server looks for

        def log_message(self, *_: object) -> None:
            """A test is told what was asked."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.folder / "server.pem", authority.folder / "server.key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.daemon_threads = True
    made = Double(f"https://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
