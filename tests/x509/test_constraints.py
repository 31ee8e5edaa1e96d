"""Chains that OpenSSL made, judged by it and by us: constraints, usages, critical extensions, names that are alike."""

import base64
import re
import subprocess
import time
import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from certwright.model import GeneralName
from certwright.x509 import constraints
from certwright.x509.alike import folded
from certwright.x509.constraints import MOST_FAULTS, constraint_faults
from certwright.x509.extensions import read_extensions
from certwright.x509.facts import ChainFacts, Defect
from certwright.x509.path import diagnose
from certwright.x509.pem import certificates_in
from certwright.x509.read import read_certificate

FOLDER = Path(__file__).parents[1] / "cases" / "x509" / "chains"
TABLE = tomllib.loads((FOLDER / "chains.toml").read_text("utf-8"))
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
MANY = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
Forge = Callable[..., Any]


def judged(name: str) -> ChainFacts:
    leaf, between, root = map(read_certificate, certificates_in((FOLDER / f"{name}.pem").read_bytes()))
    return diagnose(leaf, [between], [root], NOW, server=True if name.startswith("server") else None)


def says(pattern: str, text: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("…"))), text) is not None


def test_every_chain_has_its_words() -> None:
    assert {path.stem for path in FOLDER.glob("*.pem")} == TABLE.keys()


@pytest.mark.parametrize("name", TABLE)
def test_a_chain_is_told_what_its_table_says(name: str) -> None:
    chain, row = judged(name), TABLE[name]
    wanted = row.get("faults", [])
    assert len(chain.faults) == len(wanted), chain.faults
    assert all(map(says, wanted, chain.faults)), chain.faults
    assert len(chain.notes) == row.get("notes", 0)
    assert bool(chain.disagreement) == row.get("differ", False), chain.verdict


@pytest.mark.parametrize("name", TABLE)
def test_openssl_says_the_same(name: str, tmp_path: Path) -> None:
    places = [tmp_path / one for one in ("leaf", "between", "root")]
    for place, der in zip(places, certificates_in((FOLDER / f"{name}.pem").read_bytes()), strict=True):
        body = base64.encodebytes(der).decode()
        place.write_text(f"-----BEGIN CERTIFICATE-----\n{body}-----END CERTIFICATE-----\n")
    leaf, between, root = map(str, places)
    command = ["openssl", "verify", "-no-CApath", "-no-CAstore", "-attime", str(int(NOW.timestamp())), "-CAfile", root]
    command += ["-untrusted", between, "-purpose", "sslserver" if name.startswith("server") else "any", leaf]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode == 0) == (not judged(name).faults), done.stderr


# ── the matcher against the library's ─────────────────────────────────────────────────────────────

LABELS = st.sampled_from(["a", "b", "ab", "A", "contoso", "com"])
DOMAINS = st.lists(LABELS, min_size=1, max_size=4).map(".".join)
V4 = st.integers(0, 255).map(lambda low: f"10.0.{low % 4}.{low}")
V6 = st.integers(0, 255).map(lambda low: f"2001:db8::{low % 4}:{low:x}")
NETS = st.one_of(st.tuples(V4, st.integers(20, 32)), st.tuples(V6, st.integers(100, 128)))
MAILS = st.tuples(st.sampled_from(["a", "A", "b"]), DOMAINS).map("@".join)
NAMES = st.one_of(
    DOMAINS.map(x509.DNSName),
    DOMAINS.map(lambda domain: x509.DNSName(f"*.{domain}")),
    st.one_of(V4, V6).map(lambda text: x509.IPAddress(ip_address(text))),
    MAILS.map(x509.RFC822Name),
)
BASES = st.one_of(
    DOMAINS.map(x509.DNSName),
    NETS.map(lambda net: x509.IPAddress(ip_network(f"{net[0]}/{net[1]}", strict=False))),
    st.one_of(MAILS, DOMAINS, DOMAINS.map(".{}".format)).map(x509.RFC822Name),
)
SOME = st.lists(BASES, max_size=3)


@MANY
@given(permitted=SOME, excluded=SOME, names=st.lists(NAMES, min_size=1, max_size=3))
@example([], [x509.DNSName("a.contoso.com")], [x509.DNSName("*.contoso.com")])
def test_the_library_says_the_same_of_any_constraints(
    forge: Forge, now: datetime, permitted: Any, excluded: Any, names: Any
) -> None:
    if not (permitted or excluded):
        return
    root = forge("CN=Root")
    bounds = x509.NameConstraints(permitted or None, excluded or None)
    between = forge("CN=Between", root, extensions=((bounds, True),))
    leaf = forge("CN=leaf", between, authority=False, extensions=((x509.SubjectAlternativeName(names), False),))
    chain = diagnose(leaf.facts, [between.facts], [root.facts], now, server=None)
    assert bool(chain.faults) == bool(chain.verdict), (chain.faults, chain.verdict)


