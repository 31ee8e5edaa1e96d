"""A root and an issuing CA are rotated through `apply`: every gate, every state, what is refused, and an emergency."""

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from certwright.errors import Broken, Impossible, Refused
from certwright.inventory import Inventory, Revocation
from certwright.wiring.applying import preview
from certwright.wiring.changes import changes
from certwright.wiring.checking import check
from certwright.wiring.declaring import Wish, declare, declare_compromised
from certwright.wiring.emergency import emergency_of
from certwright.wiring.forcing import force, next_gate
from certwright.wiring.schedule import schedule
from certwright.x509.crl import read_crl
from certwright.x509.pem import certificates_in
from certwright.x509.read import read_certificate

from .rotated import DECLARED, Bakery

LEAVES = ("east/shop-front", "east/coffee-machine", "east/van/blue")


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("once")
    Bakery(folder).apply()
    return folder


@pytest.fixture
def bakery(once: Path, tmp_path: Path) -> Bakery:
    return Bakery(Path(shutil.copytree(once, tmp_path / "bakery")))


@pytest.fixture
def staged(bakery: Bakery) -> Bakery:
    bakery.declare()
    bakery.apply(1)
    return bakery


@pytest.fixture
def signing(staged: Bakery) -> Bakery:
    staged.see()
    staged.apply(1)
    return staged


def trusted(bakery: Bakery) -> set[str]:
    """The subjects of the roots in the files of the trust list."""
    files = [bakery.folder / "out" / one for one in bakery.files() if one.startswith("east/root")]
    return {read_certificate(der).subject for file in files for der in certificates_in(file.read_bytes())}


def issuers(bakery: Bakery) -> set[str]:
    held = bakery.held()
    return {held[place].issuer for place in LEAVES}


def whole(bakery: Bakery) -> None:
    """Nothing is due, and `check` accepts what is delivered."""
    assert preview(bakery.loaded()) == ()
    report = check(bakery.loaded())
    assert not report.findings()
    assert not report.unjudged


# ── from the beginning to the end ──


def test_a_declared_generation_is_staged_and_signs_nothing(staged: Bakery) -> None:
    assert staged.states() == {2: "staged"}
    assert {"pki/contoso-root-2.cer", "pki/contoso-issuing-2.crl", "east/root-2.cer"} <= staged.files()
    assert trusted(staged) == {"CN=Contoso Root CA", "CN=Contoso Root CA G2"}
    assert issuers(staged) == {"contoso/issuing"}
    whole(staged)


def test_it_signs_when_everybody_was_seen_to_trust_it(staged: Bakery) -> None:
    staged.see("east/gate")
    staged.apply(40)
    assert staged.states() == {2: "staged"}, "forty days are no reason, and one of two is not all"
    assert staged.progress().unreached == ("east/till",)
    staged.see("east/till")
    applied = staged.apply()
    assert set(applied.made) == set(LEAVES)
    assert "contoso: generation 2 signs from now on" in applied.messages
    assert staged.states() == {1: "verify-only", 2: "signing"}
    assert issuers(staged) == {"contoso/issuing-2"}
    whole(staged)


def test_the_file_the_product_knows_is_the_root_that_signs(signing: Bakery) -> None:
    (der,) = certificates_in((signing.folder / "out/east/root.cer").read_bytes())
    assert read_certificate(der).subject == "CN=Contoso Root CA G2"
    assert {"east/root.cer", "east/root-1.cer"} <= signing.files()
    assert "east/root-2.cer" not in signing.files()


def test_the_keys_of_leaves_are_new(bakery: Bakery) -> None:
    before = {place: read_certificate(bakery.held()[place].certificate).key.spki for place in LEAVES}
    bakery.declare()
    bakery.apply(1)
    bakery.see()
    bakery.apply(1)
    after = {place: read_certificate(bakery.held()[place].certificate).key.spki for place in LEAVES}
    assert before.keys() == after.keys()
    assert not set(before.values()) & set(after.values())


def test_the_old_one_is_retired_when_nothing_depends_on_it(signing: Bakery) -> None:
    signing.see()
    signing.apply(30)
    assert signing.states()[1] == "verify-only", "leaves live for longer"
    applied = signing.apply(800)
    assert signing.states() == {1: "retired", 2: "signing"}
    assert "contoso: generation 1 is retired, and trust lists hold it no more" in applied.messages
    assert trusted(signing) == {"CN=Contoso Root CA G2"}
    assert not {one for one in signing.files() if one.startswith(("pki/contoso-root.", "pki/contoso-issuing."))}
    assert not [one for one in applied.messages if "no longer part of the plan" in one]
    assert "contoso/root" in signing.held(), "what a retired authority had is kept, sealed"
    whole(signing)


