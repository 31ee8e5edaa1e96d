"""Paths as people pack them: right, wrong, incomplete, expired, cross-signed, and built to waste our time."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise, permutations
from typing import Any

import pytest
import trustme
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certwright.x509.facts import CertificateFacts, ChainFacts
from certwright.x509.path import MOST_DEPTH, diagnose, named
from certwright.x509.pem import certificates_in
from certwright.x509.read import read_certificate

Forge = Callable[..., Any]
FactsOf = Callable[[str], CertificateFacts]

SAN = ((x509.SubjectAlternativeName([x509.DNSName("a.contoso.com")]), False),)
DEEP = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def root(forge: Forge) -> Any:
    return forge("CN=Root")


@pytest.fixture(scope="module")
def issuing(forge: Forge, root: Any) -> Any:
    return forge("CN=Issuing", root, path_length=0)


@pytest.fixture(scope="module")
def leaf(forge: Forge, issuing: Any) -> Any:
    return forge("CN=leaf", issuing, authority=False, extensions=SAN)


def judged(
    leaf: Any, others: Sequence[Any], anchors: Sequence[Any], now: datetime, server: bool | None = True
) -> ChainFacts:
    return diagnose(leaf.facts, [one.facts for one in others], [one.facts for one in anchors], now, server=server)


def subjects(path: Sequence[CertificateFacts]) -> list[str]:
    return [one.subject for one in path]


def is_good(chain: ChainFacts) -> bool:
    return chain.complete and chain.trusted and not chain.faults and not chain.verdict


def test_an_odd_neighbour_says_nothing_of_a_path(
    leaf: Any, issuing: Any, root: Any, now: datetime, facts_of: FactsOf
) -> None:
    """The strict reader refuses a certificate that lies beside the path, or among the trusted roots."""
    odd = facts_of("no-such-day.pem")
    others, anchors = [issuing.facts, root.facts], [root.facts]
    for packed, trusted in (([odd, *others], anchors), (others, [odd, *anchors])):
        chain = diagnose(leaf.facts, packed, trusted, now, server=True)
        assert not chain.verdict
        assert subjects(chain.path) == ["CN=leaf", "CN=Issuing", "CN=Root"]
    assert "is refused by the strict reader" in diagnose(leaf.facts, others, [odd], now, server=True).verdict


# ── good ones ─────────────────────────────────────────────────────────────────────────────────────


def test_a_good_path(leaf: Any, issuing: Any, root: Any, now: datetime) -> None:
    chain = judged(leaf, [issuing, root], [root], now)
    assert subjects(chain.path) == ["CN=leaf", "CN=Issuing", "CN=Root"]
    assert is_good(chain)
    assert (chain.in_order, chain.extras) == (True, ())


def test_what_trustme_makes_is_good() -> None:
    root = trustme.CA()
    issued = root.create_child_ca().issue_cert("a.contoso.com", "10.0.0.7")
    facts = [read_certificate(certificates_in(pem.bytes())[0]) for pem in issued.cert_chain_pems]
    anchor = read_certificate(certificates_in(root.cert_pem.bytes())[0])
    chain = diagnose(facts[0], facts[1:], [anchor], facts[0].not_before + timedelta(days=1), server=True)
    assert is_good(chain)
    assert len(chain.path) == 3


def test_without_anchors_the_root_of_the_file_is_believed(leaf: Any, issuing: Any, root: Any, now: datetime) -> None:
    assert is_good(judged(leaf, [issuing, root], [], now))


def test_the_root_may_stay_at_home(leaf: Any, issuing: Any, root: Any, now: datetime) -> None:
    chain = judged(leaf, [issuing], [root], now)
    assert is_good(chain)
    assert chain.path[-1] is root.facts


def test_a_root_alone(root: Any, forge: Forge, now: datetime) -> None:
    chain = judged(root, [], [], now, server=None)
    assert (subjects(chain.path), chain.complete, chain.faults, chain.verdict) == (["CN=Root"], True, (), "")
    assert not judged(root, [], [forge("CN=Other")], now, server=None).trusted


def test_old_signatures_are_verified_too(facts_of: FactsOf) -> None:
    """That SHA-1 and MD5 are weak is another requirement's business; who signed is the question here."""
    for name in ("sha1.pem", "md5.pem", "pss-sha256.pem", "ed25519.pem", "ec-p384.pem", "keytool.der"):
        facts = facts_of(name)
        chain = diagnose(facts, [], [], facts.not_before + timedelta(days=1), server=None)
        assert chain.complete, (name, chain.faults)


