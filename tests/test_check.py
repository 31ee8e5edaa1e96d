"""From files and a plan to a verdict on every demand: nothing is passed over, and one bad file spoils only itself."""

import pickle
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.german import english

from certwright.check import judge, judge_seen, works
from certwright.model import (
    CertificateSet,
    Demand,
    Draft,
    Mismatch,
    Package,
    Place,
    Plan,
    Report,
    Requirement,
    Result,
    Script,
    Severity,
    Status,
)
from certwright.speech import speaking
from certwright.terms import bind
from certwright.terms.look import see
from certwright.terms.material import MATERIAL
from certwright.terms.seen import Layout, Seen
from certwright.terms.tree import layouts
from certwright.terms.word import SetWord, Word
from certwright.value import value
from certwright.x509.pem import certificates_in

CASES = Path(__file__).parent / "cases" / "terms"
NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
PASSWORDS = {"east/web": "Sommer-Haus-2026"}


def case(name: str) -> bytes:
    return (CASES / name).read_bytes()


GOOD_PFX = case("chain.complete/good.pfx")
GOOD_PEM = case("chain.trusted/good.pem")
ROOT = certificates_in(case("chain.trusted/root.pem"))[0]


def demand(term: str, /, severity: Severity = Severity.ERROR, after: Sequence[str] = (), **values: object) -> Demand:
    return demand_of(bind(term, values), term, severity, after)


def demand_of(word: Word, name: str, severity: Severity = Severity.ERROR, after: Sequence[str] = ()) -> Demand:
    requirement = Requirement(f"test.{name}", name, {}, severity, "text", "why", "fix", (), skipped_after=tuple(after))
    return Demand(requirement, word)


def place(name: str, *packages: tuple[str, str], demands: Sequence[Demand] = (), **other: object) -> Place:
    packed = tuple(Package(f"p{number}", form, path) for number, (form, path) in enumerate(packages))
    plain = Place(f"east/{name}", "east", "east/web", "test", "identity", name, Draft(), packed, tuple(demands))
    return replace(plain, **other)  # type: ignore[arg-type]


def plan(*places: Place, demands: Sequence[Demand] = (), scripts: Sequence[Script] = ()) -> Plan:
    members = tuple(one.id for one in places if one.set == "east/web")
    return Plan(places, (CertificateSet("east/web", "east", "web", members, tuple(demands), tuple(scripts)),), ())


def verdicts(report: Report) -> list[tuple[str, str, str]]:
    return [(one.path or one.place, one.code, one.status.value) for one in report.results]


def only(report: Report, code: str) -> Result:
    (found,) = [one for one in report.results if one.code == code]
    return found


# ── the ordinary way ──────────────────────────────────────────────────────────────────────────────


def test_every_demand_gets_a_result_in_the_order_of_the_plan() -> None:
    demands = [
        demand("key.length", minimum=2048),
        demand("key.length", minimum=4096),
        demand("names.absent", Severity.WARNING),
        demand("guidance", reason="the registry is elsewhere"),
    ]
    two = plan(
        place("portal", ("pfx", "east/a.pfx"), ("pem-full", "east/a.pem"), demands=demands),
        place("graph", ("pem-full", "east/b.pem"), demands=demands[:1]),
        demands=[demand("set.count", count=2)],
    )
    files = {"east/a.pfx": GOOD_PFX, "east/a.pem": GOOD_PEM, "east/b.pem": GOOD_PEM}
    report = judge(two, files, PASSWORDS, NOW)
    of_one = [("key.length", "OK"), ("key.length", "Fail"), ("names.absent", "Warning"), ("guidance", "Skipped")]
    assert verdicts(report) == [
        *(("east/a.pfx", f"test.{code}", status) for code, status in of_one),
        *(("east/a.pem", f"test.{code}", status) for code, status in of_one),
        ("east/b.pem", "test.key.length", "OK"),
        ("east/web", "test.set.count", "OK"),
    ]
    assert (report.judged, report.unjudged) == (3, ())
    failed = report.results[1]
    assert failed.mismatches == (Mismatch("RSA 4096 bits or more", "RSA 2048 bits"),)
    assert failed.subject == "CN=portal.east.contoso.com,O=Contoso"
    assert len(failed.thumbprint) == 40
    assert failed.place == "east/portal"
    assert failed.requirement is demands[1].requirement
    assert report.results[3].reason == "the registry is elsewhere"


