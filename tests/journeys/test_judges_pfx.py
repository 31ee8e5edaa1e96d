"""Every delivered PFX file before judges that know nothing of us: OpenSSL, Java, NSS, GnuTLS, Node, Python's ssl."""

import json
import re
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .command import told
from .travelled import EXAMPLES, LOCKED, Journey, certificates

SCHANNEL = "Microsoft RSA SChannel Cryptographic Provider"
TRIPLE = "pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 2000"
AES = "PBES2, PBKDF2, AES-256-CBC, Iteration 2000, PRF hmacWithSHA256"
NO_PROVIDER = ("plant1/backup/", "prod/iis/")  # nothing demands one there
KINDS = [  # for judges that take their time
    ("azure-local", "plant1/IngressEndpointsCerts/portal.autonomous.contoso.com.pfx"),
    ("azure-local", "plant1/ManagementEndpointCerts/ManagementEndpointSsl.pfx"),
    ("azure-local", "plant1/backup/offline/BackupEncryption.pfx"),
    ("azure-stack-hub", "east/validation/AppServices/DefaultDomain/DefaultDomain.pfx"),
    ("azure-stack-hub", "east/deployment/Certificates/ADFS/Public Portal/PublicPortal.pfx"),
    ("configuration-manager", "hq/cloud-management-gateways/granitefalls.pfx"),
    ("configuration-manager", "hq/clients/kiosk1.pfx"),
    ("own-product", "prod/iis/w1.pfx"),
]
SLOWEST = KINDS[::3]  # for Java, which takes a second


@pytest.fixture(params=KINDS, ids=lambda kind: f"{kind[0]}:{Path(kind[1]).name}")
def one(request: pytest.FixtureRequest, travelled: Callable[[str], Journey]) -> tuple[Path, str, str]:
    """One file of a kind, its password, and what OpenSSL found inside."""
    name, path = request.param
    journey = travelled(name)
    return journey.out / path, journey.password(path), journey.opened[path]


def encryption(journey: Journey) -> tuple[str, str]:
    """How PFX files for that product are encrypted, and the hash of their MAC."""
    return (TRIPLE, "sha1") if journey.name == "azure-stack-hub" else (AES, "sha256")


# ── OpenSSL, every file ───────────────────────────────────────────────────────────────────────────


def test_every_pfx_has_its_password(journey: Journey) -> None:
    assert sorted(journey.opened) == [path for path in journey.files() if path.endswith(".pfx")]
    assert len(set(journey.passwords.values())) == len(LOCKED[journey.name]), "each set has a password of its own"
    for password in journey.passwords.values():
        assert len(password) >= 16
        assert all(re.search(kind, password) for kind in ("[a-z]", "[A-Z]", "[0-9]"))
        assert re.fullmatch(r"[A-Za-z0-9._~-]+", password), "a character that some shell or page of a vendor refuses"


def test_openssl_shows_what_windows_wants(journey: Journey) -> None:
    scheme, mac = encryption(journey)
    for path, text in journey.opened.items():
        assert f"MAC: {mac}, Iteration 2000\n" in text, path
        assert text.count(f"Shrouded Keybag: {scheme}\n") == text.count("Keybag") == 1, path
        assert text.count(f"PKCS7 Encrypted data: {scheme}\n") == 1, f"{path}: certificate privacy"
        assert text.count("PKCS7 ") == 2, path
        assert text.count("Microsoft Local Key set: <No Values>\n") == 1, path
        providers = re.findall("Microsoft CSP Name: (.*)", text)
        assert providers == ([] if path.startswith(NO_PROVIDER) else [SCHANNEL]), path


def test_openssl_finds_the_whole_path_in_order_and_nothing_else(journey: Journey) -> None:
    name = "Farm" if journey.name == "own-product" else "Contoso"
    issuing, top = f"O=Contoso, CN={name} Issuing CA", f"O=Contoso, CN={name} Root CA"
    for path, text in journey.opened.items():
        assert text.count("Certificate bag\n") == len(certificates(text)) == 3, path
        assert text.count("BEGIN PRIVATE KEY") == 1, path
        names = text.replace(" = ", "=")  # as OpenSSL 3.0 writes it, and later ones do not
        subjects, issuers = (re.findall(rf"^{word}=(.*)", names, re.MULTILINE) for word in ("subject", "issuer"))
        assert subjects[1:] == [issuing, top], path
        assert issuers == [issuing, top, top], path
        assert text.index("BEGIN PRIVATE KEY") < text.index("BEGIN CERTIFICATE"), f"{path}: the key first, as Windows"