def test_old_signatures_may_be_wrong(facts_of: FactsOf) -> None:
    for name in ("sha1.pem", "md5.pem"):
        facts = facts_of(name)
        bent = read_certificate(facts.der[:-1] + bytes([facts.der[-1] ^ 1]))
        chain = diagnose(bent, [], [], facts.not_before + timedelta(days=1), server=None)
        assert not chain.complete
        assert "the signature does not verify" in chain.faults[0]


# ── the file ──────────────────────────────────────────────────────────────────────────────────────


def test_both_directions_are_in_order_and_nothing_else_is(forge: Forge, root: Any, now: datetime) -> None:
    upper = forge("CN=Upper", root)
    lower = forge("CN=Lower", upper)
    leaf = forge("CN=deep leaf", lower, authority=False)
    for packed in permutations((lower, upper, root)):
        chain = judged(leaf, packed, [root], now, server=None)
        assert is_good(chain)
        assert chain.in_order == (packed in ((lower, upper, root), (root, upper, lower)))


def test_what_is_not_on_the_path_is_extra(leaf: Any, issuing: Any, root: Any, forge: Forge, now: datetime) -> None:
    stranger = forge("CN=Stranger", root)
    chain = judged(leaf, [issuing, stranger, root], [root], now)
    assert is_good(chain)
    assert (subjects(chain.extras), chain.in_order) == (["CN=Stranger"], True)


def test_what_is_there_twice_is_extra(leaf: Any, issuing: Any, root: Any, now: datetime) -> None:
    assert subjects(judged(leaf, [issuing, root, issuing], [root], now).extras) == ["CN=Issuing"]
    assert subjects(judged(leaf, [leaf, issuing, root], [root], now).extras) == ["CN=leaf"]


def test_above_a_gap_nothing_is_extra_but_leaves(leaf: Any, root: Any, forge: Forge, now: datetime) -> None:
    other = forge("CN=other leaf", root, authority=False)
    chain = judged(leaf, [root, other], [root], now)
    assert not chain.complete
    assert subjects(chain.extras) == ["CN=other leaf"]


# ── what is wrong, in words ───────────────────────────────────────────────────────────────────────


def test_a_missing_intermediate_is_named(leaf: Any, issuing: Any, root: Any, now: datetime) -> None:
    chain = judged(leaf, [root], [root], now)
    assert (subjects(chain.path), chain.complete) == (["CN=leaf"], False)
    (fault,) = chain.faults
    key_id = issuing.facts.subject_key_identifier.hex().upper()
    assert fault == f"the issuer of {named(leaf.facts)} is missing: CN=Issuing with the key identifier {key_id}"
    assert leaf.facts.masked_thumbprint in fault
    assert chain.verdict


def test_a_missing_root_is_named(leaf: Any, issuing: Any, root: Any, now: datetime) -> None:
    chain = judged(leaf, [issuing], [], now)
    assert (subjects(chain.path), chain.complete, chain.trusted) == (["CN=leaf", "CN=Issuing"], False, True)
    assert "the issuer of CN=Issuing [" in chain.faults[0]
    assert chain.verdict == "there is no root to verify against"
    assert not judged(leaf, [issuing], [leaf], now).complete


@pytest.mark.parametrize(
    ("days", "words"), [((-90, -3), "expired on 2026-11-18"), ((3, 90), "is not valid before 2026-11-24")]
)
def test_the_one_out_of_date_is_named(forge: Forge, root: Any, now: datetime, days: Any, words: str) -> None:
    issuing = forge("CN=Issuing", root, days=days)
    leaf = forge("CN=leaf", issuing, authority=False, extensions=SAN)
    chain = judged(leaf, [issuing, root], [root], now)
    assert chain.complete
    assert chain.faults == (f"{named(issuing.facts)} {words}",)
    assert "not valid at validation time" in chain.verdict


