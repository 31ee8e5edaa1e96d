"""Certificates made by `cryptography`'s own builder, so that our writer is no witness in its own cause."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from certwright.x509.facts import CertificateFacts
from certwright.x509.pem import certificates_in
from certwright.x509.read import read_certificate

CASES = Path(__file__).parent.parent / "cases" / "x509"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@cache
def ec_key(name: str) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@cache
def rsa_key(name: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@dataclass(frozen=True)
class Made:
    """A certificate with its key, ready to issue others."""

    facts: CertificateFacts
    key: Any


@dataclass(frozen=True)
class Wish:
    subject: str
    issuer: Made | None = None
    key: str = ""
    authority: bool = True
    days: tuple[int, int] = (-10, 400)
    path_length: int | None = None
    key_usage: tuple[str, ...] | None = None
    extensions: tuple[tuple[x509.ExtensionType, bool], ...] = ()
    wrong_key: str = ""
    serial: int = 77
    identifiers: bool = True
    authority_key_identifier: bytes | None = None
    issuer_subject: str = ""


def make(wish: Wish) -> Made:
    key = ec_key(wish.key or wish.subject)
    signer = ec_key(wish.wrong_key) if wish.wrong_key else wish.issuer.key if wish.issuer else key
    issuer_name = wish.issuer_subject or (wish.issuer.facts.subject if wish.issuer else wish.subject)
    builder = x509.CertificateBuilder(
        x509.Name.from_rfc4514_string(issuer_name),
        x509.Name.from_rfc4514_string(wish.subject),
        key.public_key(),
        wish.serial,
        NOW + timedelta(days=wish.days[0]),
        NOW + timedelta(days=wish.days[1]),
    )
    extensions: list[tuple[x509.ExtensionType, bool]] = [*wish.extensions]
    if wish.authority:
        extensions.append((x509.BasicConstraints(True, wish.path_length), True))
    if wish.key_usage is not None:
        flags = ("digital_signature", "key_cert_sign", "crl_sign")
        used = {flag: flag in wish.key_usage for flag in flags}
        others = ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only")
        extensions.append((x509.KeyUsage(**used, **dict.fromkeys((*others, "decipher_only"), False)), True))
    if wish.identifiers:
        extensions.append((x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False))
        parent = wish.authority_key_identifier or (wish.issuer and wish.issuer.facts.subject_key_identifier)
        if parent:
            extensions.append((x509.AuthorityKeyIdentifier(parent, None, None), False))
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return Made(read_certificate(builder.sign(signer, hashes.SHA256()).public_bytes(Encoding.DER)), key)


@pytest.fixture(scope="session")
def forge() -> Callable[..., Made]:
    """`forge("CN=a", issuer, days=(-1, 1), …)`: see Wish for what may be said."""
    return lambda subject, issuer=None, **wish: make(replace(Wish(subject, issuer), **wish))


@pytest.fixture(scope="session")
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def case() -> Callable[[str], bytes]:
    """The bytes of a case file."""
    return lambda name: (CASES / name).read_bytes()


@pytest.fixture(scope="session")
def facts_of() -> Callable[[str], CertificateFacts]:
    """The facts of the first certificate of a case file."""
    return lambda name: read_certificate(certificates_in((CASES / name).read_bytes())[0])


@pytest.fixture(scope="session")
def rsa_keys() -> Callable[[str], rsa.RSAPrivateKey]:
    """An RSA key of 2048 bits by a name of your own; the same name gives the same key."""
    return rsa_key


@pytest.fixture(scope="session")
def ec_keys() -> Callable[[str], ec.EllipticCurvePrivateKey]:
    return ec_key