def test_places_heard_together_are_told_what_each_is_told_alone() -> None:
    several = [
        [demand("key.length", minimum=4096), demand("names.absent", Severity.WARNING), demand("file.form", form="pfx")],
        [demand("names.absent"), demand("file.form", form="pem"), demand("key.length", minimum=2048)],
        [demand("issuer.kind", refused=("public",)), demand("key.matches"), demand("revocation.not-revoked")],
    ]
    names = ("a.pfx", "a.pem", "b.pem", "c.pem", "missing.pem")
    places = [
        place(f"{row}-{name}", ("pfx" if name.endswith("pfx") else "pem-full", f"east/{row}/{name}"), demands=demands)
        for name in names
        for row, demands in enumerate(several)
    ]
    contents = dict(zip(names, (GOOD_PFX, GOOD_PEM, GOOD_PEM, b"neither", None), strict=True))
    given = {one.packages[0].path: contents[one.packages[0].path.rpartition("/")[2]] for one in places}
    files = {path: content for path, content in given.items() if content is not None}
    alone = [judge(plan(one), files, PASSWORDS, NOW) for one in places]
    together = judge(plan(*places), files, PASSWORDS, NOW)
    assert tuple(together.results) == tuple(result for one in alone for result in one.results)
    assert together.unjudged == tuple(told for one in alone for told in one.unjudged)
    assert {one.status.value for one in together.results} == {"OK", "Warning", "Fail", "Skipped"}


def test_several_processes_see_the_same() -> None:
    demands = [demand("chain.complete"), demand("pfx.readable"), demand("key.matches"), demand("names.absent")]
    two = plan(
        place("portal", ("pfx", "east/a.pfx"), ("pem-full", "east/a.pem"), demands=demands),
        place("graph", ("pem-full", "east/b.pem"), demands=demands),
    )
    files = {"east/a.pfx": GOOD_PFX, "east/a.pem": GOOD_PEM}
    with ProcessPoolExecutor(1) as pool:
        spread = judge(two, files, PASSWORDS, NOW, spread=pool.map)
    assert spread == judge(two, files, PASSWORDS, NOW)


def test_work_and_what_was_seen_travel_and_show_no_secret() -> None:
    (work,) = works(plan(place("portal", ("pfx", "east/a.pfx"))), {"east/a.pfx": GOOD_PFX}, PASSWORDS, NOW)
    assert "Sommer" not in repr(work)
    assert pickle.loads(pickle.dumps(work)) == work
    seen = see(work)
    assert pickle.loads(pickle.dumps(seen)) == seen
    assert b"Sommer" not in pickle.dumps(seen)


# ── material ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("files", "passwords", "code", "status", "reason"),
    [
        ({}, PASSWORDS, "material.missing", "Fail", "there is no file east/a.pfx"),
        ({"east/a.pfx": b"junk"}, PASSWORDS, "material.unreadable", "Fail", ""),
        ({"east/a.pfx": GOOD_PFX[:-9]}, PASSWORDS, "material.unreadable", "Fail", ""),
        ({"east/a.pfx": GOOD_PFX}, {"east/web": "Winter"}, "material.wrong-password", "Fail", ""),
        ({"east/a.pfx": GOOD_PFX}, {}, "material.no-password", "Skipped", ""),
    ],
)
def test_trouble_with_a_file_is_a_result_and_skips_its_demands(
    files: Mapping[str, bytes], passwords: Mapping[str, str], code: str, status: str, reason: str
) -> None:
    one = plan(place("portal", ("pfx", "east/a.pfx"), demands=[demand("key.present")]))
    report = judge(one, files, passwords, NOW)
    assert verdicts(report) == [("east/a.pfx", code, status), ("east/a.pfx", "test.key.present", "Skipped")]
    told, skipped = report.results
    assert told.reason.startswith(reason)
    assert told.reason == skipped.reason
    assert told.requirement is MATERIAL[code]
    assert report.judged == 0
    assert report.unjudged == (f"east/a.pfx: {told.reason}",)
    assert "Winter" not in str(report)


def test_every_material_code_explains_itself() -> None:
    for code, row in MATERIAL.items():
        assert code.startswith("material.")
        assert row.id == code
        assert row.text
        assert row.why
        assert row.fix


