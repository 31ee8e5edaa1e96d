"""Shaping and checking are two readings of one sentence: what a term asks for, it accepts; what it tightens, stays."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certwright.model import Demand, Draft, GeneralName, KeySpec, PasswordRule, PfxProfile, Requirement, Severity
from certwright.terms import VOCABULARY, bind, fold, parted
from certwright.terms.accept import acceptable
from certwright.terms.preview import lifespan, preview
from certwright.terms.seen import Seen
from certwright.terms.word import Word

NOW = datetime(2027, 3, 1, 12, 30, 15, 999, tzinfo=UTC)
NAMES = ["dns:portal.contoso.com", "dns:*.contoso.com", "ip:192.0.2.25", "uri:urn:contoso:a", "email:a@contoso.com"]

words = st.one_of(
    st.builds(
        lambda names, covers: bind("names.required", {"names": names, "wildcard_covers": covers}),
        st.lists(st.sampled_from(NAMES), max_size=3),
        st.booleans(),
    ),
    st.builds(lambda names: bind("names.no-wildcard", {"names": names}), st.lists(st.sampled_from(NAMES), max_size=2)),
    st.builds(lambda name: bind("names.first", {"name": name}), st.sampled_from(NAMES)),
    st.builds(lambda uri: bind("names.one-uri", {"uri": uri}), st.sampled_from(["", "urn:contoso:a", "urn:contoso:b"])),
    st.builds(lambda a: bind("names.address", {"address": a}), st.sampled_from(["192.0.2.25", "2001:DB8::25"])),
    st.just(bind("names.absent", {})),
    st.just(bind("names.length", {})),
    st.builds(
        lambda equals, among: bind("subject.common-name", {"equals": equals, "among_names": among}),
        st.sampled_from(["", "portal.contoso.com", 'odd, "name"+#', " blank "]),
        st.booleans(),
    ),
    st.just(bind("subject.present", {})),
    st.just(bind("subject.differs-from-issuer", {})),
    st.just(bind("chain.not-self-signed", {})),
    st.just(bind("revocation.http-distribution-point", {})),
    st.just(bind("validity.current", {})),
    st.builds(
        lambda bits, exact: bind("usage.key-usage", {"all_of": bits, "exact": exact}),
        st.lists(st.sampled_from(["digitalSignature", "keyEncipherment", "keyCertSign"]), max_size=2),
        st.booleans(),
    ),
    st.builds(
        lambda purposes, only: bind("usage.extended", {"all_of": purposes, "only": only}),
        st.lists(st.sampled_from(["serverAuth", "clientAuth", "1.3.6.1.5.5.7.3.1", "1.2.3"]), max_size=3),
        st.booleans(),
    ),
    st.builds(
        lambda authority, length: bind("usage.authority", {"authority": authority, "path_length": length}),
        st.booleans(),
        st.none() | st.integers(0, 3),
    ),
    st.builds(
        lambda kinds: bind("key.algorithm", {"allowed": kinds}), st.sampled_from([["rsa"], ["ec"], ["ec", "rsa"]])
    ),
    st.builds(
        lambda least, most, only: bind("key.length", {"minimum": least, "maximum": most, "allowed": only}),
        st.sampled_from([0, 2048, 3000, 4096, 384]),
        st.sampled_from([0, 2048, 8096, 384]),
        st.sampled_from([[], [2048, 4096], [3072], [256, 384], [2048, 384]]),
    ),
    st.builds(
        lambda names: bind("signature.hash", {"forbidden": names}), st.sampled_from([["sha1"], ["sha1", "sha256"]])
    ),
    st.builds(
        lambda years, days, after: bind("validity.minimum", {"years": years, "days": days, "after": after}),
        st.integers(0, 4),
        st.integers(0, 40),
        st.none() | st.dates(date(2026, 1, 1), date(2032, 1, 1)),
    ),
    st.builds(lambda days: bind("validity.remaining", {"days": days}), st.integers(0, 3000)),
    st.builds(lambda days: bind("validity.maximum", {"days": days}), st.integers(1, 3000)),
)
drafts = st.builds(
    Draft,
    subject=st.sampled_from(["", "CN=portal.contoso.com", "O=Contoso"]),
    names=st.lists(
        st.sampled_from([GeneralName("dns", "portal.contoso.com"), GeneralName("dns", "*.contoso.com")])
    ).map(tuple),
    key=st.sampled_from([KeySpec(), KeySpec("rsa", 4096), KeySpec("ec", 256)]),
    lifetime=st.integers(1, 4000).map(lambda days: timedelta(days=days)),
)


def unmet(word: Word, draft: Draft) -> list[str]:
    return [one.expected for one in word.check(Seen("", "", "", certificate=preview(draft, NOW)), NOW)]


CANNOT_BE_ASKED_FOR = {  # of these a draft alone cannot be made to accept everything: someone else decides
    "names.no-wildcard": "a wildcard the draft was born with",
    "names.absent": "names the draft was born with",
    "subject.present": "a subject nobody told",
    "revocation.http-distribution-point": "where the issuer publishes",
    "usage.key-usage": "uses the draft was born with",
    "usage.extended": "purposes the draft was born with",
    "usage.authority": "an authority the draft was born as",
    "subject.common-name": "a subject the draft was born with",
    "names.one-uri": "URIs the draft was born with",
}


@given(words, drafts)
def test_a_term_accepts_what_it_shaped(word: Word, draft: Draft) -> None:
    term = next(name for name, kind in VOCABULARY.items() if type(word) is kind)
    shaped = fold(draft, [word])
    if term == "key.length" and draft.key != shaped.key:
        assert len(unmet(word, shaped)) <= len(unmet(word, draft))
    elif term not in {*CANNOT_BE_ASKED_FOR, "key.length", "validity.maximum"}:
        assert not unmet(word, shaped)


@given(st.lists(words, max_size=6), drafts, st.randoms(use_true_random=False))
def test_in_any_order_a_draft_is_accepted_or_the_conflict_is_told(
    bound: list[Word], draft: Draft, random: object
) -> None:
    """Where one order is accepted by every term, so is every other."""
    other = list(bound)
    random.shuffle(other)  # type: ignore[attr-defined]
    one_way = [text for word in bound for text in unmet(word, fold(draft, bound))]
    other_way = [text for word in bound for text in unmet(word, fold(draft, other))]
    assert bool(one_way) == bool(other_way)


@given(st.lists(words, max_size=5), drafts)
def test_folding_settles(bound: list[Word], draft: Draft) -> None:
    once = fold(draft, bound)
    if not any(unmet(word, once) for word in bound):
        assert fold(once, bound) == once


about_files = st.sampled_from(
    [
        bind("pfx.encryption", {"allowed": ["tripledes-sha1"]}),
        bind("pfx.privacy", {}),
        bind("pfx.local-machine", {}),
        bind("password.policy", {"minimum": 12, "classes": 4, "forbidden": "äö"}),
        bind("key.provider", {"family": "cng"}),
    ]
)


@given(st.lists(words | about_files, max_size=6), drafts, drafts)
def test_names_are_nothing_to_terms_about_the_rest_and_the_rest_is_nothing_to_them(
    bound: list[Word], draft: Draft, other: Draft
) -> None:
    naming, others = parted(bound)
    assert {*naming, *others} <= {*bound}
    elsewhere = replace(fold(replace(draft, subject=other.subject, names=other.names), others), names=(), subject="")
    names = fold(replace(other, subject=draft.subject, names=draft.names), naming)
    assert fold(draft, bound) == replace(elsewhere, subject=names.subject, names=names.names)


# ── family by family ──────────────────────────────────────────────────────────────────────────────


def shaped(term: str, draft: Draft | None = None, /, **values: object) -> Draft:
    return bind(term, values).shape(draft or Draft())


def test_names_join_in_the_order_they_are_asked_for_and_only_once() -> None:
    draft = shaped("names.required", names=["dns:a.b", "192.0.2.1", "dns:A.b", "dns:a.b"])
    assert draft.names == (GeneralName("dns", "a.b"), GeneralName("ip", "192.0.2.1"), GeneralName("dns", "A.b"))
    assert shaped("names.required", draft, names=["dns:A.B"]) is draft
    assert shaped("names.first", draft, name="ip:192.0.2.1").names[0] == GeneralName("ip", "192.0.2.1")
    assert len(shaped("names.first", draft, name="ip:192.0.2.1").names) == 3
    wild = Draft(names=(GeneralName("dns", "*.b"),))
    assert shaped("names.required", wild, names=["dns:a.b"], wildcard_covers=True) is wild
    assert shaped("names.no-wildcard", wild, names=["dns:a.b"]).names[-1] == GeneralName("dns", "a.b")


def test_a_common_name_is_written_as_a_name_only_where_there_is_no_subject() -> None:
    assert shaped("subject.common-name", equals="a,b").subject == "CN=a\\,b"
    assert shaped("subject.common-name", Draft(subject="O=x"), equals="a").subject == "O=x"
    assert shaped("subject.common-name", contains="a").subject == ""


def test_a_uri_is_asked_for_where_there_is_one_to_ask_for() -> None:
    assert shaped("names.one-uri", uri="urn:a").names == (GeneralName("uri", "urn:a"),)
    assert shaped("names.one-uri").names == ()
    assert shaped("names.address", address="192.0.2.1").names == (GeneralName("ip", "192.0.2.1"),)


def test_usages_add_up() -> None:
    draft = shaped("usage.key-usage", shaped("usage.key-usage", all_of=["keyAgreement"]), all_of=["digitalSignature"])
    assert draft.key_usage == {"keyAgreement", "digitalSignature"}
    draft = shaped(
        "usage.extended", shaped("usage.extended", all_of=["clientAuth"]), all_of=["1.3.6.1.5.5.7.3.2", "1.2.3"]
    )
    assert draft.extended_key_usage == ("clientAuth", "1.2.3")


def test_an_authority_may_sign_and_keeps_the_shorter_path() -> None:
    draft = shaped("usage.authority", authority=True, path_length=2)
    assert draft.authority
    assert draft.key_usage == {"keyCertSign", "cRLSign"}
    assert draft.path_length == 2
    assert shaped("usage.authority", draft, authority=True, path_length=1).path_length == 1
    assert shaped("usage.authority", draft, authority=True, path_length=3).path_length == 2
    assert shaped("usage.authority", draft, authority=False) is draft
    assert shaped("usage.authority", authority=True).path_length is None


@pytest.mark.parametrize(
    ("start", "values", "wanted"),
    [
        (KeySpec("rsa", 2048), {"minimum": 2048}, KeySpec("rsa", 2048)),
        (KeySpec("rsa", 2048), {"minimum": 3000}, KeySpec("rsa", 3000)),
        (KeySpec("rsa", 2048), {"minimum": 3072}, KeySpec("rsa", 3072)),
        (KeySpec("rsa", 1024), {"minimum": 2048, "allowed": [2048, 4096]}, KeySpec("rsa", 2048)),
        (KeySpec("rsa", 3072), {"allowed": [2048, 4096]}, KeySpec("rsa", 4096)),
        (KeySpec("rsa", 4096), {"allowed": [2048, 3072]}, KeySpec("rsa", 3072)),
        (KeySpec("rsa", 4096), {"maximum": 2048}, KeySpec("rsa", 2048)),
        (KeySpec("rsa", 16384), {"maximum": 8096}, KeySpec("rsa", 8096)),
        (KeySpec("rsa", 2048), {"allowed": [256]}, KeySpec("rsa", 2048)),
        (KeySpec("ec", 256), {"minimum": 2048}, KeySpec("ec", 256)),
        (KeySpec("ec", 256), {"minimum": 384}, KeySpec("ec", 384)),
        (KeySpec("ec", 521), {"maximum": 384}, KeySpec("ec", 384)),
    ],
)
def test_the_smallest_length_allowed_is_taken(start: KeySpec, values: dict[str, object], wanted: KeySpec) -> None:
    assert shaped("key.length", Draft(key=start), **values).key == wanted


def test_a_kind_of_key_is_changed_only_when_it_is_not_allowed() -> None:
    assert shaped("key.algorithm", Draft(key=KeySpec("rsa", 4096)), allowed=["ec", "rsa"]).key == KeySpec("rsa", 4096)
    assert shaped("key.algorithm", allowed=["ed25519", "ec"]).key == KeySpec("ec", 256)
    assert shaped("key.algorithm", Draft(key=KeySpec("ec", 384))).key == KeySpec("rsa", 2048)
    assert shaped("key.algorithm", allowed=["ed25519"]).key == KeySpec()


def test_a_length_of_a_curve_follows_the_kind_of_key_in_any_order() -> None:
    kind, length = bind("key.algorithm", {"allowed": ["ec"]}), bind("key.length", {"minimum": 384})
    assert fold(Draft(), [length, kind]).key == fold(Draft(), [kind, length]).key == KeySpec("ec", 384)


def test_a_better_hash_is_taken() -> None:
    assert shaped("signature.hash", Draft(signature_hash="sha1")).signature_hash == "sha256"
    assert shaped("signature.hash", forbidden=["sha256"]).signature_hash == "sha384"
    assert shaped("signature.hash", Draft(signature_hash="sha512")).signature_hash == "sha512"
    assert shaped("signature.hash", forbidden=["sha256", "sha384", "sha512"]).signature_hash == "sha256"


def test_lifetimes_grow_and_shrink_but_never_below_what_is_needed() -> None:
    year = Draft(lifetime=timedelta(days=365))
    assert shaped("validity.minimum", year, years=2, days=1).lifetime == timedelta(days=733)
    assert shaped("validity.minimum", year, days=3).lifetime == timedelta(days=365)
    assert shaped("validity.minimum", year, years=2, after="2028-02-29").good_until == date(2030, 3, 1)
    late = Draft(good_until=date(2040, 1, 1))
    assert shaped("validity.minimum", late, years=2, after="2028-02-29").good_until == date(2040, 1, 1)
    assert shaped("validity.remaining", year, days=7).lifetime == timedelta(days=365)
    assert shaped("validity.remaining", year, days=365).lifetime == timedelta(days=366)
    assert shaped("validity.maximum", year, days=200).lifetime == timedelta(days=200)
    assert shaped("validity.maximum", year, days=400).lifetime == timedelta(days=365)


def test_pfx_terms_set_the_profile() -> None:
    open_ = Draft(pfx=PfxProfile(local_machine=False, privacy=False))
    assert shaped("pfx.local-machine", open_).pfx == PfxProfile(local_machine=True, privacy=False)
    assert shaped("pfx.privacy", open_).pfx == PfxProfile(local_machine=False, privacy=True)
    assert shaped("pfx.encryption", allowed=["tripledes-sha1"]).pfx.encryption == "tripledes-sha1"
    assert shaped("pfx.encryption", allowed=["tripledes-sha1", "aes256-sha256"]).pfx.encryption == "aes256-sha256"
    schannel = "Microsoft RSA SChannel Cryptographic Provider"
    software = "Microsoft Software Key Storage Provider"
    assert shaped("key.provider", family="capi").pfx.provider == schannel
    assert shaped("key.provider", family="cng").pfx.provider == software
    assert shaped("key.provider", family="cng", name="Contoso Key Storage Provider").pfx.provider == (
        "Contoso Key Storage Provider"
    )
    platform = Draft(pfx=PfxProfile(provider="Microsoft Platform Crypto Provider"))
    assert shaped("key.provider", platform, family="cng") is platform
    assert shaped("key.provider", platform, family="capi").pfx.provider == schannel


def test_password_rules_only_tighten() -> None:
    rule = shaped("password.policy", minimum=20, classes=2, forbidden="$*").password
    assert rule == PasswordRule(20, 3, "$*")
    both = shaped("password.policy", Draft(password=rule), minimum=8, classes=4, forbidden="*'").password
    assert both == PasswordRule(20, 4, "$'*")


# ── preview and acceptance ────────────────────────────────────────────────────────────────────────


def test_a_preview_shows_what_the_draft_says() -> None:
    draft = Draft(
        subject="CN=portal,O=Contoso",
        names=(GeneralName("dns", "portal"),),
        key=KeySpec("ec", 384),
        key_usage=frozenset({"digitalSignature"}),
        extended_key_usage=("serverAuth", "1.2.3"),
        crl_distribution_points=("http://pki/a.crl",),
        path_length=3,
    )
    facts = preview(draft, NOW)
    assert (facts.subject, facts.common_names) == ("CN=portal,O=Contoso", ("portal",))
    assert facts.names == draft.names
    assert facts.has_names
    assert (facts.key.algorithm, facts.key.bits) == ("ec", 384)
    assert facts.extended_key_usage == ("1.3.6.1.5.5.7.3.1", "1.2.3")
    assert facts.key_usage == {"digitalSignature"}
    assert (facts.authority, facts.path_length) == (False, None)
    assert facts.crl_distribution_points == ("http://pki/a.crl",)
    assert facts.signature_hash == "sha256"
    assert preview(replace(draft, authority=True), NOW).path_length == 3
    bare = preview(Draft(), NOW)
    assert (bare.subject, bare.names, bare.has_names) == ("", (), False)
    assert (bare.key_usage, bare.extended_key_usage, bare.crl_distribution_points) == (None, None, None)
    assert not bare.self_issued
    assert bare.der == b""
    assert (bare.version, bare.serial) == (3, 0)


def test_a_life_is_in_whole_seconds_and_outlives_its_day() -> None:
    start, end = lifespan(Draft(lifetime=timedelta(days=10)), NOW)
    assert start == datetime(2027, 3, 1, 12, 30, 15, tzinfo=UTC)
    assert end == datetime(2027, 3, 11, 12, 30, 15, tzinfo=UTC)
    day = Draft(lifetime=timedelta(days=10), good_until=date(2027, 5, 1))
    assert lifespan(day, NOW)[1] == datetime(2027, 5, 2, tzinfo=UTC)
    soon = Draft(lifetime=timedelta(days=10), good_until=date(2027, 3, 2))
    assert lifespan(soon, NOW)[1] == end


def test_a_life_ends_at_the_last_day_there_is() -> None:
    forever = Draft(lifetime=timedelta(days=10), good_until=date.max)
    assert lifespan(forever, NOW)[1] == datetime(9999, 12, 31, tzinfo=UTC)


def demand(term: str, values: dict[str, object], severity: Severity = Severity.ERROR) -> Demand:
    requirement = Requirement(f"test.{term}", term, values, severity, "", "", "", ())
    return Demand(requirement, bind(term, values))


def test_only_errors_about_the_certificate_itself_keep_it_from_being_accepted() -> None:
    facts = preview(Draft(), NOW)
    wrong = demand("key.length", {"minimum": 4096})
    demands = [
        wrong,
        demand("subject.present", {}, Severity.WARNING),
        demand("chain.complete", {}),
        demand("key.present", {}),
        demand("guidance", {"reason": "none"}),
        demand("set.count", {"count": 3}),
        demand("key.algorithm", {}),
    ]
    ((unmet_demand, mismatch),) = acceptable(demands, facts, NOW)
    assert unmet_demand is wrong
    assert mismatch.expected == "RSA 4096 bits or more"
