"""Three hashes that people confuse are told apart in words: of the signature, of the PFX encryption, of the MAC."""

import pytest

from certwright.catalogue.load import PRODUCTS, load

from .cases import Case, cases

SIGNATURE, ENCRYPTION, MAC = "signature hash", "encrypted", "integrity check (MAC)"
TOPICS = {
    "signature.hash/bad-sha1.pem": SIGNATURE,
    "signature.hash/bad-intermediate.pem": SIGNATURE,
    "signature.hash/bad-md4.pem": SIGNATURE,
    "signature.hash/bad-unknown.pem": SIGNATURE,
    "pfx.encryption/bad-aes-key.pfx": ENCRYPTION,
    "pfx.encryption/bad-rc2-certificates.pfx": ENCRYPTION,
    "pfx.encryption/bad-open-key.pfx": ENCRYPTION,
    "pfx.encryption/bad-mac-only.pfx": MAC,
    "pfx.readable/bad-no-mac.pfx": MAC,
}


@pytest.mark.parametrize("case", [one for one in cases() if str(one) in TOPICS], ids=str)
def test_a_finding_says_which_hash_it_means(case: Case) -> None:
    for one in case.mismatches():
        told = f"{one.expected} {one.found}"
        assert [topic for topic in (SIGNATURE, ENCRYPTION, MAC) if topic in told] == [TOPICS[str(case)]]


def test_every_topic_has_a_case() -> None:
    assert TOPICS.keys() <= {str(one) for one in cases()}


@pytest.mark.parametrize("product", PRODUCTS)
def test_demands_do_not_mix_them_up(product: str) -> None:
    """A sentence about the encryption of a file never speaks of signing, and the other way round."""
    for one in load(product).requirements:
        if one.term == "pfx.encryption":
            assert "encrypted" in one.text
            assert "sign" not in one.text
        if one.term == "signature.hash":
            assert "sign" in one.text
            assert "encrypt" not in one.text
