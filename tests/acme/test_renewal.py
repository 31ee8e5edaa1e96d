"""Advice on renewal (RFC 9773), and how it and our own rules make one moment."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import example, given, settings
from hypothesis import strategies as st

from certwright.acme.jwk import decode
from certwright.acme.renewal import Window, certificate_id, picked, read_window, steady_fraction
from certwright.errors import Refused, Unreadable
from certwright.x509.facts import CertificateFacts
from certwright.x509.read import read_certificate

CASES = Path(__file__).parent.parent / "cases" / "acme"  # the examples of the RFCs
BEGIN, END = datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC)  # ninety days
WINDOW = Window(BEGIN + timedelta(days=50), BEGIN + timedelta(days=60))


def certificate(identifier: bytes, serial: int) -> CertificateFacts:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Example")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(serial).not_valid_before(BEGIN).not_valid_after(END)
    if identifier:
        builder = builder.add_extension(x509.AuthorityKeyIdentifier(identifier, None, None), False)
    return read_certificate(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER))


EXAMPLE = certificate(bytes.fromhex("69885B6B87464041E1B37B847BA0AE2CDE01C8D4"), 0x87654321)


def test_the_identifier_of_rfc_9773() -> None:
    assert certificate_id(EXAMPLE) == "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE"


@given(st.binary(min_size=1, max_size=40), st.integers(1, 2**159 - 1))
@example(b"\0\0", 0x7F)
@example(b"\xff", 0x80)
@settings(max_examples=40)
def test_an_identifier_has_the_octets_that_the_certificate_has(identifier: bytes, serial: int) -> None:
    """Whatever sign bit or leading zero chance has given them (RFC 9773 4.1)."""
    one = certificate(identifier, serial)
    first, second = (decode(part, "part") for part in certificate_id(one).split("."))
    assert first == identifier
    assert int.from_bytes(second, "big", signed=True) == serial
    assert bytes((2, len(second))) + second in one.der
    assert second[:1] != b"\0" or second[1] >= 0x80


def test_a_certificate_that_names_no_issuer_key_has_none() -> None:
    with pytest.raises(Refused, match="CN=Example has no authority key identifier"):
        certificate_id(certificate(b"", 1))


def test_the_window_of_rfc_9773() -> None:
    window = read_window((CASES / "rfc9773-4.2-renewal.json").read_bytes(), "21600", BEGIN)
    assert (window.start.hour, window.end - window.start) == (4, timedelta(days=1))
    assert window.explanation == "https://acme.example.com/docs/ari"


def document(start: object, end: object) -> bytes:
    return json.dumps({"suggestedWindow": {"start": start, "end": end}}).encode()


@pytest.mark.parametrize(
    ("header", "held"),
    [("21600", 6 * 3600), ("1", 60), ("999999", 86400), ("", 6 * 3600), ("soon", 6 * 3600)],
)
def test_when_to_ask_again_is_held_between_a_minute_and_a_day(header: str, held: int) -> None:
    window = read_window(document("2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z"), header, BEGIN)
    assert window.ask_again == timedelta(seconds=held)


@pytest.mark.parametrize("span", [("x", "y"), (None, None), ("2026-12-02T00:00:00Z", "2026-12-01T00:00:00Z")])
def test_an_absurd_window_is_unreadable(span: tuple[object, object]) -> None:
    with pytest.raises(Unreadable, match="no window that begins before it ends"):
        read_window(document(*span), "", BEGIN)


@settings(max_examples=200)
@given(st.one_of(st.binary(max_size=100), st.text(max_size=60).map(lambda text: document(text, text))))
def test_any_answer_is_a_window_or_unreadable(content: bytes) -> None:
    with pytest.raises(Unreadable):
        read_window(content, "", BEGIN)


@given(st.floats(0, 1, exclude_max=True))
def test_a_moment_lies_in_the_window(fraction: float) -> None:
    assert WINDOW.start <= picked(WINDOW, fraction) <= WINDOW.end


def test_a_fraction_is_steady_and_spread() -> None:
    assert steady_fraction(b"a", WINDOW) == steady_fraction(b"a", WINDOW)
    found = sorted(steady_fraction(bytes([n]), WINDOW) for n in range(200))
    assert all(abs(fraction - place / 200) < 0.15 for place, fraction in enumerate(found))
