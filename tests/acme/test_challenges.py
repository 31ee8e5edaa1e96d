"""Proofs in their forms; the TLS one is shown to OpenSSL."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from certwright.acme.challenges import alpn_certificate, dns_record, dns_value, key_authorization, server_name
from certwright.acme.documents import Identifier
from certwright.acme.proof import KINDS, cannot_prove
from certwright.model import GeneralName

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_dns() -> None:
    assert dns_record("*.contoso.com") == dns_record("contoso.com") == "_acme-challenge.contoso.com"
    assert key_authorization("token", "thumbprint") == "token.thumbprint"
    assert dns_value("") == "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"  # SHA-256 of nothing


@pytest.mark.parametrize(
    ("identifier", "name"),
    [
        (Identifier("dns", "www.contoso.com"), "www.contoso.com"),
        (Identifier("ip", "192.0.2.1"), "1.2.0.192.in-addr.arpa"),
        (Identifier("ip", "2001:db8::1"), "1." + "0." * 23 + "8.b.d.0.1.0.0.2.ip6.arpa"),
    ],
)
def test_tls(identifier: Identifier, name: str, tmp_path: Path) -> None:
    assert server_name(identifier) == name
    key = ec.generate_private_key(ec.SECP256R1())
    file = tmp_path / "challenge.der"
    file.write_bytes(alpn_certificate(identifier, "token.thumbprint", key, 7, NOW))
    command = ["openssl", "x509", "-inform", "DER", "-in", str(file), "-noout", "-text"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert "1.3.6.1.5.5.7.1.31: critical" in text
    assert f"DNS:{name}" in text or "IP Address:" in text


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        (GeneralName("dns", "www.contoso.com"), ["http-01", "dns-01", "tls-alpn-01"]),
        (GeneralName("dns", "*.contoso.com"), ["dns-01"]),
        (GeneralName("ip", "10.0.0.1"), ["http-01", "tls-alpn-01"]),
        (GeneralName("uri", "urn:x"), []),
    ],
)
def test_what_each_kind_can_prove(name: GeneralName, kinds: list[str]) -> None:
    assert [kind for kind in KINDS if not cannot_prove(kind, name)] == kinds
