"""Chains with rules that the library does not apply: what is said of them, by us, by it, and by OpenSSL."""

import re
import subprocess
import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certwright.x509 import der, dissect, policies
from certwright.x509.facts import CertificateFacts, ChainFacts
from certwright.x509.path import diagnose
from certwright.x509.pem import certificates_in
from certwright.x509.policies import ANY, PolicyRules, policy_faults, policy_rules
from certwright.x509.read import read_certificate

FOLDER = Path(__file__).parents[1] / "cases" / "x509" / "aside"
TABLE = tomllib.loads((FOLDER / "chains.toml").read_text("utf-8"))
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
MANY = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
Forge = Callable[..., Any]


def loaded(name: str) -> list[CertificateFacts]:
    return [read_certificate(one) for one in certificates_in((FOLDER / f"{name}.pem").read_bytes())]


@cache
def judged(name: str) -> ChainFacts:
    leaf, *between, root = loaded(name)
    return diagnose(leaf, between, [root], NOW, server=None)


def says(pattern: str, text: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("…"))), text) is not None


def test_every_chain_has_its_words() -> None:
    assert {path.stem for path in FOLDER.glob("*.pem")} == TABLE.keys()


@pytest.mark.parametrize("name", TABLE)
def test_a_chain_is_told_what_its_table_says(name: str) -> None:
    chain, row = judged(name), TABLE[name]
    for wanted, told in ((row.get("faults", []), chain.faults), (row.get("aside", []), chain.notes)):
        assert len(told) == len(wanted), told
        assert all(map(says, wanted, told)), told
    assert says(row.get("verdict", ""), chain.verdict) or chain.faults, chain.verdict
    assert bool(chain.disagreement) == ("verdict" in row)


@pytest.mark.parametrize("name", TABLE)
def test_openssl_says_the_same(name: str, tmp_path: Path) -> None:
    leaf, lower, upper, root = [
        x509.load_der_x509_certificate(one.der).public_bytes(Encoding.PEM) for one in loaded(name)
    ]
    for place, content in (("leaf", leaf), ("between", lower + upper), ("root", root)):
        (tmp_path / place).write_bytes(content)
    command = ["openssl", "verify", "-no-CApath", "-no-CAstore", "-attime", str(int(NOW.timestamp()))]
    command += ["-policy_check", "-policy", "2.5.29.32.0", "-CAfile", "root", "-untrusted", "between", "leaf"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode == 0) == (not judged(name).faults), done.stderr


def test_an_authority_with_such_rules_may_stand_at_the_end() -> None:
    _, lower, upper, root = loaded("dn-two-authorities")
    chain = diagnose(lower, [upper], [root], NOW, server=None)
    assert (chain.faults, chain.verdict, len(chain.notes)) == ((), "", 2)


def test_a_server_below_such_rules_is_asked_for_by_its_name() -> None:
    leaf, *between, root = loaded("dn-and-dns-kept")
    chain = diagnose(leaf, between, [root], NOW, server=True)
    assert (chain.faults, chain.verdict, len(chain.notes)) == ((), "", 1)
    leaf, *between, root = loaded("policy-kept")  # which has no name
    assert "no DNS name" in diagnose(leaf, between, [root], NOW, server=True).verdict


def test_one_memo_for_many_leaves_changes_nothing() -> None:
    for name in TABLE:
        leaf, *between, root = loaded(name)
        memo: dict[tuple[object, ...], Any] = {}
        said = [diagnose(leaf, between, [root], NOW, server=None, memo=memo) for _ in range(3)]
        assert said == [judged(name)] * 3


def test_rules_of_the_leaf_itself_count_though_leaves_beside_it_went_before(forge: Forge, now: datetime) -> None:
    """RFC 5280 6.1.5 (b), and no short way around it."""
    root = forge("CN=Root")
    between = forge("CN=Between", root)
    plain = forge("CN=a", between, authority=False).facts
    rule = ((x509.PolicyConstraints(0, None), False),)
    ruled = forge("CN=b", between, authority=False, extensions=rule).facts
    memo: dict[tuple[object, ...], Any] = {}
    found = [diagnose(one, [between.facts], [root.facts], now, server=None, memo=memo).faults for one in (plain, ruled)]
    assert [len(one) for one in found] == [0, 1]


