"""A double of Azure Key Vault's REST interface for secrets, reached under the real host names through a local proxy.

It follows the reference (https://learn.microsoft.com/rest/api/keyvault/secrets): api-version is required, the first
request is challenged, deleting is soft, deleted names are taken, lists come in pages. Nobody of Azure takes part.
"""

import json
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import trustme

PAGE = 3  # entries a page
TENANT = "11111111-1111-1111-1111-111111111111"
_NAME = re.compile(r"[0-9a-zA-Z-]{1,127}")


@dataclass
class Stored:
    """A secret with its versions, oldest first."""

    name: str
    versions: list[dict[str, Any]]
    deleted: float = 0
    managed: bool = False


@dataclass
class Vault:
    """What one double holds and was asked. `faults` are answers to give before it does its work: (status, code). While
    it is `slow`, what is deleted does not show among the deleted.
    """

    host: str
    resource: str
    secrets: dict[str, Stored] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)
    denied: set[str] = field(default_factory=set)  # methods this identity may not use
    counter: int = 0
    slow: bool = False

    def put(self, name: str, value: str, content_type: str = "", tags: Mapping[str, str] | None = None) -> str:
        """Set a secret from outside, as somebody else would."""
        self.counter += 1
        version = f"{self.counter:032x}"
        made = {
            "value": value,
            "contentType": content_type,
            "tags": dict(tags or {}),
            "attributes": {"enabled": True, "created": self.counter, "updated": self.counter},
            "id": f"https://{self.host}/secrets/{name}/{version}",
        }
        self.secrets.setdefault(name.lower(), Stored(name, [])).versions.append(made)
        return version

    def certificate(self, name: str) -> None:
        """A certificate object: it brings a secret of its name that nobody may set."""
        self.put(name, "MIIK…", "application/x-pkcs12")
        self.secrets[name.lower()].managed = True

    def value(self, name: str) -> str:
        """The newest value."""
        return str(self.secrets[name.lower()].versions[-1]["value"])

    def live(self) -> set[str]:
        """Names that are not deleted."""
        return {one.name for one in self.secrets.values() if not one.deleted}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    vault: Vault

    def log_message(self, *_: object) -> None: ...

    def _answer(self, status: int, body: Mapping[str, object] | None = None, **headers: str) -> None:
        content = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        for name, text in headers.items():
            self.send_header(name.replace("_", "-"), text)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _error(self, status: int, code: str, inner: str = "", **headers: str) -> None:
        error: dict[str, object] = {"code": code, "message": "said in words of the vault"}
        if inner:
            error["innererror"] = {"code": inner}
        self._answer(status, {"error": error}, **headers)

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = urlsplit(self.path)
        vault = self.vault
        if not self.headers.get("Authorization"):
            authority = f"https://login.microsoftonline.com/{TENANT}"
            challenge = f'Bearer authorization="{authority}", resource="{vault.resource}"'
            self._error(401, "Unauthorized", WWW_Authenticate=challenge)
            return
        vault.asked.append((self.command, url.path))
        if "api-version" not in parse_qs(url.query):
            self._error(400, "BadParameter")
        elif self.headers["Authorization"] != "Bearer token-of-the-double":
            self._error(401, "Unauthorized")
        elif vault.faults:
            status, code = vault.faults.pop(0)
            self._error(status, code, **({"Retry_After": "0"} if status == 429 else {}))
        elif self.command in vault.denied:
            self._error(403, "Forbidden", "ForbiddenByRbac")
        else:
            parts = [one for one in url.path.split("/") if one]
            getattr(self, f"_{parts[0]}")(parts[1:], parse_qs(url.query), body)

    do_GET = do_PUT = do_DELETE = do_POST = do_PATCH = _handle  # noqa: N815

    def _bundle(self, one: Stored, made: Mapping[str, Any], *, value: bool) -> dict[str, Any]:
        told = {key: made[key] for key in ("id", "contentType", "tags", "attributes")}
        if not value:
            told["id"] = f"https://{self.vault.host}/secrets/{one.name}"
        if one.managed:
            told |= {"managed": True, "kid": f"https://{self.vault.host}/keys/{one.name}/1"}
        if one.deleted:
            told |= {
                "recoveryId": f"https://{self.vault.host}/deletedsecrets/{one.name}",
                "deletedDate": int(one.deleted),
                "scheduledPurgeDate": int(one.deleted) + 90 * 86400,
            }
        return told | ({"value": made["value"]} if value else {})

    def _page(self, rows: list[dict[str, Any]], path: str, query: Mapping[str, list[str]]) -> None:
        at = int(query.get("$skiptoken", ["0"])[0])
        following = at + PAGE
        link = f"https://{self.vault.host}/{path}?api-version=7.4&$skiptoken={following}"
        self._answer(200, {"value": rows[at:following], "nextLink": link if following < len(rows) else None})

    def _secrets(self, parts: list[str], query: Mapping[str, list[str]], body: bytes) -> None:
        vault = self.vault
        if not parts:
            rows = [
                self._bundle(one, one.versions[-1], value=False)
                for _, one in sorted(vault.secrets.items())
                if not one.deleted
            ]
            self._page(rows, "secrets", query)
            return
        name = parts[0]
        known = vault.secrets.get(name.lower())
        if self.command == "PUT":
            self._put(name, known, json.loads(body))
        elif known is None or known.deleted:
            self._error(404, "SecretNotFound")
        elif self.command == "DELETE":
            known.deleted = time.time()
            self._answer(200, self._bundle(known, known.versions[-1], value=False))
        elif parts[1:2] == ["versions"]:
            rows = [self._bundle(known, one, value=False) | {"id": one["id"]} for one in known.versions]
            self._page(rows, f"secrets/{name}/versions", query)
        else:
            made = next((one for one in known.versions if one["id"].endswith(parts[1])), None) if parts[1:] else None
            found = made or known.versions[-1]
            if not found["attributes"]["enabled"]:
                self._error(403, "Forbidden", "SecretDisabled")
            else:
                self._answer(200, self._bundle(known, found, value=True))

    def _put(self, name: str, known: Stored | None, told: Mapping[str, Any]) -> None:
        if not _NAME.fullmatch(name) or len(told["value"]) > 25_000:
            self._error(400, "BadParameter")
        elif known and known.deleted:
            self._error(409, "Conflict", "ObjectIsDeletedButRecoverable")
        elif known and known.managed:
            self._error(409, "Conflict")
        else:
            self.vault.put(known.name if known else name, told["value"], told.get("contentType", ""), told.get("tags"))
            one = self.vault.secrets[name.lower()]
            self._answer(200, self._bundle(one, one.versions[-1], value=True))

    def _deletedsecrets(self, parts: list[str], query: Mapping[str, list[str]], _: bytes) -> None:
        vault = self.vault
        gone = {key: one for key, one in vault.secrets.items() if one.deleted and not vault.slow}
        if not parts:
            rows = [self._bundle(one, one.versions[-1], value=False) for _, one in sorted(gone.items())]
            self._page(rows, "deletedsecrets", query)
            return
        known = gone.get(parts[0].lower())
        if known is None:
            self._error(404, "SecretNotFound")
        elif parts[1:] == ["recover"]:
            known.deleted = 0
            self._answer(200, self._bundle(known, known.versions[-1], value=False))
        elif self.command == "DELETE":
            del vault.secrets[parts[0].lower()]
            self._answer(204)
        else:
            self._answer(200, self._bundle(known, known.versions[-1], value=False))


