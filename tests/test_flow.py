"""`apply` from the outside: what a first run makes, what later runs do, and what they refuse."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from certwright.errors import Broken, Impossible, Locked, Problem, Refused
from certwright.inventory import Inventory, run_lock
from certwright.keys.unlock import Unlock
from certwright.model import Demand, Place, Plan
from certwright.terms import bind
from certwright.wiring.applying import apply, preview
from certwright.wiring.checking import check
from certwright.wiring.loading import Loaded, load
from certwright.wiring.passwords import Passwords
from certwright.wiring.standing import events, show_password, status
from certwright.x509.crl import read_crl
from certwright.x509.pem import certificates_in
from certwright.x509.read import read_certificate

CASES = Path(__file__).parent / "cases"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PLACES = ("contoso/root", "contoso/issuing", "east/shop-front", "east/coffee-machine", "east/van/blue")
FILES = {
    "pki/contoso-root.cer",
    "pki/contoso-root.crl",
    "pki/contoso-issuing.cer",
    "pki/contoso-issuing.crl",
    "east/shelf/Shop/AAD-Shop.pfx",
    "east/shelf/Coffee/Coffee.pfx",
    "east/shelf/abc123/blue.pfx",
    "east/counter/Shop/AAD-Shop.pfx",
    "east/counter/Coffee/Coffee.pfx",
    "east/counter/abc123/blue.pfx",
    "east/root.cer",
    "east/open.ps1",
}


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A deployment after its first run, to be copied."""
    folder = tmp_path_factory.mktemp("once")
    deploy(folder)
    apply(loaded(folder))
    return folder


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    deploy(tmp_path)
    return tmp_path


@pytest.fixture
def made(once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(once, tmp_path / "made"))


def deploy(folder: Path) -> None:
    shutil.copy(CASES / "products" / "bakery.toml", folder)
    shutil.copy(CASES / "flow" / "bakery.yaml", folder)


def loaded(folder: Path, days: float = 0) -> Loaded:
    return load(folder / "bakery.yaml", now=NOW + timedelta(days=days))


def edit(folder: Path, old: str, new: str) -> None:
    file = folder / "bakery.yaml"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


def contents(folder: Path) -> dict[str, bytes]:
    root = folder / "out"
    return {file.relative_to(root).as_posix(): file.read_bytes() for file in root.rglob("*") if file.is_file()}


# ── the first run ──


def test_a_first_run_makes_everything(fresh: Path) -> None:
    steps: list[tuple[int, int, str]] = []
    applied = apply(loaded(fresh), progress=lambda done, total, what: steps.append((done, total, what)))
    assert set(applied.made) == set(PLACES)
    assert applied.made[:2] == PLACES[:2]
    assert set(applied.delivered) == FILES == contents(fresh).keys()
    assert len(applied.delivered) == len(FILES)
    assert applied.next_due == (date(2026, 12, 6), "revocation list of contoso/issuing")
    assert [done for done, _, _ in steps] == list(range(1, len(steps) + 1))
    assert steps[-1][0] == steps[-1][1]
    assert "Root CA of contoso" in {what for _, _, what in steps}


def test_check_accepts_it_all(made: Path) -> None:
    report = check(loaded(made))
    assert not report.findings()
    assert not report.unjudged
    assert report.judged == 9


def test_nothing_secret_lies_open(made: Path) -> None:
    password = show_password(loaded(made), "east/bread")
    everything = b"".join(file.read_bytes() for file in (made / "bakery.certwright").iterdir())
    assert password.encode() not in everything
    assert b"PRIVATE KEY" not in everything
    assert b"\x02\x01\x01\x04\x20" not in everything  # how an ECPrivateKey of 256 bits begins (RFC 5915)
    assert not [event for event in events(loaded(made), last=500) if password in event.text]


def test_the_revocation_lists_are_the_authorities(made: Path) -> None:
    for name in ("root", "issuing"):
        (der,) = certificates_in((made / f"out/pki/contoso-{name}.cer").read_bytes())
        crl = read_crl((made / f"out/pki/contoso-{name}.crl").read_bytes())
        assert crl.issuer_der == read_certificate(der).subject_der
        assert crl.number == NOW.timestamp()
        assert crl.next_update == NOW + timedelta(days=30)


