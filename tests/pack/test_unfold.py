"""One file, taken apart into what is meant for different places; what is one thing stays as it is."""

import base64
import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.x509.windows import CERTIFICATE, store

from certwright.pack.detect import detect
from certwright.pack.opened import narrowed, open_package
from certwright.pack.unfold import Part, unfold
from certwright.x509.private import read_private_key
from certwright.x509.read import read_certificate

CASES = Path(__file__).parent.parent / "cases"
LEAF, ISSUING, ROOT = ((CASES / "pack" / f"{name}.der").read_bytes() for name in ("leaf", "issuing", "root"))


def run(*command: str | Path) -> bytes:
    return subprocess.run(list(map(str, command)), capture_output=True, check=True).stdout


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two servers with their keys, a.pem and b.pem, and an authority, ca.pem, made by OpenSSL."""
    folder = tmp_path_factory.mktemp("others")
    for name in ("a", "b", "ca"):
        kind = "true" if name == "ca" else "false"
        run(
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}.contoso.com",
            "-addext", f"basicConstraints=critical,CA:{kind}", "-keyout", folder / f"{name}.key",
            "-out", folder / f"{name}.pem",
        )  # fmt: skip
    return folder


def names(part: Part, form: str = "pem-chain") -> list[str]:
    return [read_certificate(der).subject for der in open_package(form, part.content, None).certificates]


@pytest.mark.parametrize(
    "name",
    ["pack/leaf.der", "pack/all.p7b", "pack/mixed.pem", "pack/issuing.crl", "pfx/windows.pfx", "inspect/request.pem",
     "kubernetes/kubectl/tls-secret.yaml", "inspect/old.jks", "inspect/tree.zip"],
)  # fmt: skip
def test_what_is_one_thing_stays_as_it_is(name: str) -> None:
    content = (CASES / name).read_bytes()
    assert unfold(content) == (Part("", content),)


def test_each_key_of_a_store_is_judged_with_its_certificate(others: Path) -> None:
    """A keystore of Java with two pairs and a secret key."""
    content = (CASES / "pfx" / "several-keys.pfx").read_bytes()
    parts = unfold(content, ("wrong", "secret1"))
    assert parts == (Part("safe 1, bag 1", content), Part("safe 1, bag 2", content))
    assert unfold(content, ("wrong",)) == (Part("", content),)
    whole = open_package("pfx", content, "secret1")
    for part, subject in zip(parts, ("CN=one", "CN=two"), strict=True):
        one = narrowed(whole, part.name)
        (certificate,) = map(read_certificate, one.certificates)
        (key,) = one.private
        assert (certificate.subject, certificate.key.spki) == (subject, read_private_key(key).spki)
        assert one.pfx
        assert [bag.where for bag in one.pfx.keys] == [part.name]
    assert narrowed(whole, "safe 7, bag 1") == whole
    run("openssl", "pkcs12", "-export", "-inkey", others / "a.key", "-in", others / "a.pem", "-passout", "pass:x",
        "-out", others / "a.pfx")  # fmt: skip
    single = (others / "a.pfx").read_bytes()
    assert unfold(single, ("x",)) == (Part("", single),)


def test_authorities_that_every_pair_brings_are_there_once(others: Path, tmp_path: Path) -> None:
    """Java packs the authority with each of two keys."""
    store, word = tmp_path / "both.p12", "pass:secret1"
    for name in ("one", "two"):
        key, request, leaf, pfx = (tmp_path / f"{name}.{kind}" for kind in ("key", "csr", "pem", "pfx"))
        run("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-keyout", key, "-out", request)
        signing = ("-CA", others / "ca.pem", "-CAkey", others / "ca.key", "-CAcreateserial")
        run("openssl", "x509", "-req", "-in", request, *signing, "-out", leaf)
        packing = ("-certfile", others / "ca.pem", "-name", name, "-passout", word)
        run("openssl", "pkcs12", "-export", "-inkey", key, "-in", leaf, *packing, "-out", pfx)
        passwords = ("-srcstorepass", "secret1", "-deststorepass", "secret1")
        run("keytool", "-importkeystore", "-srckeystore", pfx, "-destkeystore", store, *passwords)
    content = store.read_bytes()
    opened = open_package("pfx", content, "secret1")
    assert len(opened.certificates) == 4
    found = [narrowed(opened, part.name).certificates for part in unfold(content, ("secret1",))]
    subjects = [sorted(read_certificate(der).subject for der in one) for one in found]
    assert subjects == [["CN=ca.contoso.com", "CN=one"], ["CN=ca.contoso.com", "CN=two"]]


def test_a_bundle_of_several_gives_each_its_key_and_the_authorities(others: Path) -> None:
    files = ("a.pem", "b.pem", "ca.pem", "b.key", "a.key")
    parts = unfold(b"".join((others / name).read_bytes() for name in files))
    assert [part.name for part in parts] == ["certificate 1", "certificate 2"]
    assert [names(part) for part in parts] == [
        ["CN=a.contoso.com", "CN=ca.contoso.com"],
        ["CN=b.contoso.com", "CN=ca.contoso.com"],
    ]
    for part in parts:
        opened = open_package("pem-chain", part.content, None)
        assert opened.pkcs8
        assert read_private_key(opened.pkcs8).spki == read_certificate(opened.certificates[0]).key.spki


def test_keys_of_a_bundle_open_with_a_password(others: Path, tmp_path: Path) -> None:
    locked = b""
    for name in ("a", "b"):
        locked += run(
            "openssl", "rsa", "-in", others / f"{name}.key", "-traditional", "-aes256", "-passout", "pass:secret"
        )
        locked += (others / f"{name}.pem").read_bytes()
    assert all(open_package("pem-chain", part.content, None).pkcs8 for part in unfold(locked, ["wrong", "secret"]))
    assert not any(open_package("pem-chain", part.content, None).pkcs8 for part in unfold(locked, ["wrong"]))


def test_a_p7b_of_several(others: Path) -> None:
    made = run(
        "openssl", "crl2pkcs7", "-nocrl", "-certfile", others / "a.pem", "-certfile", others / "b.pem",
        "-certfile", others / "ca.pem", "-outform", "DER",
    )  # fmt: skip
    assert sorted(names(part)[0] for part in unfold(made)) == ["CN=a.contoso.com", "CN=b.contoso.com"]


def test_a_windows_store_is_taken_apart() -> None:
    some = store(*((CERTIFICATE, der, {}) for der in (ROOT, LEAF, ISSUING)))
    (part,) = unfold(some)
    assert part.name == "certificate 2"
    assert open_package("pem-chain", part.content, None).certificates == (LEAF, ROOT, ISSUING)
    (roots,) = unfold(store((CERTIFICATE, ROOT, {}), (CERTIFICATE, ISSUING, {})))
    assert (roots.name, detect(roots.content)) == ("", "pem")


def test_a_dump_of_a_cluster_is_taken_apart(others: Path) -> None:
    """`kubectl get -o json`: two objects, one of which carries a keystore beside a certificate."""
    secret = run(
        "kubectl", "create", "secret", "tls", "a", "--cert", others / "a.pem", "--key", others / "a.key",
        "--dry-run=client", "-o", "json",
    )  # fmt: skip
    keystore = base64.b64encode((CASES / "inspect/java.p12").read_bytes()).decode()
    pem = base64.b64encode((others / "b.pem").read_bytes()).decode()
    other = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "b", "namespace": "x"},
        "data": {"k.p12": keystore, "tls.crt": pem},
    }
    dump = json.dumps({"apiVersion": "v1", "kind": "List", "items": [json.loads(secret), other]}).encode()
    parts = unfold(dump)
    assert [part.name for part in parts] == ["Secret a (kubernetes.io/tls)", "Secret x/b", "Secret x/b, k.p12"]
    assert [detect(part.content) for part in parts] == ["objects", "objects", "pfx"]
    assert names(parts[1], "kubernetes-opaque-secret") == ["CN=b.contoso.com"]


def test_a_secret_with_nothing_but_a_keystore() -> None:
    secret, keystore = unfold((CASES / "inspect/keystore.yaml").read_bytes())
    assert keystore.content == (CASES / "inspect/java.p12").read_bytes()
    assert b"k.p12" not in secret.content


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: f"kind: Secret\ndata: {text}".encode()))
def test_whatever_it_is_nothing_is_raised(content: bytes) -> None:
    assert unfold(content, ["secret"])
