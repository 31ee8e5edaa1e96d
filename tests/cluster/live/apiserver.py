"""A real API server with its etcd, on free ports of this machine, for as long as a test run lasts."""

import os
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import trustme
from tests.ports import free_port

from certwright.pack.object_kinds import CERTIFICATE, KINDS

ROOT = Path(__file__).parents[3]
CASES = ROOT / "tests" / "cases" / "cluster"
BUILD = ROOT / "requirements" / "kube-apiserver.sh"
NAMESPACES = ("azure-iot-operations", "cert-manager")
RBAC = "apis/rbac.authorization.k8s.io/v1"
ADMIN = "admin-token-of-the-tests"
PATIENCE = 180.0  # seconds until it must be ready, on a machine that does much else


@dataclass
class ApiServer:
    """Where it listens, whom to trust, and a folder for kubeconfigs."""

    url: str
    authority: trustme.CA
    folder: Path

    def kubeconfig(self, user: str, **fields: str) -> Path:
        """A kubeconfig with one context, called like its user, whose credentials are these fields."""
        trusted = self.folder / "ca.pem"
        self.authority.cert_pem.write_to_path(str(trusted))
        lines = [
            "apiVersion: v1",
            "kind: Config",
            f"current-context: {user}",
            f"clusters: [{{name: plant, cluster: {{server: '{self.url}', certificate-authority: ca.pem}}}}]",
            f"contexts: [{{name: {user}, context: {{cluster: plant, user: {user}}}}}]",
            f"users: [{{name: {user}, user: {{{', '.join(f'{name}: {text}' for name, text in fields.items())}}}}}]",
        ]
        file = self.folder / f"{user}.kubeconfig"
        file.write_text("\n".join(lines) + "\n")
        return file

    def signed(self, user: str, group: str = "") -> Path:
        """A kubeconfig whose user shows a client certificate: its common name is the user (RBAC)."""
        made = self.authority.issue_cert(f"{user}@tests", common_name=user, organization_name=group or "tests")
        key, certificate = self.folder / f"{user}.key", self.folder / f"{user}.pem"
        made.private_key_pem.write_to_path(str(key))
        made.cert_chain_pems[0].write_to_path(str(certificate))
        return self.kubeconfig(user, **{"client-certificate": certificate.name, "client-key": key.name})

    @property
    def admin(self) -> Path:
        """Who may do everything."""
        return self.kubeconfig("admin", token=ADMIN)

    def empty(self) -> None:
        """Delete every object that a test may have made."""
        paths = [
            f"{RBAC}/{one}?labelSelector=!kubernetes.io/bootstrapping"
            for one in ("clusterroles", "clusterrolebindings")
        ]
        for kind in (*KINDS, CERTIFICATE):
            start = f"apis/{kind.group}/{kind.version}" if kind.group else f"api/{kind.version}"
            within = [f"namespaces/{namespace}/" for namespace in NAMESPACES] if kind.namespaced else [""]
            paths += [f"{start}/{one}{kind.plural}" for one in within]
        paths += [f"{RBAC}/namespaces/{one}/{kind}" for one in NAMESPACES for kind in ("roles", "rolebindings")]
        trusted = ssl.create_default_context(cadata=self.authority.cert_pem.bytes().decode())
        with httpx2.Client(verify=trusted, headers={"Authorization": f"Bearer {ADMIN}"}, trust_env=False) as client:
            for path in paths:
                client.delete(f"{self.url}/{path}").raise_for_status()

    def kubectl(self, *arguments: str, given: str = "", config: Path | None = None) -> str:
        """What kubectl prints, as the administrator or with another kubeconfig."""
        done = subprocess.run(
            ["kubectl", "--kubeconfig", str(config or self.admin), *arguments],
            input=given,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, f"kubectl {' '.join(arguments)}: {done.stderr}"
        return done.stdout


def program() -> Path:
    """The API server that was built for this project. Fails, saying how to build it, when there is none."""
    found = subprocess.run([str(BUILD), "--there"], capture_output=True, text=True, check=False)
    assert found.returncode == 0, f"no kube-apiserver is built yet; run: {BUILD.relative_to(ROOT)}"
    assert shutil.which("etcd"), "etcd is not installed; run: requirements/debian.sh etcd-server"
    return Path(found.stdout.strip())


@contextmanager
def running(folder: Path) -> Iterator[ApiServer]:
    """An API server with the kinds of tests/cases/cluster, RBAC switched on, and the namespaces of the products."""
    binary, authority = program(), trustme.CA()
    identity = authority.issue_cert("localhost", "127.0.0.1")
    identity.private_key_pem.write_to_path(str(folder / "server.key"))
    for one in identity.cert_chain_pems:
        one.write_to_path(str(folder / "server.pem"), append=True)
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    (folder / "tokens.csv").write_text(f'{ADMIN},admin,admin,"system:masters"\n')
    store, peers, port = free_port(), free_port(), free_port()
    commands = [_etcd(folder, store, peers), _apiserver(binary, folder, store, port)]
    started: list[subprocess.Popen[bytes]] = []
    try:
        for name, command in zip(("etcd", "apiserver"), commands, strict=True):
            with (folder / f"{name}.log").open("wb") as log:
                started.append(subprocess.Popen(command, stdout=log, stderr=log, cwd=folder))
        server = ApiServer(f"https://127.0.0.1:{port}", authority, folder)
        _await(server, started, folder)
        yield server
    finally:
        for one in reversed(started):
            one.kill()
            one.wait()


def _etcd(folder: Path, store: int, peers: int) -> list[str]:
    return [
        *("etcd", "--data-dir", str(folder / "etcd"), "--unsafe-no-fsync"),
        *("--listen-client-urls", f"http://127.0.0.1:{store}", "--advertise-client-urls", f"http://127.0.0.1:{store}"),
        *("--listen-peer-urls", f"http://127.0.0.1:{peers}", "--initial-advertise-peer-urls"),
        *(f"http://127.0.0.1:{peers}", "--initial-cluster", f"default=http://127.0.0.1:{peers}"),
    ]


def _apiserver(binary: Path, folder: Path, store: int, port: int) -> list[str]:
    key = str(folder / "server.key")
    return [
        *(str(binary), "--etcd-servers", f"http://127.0.0.1:{store}", "--bind-address", "127.0.0.1"),
        *("--secure-port", str(port), "--tls-cert-file", str(folder / "server.pem"), "--tls-private-key-file", key),
        *("--client-ca-file", str(folder / "ca.pem"), "--token-auth-file", str(folder / "tokens.csv")),
        *("--authorization-mode", "RBAC", "--disable-admission-plugins", "ServiceAccount"),
        *("--service-account-issuer", "https://localhost", "--service-account-signing-key-file", key),
        *("--service-account-key-file", key, "--service-cluster-ip-range", "10.0.0.0/24"),
        *("--endpoint-reconciler-type", "none", "--cert-dir", str(folder)),
    ]


def _await(server: ApiServer, started: list["subprocess.Popen[bytes]"], folder: Path) -> None:
    """Until it is ready, and knows the kinds and namespaces."""
    end = time.monotonic() + PATIENCE
    config = str(server.admin)
    steps = (
        ["kubectl", "--kubeconfig", config, "get", "--raw", "/readyz"],
        ["kubectl", "--kubeconfig", config, "get", "namespace", "kube-system"],
        ["kubectl", "--kubeconfig", config, "apply", "--server-side", "-f", str(CASES / "crds.yaml")],
        [*("kubectl", "--kubeconfig", config, "wait", "crd", "--all", "--for=condition=Established"), "--timeout=120s"],
    )
    for step in steps:
        while subprocess.run(step, capture_output=True, check=False, env={**os.environ}).returncode:
            dead = [one for one in started if one.poll() is not None]
            assert not dead, (folder / "apiserver.log").read_text()[-2000:] + (folder / "etcd.log").read_text()[-2000:]
            assert time.monotonic() < end, f"{' '.join(step)}: not within {PATIENCE:g} seconds"
            time.sleep(0.2)
    for namespace in NAMESPACES:
        server.kubectl("create", "namespace", namespace)