@MANY
@given(st.binary(max_size=60))
def test_any_octets_for_constraints_are_read_or_told(octets: bytes) -> None:
    value = b"\x06\x03\x55\x1d\x1e\x04" + bytes([len(octets)]) + octets
    whole = b"\x30" + bytes([len(value)]) + value
    defects: list[Defect] = []
    found = read_extensions(whole, 0, len(whole), defects)
    assert ("name_constraints" in found) != bool(defects)


# ── directory names and hosts of URIs, which the library does not compare ─────────────────────────

WORDS = st.sampled_from(["contoso", "Contoso", "CONTOSO", "con toso", " con  toso ", "straße", "STRASSE", "fabrikam"])
PARTS = st.lists(st.tuples(st.sampled_from(["O", "OU", "CN"]), WORDS), min_size=1, max_size=4)
PLACES = st.sampled_from(["contoso.com", "a.contoso.com", "b.a.contoso.com", "notcontoso.com", "CONTOSO.com"])


def encoded(parts: list[tuple[str, str]], kind: Any) -> bytes:
    oids = {"O": NameOID.ORGANIZATION_NAME, "OU": NameOID.ORGANIZATIONAL_UNIT_NAME, "CN": NameOID.COMMON_NAME}
    return x509.Name([x509.NameAttribute(oids[name], text, kind) for name, text in parts]).public_bytes()


def plainly(parts: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, " ".join(text.replace("ß", "ss").lower().split())) for name, text in parts]


@MANY
@given(PARTS, PARTS, st.integers(0, 4), st.booleans())
def test_a_directory_name_lies_below_what_it_begins_with(
    name: list[Any], other: list[Any], size: int, same: bool
) -> None:
    base = [(kind, text.swapcase()) for kind, text in name[:size]] if same else other
    below = constraints._directory(
        folded(encoded(name, _ASN1Type.UTF8String)), folded(encoded(base, _ASN1Type.BMPString))
    )
    assert below == (plainly(name)[: len(base)] == plainly(base))
    assert below or not same


@MANY
@given(
    st.sampled_from(["http", "https", "spiffe", "ldap+x"]),
    st.sampled_from(["", "user@", "user:password@", "contoso.com@", "a%40b@"]),
    PLACES,
    st.sampled_from(["", ":", ":8443", ":x@contoso.com"]),
    st.sampled_from(["", "/", "/@contoso.com", "?x=//contoso.com", "#contoso.com"]),
    PLACES,
    st.booleans(),
)
def test_the_host_of_a_uri_is_what_others_take_for_it(
    scheme: str, user: str, host: str, port: str, rest: str, base: str, below: bool
) -> None:
    """A parser of the standard library is asked; what it cannot take apart has no host, and is refused."""
    text = f"{scheme}://{user}{host}{port}{rest}"
    raw = constraints._of_text(GeneralName("uri", text))
    taken = (urlsplit(text).hostname or "").lower()
    assert raw in ("", taken)
    assert raw or "x@" in port
    wanted = f".{base}" if below else base
    inside = taken.endswith(wanted.lower()) and taken != wanted.lower() if below else taken == wanted.lower()
    assert not raw or constraints._uri(raw, wanted.lower()) == inside


# ── bounds ────────────────────────────────────────────────────────────────────────────────────────


def below(forge: Forge, bases: list[str], names: list[str]) -> tuple[Any, ...]:
    root = forge("CN=Root")
    bounds = x509.NameConstraints([x509.DNSName(base) for base in bases], None)
    between = forge("CN=Between", root, extensions=((bounds, True),))
    alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
    leaf = forge("CN=leaf", between, authority=False, extensions=((alternatives, False),))
    return leaf.facts, between.facts, root.facts


def test_who_breaks_many_is_told_some(forge: Forge) -> None:
    told = list(constraint_faults(below(forge, ["contoso.com"], [f"a{number}.com" for number in range(50)])))
    assert len(told) == MOST_FAULTS + 1
    assert "allows 30 more names of CN=leaf" in told[-1]


