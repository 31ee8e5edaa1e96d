"""Every plain form, read back by strangers: openssl, keytool, node. What they read is what went in."""

import json
import subprocess
from pathlib import Path

import pytest
from tests.pack.conftest import case, package, place, steady

from certwright.errors import Refused
from certwright.model import Artifact
from certwright.pack.credential import Credential
from certwright.pack.packing import PACKERS, pack

LEAF, ISSUING, ROOT = "CN=www.pack.test", "CN=Pack Issuing", "CN=Pack Root"


def made(form: str, credential: Credential, password: str | None = None, **options: object) -> Artifact:
    (artifact,) = pack(package(form, **options), credential, password, steady)
    assert (artifact.path, artifact.place) == (f"east/{form}.file", "east/web")
    return artifact


def run(*command: str, feed: bytes = b"") -> str:
    done = subprocess.run(command, input=feed, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode().replace(" = ", "=")  # OpenSSL 3.0 writes CN = name, later ones CN=name


def subjects(pem: bytes) -> list[str]:
    """What openssl reads of a bundle, in its order."""
    bundle = run("openssl", "crl2pkcs7", "-nocrl", "-certfile", "/dev/stdin", feed=pem)
    listed = run("openssl", "pkcs7", "-print_certs", "-noout", feed=bundle.encode())
    return [line.removeprefix("subject=") for line in listed.splitlines() if line.startswith("subject=")]


def owners(content: bytes, tmp_path: Path) -> list[str]:
    """What keytool reads."""
    file = tmp_path / "file"
    file.write_bytes(content)
    listed = run("keytool", "-J-Duser.language=en", "-printcert", "-file", str(file))
    return [line.removeprefix("Owner: ") for line in listed.splitlines() if line.startswith("Owner: ")]


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("pem-chain", [LEAF, ISSUING]),
        ("pem-full", [LEAF, ISSUING, ROOT]),
        ("pem-certificate", [LEAF]),
        ("pem-bundle", [ROOT]),
    ],
)
def test_openssl_reads_pem_in_order(credential: Credential, form: str, expected: list[str]) -> None:
    artifact = made(form, credential)
    assert subjects(artifact.content) == expected
    assert not artifact.secret
    assert artifact.content.endswith(b"-----END CERTIFICATE-----\n")
    assert max(map(len, artifact.content.splitlines())) == 64


def test_keytool_reads_pem_der_cer_and_p7b(credential: Credential, tmp_path: Path) -> None:
    leaf, issuing, root = "CN=www.pack.test", "CN=Pack Issuing", "CN=Pack Root"
    assert owners(made("pem-full", credential).content, tmp_path) == [leaf, issuing, root]
    assert owners(made("der", credential).content, tmp_path) == [leaf]
    assert owners(made("base64-cer", credential).content, tmp_path) == [leaf]
    # a SET has no order
    assert sorted(owners(made("p7b", credential).content, tmp_path)) == sorted([leaf, issuing, root])
    assert sorted(owners(made("p7b-pem", credential).content, tmp_path)) == sorted([leaf, issuing, root])


def test_der_is_the_certificate_itself(credential: Credential) -> None:
    assert made("der", credential).content == case("leaf.der")


def test_base64_cer_is_written_as_windows_writes_it(credential: Credential) -> None:
    content = made("base64-cer", credential).content
    assert content.startswith(b"-----BEGIN CERTIFICATE-----\r\n")
    assert content.count(b"\r\n") == content.count(b"\n")
    assert run("openssl", "x509", "-outform", "PEM", feed=content).encode() == content.replace(b"\r\n", b"\n")


def test_openssl_reads_p7b_and_finds_no_signer(credential: Credential) -> None:
    content = made("p7b", credential).content
    listed = run("openssl", "pkcs7", "-inform", "DER", "-print_certs", "-noout", feed=content)
    assert {LEAF, ISSUING, ROOT} == {line[8:] for line in listed.splitlines() if line.startswith("subject=")}
    assert "signer_info:\n      <EMPTY>" in run("openssl", "pkcs7", "-inform", "DER", "-print", "-noout", feed=content)


@pytest.mark.parametrize(("form", "encoding"), [("pem-key", "PEM"), ("der-key", "DER")])
def test_the_key_is_secret_unencrypted_and_the_same(credential: Credential, form: str, encoding: str) -> None:
    artifact = made(form, credential)
    assert artifact.secret
    read = subprocess.run(
        ["openssl", "pkcs8", "-nocrypt", "-topk8", "-inform", encoding, "-outform", "DER"],
        input=artifact.content, capture_output=True, check=True,
    )  # fmt: skip
    assert read.stdout == case("leaf.pkcs8")


