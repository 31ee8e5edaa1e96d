"""What the case files cannot show: silence, absence, facts no foreign tool writes, and the small helpers."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from certwright.model import Draft, GeneralName, Mismatch
from certwright.pfx.facts import CertificateBag, KeyBag, Mac, PfxFacts
from certwright.terms import bind
from certwright.terms.chain import Trusted
from certwright.terms.key import is_cng, key_text
from certwright.terms.look import Work, see
from certwright.terms.names import covers, general_name, same_name
from certwright.terms.preview import preview
from certwright.terms.seen import Layout, Seen, Trouble, password_facts
from certwright.terms.signature import hash_title
from certwright.terms.usage import purposes
from certwright.terms.validity import later, length
from certwright.terms.word import called, either, listed, meant_to_hold
from certwright.x509.facts import CertificateFacts, ChainFacts, PublicKeyFacts
from certwright.x509.private import PrivateKeyFacts
from certwright.x509.standing import Listing, Standing

from .cases import FOLDER, NOW, Case

FACTS = preview(Draft(subject="CN=portal"), NOW)
KEY = PrivateKeyFacts("rsa", 2048, b"spki")
REFUSED = Standing(FACTS, (Listing("http://a/b.crl", "not-asked", "nobody allowed it"),))
FAILED = Standing(FACTS, (Listing("http://a/b.crl", "failed", "it answers 404"),))
UNPROVED = Standing(FACTS, (Listing("a.crl", "beside", unproved="of somebody else", this_update=NOW),))
UNCOVERED = Standing(FACTS, (Listing("a.crl", "beside", uncovered="a delta list", this_update=NOW),))


def seen(form: str = "pfx", **parts: object) -> Seen:
    return replace(Seen("east/portal", f"east/portal.{form}", form), **parts)  # type: ignore[arg-type]


def told(term: str, one: Seen, /, **values: object) -> list[Mismatch]:
    return list(bind(term, values).check(one, NOW))


# ── silence ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("term", "values", "one", "reason"),
    [
        ("names.length", {}, seen(), "there is no certificate in this file"),
        ("chain.order", {}, seen(certificate=FACTS), "this file is not meant to hold a chain"),
        ("chain.trusted", {}, seen(chain=ChainFacts((FACTS,), True, True, True)), "nothing says which root"),
        ("key.matches", {}, seen(), "there is no private key in this file"),
        ("key.present", {}, seen("pem-chain"), "there is no private key in this file"),
        ("key.present", {}, seen("pfx"), ""),
        ("key.present", {}, seen("pem-key"), ""),
        ("key.present", {}, seen("pem-chain", key=KEY), ""),
        ("pfx.privacy", {}, seen("pem-chain"), "this file is no PFX"),
        ("password.policy", {}, seen(), "no password was needed for this file"),
        ("kubernetes.object", {"kind": "Secret", "name": "a"}, seen("pem-chain"), "there is no Kubernetes object"),
        ("kubernetes.object", {"kind": "Secret", "name": "a"}, seen("kubernetes-issuer"), ""),
        ("kubernetes.text-data", {}, seen("kubernetes-issuer"), "there is no Kubernetes object"),
        ("revocation.reachable", {}, seen(certificate=FACTS), "needs the network"),
        ("revocation.current", {}, seen(certificate=FACTS), "no revocation list is at hand"),
        ("revocation.not-revoked", {}, seen(certificate=FACTS), "no revocation list is at hand"),
        ("revocation.reachable", {}, seen(standings=(REFUSED,)), "http://a/b.crl: nobody allowed it"),
        ("revocation.reachable", {}, seen(standings=(FAILED,)), ""),
        ("revocation.current", {}, seen(standings=(FAILED,)), "no revocation list is at hand"),
        ("revocation.not-revoked", {}, seen(standings=(UNPROVED,)), "no list that was found is proved"),
        ("revocation.not-revoked", {}, seen(standings=(UNCOVERED,)), "no list that was found is proved"),
        ("file.form", {"form": "pfx"}, seen("tls"), "a server was asked"),
        ("file.count", {}, seen("tls"), "a server was asked"),
        ("key.present", {}, seen("tls", certificate=FACTS), "there is no private key"),
        ("guidance", {"reason": "only the registry shows it"}, seen(certificate=FACTS), "only the registry shows it"),
        ("issuer.kind", {"refused": ["public"]}, seen(certificate=FACTS), "judged when the plan is made"),
        ("set.count", {"count": 1}, seen(certificate=FACTS), "judged for the whole set"),
        ("file.form", {"form": "der"}, seen("der"), ""),
        ("file.form", {"form": "der"}, seen("pfx"), "this file is meant to be PKCS#12 (PFX)"),
        ("file.form", {"form": "base64"}, seen("pem-full"), ""),
        ("file.form", {"form": "pfx"}, seen("unheard-of"), ""),
        ("trust.no-key", {}, seen(), ""),
    ],
)
def test_a_term_says_why_it_has_nothing_to_say(term: str, values: dict[str, object], one: Seen, reason: str) -> None:
    silent = bind(term, values).silent(one)
    assert silent.startswith(reason)
    assert bool(silent) == bool(reason)


def test_a_form_is_meant_to_hold_some_parts() -> None:
    assert meant_to_hold("kubernetes-tls-secret", "key")
    assert meant_to_hold("kubernetes-tls-secret", "objects")
    assert not meant_to_hold("kubernetes-config-map", "key")
    assert not meant_to_hold("pem-chain", "key")
    assert not meant_to_hold("der", "objects")


def test_words_that_say_nothing_say_nothing() -> None:
    assert told("guidance", seen(), reason="x") == []
    assert told("revocation.reachable", seen()) == []
    assert bind("guidance", {"reason": "x"}).shape(Draft()) == Draft()


def test_parts_are_there_or_not() -> None:
    whole = seen(certificate=FACTS, key=KEY, objects=({},), anchored=True)
    assert [part for part in ("file", "certificate", "chain", "key", "pfx", "password", "objects", "anchors", "network")
            if whole.has(part)] == ["file", "certificate", "key", "objects"]  # fmt: skip
    assert seen(chain=ChainFacts((FACTS,), True, True, True), anchored=True).has("anchors")
    assert not seen(chain=ChainFacts((FACTS,), True, True, True)).has("anchors")
    assert seen().certificates == ()
    assert seen(certificate=FACTS, others=(FACTS,)).certificates == (FACTS, FACTS)
    assert seen(encrypted_key=True).holds_key
    assert not seen().holds_key


# ── facts no tool writes ──────────────────────────────────────────────────────────────────────────


def test_a_common_name_may_be_long_and_a_dns_name_too() -> None:
    long = replace(FACTS, common_names=("a" * 65,), names=(GeneralName("dns", ".".join(["a" * 49] * 6)),))
    assert [one.found for one in told("names.length", seen(certificate=long))] == [
        f"{'a' * 65} (65)",
        ".".join(["a" * 49] * 6),
    ]
    fits = replace(FACTS, common_names=("a" * 64,), names=(GeneralName("dns", ("a" * 49 + ".") * 5 + "abc"),))
    assert len(fits.names[0].value) == 253
    assert told("names.length", seen(certificate=fits)) == []
    assert told("names.length", seen(certificate=replace(FACTS, names=(GeneralName("uri", "a" * 300),)))) == []


def test_an_extension_without_names_is_an_extension() -> None:
    (mismatch,) = told("names.absent", seen(certificate=replace(FACTS, has_names=True)))
    assert mismatch.found == "no names at all"


def test_a_damaged_key_is_told_from_a_strange_one() -> None:
    broken = seen(
        certificate=FACTS, key=PrivateKeyFacts("rsa", 2048, b"", consistent=False, reason="a prime is missing")
    )
    assert told("key.matches", broken) == [Mismatch("a private key whose parts fit together", "a prime is missing")]
    alone = seen("pem-key", key=KEY)
    assert told("key.matches", alone) == []


def test_an_encrypted_key_is_a_key() -> None:
    assert told("key.present", seen(encrypted_key=True)) == []
    assert told("key.exportable", seen(encrypted_key=True)) == []


def test_a_pfx_that_could_not_be_read_throughout() -> None:
    mac = Mac("pkcs12", "sha1", 2000, 20, verified=False)
    one = seen(pfx=PfxFacts(mac, defects=("safe 2: unknown encryption 1.2.3",)))
    assert [mismatch.found for mismatch in told("pfx.readable", one)] == [
        "safe 2: unknown encryption 1.2.3",
        "one that could not be verified",
    ]


def test_more_than_a_certificate_and_its_key() -> None:
    two = (KeyBag("safe 1, bag 1", None), KeyBag("safe 1, bag 2", None))
    one = seen(certificate=FACTS, chain=ChainFacts((FACTS,), True, True, True), pfx=PfxFacts(None, two, (), ("a CRL",)))
    assert told("chain.nothing-else", one) == [
        Mismatch("one private key", "2 private keys: safe 1, bag 1, safe 1, bag 2", "safe 1, bag 2"),
        Mismatch("only the certificate, its chain and its key", "a CRL"),
    ]


def test_every_bag_that_lies_open_is_named() -> None:
    bags = (CertificateBag("safe 1, bag 1", None), CertificateBag("safe 1, bag 2", None))
    assert told("pfx.privacy", seen(pfx=PfxFacts(None, (), bags)))[0].where == "safe 1, bag 1, safe 1, bag 2"


def test_a_path_without_fault_can_still_be_refused() -> None:
    chain = ChainFacts((FACTS,), True, True, True, verdict="the library does not like it")
    found = [one.found for one in told("chain.trusted", seen(chain=chain))]
    assert found == ["the library does not like it", chain.disagreement]
    assert "the cryptography library refuses the path, and certwright's own diagnosis finds no fault" in found[1]


def test_a_path_with_a_fault_can_still_be_accepted() -> None:
    chain = ChainFacts((FACTS,), True, True, True, faults=("its name is odd",))
    found = [one.found for one in told("chain.trusted", seen(chain=chain))]
    assert found == ["its name is odd", chain.disagreement]
    assert "the cryptography library accepts the path, certwright's own diagnosis does not" in found[1]
    agreed = replace(chain, verdict="nor does the library like it")
    assert [one.found for one in told("chain.trusted", seen(chain=agreed))] == ["its name is odd"]


def test_hashes_that_nobody_knows_fail_and_those_that_belong_to_a_key_do_not() -> None:
    for algorithm, words in (
        ("1.3.101.112", []),
        ("2.16.840.1.101.3.4.3.18", []),
        ("1.2.3", ["a signature hash that is not known: algorithm 1.2.3"]),
        ("", ["a signature whose algorithm cannot be read"]),
    ):
        one = seen(certificate=replace(FACTS, signature_hash="", signature_algorithm=algorithm))
        assert [mismatch.found for mismatch in told("signature.hash", one)] == words
    old = seen(certificate=replace(FACTS, signature_hash="md2"))
    assert [mismatch.found for mismatch in told("signature.hash", old, forbidden=["sha1"])] == ["signature hash MD2"]


def test_a_chain_may_end_without_a_word() -> None:
    chain = ChainFacts((FACTS,), True, True, True)
    foreign = replace(chain, trusted=False, verdict="")
    assert told("chain.trusted", seen(chain=foreign)) == [
        Mismatch("a path to a trusted root", "one that ends in CN=portal")
    ]
    open_end = ChainFacts((FACTS,), False, True, True)
    assert told("chain.complete", seen(chain=open_end))[0].found == "CN=portal; it goes no further"


def test_only_the_path_counts_for_the_signature_hash_where_there_is_one() -> None:
    old = replace(FACTS, subject="CN=old", signature_hash="sha1")
    one = seen(certificate=FACTS, others=(old,))
    assert [mismatch.where for mismatch in told("signature.hash", one)] == ["CN=old"]
    assert told("signature.hash", replace(one, chain=ChainFacts((FACTS,), True, True, True))) == []


def test_a_configmap_without_data() -> None:
    one = seen("kubernetes-config-map", objects=({"kind": "ConfigMap", "metadata": {"name": "a"}},))
    assert told("kubernetes.text-data", one) == [Mismatch("data as text", "no data", "ConfigMap /a")]
    (mismatch,) = told("kubernetes.object", seen("kubernetes-config-map"), kind="ConfigMap", name="a")
    assert mismatch.found == "no object"
    strange = seen("kubernetes-config-map", objects=({"kind": "Secret", "metadata": None},))
    assert told("kubernetes.object", strange, kind="Secret", name="a")[0].found == "Secret /"
    assert told("kubernetes.object", one, kind="ConfigMap", name="a") == []


def test_any_part_of_the_data_may_hold_the_key() -> None:
    for table in ("data", "stringData", "binaryData"):
        thing = {"kind": "Secret", "metadata": {"name": "a", "namespace": "b"}, table: {"tls.key": "x"}}
        one = seen("kubernetes-opaque-secret", objects=(thing,))
        assert told("kubernetes.object", one, kind="Secret", name="a", namespace="b", key="tls.key") == []


# ── passwords ─────────────────────────────────────────────────────────────────────────────────────


def test_the_kinds_of_characters() -> None:
    facts = password_facts("Aa1-ß字Ä")
    assert facts.length == 7
    assert facts.classes == {"upper", "lower", "digit", "special", "letter"}
    assert password_facts("").classes == frozenset()
    assert "ß" not in repr(facts)


def test_the_limits_of_a_password_policy() -> None:
    exact = seen(password=password_facts("Abcdef12"))
    assert told("password.policy", exact, minimum=8, classes=3, forbidden="-") == []
    assert len(told("password.policy", exact, minimum=9, classes=4, forbidden="1")) == 3


# ── sets ──────────────────────────────────────────────────────────────────────────────────────────


def member(place: str, **facts: object) -> Seen:
    certificate = replace(FACTS, der=place.encode(), **facts)  # type: ignore[arg-type]
    return Seen(f"east/{place}", f"east/{place}.pfx", "pfx", certificate=certificate)


def told_of_set(term: str, members: list[Seen], /, layout: Layout = Layout(), **values: object) -> list[Mismatch]:  # noqa: B008
    return list(bind(term, values).check_set(members, layout, NOW))  # type: ignore[attr-defined]


def test_a_count_names_those_that_do_not_count() -> None:
    shut = replace(member("b"), certificate=None, trouble=Trouble("material.missing", "there is no file"))
    assert told_of_set("set.count", [member("a"), shut], count=2) == [
        Mismatch("2 certificates", "1", "none in east/b.pfx")
    ]
    twice = [member("a"), replace(member("a"), path="other/a.pfx"), member("b")]
    assert told_of_set("set.count", twice, count=2) == []
    assert told_of_set("set.count", twice, count=1) == [Mismatch("1 certificate", "2")]


def test_a_folder_in_lower_case_may_be_found_in_upper() -> None:
    layout = Layout(("east/a/x.pfx",), ("east/A/x.pfx",))
    assert told_of_set("set.folders", [], layout) == [Mismatch("exactly this name", "east/A/x.pfx", "east/a/x.pfx")]


def test_an_empty_set_has_nothing_in_disorder() -> None:
    for term in ("same-root", "same-password", "unique-names", "unique-subjects", "unique-files", "same-base-names"):
        assert told_of_set(f"set.{term}", []) == []
    assert told_of_set("set.root-of-issuers-trusted", []) == []
    assert told_of_set("set.expiry-spread", [], days=1) == []
    assert told_of_set("set.folders", []) == []


def test_only_a_wrong_password_is_another_password() -> None:
    missing = replace(member("a"), trouble=Trouble("material.missing", ""))
    assert told_of_set("set.same-password", [missing]) == []


def test_a_spread_of_exactly_so_many_days_is_allowed() -> None:
    later_ = member("b", not_after=FACTS.not_after + timedelta(days=30))
    assert told_of_set("set.expiry-spread", [member("a"), later_], days=30) == []
    assert len(told_of_set("set.expiry-spread", [later_, member("a")], days=29)) == 1


def test_issuers_that_name_each_other_end_the_climb() -> None:
    one = member("a", subject_der=b"a", issuer_der=b"b", issuer="CN=b", authority=True)
    other = member("b", subject_der=b"b", issuer_der=b"a", issuer="CN=a", authority=True)
    assert len(told_of_set("set.root-of-issuers-trusted", [one, other])) == 2
    leaf_ = member("c", authority=False)
    assert told_of_set("set.root-of-issuers-trusted", [leaf_]) == []


def test_shared_certificates_are_shared_on_purpose() -> None:
    one = member("a", names=(GeneralName("dns", "x"),))
    same = replace(one, place="east/b", path="east/b.pfx")
    assert told_of_set("set.unique-names", [one, same]) == []
    assert len(told_of_set("set.unique-names", [one, same, member("c", names=(GeneralName("dns", "X"),))])) == 1
    assert told_of_set("set.unique-names", [one, member("c", names=(GeneralName("uri", "x"),))]) == []


def test_what_has_no_chain_has_no_root_to_compare() -> None:
    assert told_of_set("set.same-root", [member("a"), member("b")]) == []


def test_files_of_one_place_may_share_a_name() -> None:
    pair = [member("a"), replace(member("a"), path="east/a.cer")]
    assert told_of_set("set.unique-files", pair) == []
    assert told_of_set("set.same-base-names", pair) == []
    other = replace(member("a"), path="east/b.cer")
    assert told_of_set("set.same-base-names", [pair[0], other])[0].where == "east/a"
    renamed = replace(member("a"), found="east/A.pfx")
    assert told_of_set("set.same-base-names", [renamed, pair[1]])[0].found == "A.pfx, a.cer"


# ── helpers ───────────────────────────────────────────────────────────────────────────────────────


def test_text_becomes_a_name() -> None:
    assert general_name("dns:a.b") == GeneralName("dns", "a.b")
    assert general_name("a.b") == GeneralName("dns", "a.b")
    assert general_name("192.0.2.1") == GeneralName("ip", "192.0.2.1")
    assert general_name("2001:db8::1") == GeneralName("ip", "2001:db8::1")
    assert general_name("uri:urn:a:b") == GeneralName("uri", "urn:a:b")
    assert general_name("email:a@b") == GeneralName("email", "a@b")


def test_names_are_compared_as_their_kind_wants_it() -> None:
    assert same_name(GeneralName("dns", "A.b"), GeneralName("dns", "a.B"))
    assert same_name(GeneralName("ip", "2001:DB8:0::1"), GeneralName("ip", "2001:db8::1"))
    assert not same_name(GeneralName("uri", "urn:A"), GeneralName("uri", "urn:a"))
    assert not same_name(GeneralName("dns", "192.0.2.1"), GeneralName("ip", "192.0.2.1"))
    assert same_name(GeneralName("ip", "odd"), GeneralName("ip", "odd"))


@pytest.mark.parametrize(
    ("wildcard", "name", "is_covered"),
    [
        ("*.a.b", "x.a.b", True),
        ("*.A.b", "X.a.B", True),
        ("*.a.b", "a.b", False),
        ("*.a.b", "x.y.a.b", False),
        ("*.a.b", "*.a.b", False),
        ("*.a.b", ".a.b", False),
        ("x*.a.b", "xy.a.b", False),
        ("x.a.b", "x.a.b", False),
        ("*.*.b", "x.a.b", False),
        ("*.", "x", False),
    ],
)
def test_a_wildcard_stands_for_one_whole_label(wildcard: str, name: str, is_covered: bool) -> None:
    assert covers(GeneralName("dns", wildcard), GeneralName("dns", name)) is is_covered


def test_a_wildcard_covers_only_dns_names() -> None:
    assert not covers(GeneralName("dns", "*.a"), GeneralName("uri", "x.a"))
    assert not covers(GeneralName("uri", "*.a"), GeneralName("dns", "x.a"))


def test_words_for_sentences() -> None:
    assert listed([]) == "none"
    assert listed(["a", "b"]) == "a, b"
    assert [either(list(text)) for text in ("", "a", "ab", "abc")] == ["nothing", "a", "a or b", "a, b or c"]
    assert called(FACTS) == "CN=portal"
    assert called(replace(FACTS, subject="", serial=255)) == "serial ff"
    assert [hash_title(name) for name in ("sha1", "sha256", "md5")] == ["SHA-1", "SHA-256", "MD5"]
    assert (
        purposes(["1.3.6.1.5.5.7.3.8", "1.3.6.1.5.5.7.3.9"])
        == "Time Stamping (timeStamping), OCSP Signing (OCSPSigning)"
    )
    assert purposes(["1.2.3", "1.3.6.1.5.5.7.3.1"]) == "1.2.3, Server Authentication (serverAuth)"
    assert [length(*one) for one in ((0, 0), (1, 0), (2, 1), (0, 2))] == [
        "0 days",
        "1 year",
        "2 years and 1 day",
        "2 days",
    ]


def test_keys_by_name() -> None:
    assert key_text(PublicKeyFacts("rsa", 2048, "", b"")) == "RSA 2048 bits"
    assert key_text(PublicKeyFacts("1.2.3.4", 0, "", b"")) == "1.2.3.4"
    assert key_text(PublicKeyFacts("dsa", 1024, "", b"")) == "DSA 1024 bits"


def test_providers_by_name() -> None:
    assert is_cng("Microsoft Platform Crypto Provider")
    assert is_cng("Contoso HSM Key Storage Provider")
    assert not is_cng("Microsoft Enhanced Cryptographic Provider v1.0")
    assert not is_cng("")


def test_years_are_calendar_years() -> None:
    assert later(date(2028, 2, 29), 2, 0) == date(2030, 3, 1)
    assert later(date(2028, 2, 29), 4, 0) == date(2032, 2, 29)
    assert later(date(2027, 3, 1), 2, 3) == date(2029, 3, 4)


def span(start: datetime, end: datetime) -> CertificateFacts:
    return replace(FACTS, not_before=start, not_after=end)


def test_the_edges_of_time() -> None:
    start = datetime(2027, 1, 1, 8, tzinfo=UTC)
    exact = seen(certificate=span(start, datetime(2029, 1, 1, 8, tzinfo=UTC)))
    assert told("validity.minimum", exact, years=2) == []
    assert len(told("validity.minimum", exact, years=2, days=1)) == 1
    assert told("validity.minimum", exact, years=2, after="2027-01-01") == []
    now = datetime(2027, 6, 1, tzinfo=UTC)
    current = bind("validity.current", {})
    for moment in (now, now + timedelta(seconds=1)):
        assert not list(current.check(seen(certificate=span(now, now + timedelta(seconds=1))), moment))
    assert list(current.check(seen(certificate=span(now, now)), now + timedelta(seconds=1)))
    assert list(current.check(seen(certificate=span(now, now)), now - timedelta(seconds=1)))
    remaining = bind("validity.remaining", {"days": 0})
    assert not list(remaining.check(seen(certificate=span(now, now)), now))


def test_a_case_outside_of_the_table_is_still_a_case() -> None:
    case = Case("names.length", FOLDER / "names.length" / "good.pem", {})
    assert case.mismatches() == []


@pytest.mark.parametrize(
    ("name", "spoken"), [("policy-kept", False), ("policy-another", True), ("dn-deeper-excluded", True)]
)
def test_a_faulty_path_is_told_though_nobody_says_which_root_to_trust(name: str, spoken: bool) -> None:
    """It leads to a root, and is wrong whichever is trusted; one without fault is left to whoever knows the root."""
    content = (Path(__file__).parents[1] / "cases" / "x509" / "aside" / f"{name}.pem").read_bytes()
    one = see(Work("a", "identity", "a.pem", "pem-full", "a.pem", content, None, (), NOW))
    assert bool(Trusted().silent(one)) == (not spoken)
    if spoken:
        (wrong,) = Trusted().check(one, NOW)
        assert wrong.expected == "a path without fault to a trusted root"