def test_an_authority_with_a_new_key_does_not_count_against_a_path_length(forge: Forge, now: datetime) -> None:
    root = forge("CN=Root", path_length=1)
    old = forge("CN=Between", root, path_length=0)
    new = forge("CN=Between", old, key="new key", path_length=0)
    leaf = forge("CN=leaf", new, authority=False)
    chain = diagnose(leaf.facts, [new.facts, old.facts], [root.facts], now, server=None)
    assert (chain.faults, chain.verdict) == ((), "")
    assert "is self-issued, and the cryptography library counts it against the path lengths" in chain.notes[0]
    lower = forge("CN=Lower", new)
    deeper = forge("CN=leaf", lower, authority=False)
    chain = diagnose(deeper.facts, [lower.facts, new.facts, old.facts], [root.facts], now, server=None)
    assert chain.verdict
    assert "path length" in chain.faults[0]


# ── the graph against the tree of RFC 5280, word for word ─────────────────────────────────────────


def accepted(path: list[tuple[CertificateFacts, PolicyRules]]) -> bool:
    """RFC 5280 6.1.2 to 6.1.5 as it is written, with a tree; `path` is root side first, and asks for no policy."""
    length = len(path)
    explicit = mapping = no_any = length + 1
    tree: list[list[Any]] | None = [[(None, ANY, {ANY})]]  # depth → nodes: (parent, valid policy, expected)
    for depth, (one, rule) in enumerate(path, 1):
        last = depth == length
        if one.policies and tree:
            above, nodes = tree[-1], list[Any]()
            for policy in dict.fromkeys(one.policies):
                if policy != ANY:
                    parents = [node for node in above if policy in node[2]] or [n for n in above if n[1] == ANY]
                    nodes += [(node, policy, {policy}) for node in parents]
            if ANY in one.policies and (no_any > 0 or (not last and one.self_issued)):
                for node in above:
                    has = {child[1] for child in nodes if child[0] is node}
                    nodes += [(node, policy, {policy}) for policy in sorted(node[2] - has)]
            tree = pruned([*tree, nodes])
        else:
            tree = None
        if not explicit and not tree:
            return False
        if not last:
            if any(ANY in (policy, *several) for policy, several in rule.mappings.items()):
                return False
            for policy, several in rule.mappings.items():
                if not tree:
                    break
                at = [node for node in tree[-1] if node[1] == policy]
                anys = [node for node in tree[-1] if node[1] == ANY]
                if mapping and at:
                    tree[-1] = [(p, v, set(several)) if v == policy else (p, v, e) for p, v, e in tree[-1]]
                elif mapping and anys:
                    tree[-1].append((anys[0][0], policy, set(several)))
                elif not mapping and at:
                    tree[-1] = [node for node in tree[-1] if node[1] != policy]
                    tree = pruned(tree)
            if not one.self_issued:
                explicit, mapping, no_any = max(explicit - 1, 0), max(mapping - 1, 0), max(no_any - 1, 0)
            explicit = min(explicit, explicit if rule.explicit is None else rule.explicit)
            mapping = min(mapping, mapping if rule.unmapped is None else rule.unmapped)
            no_any = min(no_any, no_any if rule.no_any is None else rule.no_any)
    explicit = 0 if path[-1][1].explicit == 0 else max(explicit - 1, 0)
    return bool(explicit or tree)


def pruned(tree: list[list[Any]]) -> list[list[Any]] | None:
    for depth in range(len(tree) - 2, -1, -1):
        parents = [node[0] for node in tree[depth + 1]]
        tree[depth] = [node for node in tree[depth] if any(node is parent for parent in parents)]
    return tree if all(tree) else None


POLICIES = st.sampled_from(["1.1", "1.2", "1.3", ANY])
COUNTS = st.one_of(st.none(), st.none(), st.integers(0, 2))
MAPPED = st.dictionaries(
    st.sampled_from(["1.1", "1.2", "1.3"]),
    st.frozensets(st.sampled_from(["1.1", "1.2", "1.3"]), min_size=1, max_size=2),
    max_size=2,
)
STEPS = st.tuples(
    st.one_of(st.none(), st.lists(POLICIES, min_size=1, max_size=3).map(tuple)),
    st.booleans(),
    st.builds(PolicyRules, COUNTS, COUNTS, COUNTS, MAPPED),
)


@settings(MANY, max_examples=1_500)
@given(st.lists(STEPS, min_size=1, max_size=5))
def test_the_graph_says_what_the_tree_says(forge: Forge, steps: list[Any]) -> None:
    one = forge("CN=Between", forge("CN=Root")).facts
    path = [
        (replace(one, policies=named, issuer_der=one.subject_der if own else one.issuer_der), rule)
        for named, own, rule in steps
    ]
    told = list(policies._Walk(len(path)).down([facts for facts, _ in path], [rule for _, rule in path]))
    assert (not told) == accepted(path), told