def test_who_was_not_visited_since_keeps_the_old_one_trusted(signing: Bakery) -> None:
    signing.edit("{number: 2, reason: it ends}", "{number: 2, reason: it ends, retire_from: 2027-01-01}")
    signing.apply(100)
    assert signing.states()[1] == "verify-only"
    assert signing.progress().unreached == ("east/gate",)
    signing.see()
    signing.apply()
    assert signing.states()[1] == "retired"


def test_a_third_generation_follows_the_second(signing: Bakery) -> None:
    signing.see()
    signing.apply(830)
    signing.declare(DECLARED, "    - {number: 3, reason: again, scope: issuing}\n")
    signing.apply(1)
    assert signing.states() == {1: "retired", 2: "verify-only", 3: "signing"}, "no list has to change for it"
    assert issuers(signing) == {"contoso/issuing-3"}
    assert signing.held()["contoso/issuing-3"].issuer == "contoso/root-2"
    assert trusted(signing) == {"CN=Contoso Root CA G2"}
    whole(signing)


def test_what_a_run_would_do_is_foreseen(bakery: Bakery) -> None:
    bakery.declare()
    assert {one.place for one in preview(bakery.loaded())} >= {
        "contoso/root-2",
        "contoso/issuing-2",
        "east/trusted-root",
    }
    assert {one.place for one in changes(bakery.loaded()).certificates} == {
        "contoso/root-2", "contoso/issuing-2", "contoso/bridge-2",
    }  # fmt: skip
    assert bakery.states() == {}
    bakery.apply(1)
    assert changes(bakery.loaded()).empty
    bakery.see()
    assert {one.place for one in changes(bakery.loaded()).certificates} == set(LEAVES)


def test_a_run_says_what_it_waits_for(staged: Bakery) -> None:
    applied = staged.apply()
    told = f"contoso: generation 2 does not sign yet; what it waits for: certwright ca status {staged.loaded().typed}"
    assert applied.messages == (told,)


def test_a_step_whose_run_fails_is_told_by_the_next_that_ends(bakery: Bakery) -> None:
    """Written down it is at once; then the disk is full, twice."""
    bakery.declare(DECLARED)
    told = "contoso: generation 2 is staged, and trust lists hold it from now on"

    def full(point: str) -> None:
        if point == "after a generation moved":
            raise Broken("the disk is full")

    def again(point: str) -> None:
        raise Broken("the disk is full")

    for fails in (full, again):
        with pytest.raises(Broken):
            bakery.apply(at=fails)
    assert bakery.states()[2] == "staged"
    assert bakery.apply().messages[0] == told
    assert told not in bakery.apply().messages


def test_a_day_that_is_waited_for_is_the_next(bakery: Bakery) -> None:
    bakery.declare("    - {number: 2, reason: it ends, sign_from: 2026-11-28}\n")
    bakery.apply(1)
    assert bakery.apply().next_due != date(2026, 11, 28), "somebody has to be seen, too"
    bakery.see()
    assert bakery.apply().next_due == (date(2026, 11, 28), "generation 2 of contoso")


def test_a_calendar_says_to_rotate(bakery: Bakery) -> None:
    falling = {one.place: one for one in schedule(bakery.loaded()) if one.kind == "rotation"}
    assert falling["contoso/root"].todo == "certwright ca rotate bakery.yaml --issuer contoso --reason TEXT"
    bakery.declare()
    bakery.apply(1)
    bakery.see()
    bakery.apply(1)
    falling = {one.place: one for one in schedule(bakery.loaded()) if one.kind in ("rotation", "renewal")}
    assert not {"contoso/root", "contoso/issuing"} & falling.keys(), "who signs no more is not renewed"
    assert "contoso/issuing-2" in falling


def test_nothing_is_made_before_its_day(bakery: Bakery) -> None:
    bakery.declare("    - {number: 2, reason: it ends, stage_from: 2027-01-10}\n")
    assert bakery.apply(1).made == ()
    assert bakery.states() == {}
    assert "contoso/root-2" in bakery.apply(60).made


def test_seen_is_not_enough_before_the_day(bakery: Bakery) -> None:
    bakery.declare("    - {number: 2, reason: it ends, sign_from: 2027-02-01}\n")
    bakery.apply(1)
    bakery.see()
    bakery.apply(1)
    assert bakery.states() == {2: "staged"}
    bakery.apply(71)
    assert bakery.states()[2] == "signing"