def test_a_file_of_another_case_is_found_and_told() -> None:
    one = plan(place("portal", ("pfx", "east/Portal/a.pfx"), demands=[demand("key.present")]))
    report = judge(one, {"east/portal/A.PFX": GOOD_PFX}, PASSWORDS, NOW)
    assert verdicts(report) == [
        ("east/Portal/a.pfx", "material.name", "Warning"),
        ("east/Portal/a.pfx", "test.key.present", "OK"),
    ]
    assert report.results[0].mismatches == (Mismatch("east/Portal/a.pfx", "east/portal/A.PFX"),)


def test_the_exact_name_wins_over_another_case() -> None:
    one = plan(place("portal", ("pem-full", "east/a.pem"), demands=[demand("file.count", certificates=3)]))
    for files in (
        {"east/A.pem": b"junk", "east/a.pem": GOOD_PEM},
        {"east/a.pem": GOOD_PEM, "east/A.pem": b"junk"},
    ):
        assert verdicts(judge(one, files, {}, NOW)) == [("east/a.pem", "test.file.count", "OK")]


def test_a_part_is_judged_without_what_is_missing_and_without_its_set() -> None:
    two = plan(
        place("portal", ("pem-full", "east/a.pem"), demands=[demand("validity.current")]),
        place("graph", ("pem-full", "east/b.pem"), demands=[demand("validity.current")]),
        demands=[demand("set.count", count=2)],
    )
    report = judge(two, {"east/b.pem": GOOD_PEM}, {}, NOW, whole=False)
    assert verdicts(report) == [
        ("east/b.pem", "test.validity.current", "OK"),
        ("east/web", "test.set.count", "Skipped"),
    ]
    assert report.results[1].reason == "only a part of the set was given"
    assert report.judged == 1


# ── terms that stumble ────────────────────────────────────────────────────────────────────────────


@value
class Stumbling(Word):
    """A term that stumbles after its first word."""

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        yield Mismatch("one", "other")
        raise KeyError("a secret, perhaps")


@value
class StumblingSet(SetWord):
    """A term that stumbles over a set."""

    def check_set(self, members: Sequence[Seen], layout: Layout, now: datetime) -> Iterator[Mismatch]:
        raise ZeroDivisionError


def test_a_term_that_stumbles_is_named_and_the_others_still_speak() -> None:
    one = plan(
        place("portal", ("pem-full", "a.pem"), demands=[demand_of(Stumbling(), "odd"), demand("validity.current")]),
        demands=[demand_of(StumblingSet(), "set.odd"), demand("set.count", count=1)],
    )
    report = judge(one, {"a.pem": GOOD_PEM}, {}, NOW)
    assert verdicts(report) == [
        ("a.pem", "material.judgement-failed", "Fail"),
        ("a.pem", "test.validity.current", "OK"),
        ("east/web", "material.judgement-failed", "Fail"),
        ("east/web", "test.set.count", "OK"),
    ]
    assert [one.reason for one in report.results if one.code == "material.judgement-failed"] == [
        "test.odd: KeyError",
        "test.set.odd: ZeroDivisionError",
    ]
    assert report.results[0].mismatches == ()


def test_reading_that_stumbles_spoils_one_file_only() -> None:
    strange = {"a.pem": None, "b.pem": GOOD_PEM}
    two = plan(place("a", ("pem-full", "a.pem")), place("b", ("pem-full", "b.pem"), demands=[demand("key.algorithm")]))
    first, second = works(two, {"a.pem": b"x", "b.pem": GOOD_PEM}, {}, NOW)
    broken = see(replace(first, content=strange))  # type: ignore[arg-type]
    assert broken.trouble is not None
    assert broken.trouble.code == "material.judgement-failed"
    report = judge_seen(two, [broken, see(second)], strange, NOW)
    assert verdicts(report)[1:] == [("b.pem", "test.key.algorithm", "OK")]


# ── what hangs on what ────────────────────────────────────────────────────────────────────────────


