"""Kubeconfig files → how one cluster is reached and as whom. Several files are merged as kubectl merges them.

What would weaken the connection, or change who we are without our noticing, is refused, with the field that says so.
"""

import os
from base64 import b64decode
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

from certwright.errors import Refused, Unreadable
from certwright.pack.objects import read_values
from certwright.secret_files import exposure
from certwright.speech import os_words, tr
from certwright.value import field, value

MOST_BYTES = 1 << 20
SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_LOCAL = ("localhost", "127.0.0.1", "::1")


@value
class Exec:
    """A program that gives the credentials (client.authentication.k8s.io)."""

    api: str
    command: str
    arguments: tuple[str, ...] = field(default=(), repr=False)
    environment: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    folder: Path = Path()
    hint: str = ""
    told: bool = False  # it wants to be told about the cluster
    mode: str = "IfAvailable"  # whether it speaks with somebody at a terminal: Never, IfAvailable, Always


@value
class User:
    """Who asks. At most one of these ways is used, in this order: certificate, token, program, password."""

    certificate: bytes = field(default=b"", repr=False)  # PEM
    key: bytes = field(default=b"", repr=False)  # PEM
    token: str = field(default="", repr=False)
    program: Exec | None = None
    name: str = ""
    password: str = field(default="", repr=False)


@value
class Access:
    """A context with all it names: the server's URL, whom to trust (PEM, or the system's roots), and who asks."""

    context: str
    server: str
    authorities: bytes = field(default=b"", repr=False)
    server_name: str = ""
    proxy: str = ""
    user: User = User()


def access(context: str, files: Sequence[Path], environment: Mapping[str, str]) -> Access:
    """How the cluster of that context is reached; "" is the current one.

    `files` are those the user named; without any, KUBECONFIG, then ~/.kube/config, then the service account of the pod
    we run in. Refused when there is none, or when it says what cannot be done safely.
    """
    named = [*files] or [Path(one) for one in environment.get("KUBECONFIG", "").split(os.pathsep) if one]
    usual = Path(environment.get("HOME", "~")).expanduser() / ".kube" / "config"
    existing = [one for one in named or [usual] if files or one.exists()]
    if existing:
        return _Merged([(one, _read(one)) for one in existing]).access(context)
    if not context and not named and environment.get("KUBERNETES_SERVICE_HOST"):
        return _in_cluster(environment)
    where = ", ".join(map(str, named)) or str(usual)
    raise Refused(tr("{files}: no kubeconfig is there", files=where), tr("name one: --kubeconfig FILE, or KUBECONFIG"))


def _read(file: Path) -> Mapping[str, Any]:
    try:
        with file.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
        found = next(iter(read_values(content.decode("utf-8-sig"))), None)
    except OSError as failure:
        told = tr("{file}: cannot be read ({reason})", file=file, reason=os_words(failure))
        raise Refused(told, tr("name a kubeconfig that this user may read")) from failure
    except (Unreadable, UnicodeDecodeError):  # whose words may quote the text, and that may be a token
        found = None
    if not isinstance(found, Mapping) or len(content) > MOST_BYTES:
        raise Refused(tr("{file}: is no kubeconfig", file=file), f"kubectl config view --kubeconfig {file}")
    return found


@value
class _Entry:
    """A named part of a file, which says where its relative paths start."""

    file: Path
    what: str
    fields: Mapping[str, Any] = field(repr=False)

    def text(self, name: str) -> str:
        found = self.fields.get(name)
        if found is not None and not isinstance(found, str):
            self.refuse(tr("{field} is no text", field=name))
        return found or ""

    def refuse(self, reason: str, hint: str = "") -> NoReturn:
        raise Refused(tr("{file}: {what}: {reason}", file=self.file, what=self.what, reason=reason), hint)

    def content(self, name: str) -> bytes:
        """What `NAME-data` holds in Base64, or the file that `NAME` names."""
        if data := self.text(f"{name}-data"):
            return self._decoded(name, data)
        path = self.text(name)
        return self.beside(path) if path else b""

    def authority(self) -> bytes:
        """The CA of the API server; b"" where none is named. An empty one would be the system's roots in silence."""
        name, found = "certificate-authority", self.content("certificate-authority")
        if not found.strip() and (self.text(name) or self.text(f"{name}-data")):
            self.refuse(tr("{field} holds nothing", field=name), tr("name the CA of the API server"))
        return found

    def _decoded(self, name: str, data: str) -> bytes:
        try:
            return b64decode("".join(data.split()), validate=True)
        except ValueError:
            self.refuse(tr("{field} is no Base64 text", field=f"{name}-data"))

    def beside(self, path: str) -> bytes:
        try:
            with (self.file.parent / path).open("rb") as stream:
                return stream.read(MOST_BYTES)
        except OSError as failure:
            self.refuse(tr("{file} cannot be read ({reason})", file=path, reason=os_words(failure)))


