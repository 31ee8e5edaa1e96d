"""The embedded CA: nothing is signed before it is written down and accepted, and strangers accept what comes out."""

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from certwright.errors import Refused
from certwright.issuers import Issued, Order
from certwright.issuers.embedded import Desk, EmbeddedIssuer, SigningKey, Spoken, self_signed
from certwright.model import Draft, GeneralName, Mismatch
from certwright.x509.crl_lines import sheets
from certwright.x509.crl_sign import Heading
from certwright.x509.facts import CertificateFacts
from certwright.x509.read import read_certificate

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
AUTHORITY = Draft(subject="CN=Contoso Root,O=Contoso", authority=True, key_usage=frozenset({"keyCertSign", "cRLSign"}))
LEAF = Draft(
    subject="CN=portal.contoso.com",
    names=(GeneralName("dns", "portal.contoso.com"),),
    key_usage=frozenset({"digitalSignature"}),
    extended_key_usage=("serverAuth",),
)
KEYS: dict[str, Callable[[], SigningKey]] = {
    "ec": lambda: ec.generate_private_key(ec.SECP384R1()),
    "rsa": lambda: rsa.generate_private_key(65537, 2048),
}


def random(length: int) -> bytes:
    """As random as a test needs, and the same in every run."""
    random.count += 1  # type: ignore[attr-defined]
    return (random.count * 7**60).to_bytes(64, "little")[:length]  # type: ignore[attr-defined]


random.count = 0  # type: ignore[attr-defined]


@dataclass
class Book:
    """A desk, and what happened at it, in order."""

    said: list[str] = field(default_factory=list)
    spoken: list[Spoken] = field(default_factory=list)
    wrong: dict[str, Mismatch] = field(default_factory=dict)

    def desk(self) -> Desk:
        return Desk(self.record, self.judge, random, self.said.append)

    def record(self, spoken: Sequence[Spoken]) -> None:
        self.said.append("recorded")
        self.spoken += spoken

    def judge(self, place: str, facts: CertificateFacts) -> Sequence[Mismatch]:
        self.said.append(f"judged {place}")
        return [self.wrong[place]] if place in self.wrong else []


def order(place: str, draft: Draft, key: SigningKey, days: int) -> Order:
    public = key.public_key()
    spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return Order(place, draft, public, spki, NOW, NOW + timedelta(days=days))


@dataclass
class Authority:
    key: SigningKey
    root: Issued
    issuer: EmbeddedIssuer
    book: Book


@pytest.fixture(params=["ec", "rsa"])
def authority(request: pytest.FixtureRequest) -> Authority:
    key, book = KEYS[request.param](), Book()
    root = self_signed(order("contoso/root", AUTHORITY, key, 7300), key, book.desk())
    issuer = EmbeddedIssuer(read_certificate(root.certificate), (), key, book.desk())
    return Authority(key, root, issuer, book)


def pem(*ders: bytes) -> str:
    return "".join(x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM).decode() for der in ders)


def openssl(*arguments: object) -> str:
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_openssl_accepts_the_path(authority: Authority, tmp_path: Path) -> None:
    below = KEYS["ec"]()
    draft = replace(AUTHORITY, subject="CN=Contoso Issuing", path_length=0)
    (issuing,) = authority.issuer.issue([order("contoso/issuing", draft, below, 3650)])
    assert issuing.chain == (authority.root.certificate,)
    issuer = EmbeddedIssuer(read_certificate(issuing.certificate), issuing.chain, below, authority.book.desk())
    (leaf,) = issuer.issue([order("east/portal", LEAF, KEYS["ec"](), 397)])
    assert leaf.chain == (issuing.certificate, authority.root.certificate)
    for name, ders in {"root": leaf.chain[1:], "issuing": leaf.chain[:1], "leaf": [leaf.certificate]}.items():
        (tmp_path / name).write_text(pem(*ders))
    told = openssl(
        "verify", "-x509_strict", "-purpose", "sslserver", "-attime", int(NOW.timestamp()) + 60,
        "-verify_hostname", "portal.contoso.com",
        "-CAfile", tmp_path / "root", "-untrusted", tmp_path / "issuing", tmp_path / "leaf",
    )  # fmt: skip
    assert told == f"{tmp_path / 'leaf'}: OK\n"


