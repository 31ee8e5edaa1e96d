"""Certificates without a key as PKCS#7 SignedData that nobody signed (RFC 5652 5.1), DER or PEM.

The certificates are a SET: DER sorts them, so a reader must build the path itself and not rely on their order.
"""

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from certwright.model import Artifact, Package
from certwright.pack.credential import Credential, Packers, Random, artifact
from certwright.pack.pem import armour


def content(package: Package, credential: Credential) -> bytes:
    """The whole chain of the place, or all of its anchors, as one PKCS#7 structure, DER."""
    ders = (credential.certificate, *credential.chain) if credential.certificate else credential.trusted(package)
    from cryptography.hazmat.primitives.serialization import pkcs7  # noqa: PLC0415 - 15 ms, for few deployments

    return pkcs7.serialize_certificates([x509.load_der_x509_certificate(der) for der in ders], Encoding.DER)


def p7b(package: Package, credential: Credential, _: str | None, _random: Random) -> tuple[Artifact, ...]:
    """PKCS#7, DER."""
    return artifact(package, credential, content(package, credential), secret=False)


def p7b_pem(package: Package, credential: Credential, _: str | None, _random: Random) -> tuple[Artifact, ...]:
    """PKCS#7, PEM."""
    return artifact(package, credential, armour("PKCS7", content(package, credential)), secret=False)


PACKERS: Packers = {"p7b": p7b, "p7b-pem": p7b_pem}
