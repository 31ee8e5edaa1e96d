"""What is read once for many, and what is known at one glance, says the same as reading all of it."""

import threading
import warnings
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from certwright.speech import speaking
from certwright.x509 import der, extensions
from certwright.x509.algorithms import read_public_key
from certwright.x509.facts import Defect
from certwright.x509.pem import certificates_in
from certwright.x509.signature import UNWARNED

CASES = Path(__file__).parent.parent / "cases" / "x509"


def elements(certificate: bytes) -> list[bytes]:
    """The extensions of a certificate, each as it stands there."""
    start, stop = der.expect(certificate, 0, len(certificate), der.SEQUENCE)
    start, stop = der.expect(certificate, start, stop, der.SEQUENCE)
    *_, (tag, _, start, stop) = der.children(certificate, start, stop)
    if tag != 0xA3:
        return []
    start, stop = der.expect(certificate, start, stop, der.SEQUENCE)
    return [certificate[begin:end] for _, begin, _, end in der.children(certificate, start, stop)]


POOL = sorted(
    {
        one
        for name in ("rsa-2048.pem", "keytool.der", "certtool.pem", "ec-p384.pem", "ed25519.pem")
        for certificate in certificates_in((CASES / name).read_bytes())
        for one in elements(certificate)
    }
)


@given(
    st.lists(st.sampled_from(POOL), max_size=8),
    st.lists(st.tuples(st.integers(0, 999), st.integers(0, 255)), max_size=2),
)
def test_a_template_says_what_its_extensions_say(chosen: list[bytes], changes: list[tuple[int, int]]) -> None:
    body = bytearray(b"".join(chosen))
    for place, octet in changes:
        if body:
            body[place % len(body)] = octet
    for language in ("en", "de"):
        with speaking(language):
            try:
                expected_defects: list[Defect] = []
                expected = extensions._one_by_one(bytes(body), 0, len(body), expected_defects)
            except der.Malformed:
                continue
            for _ in range(2):  # the second time from memory
                defects: list[Defect] = []
                assert extensions.read_extensions(bytes(body), 0, len(body), defects) == expected
                assert defects == expected_defects


def test_what_was_read_once_is_not_changed_by_what_comes_after() -> None:
    """A leaf's own names are laid over what its template says, and not into it."""
    names = [one for one in POOL if b"\x06\x03\x55\x1d\x11" in one[:12]]
    others = next(one for one in POOL if b"\x06\x03\x55\x1d\x0f" in one[:12])
    with_names, without = others + names[0], others
    assert "names" in extensions.read_extensions(with_names, 0, len(with_names), [])
    assert "names" not in extensions.read_extensions(without, 0, len(without), [])


@pytest.mark.parametrize("bits", [1024, 2040, 2048, 2049, 3072, 4096, 4104])
@pytest.mark.parametrize("exponent", [3, 17, 65537, 65539])
def test_an_rsa_key_at_one_glance(bits: int, exponent: int) -> None:
    modulus = 1 << bits - 1 | 0xC0FFEE << 64 | 1
    key = rsa.RSAPublicNumbers(exponent, modulus).public_key()
    encoded = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    facts = read_public_key(encoded)
    assert (facts.algorithm, facts.bits, facts.modulus, facts.exponent) == ("rsa", bits, modulus, exponent)
    assert facts.spki == encoded


def _warn() -> None:
    warnings.warn("odd", UserWarning, stacklevel=2)


def _stumble() -> None:
    with UNWARNED:
        _warn()
        raise ValueError("hostile")


def test_warnings_are_kept_back_until_the_outermost_end() -> None:
    depths: list[int] = []
    other = threading.Thread(target=lambda: depths.append(UNWARNED.depth))
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        before = warnings.filters
        with UNWARNED:
            with pytest.raises(ValueError, match="hostile"):
                _stumble()
            _warn()
            other.start()
            other.join()
        assert warnings.filters is before
        assert not heard
        _warn()
        assert len(heard) == 1
    assert depths == [0]  # each thread has its own
