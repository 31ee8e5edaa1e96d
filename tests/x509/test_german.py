"""What readers, paths and writers find wrong is said in German to whoever speaks it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tests.german import english

from certwright.errors import Refused, Unreadable
from certwright.speech import speaking
from certwright.x509.facts import CertificateFacts
from certwright.x509.name import parse_name
from certwright.x509.path import diagnose
from certwright.x509.pem import certificates_in
from certwright.x509.private import read_private_key
from certwright.x509.read import read_certificate

Forge = Callable[..., Any]
SAN = ((x509.SubjectAlternativeName([x509.DNSName("a.contoso.com")]), False),)


def test_a_missing_intermediate(forge: Forge, now: datetime) -> None:
    root = forge("CN=Root")
    issuing = forge("CN=Issuing", root)
    leaf = forge("CN=leaf", issuing, authority=False, extensions=SAN)
    with speaking("de"):
        (fault,) = diagnose(leaf.facts, [root.facts], [root.facts], now, server=True).faults
    assert fault.startswith("der Aussteller von CN=leaf [")
    assert "fehlt: CN=Issuing mit der Schlüsselkennung " in fault
    assert not english(fault)


def test_everything_that_may_be_wrong_with_a_path(forge: Forge, now: datetime) -> None:
    other, root = forge("CN=Other"), forge("CN=Root", days=(-90, -3))
    issuing = forge("CN=Issuing", root, authority=False, key_usage=("digitalSignature",))
    leaf = forge("CN=leaf", issuing, authority=False, days=(3, 90), authority_key_identifier=b"another")
    with speaking("de"):
        faults = diagnose(leaf.facts, [issuing.facts, root.facts], [other.facts], now, server=None).faults
    assert len(faults) == 6
    assert not english(*faults)
    assert "ist am 2026-11-18 abgelaufen" in "".join(faults)


def test_the_same_damage_in_one_language_after_the_other(facts_of: Callable[[str], CertificateFacts]) -> None:
    """Extensions are remembered over a whole fleet; what is wrong with them is worded anew."""
    for language in ("en", "de", "en", "de"):
        with speaking(language):
            reasons = [one.reason for one in facts_of("constraints-of-garbage.pem").defects]
        assert reasons
        assert bool(english(*reasons)) is (language == "en"), (language, reasons)


@pytest.mark.parametrize(
    ("read", "content", "told"),
    [
        (read_certificate, b"\x30\x03\x02\x01", "kein Zertifikat: es ist abgeschnitten: "),
        (read_certificate, b"", "kein Zertifikat: es endet, wo ein Element beginnen sollte"),
        (certificates_in, b"-----BEGIN CERTIFICATE-----\n", "PEM-Block 1: 'CERTIFICATE' hat keine END-Zeile; "),
        (
            certificates_in,
            b"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
            "Zertifikat 1: weder ein ",
        ),
        (certificates_in, b"nothing", "enthält kein Zertifikat"),
    ],
)
def test_what_cannot_be_read(read: Callable[[bytes], object], content: bytes, told: str) -> None:
    with speaking("de"), pytest.raises(Unreadable) as caught:
        read(content)
    assert caught.value.what.startswith(told)
    assert not english(caught.value.what, caught.value.hint)


def test_a_name_nobody_can_write() -> None:
    with speaking("de"), pytest.raises(Refused) as caught:
        parse_name("CN=portal,XY=1")
    assert caught.value.what.startswith("Antragsteller 'CN=portal,XY=1': 'XY' ist kein Attribut eines Namens; ")
    assert not english(caught.value.what, caught.value.hint)


def test_numbers_that_do_not_belong_together(rsa_keys: Callable[[str], rsa.RSAPrivateKey]) -> None:
    numbers = rsa_keys("one").private_numbers()
    wrong = rsa.RSAPrivateNumbers(
        numbers.p, numbers.q, numbers.d, numbers.dmp1 + 2, numbers.dmq1, numbers.iqmp, numbers.public_numbers
    )
    key = wrong.private_key(unsafe_skip_rsa_key_validation=True)
    content = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    with speaking("de"):
        assert read_private_key(content).reason == "der erste CRT-Exponent ist falsch"