# ── windows ──


def test_a_normal_rotation_waits_for_the_window(bakery: Bakery) -> None:
    bakery.edit("    domain:", '    maintenance: {cron: "0 22 * * SAT", hours: 4}\n    domain:')
    bakery.declare()
    bakery.apply(1)
    bakery.see()
    applied = bakery.apply(1)  # a Monday
    assert bakery.states()[2] == "signing"
    assert not set(LEAVES) & set(applied.made)
    assert issuers(bakery) == {"contoso/issuing"}
    assert not check(bakery.loaded()).findings(), "what waits is still good: both roots are trusted"
    bakery.see()
    bakery.apply(1)
    assert bakery.states()[1] == "verify-only"
    bakery.apply(4.45)  # Saturday, a quarter to eleven at night
    assert issuers(bakery) == {"contoso/issuing-2"}
    whole(bakery)


def test_a_lost_file_of_what_waits_is_put_back(bakery: Bakery) -> None:
    bakery.edit("    domain:", '    maintenance: {cron: "0 22 * * SAT", hours: 4}\n    domain:')
    bakery.declare()
    bakery.apply(1)
    bakery.see()
    bakery.apply(1)
    assert issuers(bakery) == {"contoso/issuing"}
    lost = [bakery.folder / "out" / one for one in bakery.files() if one.startswith("east/") and "root" not in one]
    assert lost
    for file in lost:
        file.unlink()
    bakery.apply(0.01)
    assert all(file.exists() for file in lost), "what the generation before signed is as good as before"


def test_an_emergency_waits_for_nothing(bakery: Bakery) -> None:
    bakery.edit("    domain:", '    maintenance: {cron: "0 22 * * SAT", hours: 4}\n    domain:')
    bakery.declare("    - {number: 2, reason: stolen, scope: issuing, compromised: true}\n")
    applied = bakery.apply(1)
    assert set(applied.made) == {"contoso/issuing-2", *LEAVES}


# ── by force ──


def test_a_step_is_forced_once_and_the_log_keeps_the_reason(staged: Bakery) -> None:
    gate = next_gate(staged.loaded(), "contoso", "signing")
    assert {block.kind for block in gate.blocks} == {"unseen"}
    force(staged.loaded(), gate, "the till is scrapped")
    staged.apply(1)
    assert staged.states()[2] == "signing"
    assert staged.events("forced") == [
        "contoso/2: permitted to signing: the till is scrapped",
        "contoso/2: to signing: the till is scrapped",
    ]
    assert any("the till is scrapped" in one for one in staged.events("generation"))
    staged.apply(1)
    assert staged.states()[1] == "verify-only", "one step was forced, and no other"


def test_another_step_is_not_forced(staged: Bakery, bakery: Bakery) -> None:
    with pytest.raises(Refused, match="the next step of contoso is another one"):
        next_gate(staged.loaded(), "contoso", "retired")


def test_nothing_is_forced_where_nothing_rotates(bakery: Bakery) -> None:
    with pytest.raises(Refused, match="is not being rotated"):
        next_gate(bakery.loaded(), "contoso", "signing")


def test_force_does_not_retire_what_leaves_still_need(bakery: Bakery) -> None:
    bakery.edit("    domain:", '    maintenance: {cron: "0 22 * * SAT", hours: 4}\n    domain:')
    bakery.declare()
    bakery.apply(1)
    bakery.see()
    bakery.apply(1)
    gate = next_gate(bakery.loaded(), "contoso", "retired")
    assert "place" in {block.kind for block in gate.blocks}
    force(bakery.loaded(), gate, "in a hurry")
    bakery.apply(0.01)
    assert bakery.states()[1] == "verify-only", "its leaves wait for their window"
    bakery.apply(5.45)
    assert bakery.states()[1] == "retired"
    whole(bakery)


# ── what is refused ──


def test_a_generation_that_was_made_must_stay_declared(signing: Bakery) -> None:
    signing.edit("    generations:\n" + DECLARED, "")
    before = signing.files()
    with pytest.raises(Impossible, match="no longer declared") as refusal:
        signing.apply(1)
    assert refusal.value.conflicts[0].code == "certwright.generation-gone"
    assert signing.files() == before