def test_a_demand_is_skipped_once_what_it_hangs_on_is_not_met() -> None:
    demands = [
        demand("chain.nothing-else", after=["test.names.absent", "test.chain.complete"]),
        demand("names.absent", Severity.WARNING),
        demand("chain.complete"),
        demand("chain.order", after=["test.chain.complete"]),
        demand("revocation.reachable", after=["test.names.absent"]),
    ]
    one = plan(place("portal", ("pem-full", "a.pem"), demands=demands))
    report = judge(one, {"a.pem": GOOD_PEM}, {}, NOW)
    assert [status for _, _, status in verdicts(report)] == ["Skipped", "Warning", "OK", "OK", "Skipped"]
    assert only(report, "test.chain.nothing-else").reason == ("test.names.absent failed; remedy that and check again")
    assert only(report, "test.revocation.reachable").reason.startswith("needs the network")
    bare = judge(one, {"a.pem": case("names.absent/bad.pem")}, {}, NOW)
    assert only(bare, "test.chain.nothing-else").reason == (
        "test.names.absent and test.chain.complete failed; remedy that and check again"
    )
    assert only(bare, "test.chain.order").status is Status.SKIPPED


def test_what_stumbled_counts_as_not_met() -> None:
    demands = [demand_of(Stumbling(), "odd"), demand("validity.current", after=["test.odd"])]
    report = judge(plan(place("portal", ("pem-full", "a.pem"), demands=demands)), {"a.pem": GOOD_PEM}, {}, NOW)
    assert report.results[1].status is Status.SKIPPED


# ── several files of a place ──────────────────────────────────────────────────────────────────────


def test_a_key_alone_is_judged_beside_its_certificate() -> None:
    files = {
        "x/other.pem": case("set.count/good/graph.pem"),
        "y/tls.crt": case("set.same-base-names/good/client/connector.pem"),
        "y/tls.key": case("set.same-base-names/good/client/connector.key"),
    }
    packages = [("pem-chain", "x/other.pem"), ("pem-key", "y/tls.key"), ("pem-chain", "y/tls.crt")]
    demands = [demand("key.matches"), demand("key.present")]
    one = plan(place("portal", *packages, demands=demands))
    report = judge(one, files, {}, NOW)
    assert verdicts(report) == [
        ("x/other.pem", "test.key.matches", "Skipped"),
        ("x/other.pem", "test.key.present", "Skipped"),
        ("y/tls.key", "test.key.matches", "OK"),
        ("y/tls.key", "test.key.present", "OK"),
        ("y/tls.crt", "test.key.matches", "Skipped"),
        ("y/tls.crt", "test.key.present", "Skipped"),
    ]
    elsewhere = plan(place("portal", *packages[:2], demands=demands))
    assert verdicts(judge(elsewhere, files, {}, NOW))[2] == ("y/tls.key", "test.key.matches", "Fail")
    alone = plan(place("portal", packages[1], demands=demands))
    assert verdicts(judge(alone, files, {}, NOW))[0] == ("y/tls.key", "test.key.matches", "OK")


def test_only_a_key_borrows_a_certificate() -> None:
    """A PFX beside another certificate keeps its own, and a file with nothing in it stays empty."""
    files = {
        "a.pfx": GOOD_PFX,
        "b.pem": case("set.count/good/graph.pem"),
        "c.key": case("key.unencrypted/bad-none.key"),
    }
    demands = [demand("key.matches"), demand("validity.current")]
    packages = [("pfx", "a.pfx"), ("pem-full", "b.pem"), ("pem-key", "c.key"), ("der-crl", "d.crl")]
    one = plan(place("portal", *packages, demands=demands))
    crl = b"-----BEGIN UNKNOWN-----\nMAA=\n-----END UNKNOWN-----\n"
    report = judge(one, {**files, "d.crl": crl}, PASSWORDS, NOW)
    assert verdicts(report)[0] == ("a.pfx", "test.key.matches", "OK")
    assert verdicts(report)[-2:] == [
        ("d.crl", "test.key.matches", "Skipped"),
        ("d.crl", "test.validity.current", "Skipped"),
    ]
    assert report.unjudged == ()


def test_an_object_may_be_in_any_file_of_the_place() -> None:
    wanted = demand("kubernetes.object", kind="Secret", name="broker-tls", namespace="azure-iot-operations")
    form = "kubernetes-opaque-secret"
    one = plan(place("broker", (form, "a.yaml"), (form, "b.yaml"), ("pem-full", "c.pem"), demands=[wanted]))
    files = {
        "a.yaml": case("kubernetes.object/bad-other-name.yaml"),
        "b.yaml": case("kubernetes.object/good.yaml"),
        "c.pem": GOOD_PEM,
    }
    report = judge(one, files, {}, NOW)
    assert [status for _, _, status in verdicts(report)] == ["Skipped", "OK", "Skipped"]
    assert report.results[0].reason == "judged with b.yaml"
    assert report.results[2].reason == "there is no Kubernetes object in this file"
    neither = judge(one, {**files, "b.yaml": files["a.yaml"]}, {}, NOW)
    assert [status for _, _, status in verdicts(neither)] == ["Fail", "Skipped", "Skipped"]
    assert neither.results[1].reason == "judged with a.yaml"