def test_right_names_and_a_wrong_signature(forge: Forge, root: Any, now: datetime) -> None:
    """The classic of a re-keyed authority: everything fits but the key."""
    old = forge("CN=Issuing", root, key="old key", identifiers=False)
    new = forge("CN=Issuing", root, key="new key", identifiers=False)
    leaf = forge("CN=leaf", new, authority=False, extensions=SAN, identifiers=False)
    chain = judged(leaf, [old, root], [root], now)
    assert (subjects(chain.path), chain.complete) == (["CN=leaf"], False)
    assert chain.faults == (
        f"{named(leaf.facts)} names {named(old.facts)} as its issuer,"
        " but it was not signed with that certificate's key: the signature does not verify",
    )
    assert subjects(judged(leaf, [old, new, root], [root], now).extras) == ["CN=Issuing"]
    assert is_good(judged(leaf, [old, new, root], [root], now))


def test_a_root_that_did_not_sign_itself(forge: Forge, now: datetime) -> None:
    forged = forge("CN=Root", wrong_key="somebody")
    chain = judged(forged, [], [], now, server=None)
    assert not chain.complete
    assert "names itself as its issuer, but the signature does not verify" in chain.faults[0]


def test_an_untrusted_root_is_named(leaf: Any, issuing: Any, root: Any, forge: Forge, now: datetime) -> None:
    namesake = forge("CN=Root", key="another root")
    chain = judged(leaf, [issuing, root], [namesake], now)
    assert (chain.complete, chain.trusted) == (True, False)
    assert chain.faults == (
        f"the path ends in {named(root.facts)}, which is not among the trusted roots;"
        f" {named(namesake.facts)} has its name, and another key",
    )
    assert chain.verdict


def test_two_roots_with_one_subject(leaf: Any, issuing: Any, root: Any, forge: Forge, now: datetime) -> None:
    namesake = forge("CN=Root", key="another root")
    chain = judged(leaf, [issuing], [namesake, root], now)
    assert is_good(chain)
    assert chain.path[-1] is root.facts


def test_a_root_renewed_with_its_key_is_the_same_root(
    leaf: Any, issuing: Any, root: Any, forge: Forge, now: datetime
) -> None:
    renewed = forge("CN=Root", days=(-1, 4000), serial=78)
    chain = judged(leaf, [issuing, root], [renewed], now)
    assert is_good(chain)
    assert chain.trusted


def test_an_issuer_that_may_not_issue(forge: Forge, root: Any, now: datetime) -> None:
    for wish, words in (
        ({"authority": False}, "is no certification authority (basic constraints)"),
        ({"key_usage": ("digital_signature",)}, "its key usage lacks keyCertSign"),
    ):
        middle = forge("CN=Middle", root, **wish)
        chain = judged(forge("CN=leaf", middle, authority=False, extensions=SAN), [middle, root], [root], now)
        assert chain.complete
        assert words in chain.faults[0]
        assert chain.verdict


def test_a_path_longer_than_allowed(forge: Forge, root: Any, issuing: Any, now: datetime) -> None:
    below = forge("CN=Below", issuing)
    chain = judged(forge("CN=leaf", below, authority=False, extensions=SAN), [below, issuing, root], [root], now)
    assert chain.faults == (f"{named(issuing.facts)} allows 0 authorities below it, and there are 1 (path length)",)
    assert "path length" in chain.verdict


def test_identifiers_that_do_not_fit_are_told(forge: Forge, root: Any, now: datetime) -> None:
    """The signature is right, but verifiers that go by key identifiers will not find the issuer."""
    leaf = forge("CN=leaf", root, authority=False, extensions=SAN, authority_key_identifier=b"\xab\xcd")
    chain = judged(leaf, [root], [root], now)
    assert chain.complete
    assert "says its issuer's key is ABCD, but CN=Root [" in chain.faults[0]


