"""Kubeconfigs as people have them, and as they should not have them: merged as kubectl merges, refused when unsafe."""

import shutil
import subprocess
import tempfile
from base64 import b64encode
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from certwright.cluster.kubeconfig import access
from certwright.errors import Refused

TOKEN = "eyJhbGciOiJSUzI1NiJ9.very-secret"
PLAIN = """\
apiVersion: v1
kind: Config
current-context: plant
clusters:
  - name: plant
    cluster: {server: "https://10.0.0.1:6443", certificate-authority: ca.pem}
contexts:
  - name: plant
    context: {cluster: plant, user: ops}
users:
  - name: ops
    user: {token: TOKEN}
""".replace("TOKEN", TOKEN)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ca.pem").write_text("-----BEGIN CERTIFICATE-----\n")
    (tmp_path / "config").write_text(PLAIN)
    return tmp_path


def changed(folder: Path, old: str, new: str) -> Path:
    file = folder / "config"
    assert old in PLAIN
    file.write_text(PLAIN.replace(old, new))
    return file


def test_the_current_context_is_taken_with_files_beside_it(folder: Path) -> None:
    found = access("", [folder / "config"], {})
    assert (found.context, found.server, found.user.token) == ("plant", "https://10.0.0.1:6443", TOKEN)
    assert found.authorities == b"-----BEGIN CERTIFICATE-----\n"
    assert TOKEN not in repr(found)


def test_kubectl_reads_the_same(folder: Path) -> None:
    """Two files that each know half: the first one's word counts."""
    other = folder / "sub" / "other"
    other.parent.mkdir()
    text = (
        PLAIN.replace("10.0.0.1", "10.0.0.2")
        .replace("name: plant", "name: other")
        .replace("cluster: plant", "cluster: other")
    )
    other.write_text(text.replace("current-context: plant", "current-context: other"))
    files = f"{folder / 'config'}:{other}"
    environment = {"KUBECONFIG": files, "PATH": "/usr/bin:/bin", "HOME": str(folder)}
    for context in ("", "other"):
        named = [f"--context={context}"] if context else []
        command = [
            "kubectl",
            "config",
            "view",
            "--minify",
            "--raw",
            "-o",
            "jsonpath={.clusters[0].cluster.server}",
            *named,
        ]
        told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
        if context == "":
            assert access(context, [], environment).server == told
        else:
            (other.parent / "ca.pem").write_bytes(b"theirs")
            found = access(context, [], environment)
            assert (found.server, found.authorities) == (told, b"theirs")


def test_data_in_the_file_counts_before_a_file(folder: Path) -> None:
    data = b64encode(b"inside").decode()
    found = access("", [changed(folder, "certificate-authority: ca.pem", f"certificate-authority-data: {data}")], {})
    assert found.authorities == b"inside"


def test_the_service_account_of_a_pod_is_the_last_resort(folder: Path) -> None:
    environment = {"HOME": str(folder), "KUBERNETES_SERVICE_HOST": "10.0.0.1"}
    with pytest.raises(Refused, match="service account: token cannot be read"):
        access("", [], environment)


UNSAFE = [
    ("certificate-authority: ca.pem", "insecure-skip-tls-verify: true", "insecure-skip-tls-verify would hand"),
    ("https://10.0.0.1:6443", "http://10.0.0.1:6443", "is not encrypted"),
    ("https://10.0.0.1:6443", "https://me:hunter2@10.0.0.1", "server has credentials in it"),
    ("https://10.0.0.1:6443", "ftp://10.0.0.1", "server is no http or https address"),
    ('server: "https://10.0.0.1:6443", ', "", "server is missing"),
    ("token: ", "as: admin, token: ", "as is not supported"),
    ("token: ", "auth-provider: {name: gcp}, token: ", "auth-provider is not supported"),
    ("token: ", "client-certificate: ca.pem, token: ", "client-certificate and client-key go together"),
    ("{token: ", "{tokenFile: nowhere, token: ", "nowhere cannot be read"),
    ("certificate-authority: ca.pem", "certificate-authority-data: '*'", "is no Base64 text"),
    ("user: ops", "user: nobody", "there is no user 'nobody'"),
    ("cluster: plant, user", "cluster: other, user", "there is no cluster 'other'"),
    ("current-context: plant", "x: y", "no context is the current one"),
    ("current-context: plant", "current-context: gone", "there is no context 'gone'"),
]