def test_the_leaf_of_an_authority_is_the_first_and_of_an_identity_the_end() -> None:
    files = {"a.pem": case("chain.order/bad-leaf-last.pem")}
    demands = [demand("usage.authority", authority=True)]
    as_identity = plan(place("a", ("pem-full", "a.pem"), demands=demands))
    as_authority = plan(place("a", ("pem-full", "a.pem"), demands=demands, kind="authority"))
    as_anchors = plan(place("a", ("pem-full", "a.pem"), demands=[*demands, demand("chain.order")], kind="anchors"))
    assert verdicts(judge(as_identity, files, {}, NOW))[0][2] == "Fail"
    assert verdicts(judge(as_authority, files, {}, NOW))[0][2] == "OK"
    assert [status for _, _, status in verdicts(judge(as_anchors, files, {}, NOW))] == ["OK", "Skipped"]


def test_a_file_for_one_certificate_has_no_chain_to_miss() -> None:
    demands = [demand("chain.complete")]
    one = plan(place("a", ("base64-cer", "a.cer"), demands=demands))
    assert verdicts(judge(one, {"a.cer": case("names.first/good.pem")}, {}, NOW))[0][2] == "Skipped"
    assert verdicts(judge(one, {"a.cer": GOOD_PEM}, {}, NOW))[0][2] == "OK"


def test_a_key_that_is_none_is_told_by_the_demand_on_keys() -> None:
    one = plan(place("a", ("der-key", "a.key"), demands=[demand("key.matches"), demand("key.present")]))
    report = judge(one, {"a.key": b"\x30\x03\x02\x01\x05"}, {}, NOW)
    assert [status for _, _, status in verdicts(report)] == ["Fail", "OK"]
    (mismatch,) = report.results[0].mismatches
    assert mismatch.expected == "a private key whose parts fit together"
    assert "not a private key" in mismatch.found


# ── which roots ───────────────────────────────────────────────────────────────────────────────────

TRUSTED = demand("chain.trusted")
OTHER = certificates_in(case("chain.trusted/bad-other-root.pem"))[1]


def trusted(*places: Place, anchors: Mapping[str, Sequence[bytes]] | None = None, **files: bytes) -> tuple[str, str]:
    given = {"a.pem": GOOD_PEM, **{f"{name}.cer": content for name, content in files.items()}}
    report = judge(plan(*places), given, {}, NOW, anchors=anchors or {})
    found = only(report, "test.chain.trusted")
    return found.status.value, found.reason


def test_roots_are_those_given_for_the_nearest_authority() -> None:
    leaf = place("a", ("pem-full", "a.pem"), demands=[TRUSTED], issuer="pki/issuing")
    issuing = place("i", id="pki/issuing", issuer="pki/root", kind="authority", set="pki", site="")
    root = place("r", id="pki/root", issuer="pki/root", kind="authority", set="pki", site="")
    assert trusted(leaf) == ("Skipped", "nothing says which root is to be trusted")
    assert trusted(leaf, anchors={"pki/issuing": [ROOT]}) == ("OK", "")
    assert trusted(leaf, issuing, root, anchors={"pki/root": [ROOT]}) == ("OK", "")
    assert trusted(leaf, issuing, root, anchors={"pki/root": [ROOT], "pki/issuing": [OTHER]})[0] == "Fail"
    assert trusted(leaf, anchors={"east/a": [OTHER]})[0] == "Fail"
    assert trusted(leaf, anchors={"east/b": [ROOT], "pki/root": [ROOT]})[0] == "Skipped"


