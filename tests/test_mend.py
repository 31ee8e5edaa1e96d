"""What can be mended: files opened whatever they are, certificates given to places, chains found, changes told."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.german import english

from certwright.mend.changes import Told, changed, moved, replaced
from certwright.mend.credentials import Desk
from certwright.mend.matching import match
from certwright.mend.material import Piece, Pool, open_piece
from certwright.mend.remaining import needs_certificate
from certwright.mend.settling import settle
from certwright.mend.single import Bench
from certwright.model import (
    CertificateSet,
    Demand,
    Draft,
    GeneralName,
    Package,
    Place,
    Plan,
    Requirement,
    Result,
    Severity,
    Status,
)
from certwright.pack.packing import pack
from certwright.speech import speaking
from certwright.terms import bind

CASES = Path(__file__).parent / "cases"
NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
PASSWORD = "Sommer-Haus-2026"
PFX = (CASES / "terms/chain.complete/good.pfx").read_bytes()
PEM = (CASES / "terms/chain.trusted/good.pem").read_bytes()
NAME = "portal.east.contoso.com"


def demand(term: str, **values: object) -> Demand:
    requirement = Requirement(f"test.{term}", term, {}, Severity.ERROR, "text", "why", "fix", ())
    return Demand(requirement, bind(term, values))


def place(name: str, *paths: str, names: Sequence[str] = (NAME,), form: str = "pfx") -> Place:
    packages = tuple(Package(f"p{number}", form, path) for number, path in enumerate(paths))
    demands = (demand("names.required", names=[f"dns:{one}" for one in names]), demand("pfx.local-machine"))
    draft = Draft(names=tuple(GeneralName("dns", one) for one in names))
    return Place(f"east/{name}", "east", "east/web", "test", "identity", name, draft, packages, demands)


def plan(*places: Place) -> Plan:
    return Plan(places, (CertificateSet("east/web", "east", "web", tuple(one.id for one in places), ()),), ())


def piece(path: str, content: bytes) -> Piece:
    return open_piece(path, content, ["wrong", PASSWORD], NOW)


# ── opening ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("content", "form", "certificates", "keys"),
    [
        ("terms/chain.complete/good.pfx", "pfx", 3, 1),
        ("terms/chain.trusted/good.pem", "pem-chain", 3, 0),
        ("pfx/leaf.key.pem", "pem-chain", 0, 1),
        ("pack/issuing.crl", "der-crl", 0, 0),
    ],
)
def test_a_file_is_opened_as_what_it_is(content: str, form: str, certificates: int, keys: int) -> None:
    found = piece("no-name-helps", (CASES / content).read_bytes())
    assert (found.form, found.opened.keys) == (form, keys), found.reason
    assert len(found.opened.certificates) >= certificates


def test_a_locked_file_says_so_and_nothing_of_the_passwords() -> None:
    found = open_piece("a.pfx", PFX, ["guessed", "again"], NOW)
    assert found.form == ""
    assert "password" in found.reason
    assert "guessed" not in repr(found)
    assert PASSWORD not in repr(piece("a.pfx", PFX))


@given(st.binary(max_size=400) | st.binary(max_size=60).map(lambda tail: b"\x30\x82\x01\x00\x02\x01\x03" + tail))
def test_whatever_it_is_opening_never_fails(content: bytes) -> None:
    found = open_piece("x", content, ["a"], NOW)
    assert found.form or found.reason


# ── matching ──────────────────────────────────────────────────────────────────────────────────────


def chosen(*places: Place, pieces: Sequence[Piece]) -> tuple[set[str], dict[str, str]]:
    found = match(plan(*places), Pool(tuple(pieces)), NOW)
    return set(found.chosen), dict(found.strays)


def test_by_names_when_one_place_fits() -> None:
    places = (place("portal", "east/portal.pfx"), place("graph", "east/graph.pfx", names=["graph.east.contoso.com"]))
    assert chosen(*places, pieces=[piece("dump/x.p12", PFX)]) == ({"east/portal"}, {})
    assert chosen(*places, pieces=[piece("east/graph.pfx", PFX)])[0] == {"east/portal"}, "a wrong place is no claim"


def test_by_path_when_several_fit() -> None:
    places = (place("one", "east/one.pfx"), place("two", "east/two.pfx"))
    assert chosen(*places, pieces=[piece("east/TWO.pfx", PFX)])[0] == {"east/two"}
    found, strays = chosen(*places, pieces=[piece("dump/x.pfx", PFX)])
    assert found == set()
    assert strays == {"dump/x.pfx": "fits several places: east/one, east/two"}


def test_nobody_wants_a_stranger_and_whoever_shares_is_served() -> None:
    other = place("graph", "east/graph.pfx", names=["graph.east.contoso.com"])
    found, strays = chosen(other, pieces=[piece("dump/x.pfx", PFX), piece("README", b"hello")])
    assert found == set()
    assert set(strays) == {"dump/x.pfx", "README"}
    both = (place("portal", "a.pfx"), replace(other, shares_with="east/portal"))
    assert chosen(*both, pieces=[piece("a.pfx", PFX)])[0] == {"east/portal", "east/graph"}


# ── packing and telling ───────────────────────────────────────────────────────────────────────────


def test_key_leaf_and_chain_come_together_from_different_files() -> None:
    opened = piece("a.pfx", PFX)
    assert opened.opened.pkcs8 is not None
    parts = [
        piece("k", opened.opened.pkcs8),
        *(piece(f"c{number}", der) for number, der in enumerate(opened.opened.certificates)),
    ]
    one = place("portal", "east/portal.pfx")
    pool = Pool(tuple(parts))
    (made,) = Desk(plan(one), pool, NOW).credentials(match(plan(one), pool, NOW).chosen).values()
    assert made.pkcs8 == opened.opened.pkcs8
    assert {made.certificate, *made.chain} == set(opened.opened.certificates)
    assert len(made.chain) == 2


def test_settling_repairs_what_fails_and_says_why() -> None:
    one = place("portal", "east/portal.pfx", "east/copy/portal.pfx")
    pool = Pool((piece("east/portal.pfx", PFX),))
    made = Desk(plan(one), pool, NOW).credentials(match(plan(one), pool, NOW).chosen)
    packed = {
        artifact.path: artifact.content
        for package in one.packages
        for artifact in pack(package, made[one.id], PASSWORD, bytes)
    }
    bench = Bench(plan(one), pool, {"east/web": PASSWORD}, {}, NOW, whole=True)
    settled = settle(bench, packed, {})
    assert settled.files.keys() == packed.keys()
    told = {(repair.path, repair.code, repair.what) for repair in settled.repairs}
    assert ("east/copy/portal.pfx", "material.missing", "copy") in told
    assert not settled.remaining
    refused = settle(bench, {}, {one.id: "no key"})
    assert [result.code for result in refused.remaining] == ["material.missing"]
    assert not refused.files


def test_changes_name_the_demand_behind_them() -> None:
    before, after = piece("a", PEM).seen, piece("b", PFX).seen
    told = Told("east/portal", "b", (demand("file.form", form="pfx"),))
    repairs = {repair.what: repair for repair in told.repairs(changed(before, after, same_password=True))}
    assert (repairs["form"].code, repairs["form"].before, repairs["form"].after) == ("test.file.form", "PEM", "PFX")
    assert repairs["form"].why == "why"
    assert repairs["container"].code == ""
    assert list(changed(after, after, same_password=True)) == []
    assert list(moved("a", "a", stays=False)) == []
    assert [row[0] for row in moved("", "a", stays=False)] == ["material.missing"]


def test_changes_are_told_in_german() -> None:
    before, after = piece("a", PEM).seen, piece("b", PFX).seen
    with speaking("de"):
        rows = [
            *changed(before, after, same_password=True),
            *changed(after, before, same_password=True),
            *replaced("", "x"),
        ]
        strays = chosen(pieces=[piece("stray.pfx", PFX)])[1]
    assert not english(*(text for _, *row in rows for text in row), *strays.values())
    assert ("material.unreadable", "Datei", "", "aus x erstellt") in rows
    assert "passt zu keinem Platz des Plans" in strays["stray.pfx"]


@pytest.mark.parametrize(
    ("term", "needed"),
    [
        ("names.required", True),
        ("validity.current", True),
        ("key.matches", True),
        ("chain.complete", False),
        ("", False),
    ],
)
def test_what_needs_a_new_certificate(term: str, needed: bool) -> None:
    requirement = Requirement("a.b", term, {}, Severity.ERROR, "", "", "", ())
    assert needs_certificate([Result("a.b", Status.FAIL, "p", "f", requirement=requirement)]) is needed