# ── cross-signing ─────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def crossed(forge: Forge) -> dict[str, Any]:
    """A new root, the same name and key signed by the old root, and a leaf below."""
    old, new = forge("CN=Old"), forge("CN=New")
    cross = forge("CN=New", old)
    issuing = forge("CN=Under New", new)
    return {
        "old": old, "new": new, "cross": cross, "issuing": issuing,
        "leaf": forge("CN=leaf", issuing, authority=False, extensions=SAN),
    }  # fmt: skip


CROSSED = [  # packed, trusted, path, extras
    (("issuing", "new"), ("new",), ["CN=leaf", "CN=Under New", "CN=New"], []),
    (("issuing", "cross"), ("old",), ["CN=leaf", "CN=Under New", "CN=New", "CN=Old"], []),
    (("issuing", "cross"), ("new", "old"), ["CN=leaf", "CN=Under New", "CN=New", "CN=Old"], []),
    (("issuing", "new", "cross"), ("old",), ["CN=leaf", "CN=Under New", "CN=New", "CN=Old"], ["CN=New"]),
    (("issuing", "cross", "new"), ("new",), ["CN=leaf", "CN=Under New", "CN=New"], ["CN=New"]),
    (("issuing", "cross", "new"), ("old", "new"), ["CN=leaf", "CN=Under New", "CN=New"], ["CN=New"]),
    (("issuing", "cross"), ("new",), ["CN=leaf", "CN=Under New", "CN=New"], ["CN=New"]),
]


@pytest.mark.parametrize(("packed", "trusted", "path", "extras"), CROSSED)
def test_cross_signed_alternatives(
    crossed: dict[str, Any], now: datetime, packed: Any, trusted: Any, path: list[str], extras: list[str]
) -> None:
    chain = judged(crossed["leaf"], [crossed[name] for name in packed], [crossed[name] for name in trusted], now)
    assert is_good(chain), chain
    assert (subjects(chain.path), subjects(chain.extras)) == (path, extras)


def test_an_expired_alternative_is_gone_round(forge: Forge, now: datetime) -> None:
    root = forge("CN=Root")
    stale = forge("CN=Issuing", root, days=(-90, -2), serial=1)
    fresh = forge("CN=Issuing", root, serial=2)
    leaf = forge("CN=leaf", fresh, authority=False, extensions=SAN)
    for packed in ([stale, fresh, root], [fresh, stale, root]):
        chain = judged(leaf, packed, [root], now)
        assert is_good(chain)
        assert [one.serial for one in chain.extras] == [1]


def test_the_issuer_with_the_right_identifier_is_preferred(forge: Forge, root: Any, now: datetime) -> None:
    other_id = ((x509.SubjectKeyIdentifier(b"another"), False),)
    odd = forge("CN=Issuing", root, extensions=other_id, identifiers=False, days=(-1, 900))
    leaf = forge("CN=leaf", forge("CN=Issuing", root), authority=False, extensions=SAN)
    right = forge("CN=Issuing", root, serial=5)
    chain = judged(leaf, [odd, right, root], [root], now)
    assert is_good(chain)
    assert chain.path[1] is right.facts


def test_without_a_root_the_longest_way_is_told(forge: Forge, root: Any, now: datetime) -> None:
    lost = forge("CN=Lost")
    upper = forge("CN=Upper", root)
    short, long = forge("CN=Issuing", lost, days=(-1, 900)), forge("CN=Issuing", upper)
    leaf = forge("CN=leaf", short, authority=False, extensions=SAN)
    chain = judged(leaf, [short, long, upper], [], now)
    assert subjects(chain.path) == ["CN=leaf", "CN=Issuing", "CN=Upper"]