# ── bytes ─────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_read_is_what_was_written(forge: Forge) -> None:
    oid = x509.ObjectIdentifier
    rules = (
        (x509.PolicyConstraints(3, 0), True),
        (x509.InhibitAnyPolicy(7), True),
        (x509.CertificatePolicies([x509.PolicyInformation(oid("1.2.3"), None)]), False),
    )
    pairs = der.element(
        0x30, b"".join(der.element(0x30, bytes.fromhex(one)) for one in ("06012a06012b", "06012a06012c"))
    )
    mapped = ((x509.UnrecognizedExtension(oid("2.5.29.33"), pairs), True),)
    found = policy_rules(forge("CN=Between", extensions=(*rules, *mapped)).facts)
    assert found == PolicyRules(3, 0, 7, {"1.2": frozenset({"1.3", "1.4"})})


@MANY
@given(st.sampled_from(["2.5.29.33", "2.5.29.36", "2.5.29.54"]), st.binary(max_size=40), st.booleans())
def test_any_octets_for_rules_are_read_or_told(forge: Forge, dotted: str, octets: bytes, critical: bool) -> None:
    odd = ((x509.UnrecognizedExtension(x509.ObjectIdentifier(dotted), octets), critical),)
    root = forge("CN=Root")
    one = forge("CN=Between", root, extensions=odd).facts
    leaf = forge("CN=leaf", forge("CN=Between", root, extensions=odd), authority=False).facts
    told = list(policy_faults([leaf, one, root.facts], complete=True))
    try:
        policy_rules(one)
    except der.Malformed:
        assert len(told) == 1
        assert "cannot be read" in told[0]


CONSTRAINTS = bytes.fromhex("0603551d13")
VALUES = (None, b"\x30\x00", der.element(0x30, der.element(4, b"x" * 300)))


@pytest.mark.parametrize("value", VALUES)
def test_one_extension_is_changed_and_nothing_else(forge: Forge, value: bytes | None) -> None:
    oid = CONSTRAINTS
    one = forge("CN=Between", forge("CN=Root"), path_length=3).facts
    other = dissect.changed(one.der, {oid: value})
    assert dissect.extension(other, oid) == value
    key = bytes.fromhex("0603551d0e")
    assert dissect.extension(other, key) == dissect.extension(one.der, key) is not None
    assert dissect.changed(one.der, {}) == one.der
    assert dissect.changed(other, {oid: dissect.extension(one.der, oid)}) == (other if value is None else one.der)


def test_many_policies_cost_little(forge: Forge) -> None:
    """Ten authorities that map five hundred policies onto five hundred others each: a tree would have no end."""
    one = forge("CN=Between", forge("CN=Root")).facts
    several = [f"1.2.{number}" for number in range(500)]
    rule = PolicyRules(0, None, None, {policy: frozenset(several) for policy in several[:50]})
    facts = replace(one, policies=tuple(several))
    assert list(policies._Walk(10).down([facts] * 10, [rule] * 10)) == []


# ── where a missing issuer lies ───────────────────────────────────────────────────────────────────


def access(*addresses: tuple[x509.ObjectIdentifier, str]) -> tuple[tuple[x509.ExtensionType, bool], ...]:
    described = [x509.AccessDescription(kind, x509.UniformResourceIdentifier(address)) for kind, address in addresses]
    return ((x509.AuthorityInformationAccess(described), False),)


def test_a_missing_issuer_is_said_to_lie_where_the_certificate_says(forge: Forge, now: datetime) -> None:
    issuers, responder = AuthorityInformationAccessOID.CA_ISSUERS, AuthorityInformationAccessOID.OCSP
    told = access((responder, "http://ocsp.contoso.com/"), (issuers, "http://pki.contoso.com/ca.crt"))
    leaf = forge("CN=leaf", forge("CN=Between"), authority=False, extensions=told).facts
    (fault,) = diagnose(leaf, [], [], now, server=None).faults
    assert fault.endswith("; the certificate says that it lies at http://pki.contoso.com/ca.crt")


@MANY
@given(st.binary(max_size=40))
def test_any_octets_for_addresses_do_no_harm(forge: Forge, octets: bytes) -> None:
    odd = ((x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.5.5.7.1.1"), octets), False),)
    assert len(dissect.issuers_at(forge("CN=leaf", extensions=odd).facts.der)) <= dissect.MOST_ADDRESSES
