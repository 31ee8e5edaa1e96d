"""The signature beside a manifest, before OpenSSL."""

import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from tests.pack.adcs_site import files, key, made

from certwright.pack.adcs_signature import detached, fingerprint, is_manifest, signature, signer_certificate

START, END = datetime(2026, 11, 21, tzinfo=UTC), datetime(2046, 11, 21, tzinfo=UTC)


def certificate(signer: RSAPrivateKey) -> bytes:
    return signer_certificate(signer, "CN=certwright hand-over", 4711, START, END)


def verified(folder: Path, content: bytes, signed: bytes) -> subprocess.CompletedProcess[str]:
    (folder / "manifest.json").write_bytes(content)
    (folder / "manifest.json.p7s").write_bytes(signed)
    (folder / "signer.der").write_bytes(certificate(key()))
    subprocess.run(
        ["openssl", "x509", "-inform", "DER", "-in", "signer.der", "-out", "signer.pem"], cwd=folder, check=True
    )
    command = "openssl cms -verify -inform DER -binary -in manifest.json.p7s -content manifest.json -CAfile signer.pem"
    return subprocess.run(
        [*command.split(), "-attime", "1800000000"], cwd=folder, capture_output=True, text=True, check=False
    )


def test_openssl_accepts_it(tmp_path: Path) -> None:
    manifest = files()["manifest.json"]
    told = verified(tmp_path, manifest, detached(manifest, key(), certificate(key())))
    assert told.returncode == 0, told.stderr
    assert "successful" in told.stderr


def test_openssl_refuses_another_manifest(tmp_path: Path) -> None:
    manifest = files()["manifest.json"]
    told = verified(tmp_path, manifest + b" ", detached(manifest, key(), certificate(key())))
    assert told.returncode != 0


def test_the_same_manifest_has_the_same_signature() -> None:
    first, second = (detached(b"manifest", key(), certificate(key())) for _ in range(2))
    assert first == second


def test_it_lies_beside_the_manifest() -> None:
    manifests = [one for one in made() if is_manifest(one.path)]
    assert [one.path for one in manifests] == ["requests/contoso/manifest.json"]
    made_of = signature(manifests[0], lambda content: b"signature of " + content[:1])
    assert (made_of.path, made_of.content) == ("requests/contoso/manifest.json.p7s", b"signature of {")
    assert (made_of.secret, made_of.place) == (False, "contoso")


def test_the_fingerprint_is_that_of_openssl(tmp_path: Path) -> None:
    (tmp_path / "signer.der").write_bytes(certificate(key()))
    told = subprocess.run(
        ["openssl", "x509", "-inform", "DER", "-in", "signer.der", "-noout", "-fingerprint", "-sha256"],
        cwd=tmp_path, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    assert told.strip().endswith(f"={fingerprint(certificate(key()))}")


@pytest.mark.parametrize("page", ["README.en.txt", "LIESMICH.de.txt"])
def test_the_commands_of_the_page_work(page: str, tmp_path: Path) -> None:
    manifest = files()["manifest.json"]
    (tmp_path / "manifest.json").write_bytes(manifest)
    (tmp_path / "manifest.json.p7s").write_bytes(detached(manifest, key(), certificate(key())))
    commands = re.findall(r"^ +(openssl .*)\r$", files()[page].decode("utf-8-sig"), re.MULTILINE)
    assert len(commands) == 2
    told = [
        subprocess.run(one.split(), cwd=tmp_path, check=True, capture_output=True, text=True).stdout for one in commands
    ]
    assert (tmp_path / "manifest.signed").read_bytes() == manifest
    assert told[1].strip().endswith(fingerprint(certificate(key())))