@pytest.mark.parametrize(("old", "new", "told"), UNSAFE)
def test_what_is_unsafe_or_wrong_is_refused_with_its_field(folder: Path, old: str, new: str, told: str) -> None:
    with pytest.raises(Refused, match=told) as refused:
        access("", [changed(folder, old, new)], {})
    text = str(refused.value) + refused.value.hint
    assert TOKEN not in text
    assert "hunter2" not in text


def test_nothing_there_says_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"\.kube/config: no kubeconfig is there"):
        access("", [], {"HOME": str(tmp_path)})


def test_a_proxy_on_this_machine_needs_no_tls(folder: Path) -> None:
    found = access("", [changed(folder, "https://10.0.0.1:6443", "http://localhost:8001")], {})
    assert found.server == "http://localhost:8001"


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_no_content_does_more_than_be_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "hostile"
    file.write_bytes(content)
    with pytest.raises(Refused):
        access("", [file], {})


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "cluster", "user", "exec", "args", "env", "server"]), inner)
    ),
    max_leaves=8,
)
PARTS = st.sampled_from(["clusters", "contexts", "users", "current-context"])


@given(st.dictionaries(PARTS, VALUES))
def test_no_shape_does_more_than_be_refused(tmp_path_factory: pytest.TempPathFactory, document: object) -> None:
    file = tmp_path_factory.getbasetemp() / "shape"
    with file.open("w") as stream:
        YAML(typ="safe", pure=True).dump(document, stream)
    with pytest.raises(Refused):
        access("plant", [file], {})


SECRETS = [
    ("{token: TOKEN}".replace("TOKEN", TOKEN), "config"),
    ("{tokenFile: token.txt}", "token.txt"),
    ("{client-certificate: ops.pem, client-key: ops.key}", "ops.key"),
    ("{username: ops, password: sesame}", "config"),
]


@pytest.mark.parametrize(("user", "secret"), SECRETS)
def test_a_secret_that_everybody_can_get_at_is_refused(user: str, secret: str, folder: Path) -> None:
    for name in ("token.txt", "ops.pem", "ops.key"):
        (folder / name).write_text("x")
    with tempfile.TemporaryDirectory(dir="/tmp") as top:
        here = Path(shutil.copytree(folder, Path(top) / "here"))
        (here / "config").write_text(PLAIN.replace(f"{{token: {TOKEN}}}", user))
        for one in (here, here.parent):
            one.chmod(0o755)
        for one in here.iterdir():
            one.chmod(0o600)
        (here / secret).chmod(0o644)
        with pytest.raises(Refused, match="everybody on this machine can get at this secret") as refused:
            access("", [here / "config"], {})
        assert refused.value.hint == f"chmod 600 {here / secret}"
        (here / secret).chmod(0o600)
        assert access("", [here / "config"], {}).context == "plant"


def test_a_kubeconfig_without_a_secret_may_be_everybodys(folder: Path) -> None:
    program = "{exec: {apiVersion: client.authentication.k8s.io/v1, command: kubelogin}}"
    with tempfile.TemporaryDirectory(dir="/tmp") as top:
        here = Path(shutil.copytree(folder, Path(top) / "here"))
        (here / "config").write_text(PLAIN.replace(f"{{token: {TOKEN}}}", program))
        for one in (here.parent, here, *here.iterdir()):
            one.chmod(0o755)
        assert access("", [here / "config"], {}).user.program