def test_nothing_is_signed_before_it_is_recorded_and_judged(authority: Authority) -> None:
    authority.book.said.clear()
    orders = [order(place, LEAF, KEYS["ec"](), 397) for place in ("east/a", "east/b")]
    issued = list(authority.issuer.issue(orders))
    assert authority.book.said == [
        "before the intents are recorded",
        "recorded",
        "after the intents are recorded",
        *(
            step
            for place in ("east/a", "east/b")
            for step in (f"judged {place}", "before the authority signs", "after the authority signed")
        ),
    ]
    spoken = authority.book.spoken[-2:]
    assert [one.serial for one in spoken] == [one.serial for one in issued]
    assert [one.order for one in spoken] == orders
    assert [read_certificate(one.certificate).serial for one in issued] == [one.serial for one in issued]


def test_what_is_not_accepted_is_not_signed(authority: Authority) -> None:
    authority.book.wrong["east/b"] = Mismatch("clientAuth", "serverAuth")
    orders = [order(place, LEAF, KEYS["ec"](), 397) for place in ("east/a", "east/b")]
    made = authority.issuer.issue(orders)
    assert next(made).order.place == "east/a"
    with pytest.raises(Refused, match="expected clientAuth, found serverAuth"):
        next(made)
    assert authority.book.said[-1] == "judged east/b"
    assert len(authority.book.spoken) == 3  # the root's, and both orders': a serial that came to nothing is known


def test_a_root_that_is_not_accepted_is_not_signed() -> None:
    key, book = KEYS["ec"](), Book()
    book.wrong["contoso/root"] = Mismatch("a path length", "none")
    with pytest.raises(Refused, match="expected a path length, found none"):
        self_signed(order("contoso/root", AUTHORITY, key, 7300), key, book.desk())
    assert "before the authority signs" not in book.said


def test_a_child_that_would_outlive_its_parent_costs_no_serial(authority: Authority) -> None:
    before = len(authority.book.spoken)
    orders = [order("east/a", LEAF, KEYS["ec"](), 397), order("east/b", LEAF, KEYS["ec"](), 7301)]
    with pytest.raises(
        Refused, match=r"east/b: it would outlive its issuer .* \(until 2046-11-17, .* 2046-11-16\)"
    ) as no:
        list(authority.issuer.issue(orders))
    assert "renew the issuer first" in no.value.hint
    assert len(authority.book.spoken) == before


def test_serials_are_long_positive_and_all_different(authority: Authority) -> None:
    orders = [order(f"east/{n}", LEAF, KEYS["ec"](), 397) for n in range(20)]
    serials = [one.serial for one in authority.issuer.issue(orders)]
    assert len(set(serials)) == 20
    assert all(0 < serial < 2**159 for serial in serials)
    assert sum(serial.bit_length() > 128 for serial in serials) > 15


def test_randomness_that_gives_nothing_still_gives_a_positive_serial() -> None:
    key, book = KEYS["ec"](), Book()
    desk = replace(book.desk(), random=bytes)
    assert self_signed(order("contoso/root", AUTHORITY, key, 7300), key, desk).serial == 1


def test_the_key_identifiers_meet(authority: Authority) -> None:
    (leaf,) = authority.issuer.issue([order("east/a", LEAF, KEYS["ec"](), 397)])
    root = read_certificate(authority.root.certificate)
    assert read_certificate(leaf.certificate).authority_key_identifier == root.subject_key_identifier


def test_openssl_accepts_the_revocation_list(authority: Authority, tmp_path: Path) -> None:
    pages = sheets([("4d", int(NOW.timestamp()), "keyCompromise")], (1,))[1]
    der = authority.issuer.revocation_list(Heading(3, NOW, NOW + timedelta(days=30)), pages)
    (tmp_path / "crl").write_bytes(der)
    (tmp_path / "root").write_text(pem(authority.root.certificate))
    told = openssl("crl", "-inform", "DER", "-in", tmp_path / "crl", "-CAfile", tmp_path / "root", "-text", "-noout")
    assert "verify OK" in told
    assert "X509v3 CRL Number: \n                3" in told
    assert "Serial Number: 4D" in told
    assert "Key Compromise" in told