def test_a_quick_start_makes_a_secret_and_says_so(fresh: Path) -> None:
    applied = apply(loaded(fresh))
    assert (fresh / "bakery.unlock").exists()
    assert "bakery.unlock: an unlock secret was made" in applied.messages[0]
    hints = [told for told in applied.messages if "password show" in told]
    assert hints
    assert all(f"`certwright password show {loaded(fresh).typed} " in hint for hint in hints)


# ── the second run ──


def test_a_second_run_does_nothing(made: Path) -> None:
    before = contents(made)
    applied = apply(loaded(made))
    assert (applied.made, applied.delivered, applied.messages) == ((), (), ())
    assert applied.next_due == (date(2026, 12, 6), "revocation list of contoso/issuing")
    assert contents(made) == before
    assert preview(loaded(made)) == ()


def test_a_run_with_nothing_to_do_needs_no_secret(made: Path) -> None:
    (made / "bakery.unlock").unlink()
    assert apply(loaded(made), unlock=Unlock(keyring=False)).made == ()


def test_lists_are_published_again_when_half_of_their_life_is_over(made: Path) -> None:
    assert apply(loaded(made, 14.9)).delivered == ()
    applied = apply(loaded(made, 15))
    assert applied.made == ()
    assert set(applied.delivered) == {"pki/contoso-root.crl", "pki/contoso-issuing.crl"}
    crl = read_crl((made / "out/pki/contoso-root.crl").read_bytes())
    assert (crl.number, crl.next_update) == ((NOW + timedelta(days=15)).timestamp(), NOW + timedelta(days=45))


def test_what_is_two_thirds_over_is_renewed(made: Path) -> None:
    before = contents(made)
    assert [action.place for action in preview(loaded(made, 60)) if action.verb == "renew"] == ["east/van/blue"]
    applied = apply(loaded(made, 60))
    assert applied.made == ("east/van/blue",)
    changed = {path for path, content in contents(made).items() if before[path] != content}
    assert {path for path in changed if not path.endswith(".crl")} == {
        "east/shelf/abc123/blue.pfx",
        "east/counter/abc123/blue.pfx",
    }
    assert preview(loaded(made, 60)) == ()
    assert not check(loaded(made, 60)).findings()


def test_a_changed_wish_is_a_new_certificate(made: Path) -> None:
    edit(made, "key: ec-256\n    services", "key: ec-384\n    services")
    applied = apply(loaded(made))
    assert set(applied.made) == set(PLACES[2:])
    assert not check(loaded(made)).findings()


def test_an_issuing_authority_is_renewed_with_its_key(made: Path) -> None:
    """What it signed before, and the list that is fetched for it, stay good: OpenSSL says so with the files of then."""
    leaf = _leaf_of(made)
    before = read_certificate(certificates_in((made / "out/pki/contoso-issuing.cer").read_bytes())[0])
    edit(made, "issuing: {key: ec-256}", "issuing: {key: ec-256, years: 9}")
    applied = apply(loaded(made))
    assert applied.made == ("contoso/issuing",)
    after = read_certificate(certificates_in((made / "out/pki/contoso-issuing.cer").read_bytes())[0])
    assert (after.key.spki, after.subject_der) == (before.key.spki, before.subject_der)
    assert after.not_after < before.not_after
    assert after.serial != before.serial
    assert not check(loaded(made)).findings()
    listed = made / "list.pem"
    _openssl("crl", "-in", str(made / "out/pki/contoso-issuing.crl"), "-out", str(listed))
    trusted = [
        "-CAfile",
        str(made / "out/pki/contoso-root.cer"),
        "-untrusted",
        str(made / "out/pki/contoso-issuing.cer"),
    ]
    _openssl("verify", *trusted, "-crl_check", "-CRLfile", str(listed), "-attime", str(int(NOW.timestamp())), str(leaf))