@pytest.mark.parametrize(
    ("state", "told"), [("staged", "what was handed out stays where it is"), ("signing", "what it signed")]
)
def test_whoever_plans_hears_of_a_generation_that_was_taken_out(
    state: str, told: str, request: pytest.FixtureRequest
) -> None:
    """Not only `apply`: a plan without it would be a plan of something else. What is to be put back can be put back."""
    bakery: Bakery = request.getfixturevalue(state)
    written = bakery.file.read_text()
    bakery.edit("    generations:\n" + DECLARED, "")
    with pytest.raises(Impossible, match="apply does nothing before it is declared again") as refusal:
        bakery.loaded()
    (conflict,) = refusal.value.conflicts
    assert told in conflict.what
    assert ("put the rotation off" in conflict.hint) is (state == "staged")
    entry = re.search(r"- \{number: 2, .*?\}", conflict.hint)
    assert entry
    bakery.declare(f"    {entry[0]}\n")
    assert bakery.loaded().generations
    bakery.file.write_text(written)
    assert bakery.apply(0.01).made == ()


def test_two_rotations_at_once_are_refused(staged: Bakery) -> None:
    staged.declare(DECLARED, "    - {number: 3, reason: again}\n")
    with pytest.raises(Impossible, match="rotated once at a time"):
        staged.loaded()


def test_a_root_that_is_due_says_to_rotate(bakery: Bakery) -> None:
    with pytest.raises(Impossible, match="certwright ca rotate FILE --issuer contoso"):
        bakery.apply(365 * 18)


def test_a_dying_root_does_not_keep_its_successor_from_being_staged(bakery: Bakery) -> None:
    bakery.edit("root: {key: ec-256}", "root: {key: ec-256, years: 3}")
    bakery.edit("issuing: {key: ec-256}", "issuing: {key: ec-256, years: 3}")
    shutil.rmtree(bakery.folder / "bakery.certwright")
    shutil.rmtree(bakery.folder / "out")
    bakery.day = 0
    bakery.apply()
    bakery.day = 750
    with pytest.raises(Impossible, match="ca rotate"):
        bakery.apply()
    bakery.declare("    - {number: 2, reason: it ends, root: {years: 20}, issuing: {years: 10}}\n")
    applied = bakery.apply()
    assert "contoso/root-2" in applied.made
    assert dict(applied.waiting).keys() >= {"east/shop-front"}
    assert "generation 2 does not sign yet" in dict(applied.waiting)["east/shop-front"]
    bakery.see()
    applied = bakery.apply(1)
    assert bakery.states()[2] == "signing"
    assert applied.waiting == ()
    assert issuers(bakery) == {"contoso/issuing-2"}
    whole(bakery)


# ── an emergency ──


def test_a_compromised_issuing_ca_is_replaced_and_revoked_in_one_run(bakery: Bakery) -> None:
    before = bakery.held()
    bakery.declare("    - {number: 2, reason: stolen, scope: issuing, compromised: true}\n")
    applied = bakery.apply(1)
    assert applied.made[0] == "contoso/issuing-2"
    assert set(applied.made) == {"contoso/issuing-2", *LEAVES}
    assert bakery.states() == {1: "retired", 2: "signing"}
    listed = read_crl((bakery.folder / "out/pki/contoso-root.crl").read_bytes()).revoked
    assert listed[before["contoso/issuing"].serial].reason == "cACompromise"
    assert trusted(bakery) == {"CN=Contoso Root CA"}
    told = emergency_of(bakery.loaded(), "contoso")
    assert {one.place for one in told.certificates} == set(LEAVES)
    assert all(one.is_done for one in told.certificates)
    assert told.revoked is not None
    assert told.unseen == ("east/gate",)
    assert not told.is_over
    bakery.see()
    assert emergency_of(bakery.loaded(), "contoso").is_over
    whole(bakery)


def test_a_compromised_root_signs_nothing_while_its_successor_is_handed_out(bakery: Bakery) -> None:
    bakery.declare("    - {number: 2, reason: stolen, compromised: true}\n")
    bakery.edit("vans: [", "vans: [{name: red, plate: xyz987}, ")
    applied = bakery.apply(1)
    assert bakery.states() == {2: "staged"}
    assert "east/van/red" not in bakery.held()
    assert "signs no more" in dict(applied.waiting)["east/van/red"]
    bakery.see()
    bakery.apply(1)
    assert bakery.states() == {1: "retired", 2: "signing"}, "it is taken out of the lists as soon as it can be"
    assert trusted(bakery) == {"CN=Contoso Root CA G2"}
    assert "contoso/root" not in {one.authority for one in _revocations(bakery)}, "nothing can revoke a root"
    whole(bakery)