def test_node_serves_tls_with_the_pem_files(credential: Credential, tmp_path: Path) -> None:
    for form in ("pem-chain", "pem-key", "pem-bundle"):
        (tmp_path / form).write_bytes(made(form, credential).content)
    told = json.loads(run("node", "-e", NODE, str(tmp_path)))
    assert told == {"authorized": True, "sent": ["www.pack.test", "Pack Issuing"]}


NODE = """
const tls = require('tls'), fs = require('fs'), at = process.argv[1] + '/';
const read = name => fs.readFileSync(at + name);
const server = tls.createServer({ cert: read('pem-chain'), key: read('pem-key') });
server.listen(0, '127.0.0.1', () => {
  const port = server.address().port;
  const client = tls.connect({ port, host: '127.0.0.1', servername: 'www.pack.test', ca: read('pem-bundle') }, () => {
    const sent = [];
    let one = client.getPeerCertificate(true);
    for (; !sent.includes(one.subject.CN); one = one.issuerCertificate || one) sent.push(one.subject.CN);
    console.log(JSON.stringify({ authorized: client.authorized, sent: sent.filter(name => name !== 'Pack Root') }));
    process.exit(0);
  });
  client.on('error', error => { console.error(String(error)); process.exit(1); });
});
"""


def test_openssl_reads_the_crl(credential: Credential) -> None:
    for form, encoding in (("der-crl", "DER"), ("pem-crl", "PEM")):
        content = made(form, credential).content
        issuer = run("openssl", "crl", "-inform", encoding, "-noout", "-issuer", feed=content)
        assert issuer.strip() == f"issuer={ISSUING}"


def test_openssl_and_keytool_open_the_pfx(credential: Credential, tmp_path: Path) -> None:
    artifact = made("pfx", credential, "correct horse 9")
    assert artifact.secret
    file = tmp_path / "it.pfx"
    file.write_bytes(artifact.content)
    told = run("openssl", "pkcs12", "-in", str(file), "-passin", "pass:correct horse 9", "-nokeys")
    assert [line[8:] for line in told.splitlines() if line.startswith("subject=")] == [LEAF, ISSUING, ROOT]
    listed = run(
        "keytool", "-J-Duser.language=en", "-list", "-v", "-storetype", "PKCS12", "-keystore", str(file),
        "-storepass", "correct horse 9",
    )  # fmt: skip
    assert "Certificate chain length: 3" in listed
    assert "PrivateKeyEntry" in listed


# ── anchors ───────────────────────────────────────────────────────────────────────────────────────


def test_anchors_go_into_one_bundle(anchors: Credential) -> None:
    assert subjects(made("pem-bundle", anchors).content) == [ISSUING, ROOT]
    assert len(made("p7b", anchors).content) > len(case("root.der"))


@pytest.mark.parametrize(("only", "expected"), [("roots", "root.der"), ("intermediates", "issuing.der")])
def test_anchors_can_be_narrowed_to_one(anchors: Credential, only: str, expected: str) -> None:
    assert made("der", anchors, only=only).content == case(expected)


# ── refusals ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ("der", "needs exactly one certificate, found 2 anchors"),
        ("base64-cer", "exactly one"),
        ("pem-certificate", "exactly one"),
        ("pem-key", "needs a private key, found certificates only"),
        ("der-key", "a private key"),
        ("pem-chain", "a certificate of the place's own"),
        ("pem-full", "a certificate of the place's own"),
        ("pfx", "the password of the place's set"),
        ("der-crl", "exactly one CRL"),
        ("pem-crl", "a CRL"),
        ("jks", "unknown form 'jks'"),
    ],
)
def test_what_is_not_there_cannot_be_packed(anchors: Credential, form: str, told: str) -> None:
    with pytest.raises(Refused, match=told):
        made(form, anchors)


def test_a_place_without_anchors_gives_no_bundle() -> None:
    with pytest.raises(Refused, match="at least one anchor"):
        made("pem-bundle", Credential(place("anchors")))


def test_an_unknown_form_is_answered_with_all_known_ones(credential: Credential) -> None:
    with pytest.raises(Refused) as caught:
        made("jks", credential)
    assert all(form in caught.value.hint for form in PACKERS)


def test_a_credential_does_not_show_its_key(credential: Credential) -> None:
    assert credential.pkcs8 is not None
    assert repr(credential.pkcs8)[2:40] not in repr(credential)