class _Merged:
    """Files as one: of every name the first counts, and the first current context (kubectl's rules for KUBECONFIG)."""

    def __init__(self, files: Sequence[tuple[Path, Mapping[str, Any]]]) -> None:
        self.files = files

    def access(self, context: str) -> Access:
        wanted = context or next(
            (str(one["current-context"]) for _, one in self.files if one.get("current-context")), ""
        )
        if not wanted:
            known = ", ".join(self._names("contexts")) or tr("none")
            raise Refused(
                tr("{file}: no context is the current one", file=self.files[0][0]),
                tr("name one with --context; there are: {contexts}", contexts=known),
            )
        chosen = self._entry("contexts", "context", wanted)
        cluster = self._entry("clusters", "cluster", chosen.text("cluster"))
        name = chosen.text("user")
        user = self._entry("users", "user", name) if name else _Entry(chosen.file, "user", {})
        return Access(
            wanted,
            _server(cluster),
            cluster.authority(),
            cluster.text("tls-server-name"),
            _plain_url(cluster, "proxy-url", ("http", "https")),
            _user(user),
        )

    def _names(self, part: str) -> list[str]:
        rows = [row for _, one in self.files for row in _rows(one, part)]
        return [str(row.get("name")) for row in rows]

    def _entry(self, part: str, inside: str, name: str) -> _Entry:
        for file, one in self.files:
            for row in _rows(one, part):
                if row.get("name") == name and isinstance(row.get(inside), Mapping | None):
                    return _Entry(file, f"{inside} {name}", row.get(inside) or {})
        told = tr("{file}: there is no {what} {name!r}", file=self.files[0][0], what=inside, name=name)
        raise Refused(told, tr("there are: {names}", names=", ".join(self._names(part)) or tr("none")))


def _rows(found: Mapping[str, Any], part: str) -> list[Mapping[str, Any]]:
    rows = found.get(part)
    return [one for one in rows if isinstance(one, Mapping)] if isinstance(rows, list) else []


# ── what is believed, and what is not ──


def _server(cluster: _Entry) -> str:
    if cluster.fields.get("insecure-skip-tls-verify"):
        cluster.refuse(
            tr("insecure-skip-tls-verify would hand private keys to whoever answers"),
            tr("put the CA of the API server into certificate-authority-data, and take that line out"),
        )
    server = _plain_url(cluster, "server", ("http", "https"))
    if not server:
        cluster.refuse(tr("server is missing"))
    parts = urlsplit(server)
    if parts.scheme == "http" and parts.hostname not in _LOCAL:
        cluster.refuse(
            tr("{server} is not encrypted, and certwright sends private keys", server=server), tr("use https://")
        )
    return server


def _plain_url(cluster: _Entry, name: str, schemes: Sequence[str]) -> str:
    """A URL without credentials in it, or "". Refused for anything else, without quoting it."""
    text = cluster.text(name)
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        fine = parts.scheme in schemes and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        fine = False
    if not fine or not text.isprintable():
        cluster.refuse(tr("{field} is no http or https address", field=name))
    if "@" in parts.netloc:
        cluster.refuse(tr("{field} has credentials in it, which end up in logs", field=name))
    return text.rstrip("/")


# Fields of a user that make us somebody else, and one that Kubernetes itself gave up.
_OTHERS = ("as", "as-uid", "as-groups", "as-user-extra", "auth-provider")


def _user(user: _Entry) -> User:
    for name in _OTHERS:
        if user.fields.get(name):
            user.refuse(
                tr("{field} is not supported", field=name), tr("use a token, a client certificate, or an exec program")
            )
    certificate, key = user.content("client-certificate"), user.content("client-key")
    if bool(certificate) != bool(key):
        user.refuse(tr("client-certificate and client-key go together, and one of them is missing"))
    token = user.text("token")
    if path := user.text("tokenFile"):
        token = user.beside(path).decode("utf-8", "replace").strip()
    for file in _secret_files(user):
        if (exposed := exposure(file)) and exposed.grave:
            raise Refused(exposed.what, exposed.remedy)
    if not is_token(token):
        user.refuse(tr("the token holds characters that no token has"))
    return User(certificate, key, token, _program(user), user.text("username"), user.text("password"))


def _secret_files(user: _Entry) -> list[Path]:
    """The files that somebody needs to be this user, all of which can be read."""
    own = [user.file] if any(user.text(one) for one in ("client-key-data", "token", "password")) else []
    return own + [user.file.parent / path for path in (user.text("client-key"), user.text("tokenFile")) if path]


def is_token(text: str) -> bool:
    """Whether it can stand in a header: whoever is given another one quotes it."""
    return text.isascii() and text.isprintable()


def _program(user: _Entry) -> Exec | None:
    fields = user.fields.get("exec")
    if not fields:
        return None
    if not isinstance(fields, Mapping):
        user.refuse(tr("exec is no mapping"))
    inside = _Entry(user.file, f"{user.what}: exec", fields)
    pairs = [(str(row.get("name")), str(row.get("value", ""))) for row in _rows(fields, "env")]
    arguments = fields.get("args") or []
    return Exec(
        inside.text("apiVersion"),
        inside.text("command"),
        tuple(map(str, arguments)) if isinstance(arguments, list) else (),
        tuple(pairs),
        user.file.parent,
        inside.text("installHint"),
        bool(fields.get("provideClusterInfo")),
        inside.text("interactiveMode") or "IfAvailable",
    )


def _in_cluster(environment: Mapping[str, str], folder: Path = SERVICE_ACCOUNT) -> Access:
    host, port = environment["KUBERNETES_SERVICE_HOST"], environment.get("KUBERNETES_SERVICE_PORT", "443")
    pod = _Entry(
        folder / "token", "service account", {"server": f"https://{f'[{host}]' if ':' in host else host}:{port}"}
    )
    token = pod.beside("token").decode("ascii", "replace").strip()
    if not is_token(token):
        pod.refuse(tr("the token holds characters that no token has"))
    if not (authority := pod.beside("ca.crt")).strip():
        pod.refuse(tr("{field} holds nothing", field="ca.crt"), tr("name the CA of the API server"))
    return Access("in-cluster", _server(pod), authority, user=User(token=token))
