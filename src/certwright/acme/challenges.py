"""Proofs of control: key authorizations, and their forms in HTTP, DNS and TLS (RFC 8555 8, RFC 8737, RFC 8738)."""

import hashlib
import ipaddress
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from certwright.acme.documents import Identifier
from certwright.acme.jwk import encode

HTTP_FOLDER = "/.well-known/acme-challenge/"
ALPN_PROTOCOL = "acme-tls/1"
_ACME_IDENTIFIER = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.31")  # RFC 8737 6.1


def key_authorization(token: str, thumbprint: str) -> str:
    """What proves that whoever answers holds the account key (RFC 8555 8.1)."""
    return f"{token}.{thumbprint}"


def dns_record(domain: str) -> str:
    """The name of the TXT record that answers for a domain, without a final dot (RFC 8555 8.4)."""
    return f"_acme-challenge.{domain.removeprefix('*.')}"


def dns_value(authorization: str) -> str:
    """The text of that record."""
    return encode(hashlib.sha256(authorization.encode("ascii")).digest())


def server_name(identifier: Identifier) -> str:
    """The name a TLS client sends to ask for the challenge: for an address its name in reverse (RFC 8738 6)."""
    if identifier.kind == "ip":
        return ipaddress.ip_address(identifier.value).reverse_pointer
    return identifier.value


def alpn_certificate(
    identifier: Identifier, authorization: str, key: EllipticCurvePrivateKey, serial: int, now: datetime
) -> bytes:
    """The self-signed certificate that answers in TLS, DER (RFC 8737 3). `key` is a throwaway; it lives for a day."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "ACME challenge")])
    digest = hashlib.sha256(authorization.encode("ascii")).digest()
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([_general_name(identifier)]), critical=False)
        .add_extension(x509.UnrecognizedExtension(_ACME_IDENTIFIER, b"\x04\x20" + digest), critical=True)
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def _general_name(identifier: Identifier) -> x509.GeneralName:
    if identifier.kind == "ip":
        return x509.IPAddress(ipaddress.ip_address(identifier.value))
    return x509.DNSName(identifier.value)