def test_the_key_belongs_to_the_leaf(journey: Journey, tmp_path: Path) -> None:
    """Python's ssl takes a key and a chain only when they belong together."""
    for number, text in enumerate(journey.opened.values()):
        pem = tmp_path / f"{number}.pem"
        pem.write_text(text[text.index("-----BEGIN PRIVATE KEY") :])
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(pem)


def test_another_password_opens_nothing(one: tuple[Path, str, str]) -> None:
    file, password, _ = one
    with pytest.raises(AssertionError, match="invalid password"):
        told("openssl", "pkcs12", "-noout", "-in", file, "-passin", "stdin", secret=password.swapcase())


# ── everybody else ────────────────────────────────────────────────────────────────────────────────


def test_node_serves_with_every_file(journey: Journey) -> None:
    script = """
        const tls = require('tls'), fs = require('fs')
        for (const [file, passphrase] of JSON.parse(fs.readFileSync(0))) {
            const context = tls.createSecureContext({pfx: fs.readFileSync(file), passphrase}).context
            if (context.getCertificate().length === 0 || context.getIssuer().length === 0) throw new Error(file)
        }
        console.log('content')
    """
    pairs = [(str(journey.out / path), journey.password(path)) for path in journey.opened]
    assert told("node", "-e", script, secret=json.dumps(pairs)) == "content\n"


@pytest.mark.parametrize(("name", "path"), SLOWEST)
def test_java_lists_it(name: str, path: str, travelled: Callable[[str], Journey], tmp_path: Path) -> None:
    journey = travelled(name)
    secret = tmp_path / "password"
    secret.write_text(journey.password(path))
    text = told("keytool", "-list", "-v", "-keystore", journey.out / path, "-storepass:file", secret)
    assert text.count("Entry type: ") == text.count("Entry type: PrivateKeyEntry") == 1
    assert "Certificate chain length: 3\n" in text
    assert sorted(re.findall(r"^Serial number: (\w+)", text, re.MULTILINE)) == sorted(serials(journey.opened[path]))


def test_nss_lists_it(one: tuple[Path, str, str], tmp_path: Path) -> None:
    file, password, text = one
    (tmp_path / "password").write_text(password)
    told("certutil", "-N", "-d", tmp_path, "--empty-password")
    listed = told("pk12util", "-l", file, "-d", tmp_path, "-w", tmp_path / "password")
    assert listed.count("Certificate(has private key):") == 1
    assert listed.count("Certificate:") == 2
    friendly = re.findall("Friendly Name: (.*)", listed)
    assert friendly == re.findall("friendlyName: (.*)", text)
    assert len(set(friendly)) == 1


def test_gnutls_lists_it(one: tuple[Path, str, str]) -> None:
    file, password, text = one
    listed = told("certtool", "--p12-info", "--inder", "--infile", file, "--password", password)
    assert re.findall(r"^\s*Type: (.*)", listed, re.MULTILINE) == [
        "PKCS #8 Encrypted key", "Encrypted", "Certificate", "Certificate", "Certificate",
    ]  # fmt: skip
    assert certificates(listed) == certificates(text)
    scheme = "PKCS12-3DES-SHA1" if TRIPLE in text else "PBES2-AES256-CBC"
    assert set(re.findall(r"Schema: (\S+)", listed)) == {scheme}


def serials(text: str) -> Iterator[str]:
    """The serial numbers of the certificates in a text, in Java's spelling."""
    for pem in certificates(text):
        yield (
            told("openssl", "x509", "-noout", "-serial", secret=pem).strip().removeprefix("serial=").lower().lstrip("0")
        )


def test_every_product_with_pfx_files_is_before_the_slow_judges() -> None:
    assert {name for name, _ in KINDS} == {name for name in EXAMPLES if LOCKED[name]}
    assert {name for name, _ in SLOWEST} >= {"azure-local", "azure-stack-hub"}
