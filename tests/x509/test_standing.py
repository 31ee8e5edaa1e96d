"""Revocation lists of OpenSSL about single certificates, and what hostile ones do: nothing but to be refused."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certwright.errors import Unreadable
from certwright.x509.crl import write_crl
from certwright.x509.facts import CertificateFacts, Revoked
from certwright.x509.pem import certificates_in
from certwright.x509.read import read_certificate
from certwright.x509.standing import FEW, Listing, read_list, standing

CASES = Path(__file__).parent.parent / "cases" / "network"
BLANK = Listing("http://pki.contoso.test/issuing.crl", "fetched")
WHOLE = (CASES / "issuing.crl").read_bytes()


def certificate(name: str) -> CertificateFacts:
    return read_certificate(certificates_in((CASES / f"{name}.pem").read_bytes())[0])


PORTAL, REVOKED, ISSUING, ROOT, OTHER = map(certificate, ("portal", "revoked", "issuing", "root", "other"))


def about(one: CertificateFacts, issuer: CertificateFacts | None, name: str) -> Listing:
    return standing(one, issuer, read_list((CASES / name).read_bytes()), BLANK)


def test_a_list_in_pem_says_the_same_as_in_der() -> None:
    assert about(REVOKED, ISSUING, "issuing.crl.pem") == about(REVOKED, ISSUING, "issuing.crl")


def test_a_list_of_the_issuer_says_who_is_on_it() -> None:
    told = about(PORTAL, ISSUING, "issuing.crl")
    assert (told.unproved, told.uncovered, told.revoked, told.number) == ("", "", None, 7)
    entry = about(REVOKED, ISSUING, "issuing.crl").revoked
    assert entry is not None
    assert (entry.serial, entry.reason, f"{entry.when:%Y-%m-%d %H:%M}") == (34, "keyCompromise", "2026-03-01 12:00")


@pytest.mark.parametrize(
    ("issuer", "name", "told"),
    [
        (None, "issuing.crl", "the certificate of CN=Contoso Issuing,O=Contoso is not at hand to prove it with"),
        (OTHER, "issuing.crl", "it is not signed with the key of CN=Contoso Issuing,O=Contoso that signed"),
        (ISSUING, "foreign.crl", "it is not signed with the key of CN=Contoso Issuing,O=Contoso that signed"),
        (ISSUING, "root.crl", "it is the list of CN=Contoso Root,O=Contoso, and CN=Contoso Issuing"),
    ],
)  # fmt: skip
def test_a_list_that_is_not_proved_accuses_nobody(issuer: CertificateFacts | None, name: str, told: str) -> None:
    found = about(REVOKED, issuer, name)
    assert found.unproved.startswith(told)
    assert found.revoked is None
    assert found.is_list


def test_lists_are_for_authorities_or_for_the_others() -> None:
    assert about(ISSUING, ROOT, "root.crl").uncovered == ""
    assert "of authorities only" in about(PORTAL, ISSUING, "authorities.crl").uncovered
    assert about(PORTAL, ISSUING, "users.crl").uncovered == ""


def test_an_entry_of_a_list_about_others_is_not_believed() -> None:
    for name in ("authorities.crl", "indirect.crl", "shard.crl", "strange.crl"):
        found = about(REVOKED, ISSUING, name)
        assert found.uncovered
        assert found.revoked is None


def test_an_index_says_the_same_as_a_search(forge: Any) -> None:
    root = forge("CN=Long", key_usage=("key_cert_sign", "crl_sign"))
    leaf = forge("CN=leaf", issuer=root, serial=4712)
    times = (PORTAL.not_before, PORTAL.not_after)
    lines = [Revoked(number, PORTAL.not_before, "superseded") for number in range(1, 200)]
    lines.append(Revoked(leaf.facts.serial, PORTAL.not_before))
    found = read_list(write_crl(root.facts, root.key, 1, lines, *times))
    told = {standing(leaf.facts, root.facts, found, BLANK).revoked for _ in range(FEW + 5)}
    assert found.serials is not None
    assert [one.serial for one in told if one] == [leaf.facts.serial]
    assert found.entry(4711) is None


@given(st.binary(max_size=400))
def test_what_is_no_list_is_unreadable(content: bytes) -> None:
    with pytest.raises(Unreadable):
        read_list(content)


@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 255))
def test_a_bent_list_is_unreadable_unproved_or_the_same(place: int, octet: int) -> None:
    bent = bytes([*WHOLE[:place], octet, *WHOLE[place + 1 :]])
    try:
        found = standing(REVOKED, ISSUING, read_list(bent), BLANK)
    except Unreadable:
        return
    assert bent == WHOLE or found.unproved or found.trouble