class _Identity(BaseHTTPRequestHandler):
    """The token endpoint of a managed identity, as App Service offers it."""

    def log_message(self, *_: object) -> None: ...

    def do_GET(self) -> None:
        told = {
            "access_token": "token-of-the-double",
            "expires_on": str(int(time.time()) + 3600),
            "resource": parse_qs(urlsplit(self.path).query).get("resource", [""])[0],
            "token_type": "Bearer",
        }
        content = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


class _Proxy(BaseHTTPRequestHandler):
    """CONNECT to whatever host leads to the double."""

    port: int

    def log_message(self, *_: object) -> None: ...

    def do_CONNECT(self) -> None:
        with socket.create_connection(("127.0.0.1", self.port)) as there:
            self.send_response(200)
            self.end_headers()
            back = threading.Thread(target=_pump, args=(there, self.connection), daemon=True)
            back.start()
            _pump(self.connection, there)
            back.join(5)
        self.close_connection = True


def _pump(one: socket.socket, other: socket.socket) -> None:
    try:
        while content := one.recv(65536):
            other.sendall(content)
        other.shutdown(socket.SHUT_WR)
    except OSError:
        return


@contextmanager
def key_vault(folder: Path, host: str = "plant1-kv.vault.azure.net") -> Iterator[tuple[Vault, dict[str, str]]]:
    """A running double of the vault at that host, and the environment in which a program finds it and an identity."""
    vault = Vault(host, f"https://{host.partition('.')[2]}")
    authority = trustme.CA()
    roots = folder / f"{host}.roots.pem"
    authority.cert_pem.write_to_path(str(roots))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(context)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"vault": vault}))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    proxy = ThreadingHTTPServer(("127.0.0.1", 0), type("Proxy", (_Proxy,), {"port": server.server_port}))
    identity = ThreadingHTTPServer(("127.0.0.1", 0), _Identity)
    servers = (server, proxy, identity)
    for one in servers:
        one.daemon_threads = True
        threading.Thread(target=one.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield (
            vault,
            {
                "HTTPS_PROXY": f"http://127.0.0.1:{proxy.server_port}",
                "NO_PROXY": "127.0.0.1",
                "REQUESTS_CA_BUNDLE": str(roots),
                "IDENTITY_ENDPOINT": f"http://127.0.0.1:{identity.server_port}/token",
                "IDENTITY_HEADER": "of-the-double",
            },
        )
    finally:
        for one in servers:
            one.shutdown()
            one.server_close()