def test_too_many_names_for_too_many_constraints(forge: Forge) -> None:
    bases, names = [f"b{number}.com" for number in range(600)], [f"a{number}.com" for number in range(600)]
    (told,) = constraint_faults(below(forge, bases, names))
    assert "has more names than can be held against the name constraints of CN=Between" in told


def test_long_names_cost_little(forge: Forge) -> None:
    """A URI of 9,000 letters against two thousand constraints took twenty seconds when it was taken apart each time."""
    hosts = [x509.UniformResourceIdentifier(f"b{number}.com") for number in range(1_900)]
    long = [x509.UniformResourceIdentifier(f"{'a' * 9_000}://a{number}.com/") for number in range(99)]
    between = forge("CN=Between", forge("CN=Root"), extensions=((x509.NameConstraints(None, hosts), True),))
    leaf = forge("CN=leaf", between, authority=False, extensions=((x509.SubjectAlternativeName(long), False),))
    start = time.process_time()
    assert list(constraint_faults([leaf.facts, between.facts])) == []
    assert time.process_time() - start < 2


def test_self_issued_authorities_are_let_off_and_leaves_are_not(forge: Forge, now: datetime) -> None:
    """RFC 5280 6.1.3 (b): an authority that changes its key signs itself below its own constraints."""
    only = x509.NameConstraints([x509.DirectoryName(x509.Name.from_rfc4514_string("O=Contoso"))], None)
    root = forge("CN=Root")
    old = forge("CN=Between", root, extensions=((only, False),))
    new = forge("CN=Between", old, key="new key")
    leaf = forge("CN=portal,O=Contoso", new, authority=False)
    assert list(constraint_faults([leaf.facts, new.facts, old.facts, root.facts])) == []
    (told,) = constraint_faults([new.facts, old.facts, root.facts])
    assert "does not allow the name CN=Between (directoryName)" in told


def test_a_directory_name_among_the_alternatives_counts(forge: Forge) -> None:
    only = x509.NameConstraints([x509.DirectoryName(x509.Name.from_rfc4514_string("O=Contoso"))], None)
    between = forge("CN=Between", forge("CN=Root"), extensions=((only, False),))
    other = x509.SubjectAlternativeName([x509.DirectoryName(x509.Name.from_rfc4514_string("CN=a,O=Fabrikam"))])
    leaf = forge("CN=portal,O=Contoso", between, authority=False, extensions=((other, False),))
    (told,) = constraint_faults([leaf.facts, between.facts])
    assert "does not allow the name CN=a,O=Fabrikam (directoryName)" in told


def test_a_name_that_is_no_text_is_held_against_constraints_all_the_same(forge: Forge) -> None:
    excluded = x509.NameConstraints(None, [x509.DirectoryName(x509.Name.from_rfc4514_string("O=Contoso"))])
    between = forge("CN=Between", forge("CN=Root"), extensions=((excluded, False),)).facts
    subject = forge("CN=portal,O=Contoso", authority=False).facts.subject_der
    leaf = forge("CN=other", authority=False).facts
    for odd, words in (
        (subject.replace(b"portal", b"p\xc3\x28ral"), "O=Contoso is excluded"),
        (subject[:2] + b"\x30" + subject[3:], "O=Contoso is excluded"),
        (subject[:-1], "it cannot be read"),
    ):
        (told,) = constraint_faults([replace(leaf, subject_der=odd), between])
        assert told.endswith(words)


def test_a_wildcard_stands_for_what_is_excluded() -> None:
    assert constraints._covers("*.contoso.com", "portal.contoso.com")
    assert not constraints._covers("*.contoso.com", "a.portal.contoso.com")
    assert not constraints._covers("*.contoso.com", "contoso.com")


# ── names that are alike ──────────────────────────────────────────────────────────────────────────


@MANY
@given(st.binary(max_size=40))
def test_any_octets_are_like_themselves(octets: bytes) -> None:
    assert folded(octets) == folded(bytes(octets))


def test_a_signature_counts_under_a_name_that_is_alike(forge: Forge, now: datetime) -> None:
    root = forge("CN=Contoso Root")
    for issuer, wrong_key, found in (("CN=CONTOSO  root", "", True), ("CN=CONTOSO  root", "another", False)):
        leaf = forge("CN=leaf", root, authority=False, issuer_subject=issuer, wrong_key=wrong_key)
        chain = diagnose(leaf.facts, [], [root.facts], now, server=None)
        assert (chain.complete, not chain.faults, len(chain.notes)) == (found, found, int(found))
        assert found or "it was not signed with that certificate's key" in chain.faults[0]
