"""The signature beside a manifest: CMS, detached, DER (RFC 5652), without attributes.

So it is a function of manifest and key alone: with an RSA key the same manifest has the same signature in every run.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from certwright.model import Artifact
from certwright.x509.name import parse_name

MANIFEST = "manifest.json"
SIGNATURE = "manifest.json.p7s"

Sign: TypeAlias = Callable[[bytes], bytes]  # a manifest → the signature to lie beside it


def signature(manifest: Artifact, sign: Sign) -> Artifact:
    """The file to lie beside a manifest."""
    path = f"{manifest.path.removesuffix(MANIFEST)}{SIGNATURE}"
    return Artifact(path, sign(manifest.content), secret=False, place=manifest.place)


def is_manifest(path: str) -> bool:
    """Whether a signature belongs beside that file."""
    return path.rpartition("/")[2] == MANIFEST


def detached(content: bytes, key: RSAPrivateKey | EllipticCurvePrivateKey, certificate: bytes) -> bytes:
    """The signature with that key, its certificate (DER) inside. `openssl cms -verify -binary -content` takes it."""
    from cryptography.hazmat.primitives.serialization import pkcs7  # noqa: PLC0415 - 15 ms, for few deployments

    options = pkcs7.PKCS7Options
    return (
        pkcs7.PKCS7SignatureBuilder()
        .set_data(content)
        .add_signer(x509.load_der_x509_certificate(certificate), key, SHA256())
        .sign(Encoding.DER, [options.DetachedSignature, options.Binary, options.NoAttributes])
    )


def signer_certificate(
    key: RSAPrivateKey, subject: str, serial: int, not_before: datetime, not_after: datetime
) -> bytes:
    """A certificate of that key by itself, DER: good for nothing but signing. Times are aware UTC.

    Refused when the subject is no name. Nobody trusts it: its fingerprint is told by another way than the files.
    """
    name = parse_name(subject)
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), serial, not_before, not_after)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    return made.public_bytes(Encoding.DER)


def fingerprint(certificate: bytes) -> str:
    """SHA-256 of a certificate in pairs, to be read over the telephone: `3F:8A:…`."""
    return hashlib.sha256(certificate).digest().hex(":").upper()
