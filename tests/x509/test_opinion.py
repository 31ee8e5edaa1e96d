"""What stands beside a cut is judged as strictly as in a path of one piece."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from certwright.x509 import der
from certwright.x509.facts import CertificateFacts
from certwright.x509.path import diagnose
from certwright.x509.read import read_certificate

Forge = Callable[..., Any]
FORBIDDEN = x509.NameConstraints(None, [x509.DirectoryName(x509.Name.from_rfc4514_string("CN=forbidden"))])
LATER = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.36"), bytes.fromhex("3003800105"))
AT_ONCE = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.99"), bytes.fromhex("3003800100"))


def signed_by(key: Any, made: x509.Certificate, issuer: x509.Name) -> Any:
    builder = x509.CertificateBuilder(issuer, made.subject, made.public_key(), made.serial_number)
    builder = builder.not_valid_before(made.not_valid_before_utc).not_valid_after(made.not_valid_after_utc)
    for extension in made.extensions:
        builder = builder.add_extension(extension.value, extension.critical)
    return read_certificate(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER))


@pytest.mark.parametrize("limits", [(), ((FORBIDDEN, True),)])
@pytest.mark.parametrize("key", [rsa.generate_private_key(65537, 1024), ec.generate_private_key(ec.SECP224R1())])
def test_a_key_above_a_cut_is_as_strong_as_any(forge: Forge, now: datetime, key: Any, limits: Any) -> None:
    name = x509.Name.from_rfc4514_string("CN=weak root")
    builder = x509.CertificateBuilder(name, name, key.public_key(), 5).not_valid_before(now).not_valid_after(now)
    builder = builder.add_extension(x509.BasicConstraints(True, None), critical=True)
    root = read_certificate(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER))
    issuing = forge("CN=issuing", identifiers=False, extensions=limits)
    above = signed_by(key, x509.load_der_x509_certificate(issuing.facts.der), name)
    chain = diagnose(forge("CN=leaf", issuing, authority=False).facts, [above], [root], now, server=None)
    assert len(chain.path) == 3
    assert not chain.faults
    assert chain.verdict


@pytest.mark.parametrize("calls_its_issuer", ["CN=root", "CN=ROOT"])
def test_a_server_that_calls_its_issuer_otherwise_needs_a_name_all_the_same(
    forge: Forge, now: datetime, calls_its_issuer: str
) -> None:
    root = forge("CN=root")
    leaf = forge("CN=leaf", root, authority=False, issuer_subject=calls_its_issuer)
    chain = diagnose(leaf.facts, [], [root.facts], now, server=True)
    assert len(chain.path) == 2
    assert "no DNS name" in chain.verdict


def test_rules_that_are_said_twice_are_not_left_aside(forge: Forge, now: datetime) -> None:
    root = forge("CN=root")
    issuing = forge("CN=issuing", root, extensions=((FORBIDDEN, True), (LATER, False), (AT_ONCE, True)))
    chain = diagnose(
        forge("CN=leaf", issuing, authority=False).facts, [twice(issuing, root)], [root.facts], now, server=None
    )
    assert len(chain.path) == 3
    assert "duplicate" in chain.verdict


def twice(made: Any, issuer: Any) -> CertificateFacts:
    """The certificate with its two rules on policies under one OID, signed anew."""
    one = x509.load_der_x509_certificate(made.facts.der)
    body = one.tbs_certificate_bytes.replace(bytes.fromhex("0603551d63"), bytes.fromhex("0603551d24"))
    signature = b"\0" + issuer.key.sign(body, ec.ECDSA(hashes.SHA256()))
    algorithm = bytes.fromhex("300a06082a8648ce3d040302")
    return read_certificate(der.element(der.SEQUENCE, body + algorithm + der.element(der.BIT_STRING, signature)))
