"""A CA that is not ours: OpenSSL's, with a root and an issuing CA, which answers the way its operator likes."""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CONFIG = """
[ca]
default_ca = own
[own]
database = {folder}/index.txt
new_certs_dir = {folder}
rand_serial = yes
unique_subject = no
default_md = sha256
policy = any
copy_extensions = {copy}
[any]
countryName = optional
organizationName = optional
commonName = optional
[req]
distinguished_name = none
[none]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[issuing]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[sub]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign,digitalSignature
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[leaf]
authorityKeyIdentifier = keyid
subjectKeyIdentifier = hash
crlDistributionPoints = URI:http://pki.fabrikam.com/issuing.crl
[client]
authorityKeyIdentifier = keyid
crlDistributionPoints = URI:http://pki.fabrikam.com/issuing.crl
extendedKeyUsage = clientAuth
"""


def openssl(*words: str | Path, given: bytes = b"") -> bytes:
    """What OpenSSL says; it must be content."""
    done = subprocess.run(["openssl", *map(str, words)], input=given, capture_output=True, check=False)
    assert done.returncode == 0, f"openssl {words[0]}: {done.stderr.decode()}"
    return done.stdout


@dataclass(frozen=True)
class ForeignCa:
    """root.pem, issuing.pem and their keys lie in `folder`."""

    folder: Path

    @property
    def root(self) -> bytes:
        return (self.folder / "root.pem").read_bytes()

    @property
    def issuing(self) -> bytes:
        return (self.folder / "issuing.pem").read_bytes()

    def sign(
        self,
        csr: bytes,
        *,
        days: float = 1200,
        start: datetime = NOW - timedelta(minutes=10),
        extensions: str = "leaf",
        copy: str = "copy",
        by: str = "issuing",
        subject: str = "",
    ) -> bytes:
        """A certificate for that request (PEM), PEM."""
        return _signed(self.folder, csr, by, extensions, copy, start, days, ["-subj", subject] if subject else [])

    def pkcs7(self, certificates: Sequence[bytes], form: str) -> bytes:
        """Certificates (PEM) as P7B, DER or PEM."""
        files = []
        for number, one in enumerate(certificates):
            file = self.folder / f"part-{number}.pem"
            file.write_bytes(one)
            files += ["-certfile", file]
        return openssl("crl2pkcs7", "-nocrl", *files, "-outform", form)

    def issuing_again(self) -> None:
        """Another issuing CA, with a new key and name, below the same root."""
        _authority(self.folder, "issuing", "Issuing 2", "root", NOW - timedelta(days=1), 3650)


def der(pem: bytes) -> bytes:
    return openssl("x509", "-outform", "DER", given=pem)


def foreign_ca(
    folder: Path, name: str = "Fabrikam", start: datetime = NOW - timedelta(days=30), days: int = 3650
) -> ForeignCa:
    """A root and an issuing CA with RSA keys, which begin then and live so long."""
    folder.mkdir()
    _authority(folder, "root", f"{name} Root", "", start, days * 2)
    _authority(folder, "issuing", f"{name} Issuing", "root", start, days)
    return ForeignCa(folder)


def _authority(folder: Path, role: str, name: str, parent: str, start: datetime, days: float) -> None:
    key, subject = folder / f"{role}.key", f"/O=Fabrikam/CN={name} CA"
    csr = openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-subj", subject, "-sha256")
    made = _signed(folder, csr, parent or role, role, "none", start, days, [] if parent else ["-selfsign"])
    (folder / f"{role}.pem").write_bytes(made)


def _signed(
    folder: Path, csr: bytes, by: str, extensions: str, copy: str, start: datetime, days: float, more: Sequence[str]
) -> bytes:
    (folder / "index.txt").touch()
    (folder / "request.csr").write_bytes(csr)
    (folder / "ca.cnf").write_text(CONFIG.format(folder=folder, copy=copy))
    own = [] if "-selfsign" in more else ["-cert", folder / f"{by}.pem"]
    return openssl(
        "ca", "-batch", "-notext", "-config", folder / "ca.cnf", *own, "-keyfile", folder / f"{by}.key",
        "-extensions", extensions, "-in", folder / "request.csr",
        "-startdate", f"{start:%Y%m%d%H%M%SZ}", "-enddate", f"{start + timedelta(days=days):%Y%m%d%H%M%SZ}", *more,
    )  # fmt: skip