def test_roots_are_those_the_files_hold_of_the_topmost_authority() -> None:
    leaf = place("a", ("pem-full", "a.pem"), demands=[TRUSTED], issuer="pki/root")
    root = place("r", ("der", "r.cer"), id="pki/root", issuer="pki/root", kind="authority", set="pki", site="")
    assert trusted(leaf, root, r=ROOT)[0] == "OK"
    assert trusted(leaf, root, r=OTHER)[0] == "Fail"
    assert trusted(leaf, root, r=b"junk")[0] == "Skipped"
    assert trusted(leaf, root)[0] == "Skipped"


def test_roots_are_at_last_the_anchors_of_the_site() -> None:
    leaf = place("a", ("pem-full", "a.pem"), demands=[TRUSTED], issuer="public/issuing")
    given = place("t", kind="anchors", anchors=(OTHER, ROOT))
    packed = place("t", ("der", "t.cer"), kind="anchors")
    assert trusted(leaf, given)[0] == "OK"
    assert trusted(leaf, packed, t=ROOT)[0] == "OK"
    assert trusted(leaf, packed, t=OTHER)[0] == "Fail"
    assert trusted(leaf, replace(given, site="west"))[0] == "Skipped"
    assert trusted(leaf, replace(given, kind="identity"))[0] == "Skipped"


# ── the tree of a set ─────────────────────────────────────────────────────────────────────────────


def tree(*paths: str, planned: Sequence[str], other: Sequence[str] = (), layout: str = "") -> Layout:
    packages = tuple(Package(str(n), "pfx", path, layout) for n, path in enumerate(planned))
    mine = replace(place("portal"), packages=packages)
    theirs = replace(place("else", *(("pfx", path) for path in other)), set="east/other")
    script = Script("s", "s", "east/web/import.ps1", "", "powershell", {})
    return layouts(plan(mine, theirs, scripts=[script]), paths)["east/web"]


def test_strays_are_files_in_the_folders_of_the_set() -> None:
    planned = ["east/web/A/a.pfx", "east/web/B/b.pfx"]
    found = tree(
        "east/web/A/a.pfx", "east/web/C/stray.pfx", "east/web/stray.txt", "east/web/import.ps1", "east/web/B/other.pfx",
        "east/readme.txt", "pki/web/root.cer", "west/web/A/a.pfx", "east/webbing/x",
        planned=planned, other=["east/web/B/other.pfx"],
    )  # fmt: skip
    assert found == Layout(tuple(planned), ("east/web/A/a.pfx", "east/web/C/stray.pfx", "east/web/stray.txt"))


def test_folders_in_another_case_are_still_those_folders() -> None:
    found = tree("east/WEB/a/A.pfx", "east/WEB/c/x", planned=["east/web/A/a.pfx", "east/web/B/b.pfx"])
    assert found.found == ("east/WEB/a/A.pfx", "east/WEB/c/x")


def test_a_set_spread_over_its_site_minds_only_its_own_folders() -> None:
    found = tree("east/A/stray", "east/C/stray", "east/stray", planned=["east/A/a.pfx", "east/B/b.pfx"])
    assert found.found == ("east/A/stray",)
    assert tree("east/stray", planned=["east/a.pfx"]).found == ("east/stray",)


def test_a_set_without_files_has_an_empty_tree() -> None:
    assert tree("east/x", planned=[]) == Layout()


def test_each_layout_has_its_own_folders() -> None:
    packages = (Package("1", "pfx", "east/validate/A/a.pfx", "v"), Package("2", "pfx", "east/rotate/B/a.pfx", "r"))
    one = plan(replace(place("portal"), packages=packages))
    found = layouts(one, ["east/validate/A/x", "east/rotate/B/y", "east/other/z"])["east/web"].found
    assert found == ("east/validate/A/x", "east/rotate/B/y")


def test_strays_reach_the_verdict_on_folders() -> None:
    one = plan(
        place("portal", ("pem-full", "east/web/A/a.pem")),
        place("graph", ("pem-full", "east/web/B/b.pem")),
        demands=[demand("set.folders")],
    )
    files = {"east/web/A/a.pem": GOOD_PEM, "east/web/b/b.pem": GOOD_PEM, "east/web/A/old.pem": GOOD_PEM}
    found = only(judge(one, files, {}, NOW), "test.set.folders")
    assert found.status is Status.FAIL
    assert found.mismatches == (
        Mismatch("exactly this name", "east/web/b/b.pem", "east/web/B/b.pem"),
        Mismatch("no other file", "a file nobody asked for", "east/web/A/old.pem"),
    )