def test_a_dead_end_with_the_better_identifier_is_left(forge: Forge, now: datetime) -> None:
    """Two authorities share name and key; only one leads to a trusted root."""
    lost, root = forge("CN=Lost"), forge("CN=Root")
    dead, alive = forge("CN=Issuing", lost), forge("CN=Issuing", root)
    leaf = forge("CN=leaf", dead, authority=False, extensions=SAN)
    chain = judged(leaf, [dead, alive], [root], now)
    assert is_good(chain)
    assert chain.path[1] is alive.facts


# ── loops and floods ──────────────────────────────────────────────────────────────────────────────


def test_authorities_that_signed_each_other(forge: Forge, now: datetime) -> None:
    one = forge("CN=One")
    two = forge("CN=Two", one)
    one_by_two = forge("CN=One", two)
    leaf = forge("CN=leaf", two, authority=False)
    chain = judged(leaf, [two, one_by_two], [], now, server=None)
    assert not chain.complete
    assert subjects(chain.path) == ["CN=leaf", "CN=Two", "CN=One"]
    assert chain.faults


def test_a_web_of_authorities_ends_soon(forge: Forge, now: datetime) -> None:
    """Twelve authorities, each signed by every other: more paths than anybody has time for."""
    names = [f"CN=Node {number}" for number in range(12)]
    nodes = {name: forge(name) for name in names}
    web = [forge(name, nodes[other]) for name in names for other in names if name != other]
    leaf = forge("CN=leaf", nodes[names[0]], authority=False)
    chain = judged(leaf, web, [], now, server=None)
    assert not chain.complete
    assert len(chain.path) <= MOST_DEPTH
    assert "the search stopped at" in chain.faults[0]


def test_many_namesakes_end_soon(forge: Forge, root: Any, now: datetime) -> None:
    namesakes = [forge("CN=Many", root, key=f"many {number}", identifiers=False) for number in range(150)]
    leaf = forge("CN=leaf", namesakes[0], authority=False, wrong_key="none of them", identifiers=False)
    chain = judged(leaf, [*namesakes, root], [root], now)
    assert not chain.complete
    assert "the search stopped" in chain.faults[0]


# ── the second opinion ────────────────────────────────────────────────────────────────────────────


def purposes(*usages: x509.ObjectIdentifier) -> Any:
    return (*SAN, (x509.ExtendedKeyUsage(usages), False))


@pytest.mark.parametrize(
    ("usage", "server", "accepted"),
    [
        (ExtendedKeyUsageOID.SERVER_AUTH, True, True),
        (ExtendedKeyUsageOID.SERVER_AUTH, False, False),
        (ExtendedKeyUsageOID.CLIENT_AUTH, True, False),
        (ExtendedKeyUsageOID.CLIENT_AUTH, False, True),
        (x509.ObjectIdentifier("1.3.6.1.4.1.311.80.1"), None, True),
        (x509.ObjectIdentifier("1.3.6.1.4.1.311.80.1"), True, False),
    ],
)
def test_the_verdict_asks_for_the_usage(
    forge: Forge, root: Any, now: datetime, usage: Any, server: bool | None, accepted: bool
) -> None:
    leaf = forge("CN=leaf", root, authority=False, extensions=purposes(usage))
    chain = judged(leaf, [root], [root], now, server)
    assert (chain.faults == ()) == (chain.verdict == "") == accepted, chain
    assert accepted or "is not for" in chain.faults[0]


def test_opinions_may_differ_and_both_are_kept(forge: Forge, root: Any, now: datetime) -> None:
    nameless = judged(forge("CN=leaf", root, authority=False), [root], [root], now)
    assert (nameless.complete, nameless.faults) == (True, ())
    assert nameless.verdict == "the certificate has no DNS name or address that a server could be asked for"
    critical = (*SAN, (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True))
    odd = judged(forge("CN=leaf", root, authority=False, extensions=critical), [root], [root], now)
    assert "has the critical extension 1.2.3.4, which nobody here knows" in odd.faults[0]
    assert "1.2.3.4" in odd.verdict
    assert not odd.disagreement
    assert "the library refuses the path" in nameless.disagreement.replace("cryptography library", "library")


