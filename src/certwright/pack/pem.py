"""PEM forms (RFC 7468): 64 columns, LF, one block after the other, nothing between them.

Only `pem-key` is secret; it holds the key in the clear because its readers (Tomcat, nginx, Kubernetes) ask for that.
"""

from base64 import b64encode
from collections.abc import Iterable
from functools import lru_cache

from certwright.model import Artifact, Package
from certwright.pack.credential import Credential, Packers, Random, artifact, missing
from certwright.pack.given import given_certificates
from certwright.speech import tr
from certwright.x509.read import read_certificate


def armour(label: str, der: bytes, newline: str = "\n") -> bytes:
    """One PEM block with its own final line end."""
    text = b64encode(der).decode("ascii")
    lines = [text[start : start + 64] for start in range(0, len(text), 64)]
    return newline.join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""]).encode("ascii")


def certificates(ders: Iterable[bytes]) -> bytes:
    """Certificates as PEM, in the order given."""
    return b"".join(armour("CERTIFICATE", der) for der in ders)


def intermediates(chain: Iterable[bytes]) -> list[bytes]:
    """The chain without its self-issued roots, which a TLS peer must hold already (RFC 8446 4.4.2)."""
    return [der for der in chain if not _is_self_issued(der)]


@lru_cache(maxsize=256)  # few authorities, above a whole fleet
def _is_self_issued(der: bytes) -> bool:
    return read_certificate(der).self_issued


def pem_chain(package: Package, credential: Credential, _: str | None, _random: Random) -> tuple[Artifact, ...]:
    """Leaf, then intermediates, no root: what a TLS server sends."""
    ders = [credential.leaf(package), *intermediates(credential.chain)]
    return artifact(package, credential, certificates(ders), secret=False)


def pem_full(package: Package, credential: Credential, _: str | None, _random: Random) -> tuple[Artifact, ...]:
    """Leaf, intermediates and root."""
    ders = [credential.leaf(package), *credential.chain]
    return artifact(package, credential, certificates(ders), secret=False)


def pem_certificate(package: Package, credential: Credential, _: str | None, _random: Random) -> tuple[Artifact, ...]:
    """One certificate: the place's own, or its only anchor."""
    return artifact(package, credential, armour("CERTIFICATE", credential.one(package)), secret=False)


def pem_key(package: Package, credential: Credential, _: str | None, _random: Random) -> tuple[Artifact, ...]:
    """The private key, unencrypted PKCS#8."""
    return artifact(package, credential, armour("PRIVATE KEY", credential.key(package)), secret=True)


def pem_bundle(package: Package, credential: Credential, _: str | None, _random: Random) -> tuple[Artifact, ...]:
    """The anchors of a trust list and those of option `also`; for a place with a key, the roots of its chain."""
    also = given_certificates(package, credential, "also")
    found = dict.fromkeys((*credential.trusted(package), *also))
    return artifact(package, credential, certificates(found), secret=False)


def pem_crl(package: Package, credential: Credential, _: str | None, _random: Random) -> tuple[Artifact, ...]:
    """The CRLs of an authority, one block each."""
    if not credential.crls:
        raise missing(package, credential, tr("a CRL"), tr("none"))
    return artifact(package, credential, b"".join(armour("X509 CRL", crl) for crl in credential.crls), secret=False)


PACKERS: Packers = {
    "pem-chain": pem_chain,
    "pem-full": pem_full,
    "pem-certificate": pem_certificate,
    "pem-key": pem_key,
    "pem-bundle": pem_bundle,
    "pem-crl": pem_crl,
}