def _revocations(bakery: Bakery) -> list[Revocation]:
    with Inventory.open(bakery.loaded().database) as inventory, inventory.reading() as reading:
        return list(reading.revoked.of_held())


def test_what_is_compromised_is_not_renewed_before_its_successor_comes(bakery: Bakery) -> None:
    bakery.declare("    - {number: 2, reason: stolen, compromised: true, stage_from: 2033-12-24}\n")
    bakery.apply(1)
    assert bakery.states() == {2: "staged"}, "an emergency waits for no day that was declared before"
    applied = bakery.apply(2500)
    assert not {"contoso/issuing", *LEAVES} & set(applied.made)
    assert dict(applied.waiting).keys() == {"contoso/issuing", *LEAVES}
    assert bakery.states() == {2: "staged"}


def test_no_report_without_an_emergency(signing: Bakery) -> None:
    with pytest.raises(Refused, match="declared as compromised"):
        emergency_of(signing.loaded(), "contoso")


# ── declared by a command ──


def test_a_declaration_is_written_and_nothing_else_changes(bakery: Bakery) -> None:
    before = bakery.file.read_text()
    declared = declare(bakery.loaded(), "contoso", Wish("it ends"))
    assert bakery.file.read_text() == before
    declared.write()
    lines = bakery.file.read_text().splitlines()
    assert [line for line in before.splitlines() if line not in lines] == []
    assert [line for line in lines if line not in before.splitlines()] == [
        "    generations:",
        "      - number: 2",
        '        reason: "it ends"',
        "        scope: root",
    ]
    assert "contoso/root-2" in bakery.apply(1).made


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_keeps_its_encoding_its_line_ends_and_its_mode(bakery: Bakery, encoding: str) -> None:
    text = bakery.file.read_text().replace("\n", "\r\n") + "# Größe\r\n"
    bakery.file.write_bytes(text.encode(encoding))
    bakery.file.chmod(0o640)
    declare(bakery.loaded(), "contoso", Wish("größer")).write()
    after = bakery.file.read_bytes()
    assert after[:3] == text.encode(encoding)[:3]
    assert after.decode(encoding).replace("\r\n", "").count("\n") == 0
    assert 'reason: "größer"' in after.decode(encoding)
    assert bakery.file.stat().st_mode & 0o777 == 0o640
    assert [one.name for one in bakery.folder.iterdir() if "unfinished" in one.name] == []


def test_a_link_to_the_file_stays_one(bakery: Bakery) -> None:
    real = bakery.file.rename(bakery.folder / "real.yaml")
    bakery.file.symlink_to(real)
    declare(bakery.loaded(), "contoso", Wish("it ends")).write()
    assert bakery.file.is_symlink()
    assert "it ends" in real.read_text()


def test_a_declaration_that_cannot_be_changes_nothing(bakery: Bakery) -> None:
    before = bakery.file.read_bytes()
    with pytest.raises(Impossible, match="may still be in use"):
        declare(bakery.loaded(), "contoso", Wish("it ends", retire_from=bakery.now.date()))
    assert bakery.file.read_bytes() == before


def test_a_second_declaration_is_refused_while_the_first_is_under_way(staged: Bakery) -> None:
    with pytest.raises(Refused, match="generation 2 of contoso is under way already"):
        declare(staged.loaded(), "contoso", Wish("again"))


def test_a_file_that_changed_meanwhile_is_not_overwritten(bakery: Bakery) -> None:
    declared = declare(bakery.loaded(), "contoso", Wish("it ends"))
    bakery.file.write_text(bakery.file.read_text() + "# mine\n")
    with pytest.raises(Refused, match="somebody changed the file meanwhile"):
        declared.write()
    assert bakery.file.read_text().endswith("# mine\n")


def test_what_was_never_made_is_not_compromised(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="nothing has been made yet"):
        declare_compromised(Bakery(tmp_path).loaded(), "contoso", Wish("stolen"))


def test_what_is_staged_takes_over_when_the_old_one_is_compromised(staged: Bakery) -> None:
    declare_compromised(staged.loaded(), "contoso", Wish("stolen")).write()
    assert staged.loaded().deployment.rotations["contoso"][0].compromised
    staged.see()
    staged.apply(1)
    assert staged.states() == {1: "retired", 2: "signing"}
    told = emergency_of(staged.loaded(), "contoso")
    assert "contoso/bridge-2" not in {one.place for one in told.certificates}, "nobody trusts who signed it"
