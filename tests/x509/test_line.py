"""The short way and the long way give the same answer: over heaps of certificates that are right, wrong and alike."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certwright.x509.facts import CertificateFacts
from certwright.x509.line import Line, Setting
from certwright.x509.path import diagnose
from certwright.x509.read import read_certificate

Forge = Callable[..., Any]

MANY = settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
SAN = ((x509.SubjectAlternativeName([x509.DNSName("a.contoso.com")]), False),)
INSIDE_SAN = ((x509.SubjectAlternativeName([x509.DNSName("a.fabrikam.com")]), False),)
ODD = ((x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5"), b"\x05\x00"), True),)
BROKEN = ((x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.37"), b"\x05\x00"), True),)
INSIDE = x509.NameConstraints([x509.DNSName("fabrikam.com")], None)
CODE = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING])


def bent(facts: CertificateFacts) -> CertificateFacts:
    """The same certificate with the last bit of its signature turned."""
    return read_certificate(facts.der[:-1] + bytes([facts.der[-1] ^ 1]))


@pytest.fixture(scope="module")
def heap(forge: Forge) -> dict[str, CertificateFacts]:
    """Authorities that are cross-signed, namesakes, expired, constrained, short of rights; and leaves of them all."""
    old, new = forge("CN=Old"), forge("CN=New")
    twin, gone = forge("CN=Old", key="another"), forge("CN=Gone", days=(-400, -1))
    made: dict[str, Any] = {"old": old, "new": new, "twin": twin, "gone": gone}
    made["a"] = forge("CN=Issuing", old, path_length=0)
    made["a2"] = forge("CN=Issuing", new, path_length=0, serial=78)  # cross-signed: same key
    made["namesake"] = forge("CN=Issuing", old, key="other issuing")
    made["late"] = forge("CN=Late", old, days=(-400, -1))
    made["bound"] = forge("CN=Bound", old, extensions=((INSIDE, True),))
    made["mute"] = forge("CN=Mute", old, key_usage=("crl_sign",))
    made["cross"] = forge("CN=New", old, key="CN=New")  # the new root under the old one
    made["lower"] = forge("CN=Lower", made["a"])  # breaks the path length of its issuer
    for name in ("a", "a2", "namesake", "late", "bound", "mute", "cross", "lower", "old", "gone", "twin"):
        issuer = made[name]
        for number in range(2):
            made[f"{name}-{number}"] = forge(f"CN=leaf {name} {number}", issuer, authority=False, extensions=SAN)
        made[f"{name}-over"] = forge(f"CN=over {name}", issuer, authority=False, days=(-40, -2), extensions=SAN)
        made[f"{name}-soon"] = forge(f"CN=soon {name}", issuer, authority=False, days=(2, 40))
        made[f"{name}-forged"] = forge(f"CN=forged {name}", issuer, authority=False, wrong_key="nobody")
        made[f"{name}-code"] = forge(f"CN=code {name}", issuer, authority=False, extensions=((CODE, False),))
        made[f"{name}-bare"] = forge(f"CN=bare {name}", issuer, authority=False, identifiers=False)
        made[f"{name}-called"] = forge("CN=Old", issuer, authority=False, key="CN=Old")
        made[f"{name}-odd"] = forge(f"CN=odd {name}", issuer, authority=False, extensions=ODD)
        made[f"{name}-dated"] = forge(f"CN=dated {name}", issuer, authority=False, extensions=BROKEN)
        called = issuer.facts.subject.replace("CN=", "").upper()
        made[f"{name}-alike"] = forge(f"CN=alike {name}", issuer, authority=False, issuer_subject=f"CN={called}")
        made[f"{name}-below"] = forge(f"CN=below {name}", issuer, key=f"below {name}")
    made["bound-inside"] = forge("CN=leaf inside", made["bound"], authority=False, extensions=INSIDE_SAN)
    facts = {name: one.facts for name, one in made.items()}
    return facts | {f"{name} bent": bent(facts[name]) for name in ("a-0", "bound-0", "old-0", "a")}


AUTHORITIES = ("a", "a2", "namesake", "late", "bound", "mute", "cross", "lower", "old", "new", "twin", "gone", "a bent")


@MANY
@given(data=st.data())
def test_both_ways_say_the_same(heap: dict[str, CertificateFacts], now: datetime, data: st.DataObject) -> None:
    some = st.lists(st.sampled_from(AUTHORITIES), max_size=4, unique=True)
    others, anchors, known = data.draw(some, "others"), data.draw(some, "anchors"), data.draw(some, "known")
    server = data.draw(st.sampled_from([None, False, True]), "server")
    leaves = data.draw(st.lists(st.sampled_from(sorted(heap)), min_size=1, max_size=12), "leaves")
    beside = data.draw(st.lists(st.sampled_from(sorted(heap)), max_size=1), "beside")
    same(heap, leaves, [*others, *beside], anchors, known, server, now)


def same(
    heap: dict[str, CertificateFacts],
    leaves: list[str],
    others: list[str],
    anchors: list[str],
    known: list[str],
    server: bool | None,
    now: datetime,
) -> dict[Any, Any]:
    memo: dict[Any, Any] = {}
    around = [heap[one] for one in others], [heap[one] for one in anchors]
    at_hand = [heap[one] for one in known]
    for name in leaves:
        short = diagnose(heap[name], *around, now, server=server, memo=memo, known=at_hand)
        assert short == diagnose(heap[name], *around, now, server=server, known=at_hand), name
    return memo


@pytest.mark.parametrize("anchors", [["old"], ["old", "new"], []])
def test_every_leaf_of_one_authority(heap: dict[str, CertificateFacts], now: datetime, anchors: list[str]) -> None:
    """The plain case, in which a line is drawn, with every leaf there is: those that do not fit it, too."""
    others = ["a"] if anchors else ["a", "old"]
    memo = same(heap, [*sorted(heap), *sorted(heap)], others, anchors, [], None, now)
    assert any(isinstance(one, Line) for one in memo.values())


@pytest.mark.parametrize(
    ("others", "anchors", "leaf"),
    [
        (["bound"], ["old"], "bound-inside"),  # name constraints
        (["a", "a2"], ["old", "new"], "a-0"),  # cross-signed
        (["a", "namesake"], ["old"], "a-0"),
        (["mute"], ["old"], "mute-0"),
        (["late"], ["old"], "late-0"),
        (["old", "a"], ["new"], "a-0"),  # not trusted
        (["a", "lower"], ["old"], "lower-0"),
        (["a"], [], "a-0"),  # incomplete
    ],
)
def test_no_line_where_the_long_way_has_more_to_say(
    heap: dict[str, CertificateFacts], now: datetime, others: list[str], anchors: list[str], leaf: str
) -> None:
    memo = same(heap, [leaf, leaf.partition("-")[0] + "-1"], others, anchors, [], None, now)
    assert not any(isinstance(one, Line) for one in memo.values())


def test_a_line_is_drawn_where_a_bridge_lies_beside_the_path(heap: dict[str, CertificateFacts], now: datetime) -> None:
    memo = same(heap, [*sorted(heap), *sorted(heap)], ["a2", "cross"], ["new"], [], None, now)
    drawn = {(one.above, one.extras) for one in memo.values() if isinstance(one, Line)}
    assert ((heap["a2"], heap["new"]), (heap["cross"],)) in drawn


def test_a_line_is_for_its_time_and_its_roots_only(heap: dict[str, CertificateFacts], now: datetime) -> None:
    memo: dict[Any, Any] = {}
    leaf, below, root, other = heap["a-0"], heap["a"], heap["old"], heap["twin"]
    assert not diagnose(leaf, [below], [root], now, server=None, memo=memo).faults
    assert "expired" in diagnose(leaf, [below], [root], now + timedelta(days=401), server=None, memo=memo).faults[0]
    assert diagnose(leaf, [below], [other], now, server=None, memo=memo).faults
    assert diagnose(leaf, [], [root], now, server=None, memo=memo).faults
    key = Setting([below], [root], [], now, None).key(leaf)
    assert isinstance(memo[key], Line)