def _leaf_of(made: Path) -> Path:
    """A delivered certificate as PEM, taken out of its PFX by OpenSSL."""
    password = made / "password"
    password.write_text(show_password(loaded(made), "east/bread"))
    leaf = made / "leaf.pem"
    file = made / "out/east/shelf/Shop/AAD-Shop.pfx"
    _openssl("pkcs12", "-in", str(file), "-passin", f"file:{password}", "-clcerts", "-nokeys", "-out", str(leaf))
    return leaf


def _openssl(*words: str) -> None:
    done = subprocess.run(["openssl", *words], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_a_new_root_is_never_made_by_the_way(made: Path) -> None:
    before = contents(made)
    edit(made, "root: {key: ec-256}", "root: {key: ec-384}")
    with pytest.raises(Impossible, match="contoso/root"):
        apply(loaded(made))
    assert contents(made) == before
    assert "contoso/root" in {row.place for row in status(loaded(made)).rows if row.due}


def test_status_never_says_that_nothing_is_due_when_apply_would_refuse(made: Path) -> None:
    edit(made, "root: {key: ec-256}", "root: {key: ec-384}")
    standing = status(loaded(made))
    assert [(one.verb, one.place) for one in standing.actions] == [("renew", "contoso/root")]
    assert "apply refuses" in standing.rows[0].due


def test_what_left_the_plan_is_told_and_stays(made: Path) -> None:
    edit(made, "services: [coffee]", "services: []")
    applied = apply(loaded(made))
    told = [message for message in applied.messages if "no longer part of the plan" in message]
    assert len(told) == 2
    assert (made / "out/east/shelf/Coffee/Coffee.pfx").exists()
    assert applied.made == ()


def test_another_site_is_made_beside_the_first(made: Path) -> None:
    before = contents(made)
    file = made / "bakery.yaml"
    text = file.read_text()
    site = text[text.index("  - name: east") :]
    file.write_text(text + site.replace("east", "west"))
    applied = apply(loaded(made))
    assert set(applied.made) == {place.replace("east", "west") for place in PLACES[2:]}
    assert before.items() <= contents(made).items()


# ── files somebody touched ──


@pytest.mark.parametrize("path", sorted(FILES))
def test_a_missing_file_is_put_back(path: str, made: Path) -> None:
    (made / "out" / path).unlink()
    applied = apply(loaded(made))
    assert applied.made == ()
    assert path in applied.delivered
    assert contents(made).keys() == FILES
    assert preview(loaded(made)) == ()
    assert not check(loaded(made)).findings()


@pytest.mark.parametrize("path", ["east/shelf/Shop/AAD-Shop.pfx", "east/open.ps1", "pki/contoso-root.crl"])
def test_a_changed_file_is_put_back_and_told(path: str, made: Path) -> None:
    (made / "out" / path).write_bytes(b"changed")
    applied = apply(loaded(made))
    assert f"{path}: was changed since it was written; put back" in applied.messages
    assert (made / "out" / path).read_bytes() != b"changed"


@pytest.mark.parametrize("path", ["east/shelf/Shop/AAD-Shop.pfx", "east/open.ps1", "pki/contoso-root.crl"])
def test_a_strangers_file_is_not_overwritten_unless_asked_to(path: str, fresh: Path) -> None:
    file = fresh / "out" / path
    file.parent.mkdir(parents=True)
    file.write_bytes(b"precious")
    with pytest.raises(Refused, match="certwright did not write what is in the way") as refusal:
        apply(loaded(fresh))
    assert path in refusal.value.what
    assert "--replace" in refusal.value.hint
    assert contents(fresh) == {path: b"precious"}
    assert status(loaded(fresh)).rows[0].serial is None
    applied = apply(loaded(fresh), replace=True)
    assert f"{path}: was not written by certwright; replaced" in applied.messages
    assert contents(fresh).keys() == FILES


def test_a_link_in_the_output_is_refused(fresh: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (fresh / "out").mkdir()
    (fresh / "out/east").symlink_to(elsewhere)
    with pytest.raises(Refused, match="is a link"):
        apply(loaded(fresh))
    assert not list(elsewhere.iterdir())


def test_what_a_stopped_run_left_goes_although_nobody_plans_it_any_more(made: Path) -> None:
    class Stop(Exception):  # noqa: N818 - it stands for a kill
        pass

    def stop(point: str) -> None:
        if point == "after a file is written beside its place":
            raise Stop

    (made / "out/east/shelf/Coffee/Coffee.pfx").unlink()
    with pytest.raises(Stop):
        apply(loaded(made), at=stop)
    assert [path for path in contents(made) if "unfinished" in path]
    edit(made, "services: [coffee]", "services: []")
    apply(loaded(made))
    assert not [path for path in contents(made) if "unfinished" in path]


# ── passwords and secrets ──


def test_a_given_password_is_used(fresh: Path) -> None:
    given = {"east/bread": "Correct-Horse-Battery-1"}
    apply(loaded(fresh), passwords=given)
    assert show_password(loaded(fresh), "east/bread") == given["east/bread"]
    done = subprocess.run(
        ["openssl", "pkcs12", "-in", fresh / "out/east/shelf/Shop/AAD-Shop.pfx", "-passin", "stdin", "-noout"],
        input=given["east/bread"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_a_new_password_packs_its_set_again_and_no_other(made: Path) -> None:
    before = contents(made)
    applied = apply(loaded(made), passwords={"east/bread": "Correct-Horse-Battery-1"})
    assert applied.made == ()
    changed = {path for path, content in contents(made).items() if before[path] != content}
    assert changed == {path for path in FILES if path.endswith(".pfx") and "blue" not in path}
    assert show_password(loaded(made), "east/bread") == "Correct-Horse-Battery-1"
    assert not check(loaded(made)).findings()
    assert apply(loaded(made), passwords={"east/bread": "Correct-Horse-Battery-1"}).delivered == ()


def test_a_password_against_its_rule_is_refused_before_anything_is_made(fresh: Path) -> None:
    with pytest.raises(Refused, match="at least 20 characters are required") as refusal:
        apply(loaded(fresh), passwords={"east/bread": "Short-1"})
    assert "Short-1" not in str(refusal.value)
    assert not contents(fresh)
    with pytest.raises(Refused, match="no set called east/cake takes a password") as refusal:
        apply(loaded(fresh), passwords={"east/cake": "Correct-Horse-Battery-1"})
    assert "east/bread" in refusal.value.hint


def test_a_stricter_rule_draws_a_new_password(made: Path) -> None:
    old = show_password(loaded(made), "east/bread")
    product = made / "bakery.toml"
    product.write_text(product.read_text().replace("minimum = 20", "minimum = 30"))
    apply(loaded(made))
    new = show_password(loaded(made), "east/bread")
    assert (len(old), len(new)) == (20, 30)
    assert not check(loaded(made)).findings()


def test_another_rule_that_is_satisfied_changes_no_file(made: Path) -> None:
    before = contents(made)
    product = made / "bakery.toml"
    product.write_text(product.read_text().replace("minimum = 20", "minimum = 18"))
    assert {action.place for action in preview(loaded(made))} == {"east/bread", "east/fleet"}
    assert apply(loaded(made)).delivered == ()
    assert preview(loaded(made)) == ()
    assert contents(made) == before


def test_the_wrong_secret_changes_nothing(made: Path) -> None:
    (made / "bakery.unlock").write_text("wrong\n")
    before = contents(made)
    (made / "out/east/root.cer").unlink()
    for refused in (apply, lambda one: show_password(one, "east/bread"), check):
        with pytest.raises(Locked, match="does not open this inventory"):
            refused(loaded(made))  # type: ignore[operator]
    assert contents(made).keys() == before.keys() - {"east/root.cer"}


def test_without_a_secret_check_leaves_locked_files_unjudged(made: Path) -> None:
    (made / "bakery.unlock").unlink()
    report = check(loaded(made), unlock=Unlock(keyring=False))
    assert len(report.unjudged) == 6
    assert not report.findings()
    with pytest.raises(Locked, match="was not found"):
        show_password(loaded(made), "east/bread", unlock=Unlock(keyring=False))


def test_a_person_may_be_asked_for_the_secret(made: Path) -> None:
    text = (made / "bakery.unlock").read_text().strip()
    (made / "bakery.unlock").unlink()
    assert show_password(loaded(made), "east/bread", unlock=Unlock(keyring=False, prompt=lambda what: text))


def test_there_are_no_passwords_before_there_is_anything(fresh: Path, made: Path) -> None:
    with pytest.raises(Refused, match="nothing has been made yet"):
        show_password(loaded(fresh), "east/bread")
    with pytest.raises(Refused, match="there is no password for east/cake") as refusal:
        show_password(loaded(made), "east/cake")
    assert "east/bread, east/fleet" in refusal.value.hint


# ── status and the log ──


def test_status_before_and_after(fresh: Path, made: Path) -> None:
    before, after = status(loaded(fresh)), status(loaded(made, 60))
    assert not before.exists
    assert {row.due for row in before.rows} >= {"nothing is held yet"}
    assert after.exists
    assert [row.place for row in after.rows if row.due.startswith("two thirds")] == ["east/van/blue"]
    assert {row.place: (row.delivered, row.files) for row in after.rows}["east/shop-front"] == (2, 2)
    numbers = [(crl.authority, crl.number) for crl in after.crls]
    assert numbers == [(one, NOW.timestamp()) for one in ("contoso/issuing", "contoso/root")]
    assert before.next_due is None


def test_status_writes_nothing_where_nothing_was_made(fresh: Path) -> None:
    before = sorted(fresh.rglob("*"))
    status(loaded(fresh))
    preview(loaded(fresh))
    assert events(loaded(fresh)) == ()
    assert sorted(fresh.rglob("*")) == before


def test_the_log_tells_what_happened(made: Path) -> None:
    kinds = [event.kind for event in events(loaded(made), last=500)]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        "password": 2,
        "issued": 5,
        "delivered": len(FILES),
        "crl": 2,
    }
    assert len(events(loaded(made), last=3)) == 3


# ── what is refused and what breaks ──


def with_demand(one: Loaded, place: str, term: str, **parameters: object) -> Loaded:
    """The same plan, with a demand that was not known when it was drafted."""

    def stricter(old: Place) -> Place:
        if old.id != place:
            return old
        requirement = replace(old.demands[0].requirement, id="test.strict", term=term)
        return replace(old, demands=(*old.demands, Demand(requirement, bind(term, parameters))))

    return replace(one, plan=replace(one.plan, places=tuple(map(stricter, one.plan.places))))


def outcomes(folder: Path) -> dict[str, int]:
    with Inventory.open(folder / "bakery.certwright" / "inventory.db") as inventory, inventory.reading() as reading:
        return dict(reading.outcomes())


def test_a_certificate_nobody_would_accept_is_not_signed(fresh: Path) -> None:
    one = with_demand(loaded(fresh), "east/shop-front", "names.required", names=["dns:other.contoso.com"])
    with pytest.raises(Refused, match=r"CN=shop\.contoso\.com.* would not be accepted"):
        apply(one)
    assert "east/shelf/Shop/AAD-Shop.pfx" not in contents(fresh)
    assert outcomes(fresh)["refused"] >= 1
    assert "" not in outcomes(fresh)
    assert apply(loaded(fresh)).delivered
    assert contents(fresh).keys() == FILES


def test_a_file_nobody_would_accept_is_neither_held_nor_delivered(fresh: Path) -> None:
    one = with_demand(loaded(fresh), "east/shop-front", "pfx.encryption", allowed=["tripledes-sha1"])
    with pytest.raises(Refused, match=r"would not be accepted, and was not delivered") as refusal:
        apply(one)
    assert "east/shelf/Shop/AAD-Shop.pfx [test.strict]" in refusal.value.what
    assert "expected" in refusal.value.what
    assert "east/shelf/Shop/AAD-Shop.pfx" not in contents(fresh)
    with Inventory.open(fresh / "bakery.certwright" / "inventory.db") as inventory, inventory.reading() as reading:
        assert "east/shop-front" not in reading.held()
    assert outcomes(fresh)["refused"] >= 1


def test_a_public_issuer_is_refused_at_once(fresh: Path) -> None:
    one = loaded(fresh)
    places = tuple(place for place in one.plan.places if place.kind != "authority")
    with pytest.raises(
        Refused, match=r"certwright cannot issue for east/shop-front, east/coffee-machine, east/van/blue"
    ):
        apply(replace(one, plan=replace(one.plan, places=places)))
    assert not contents(fresh)


def test_two_runs_at_once_make_one_set(fresh: Path) -> None:
    program = (
        "from datetime import UTC, datetime; from pathlib import Path; "
        "from certwright.wiring.applying import apply; from certwright.wiring.loading import load;"
        "one = load(Path('bakery.yaml'), now=datetime(2026, 11, 21, 12, tzinfo=UTC));"
        "print(len(apply(one, wait=60).made))"
    )
    command = [sys.executable, "-c", program]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=fresh) for _ in range(3)]
    told = [(run.communicate()[0], run.returncode) for run in runs]
    assert sorted(told) == [("0\n", 0), ("0\n", 0), ("5\n", 0)]
    assert outcomes(fresh) == {"issued": 5}
    assert contents(fresh).keys() == FILES
    assert not check(loaded(fresh)).findings()


def test_a_run_that_waits_too_long_says_for_whom(made: Path) -> None:
    with (
        run_lock(made / "bakery.certwright" / "lock", NOW),
        pytest.raises(Locked, match="another run holds this inventory"),
    ):
        apply(loaded(made), wait=0.1)


def test_a_key_that_is_gone_is_told(made: Path) -> None:
    with closing(sqlite3.connect(made / "bakery.certwright" / "inventory.db")) as database, database:
        database.execute("DELETE FROM keys WHERE name LIKE 'contoso/issuing%'")
    with pytest.raises(Broken, match=r"contoso/issuing: its key .* is not in the inventory"):
        apply(loaded(made, 60))


@pytest.mark.parametrize("act", [apply, status, preview, check, events])
def test_a_damaged_inventory_stops_everything(act: Callable[[Loaded], object], made: Path) -> None:
    (made / "bakery.certwright" / "inventory.db").write_bytes(b"damaged" * 1000)
    with pytest.raises(Problem, match="the inventory is damaged"):
        act(loaded(made))


# ── files from elsewhere ──


def test_a_folder_that_was_copied_is_judged_like_the_output(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made / "out/east/shelf", tmp_path / "usb")
    report = check(loaded(made), paths=[tmp_path / "usb"])
    assert (report.judged, report.findings(), report.unjudged) == (3, [], ())
    (tmp_path / "usb/Coffee/Coffee.pfx").unlink()
    assert [result.code for result in check(loaded(made), paths=[tmp_path / "usb"]).findings()] == ["material.missing"]


def test_a_single_file_misses_nothing_beside_it(made: Path) -> None:
    report = check(loaded(made), paths=[made / "out/east/shelf/Coffee/Coffee.pfx", made / "out/east/root.cer"])
    assert (report.judged, report.findings(), report.unjudged) == (2, [], ())


def test_somebody_elses_root_is_not_ours(made: Path, fresh: Path) -> None:
    apply(loaded(fresh))
    shutil.copy(fresh / "out/east/shelf/Coffee/Coffee.pfx", made / "out/east/shelf/Coffee/Coffee.pfx")
    report = check(loaded(made), passwords=Passwords((("east/bread", show_password(loaded(fresh), "east/bread")),)))
    assert [result.code for result in report.findings()] != []


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_what_powershell_writes_is_read(fresh: Path, encoding: str) -> None:
    path, plan = loaded(fresh).path, loaded(fresh).plan
    path.write_text(path.read_text("utf-8"), encoding)
    assert loaded(fresh).plan == plan


def test_the_plan_is_loaded_with_what_it_names(fresh: Path) -> None:
    one = loaded(fresh)
    assert (one.output, one.state) == (fresh / "out", fresh / "bakery.certwright")
    assert isinstance(one.plan, Plan)
    with pytest.raises(Refused, match="cannot be read"):
        load(fresh / "nothing.yaml")
    (fresh / "latin.yaml").write_bytes(b"certwright: \xe4")
    with pytest.raises(Refused, match="is not UTF-8"):
        load(fresh / "latin.yaml")
    edit(fresh, "    key: ec-256\n", "    key: ec-256\n    root: mine.cer\n")
    with pytest.raises(Refused, match=r"the file mine\.cer cannot be read"):
        loaded(fresh)