@pytest.mark.parametrize(
    "names", [["*.contoso.com"], ["contoso-nas"], ["a_b.contoso.com", "b.contoso.com"], ["10.0.0.7", "b.contoso.com"]]
)
def test_names_a_server_is_asked_by(forge: Forge, root: Any, now: datetime, names: list[str]) -> None:
    alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
    leaf = forge("CN=leaf", root, authority=False, extensions=((alternatives, False),))
    assert judged(leaf, [root], [root], now).verdict == ""


def test_an_old_root_without_constraints(facts_of: FactsOf) -> None:
    """A version 1 root has nothing to say what it is. We believe it, the library does not, and both are told."""
    facts = facts_of("v1.pem")
    chain = diagnose(facts, [], [], facts.not_before + timedelta(days=1), server=None)
    assert (chain.complete, chain.faults) == (True, ())
    assert "must be an X509v3 certificate" in chain.verdict


@pytest.mark.parametrize(
    "name", ["no-such-day.pem", "names-twice.pem", "serial-negative.pem", "serial-huge.pem", "names-of-garbage.pem"]
)
def test_defective_certificates_are_judged_without_a_sound(facts_of: FactsOf, name: str) -> None:
    facts = facts_of(name)
    for server in (True, False, None):
        chain = diagnose(facts, [facts], [facts], datetime(2027, 1, 1, tzinfo=UTC), server=server)
        assert chain.path[0] is facts
        assert chain.extras == (facts,)
    if name == "no-such-day.pem":
        assert not chain.complete
        assert "expired on 1970-01-01" in chain.faults[0]
        assert chain.verdict.startswith("'CN=no-such-day' is refused by the strict reader")


# ── cost ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_memo_spares_the_authorities(forge: Forge, issuing: Any, root: Any, now: datetime) -> None:
    memo: dict[tuple[str, ...], Any] = {}
    leaves = [forge(f"CN=leaf {number}", issuing, authority=False, key="leaf", extensions=SAN) for number in range(20)]
    diagnose(leaves[0].facts, [issuing.facts, root.facts], [root.facts], now, server=True, memo=memo)
    known = dict(memo)
    for leaf in leaves:
        chain = diagnose(leaf.facts, [issuing.facts, root.facts], [root.facts], now, server=True, memo=memo)
        assert is_good(chain)
    assert memo == known  # nothing about leaves is kept, and nothing about authorities is asked again


def test_a_memo_cannot_be_fooled_by_a_namesake(leaf: Any, issuing: Any, root: Any, forge: Forge, now: datetime) -> None:
    memo: dict[tuple[str, ...], Any] = {}
    assert is_good(diagnose(leaf.facts, [issuing.facts], [root.facts], now, server=True, memo=memo))
    other = forge("CN=Root", key="another root")
    assert not diagnose(leaf.facts, [issuing.facts], [other.facts], now, server=True, memo=memo).trusted


@DEEP
@given(data=st.data())
def test_any_heap_of_certificates_is_judged(crossed: dict[str, Any], root: Any, now: datetime, data: Any) -> None:
    heap = [made.facts for made in (*crossed.values(), root)]
    pick = st.lists(st.sampled_from(heap), max_size=8)
    leaf, others, anchors = data.draw(st.sampled_from(heap)), data.draw(pick), data.draw(pick)
    chain = diagnose(leaf, others, anchors, now, server=data.draw(st.sampled_from([True, False, None])))
    assert chain.path[0] is leaf
    assert chain.complete == (chain.path[-1].subject in ("CN=Old", "CN=New", "CN=Root") and chain.path[-1].self_issued)
    for child, issuer in pairwise(chain.path):
        assert child.issuer_der == issuer.subject_der
    assert set(chain.extras) <= set(others)
    assert bool(chain.faults) != (chain.complete and chain.trusted)


def test_the_words_have_no_control_characters(forge: Forge, now: datetime) -> None:
    leaf = forge("CN=a\\0Ab\\1B[31m", authority=False, wrong_key="x")
    chain = judged(leaf, [], [], now, server=None)
    assert all(fault.isprintable() for fault in chain.faults)
    assert chain.verdict.isprintable()