def test_a_set_hears_of_members_that_could_not_be_opened() -> None:
    one = plan(
        place("portal", ("pfx", "a.pfx")),
        place("graph", ("pfx", "b.pfx")),
        demands=[demand("set.same-password"), demand("set.count", count=2, after=["test.set.same-password"])],
    )
    files = {"a.pfx": GOOD_PFX, "b.pfx": case("set.same-password/bad/graph.pfx")}
    report = judge(one, files, PASSWORDS, NOW)
    found = only(report, "test.set.same-password")
    assert found.mismatches == (Mismatch("one password for the whole set", "files it does not open", "b.pfx"),)
    assert (found.place, found.path, found.subject) == ("east/web", "", "")
    assert only(report, "test.set.count").status is Status.SKIPPED
    assert report.judged == 1


def test_nothing_is_planned_and_nothing_is_said() -> None:
    assert judge(Plan((), (), ()), {"x": b""}, {}, NOW) == Report((), 0, now=NOW)


def test_a_report_tells_what_was_judged() -> None:
    plan = Plan((place("portal", ("pfx", "a.pfx")), place("other", ("pem-chain", "b.pem"))), (), ())
    report = judge(plan, {"a.pfx": GOOD_PFX, "b.pem": GOOD_PEM}, PASSWORDS, NOW, anchors={})
    assert [(facts.path, facts.place) for facts in report.files] == [
        ("a.pfx", plan.places[0].id),
        ("b.pem", plan.places[1].id),
    ]
    leaf, *above = report.files[0].chain
    assert leaf == report.files[0].certificate
    assert leaf.issuer == above[0].subject
    assert re.fullmatch(r"[0-9A-F]{6}\*{28}[0-9A-F]{6}", leaf.thumbprint)
    assert leaf.not_before < NOW < leaf.not_after
    assert report.files[0].complete
    assert [name for group in report.sets for name, _ in group.places] == [one.id for one in plan.places]


def test_every_certificate_of_a_trust_list_is_told() -> None:
    listed = replace(place("roots", ("pem-bundle", "roots.pem")), kind="anchors")
    content = case("chain.trusted/root.pem")
    report = judge(Plan((listed,), (), ()), {"roots.pem": content}, {}, NOW)
    assert len(report.files) == len(certificates_in(content))
    assert {facts.complete for facts in report.files} == {None}


# ── in German ─────────────────────────────────────────────────────────────────────────────────────


def test_a_folder_with_findings_is_told_in_german() -> None:
    demands = [
        demand("key.length", minimum=4096),
        demand("names.required", names=("dns:shop.contoso.com",), after=("test.key.length",)),
        demand("validity.remaining", days=9000),
        demand("pfx.encryption", allowed=("tripledes-sha1",)),
        demand("kubernetes.object", kind="Secret", name="a"),
    ]
    three = plan(
        place("portal", ("pfx", "east/a.pfx"), demands=demands),
        place("graph", ("pfx", "east/B.pfx"), ("pfx", "east/gone.pfx"), demands=demands),
        place("torn", ("pfx", "east/torn.pfx"), demands=demands),
        demands=[demand("set.count", count=9), demand("set.same-password"), demand("set.folders")],
    )
    files = {"east/a.pfx": GOOD_PFX, "east/b.pfx": GOOD_PFX, "east/torn.pfx": GOOD_PFX[:-9]}
    with speaking("de"):
        report = judge(three, files, PASSWORDS, NOW)
    plain = judge(three, files, PASSWORDS, NOW)
    assert verdicts(report) == verdicts(plain), "a verdict depends on no language"
    said = [text for one in report.results for text in (one.reason, *_texts(one.mismatches)) if not _is_path(text)]
    assert len(set(said)) > 15
    assert not english(*said, *(text.partition(": ")[2] for text in report.unjudged))
    assert only(report, "test.set.count").mismatches[0].expected == "9 Zertifikate"
    told = [one for one in report.results if one.code == "test.names.required" and one.path == "east/a.pfx"]
    assert [one.reason for one in told] == ["test.key.length nicht erfüllt; das beheben und erneut prüfen"]


def _texts(mismatches: Sequence[Mismatch]) -> Iterator[str]:
    return (text for one in mismatches for text in (one.expected, one.found))


def _is_path(text: str) -> bool:
    return re.fullmatch(r"[\w./]*", text) is not None
