"""Revocation lists over time: shards, numbers, what leaves them, and the folders they are published in."""

import os
import shutil
import sqlite3
import stat
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from certwright.errors import Refused
from certwright.flow.world import CLOCK_SKEW
from certwright.inventory import Inventory, Revocation
from certwright.report.changes import ListChange
from certwright.wiring.applying import apply, preview
from certwright.wiring.changes import changes
from certwright.wiring.loading import Loaded, load
from certwright.wiring.revoking import revoke
from certwright.wiring.schedule import wake
from certwright.x509.crl import CrlFacts, read_crl, signed_by
from certwright.x509.crl_sign import MOST_NUMBER
from certwright.x509.facts import CertificateFacts
from certwright.x509.read import read_certificate
from certwright.x509.standing import Listing, read_list, standing

from ..network.peers import nginx

CASES = Path(__file__).parent.parent / "cases"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PLAIN = "crl: http://pki.contoso.com/crl"
SHARDED = f"{PLAIN}\n    crl_shards: 4"
HOUR = 1 / 24
LEAVES = ("east/shop-front", "east/coffee-machine", "east/van/blue")


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A deployment in shards after its first run, to be copied."""
    folder = tmp_path_factory.mktemp("sharded")
    shutil.copy(CASES / "products" / "bakery.toml", folder)
    text = (CASES / "flow" / "bakery.yaml").read_text()
    (folder / "bakery.yaml").write_text(
        text.replace(PLAIN, SHARDED).replace("crl_shards", "publish: www\n    crl_shards")
    )
    (folder / "www").mkdir()
    apply(at(folder))
    return folder


@pytest.fixture
def made(once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(once, tmp_path / "made"))


def at(folder: Path, days: float = 0) -> Loaded:
    return load(folder / "bakery.yaml", now=NOW + timedelta(days=days))


def edit(folder: Path, old: str, new: str) -> None:
    file = folder / "bakery.yaml"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


def lists(folder: Path, where: str = "www") -> dict[str, CrlFacts]:
    return {file.name: read_crl(file.read_bytes()) for file in sorted((folder / where).glob("*.crl"))}


def held(folder: Path) -> dict[str, CertificateFacts]:
    with Inventory.open(at(folder).database) as inventory, inventory.reading() as reading:
        return {place: read_certificate(one.certificate) for place, one in reading.held().items()}


def said(certificate: CertificateFacts, folder: Path) -> dict[str, tuple[bool, bool]]:
    """Of every list of the issuing CA: whether its silence says something of that certificate; whether it is on it."""
    issuer = held(folder)["contoso/issuing"]
    told = {}
    for file in sorted((folder / "www").glob("contoso-issuing*.crl")):
        one = standing(certificate, issuer, read_list(file.read_bytes()), Listing(file.name, "beside"))
        assert not one.unproved
        told[file.name] = (not one.uncovered, one.revoked is not None)
    return told


def shard(certificate: CertificateFacts, of: int) -> str:
    return f"contoso-issuing-s{certificate.serial % of:02}of{of}.crl"


# ── shards ──


def test_a_certificate_names_its_shard_and_the_shard_names_itself(made: Path) -> None:
    assert lists(made).keys() == {
        "contoso-root.crl", "contoso-issuing.crl", *(f"contoso-issuing-s0{n}of4.crl" for n in range(4)),
    }  # fmt: skip
    for place in LEAVES:
        leaf = held(made)[place]
        assert leaf.crl_distribution_points == (f"http://pki.contoso.com/crl/{shard(leaf, 4)}",)
        assert said(leaf, made) == {
            name: (name in ("contoso-issuing.crl", shard(leaf, 4)), False) for name in lists(made) if "root" not in name
        }
    assert held(made)["contoso/issuing"].crl_distribution_points == ("http://pki.contoso.com/crl/contoso-root.crl",)
    for name, facts in lists(made).items():
        assert facts.points == ((f"http://pki.contoso.com/crl/{name}",) if "of4" in name else None)
        assert facts.only == ("users" if "of4" in name else "")
        assert signed_by(facts, held(made)["contoso/root" if "root" in name else "contoso/issuing"])


def test_a_revocation_is_in_the_whole_list_and_in_its_shard_and_the_others_stay(made: Path) -> None:
    before, leaf = lists(made), held(made)["east/van/blue"]
    revoke(at(made, HOUR), "east/van/blue", "keyCompromise")
    assert apply(at(made, 2 * HOUR)).made == ("east/van/blue",)
    after = lists(made)
    changed = {name for name in after if after[name].number != before[name].number}
    assert changed == {"contoso-issuing.crl", shard(leaf, 4)}
    assert {name for name, (_, revoked) in said(leaf, made).items() if revoked} == changed
    assert {one.reason for name in changed for one in after[name].revoked.values()} == {"keyCompromise"}
    assert preview(at(made, 3 * HOUR)) == ()


def test_shards_make_no_certificate_anew(made: Path) -> None:
    edit(made, "crl_shards: 4", "crl_shards: 7")
    applied = apply(at(made, 1))
    assert applied.made == ()
    assert {path for path in applied.delivered if "of4" not in path} == {
        f"pki/contoso-issuing-s0{n}of7.crl" for n in range(7)
    }
    assert preview(at(made, 1)) == ()
    assert not [told for told in apply(at(made, 2)).messages if ".crl" in told], "the old ones are needed"


def test_who_names_an_old_shard_is_covered_until_the_end(made: Path) -> None:
    leaf = held(made)["east/van/blue"]
    edit(made, "    crl_shards: 4\n", "")
    apply(at(made, 1))
    assert not [name for name in lists(made) if "of4" in name and lists(made)[name].this_update != NOW - CLOCK_SKEW]
    revoke(at(made, 2), "east/van/blue", "superseded")
    apply(at(made, 3))
    assert said(leaf, made)[shard(leaf, 4)] == (True, True)
    assert said(leaf, made)["contoso-issuing.crl"] == (True, True)
    fresh = held(made)["east/van/blue"]
    assert fresh.crl_distribution_points == ("http://pki.contoso.com/crl/contoso-issuing.crl",)
    apply(at(made, 20))
    assert all(facts.this_update == NOW + timedelta(days=20) - CLOCK_SKEW for facts in lists(made).values())
    last = max(one.not_after for one in (leaf, *map(held(made).get, LEAVES)) if one)
    end = (last - NOW).days + 1
    applied = apply(at(made, end))
    assert not [path for path in applied.delivered if "of4" in path], "nobody names them any more"
    assert [told for told in applied.messages if "of4.crl: is no longer part of the plan" in told]


def test_a_plan_tells_the_lists_that_come_and_those_that_go(made: Path) -> None:
    """Those that certificates name are published until these have ended, and every list until then is current."""
    assert changes(at(made, 1)).lists == ()
    edit(made, "crl_shards: 4", "crl_shards: 2")
    told = changes(at(made, 1))
    assert not told.empty
    assert [one.path for one in told.published] == [f"pki/contoso-issuing-s0{one}of2.crl" for one in range(2)]
    end = max(one.not_after for one in held(made).values() if one.authority is False).date()
    kept = [ListChange(f"pki/contoso-issuing-s0{one}of4.crl", "kept", end) for one in range(4)]
    assert [one for one in told.lists if one.what == "kept"] == kept
    apply(at(made, 1))
    assert list(changes(at(made, 1)).lists) == kept
    assert changes(at(made, 1)).empty
    late = (end - NOW.date()).days - 1
    apply(at(made, late - 15))
    assert {one.what for one in changes(at(made, late)).lists if "of4" in one.path} == {"again"}, (
        "it is in force to the end"
    )


def test_a_list_that_is_made_no_more_is_told_wherever_it_lies(made: Path) -> None:
    edit(made, "crl_shards: 4", "crl_shards: 2")
    apply(at(made, 1))
    edit(made, "crl_shards: 2", "crl_shards: 4")
    names = [f"contoso-issuing-s0{one}of2.crl" for one in range(2)]
    told = changes(at(made, 2))
    assert told.empty
    assert told.left == ()
    gone = {one.path for one in told.lists if one.what == "gone"}
    assert gone == {f"{folder}/{name}" for folder in ("pki", "www") for name in names}
    messages = " ".join(apply(at(made, 2)).messages)
    assert all(f"www/{name}: this revocation list is made no more" in messages for name in names)
    for name in names:
        (made / "www" / name).unlink()
        (made / "out" / "pki" / name).unlink()
    assert changes(at(made, 2)).lists == ()
    assert apply(at(made, 2)).messages == ()


def test_what_is_only_to_be_shown_is_a_change(made: Path) -> None:
    (made / "www" / "contoso-issuing.crl").unlink()
    told = changes(at(made, 1))
    assert not told.empty
    assert told.others == (("contoso/issuing", "www/contoso-issuing.crl is missing, was changed, or is old"),)


def test_another_address_is_added_to_a_list_while_the_old_one_is_named(made: Path) -> None:
    old = held(made)["east/van/blue"]
    edit(made, "http://pki.contoso.com/crl", "http://crl.contoso.com")
    assert set(apply(at(made, 1)).made) >= set(LEAVES)
    new = held(made)["east/van/blue"]
    assert new.crl_distribution_points == (f"http://crl.contoso.com/{shard(new, 4)}",)
    assert said(old, made)[shard(old, 4)] == said(new, made)[shard(new, 4)] == (True, False)
    assert lists(made)[shard(new, 4)].points == tuple(
        f"{folder}/{shard(new, 4)}" for folder in ("http://crl.contoso.com", "http://pki.contoso.com/crl")
    )


# ── numbers, and what leaves a list ──


def test_numbers_rise_whatever_happens_to_clock_and_inventory(made: Path, tmp_path: Path) -> None:
    backup = shutil.copytree(made / "bakery.certwright", tmp_path / "backup")
    numbers = [lists(made)["contoso-issuing.crl"].number or 0]
    for day in (16, 32, 48):
        apply(at(made, day))
        numbers.append(lists(made)["contoso-issuing.crl"].number or 0)
    revoke(at(made, 47.5), "east/van/blue", "superseded")  # a clock that was set back
    apply(at(made, 47.6))
    numbers.append(lists(made)["contoso-issuing.crl"].number or 0)
    shutil.rmtree(made / "bakery.certwright")
    shutil.copytree(backup, made / "bakery.certwright")
    apply(at(made, 64), replace=True)
    numbers.append(lists(made)["contoso-issuing.crl"].number or 0)
    assert numbers == sorted(set(numbers)), "each higher than all before"


def test_an_expired_certificate_stays_for_one_more_list(made: Path) -> None:
    leaf = held(made)["east/van/blue"]
    end = (leaf.not_after - NOW) / timedelta(days=1)
    revoke(at(made, 1), "east/van/blue", "superseded")
    apply(at(made, 1))
    there = [leaf.serial in lists(made)["contoso-issuing.crl"].revoked]
    numbers = set()
    for day in (end - 1, end + 14, end + 29):
        apply(at(made, day))
        facts = lists(made)["contoso-issuing.crl"]
        numbers.add(facts.number)
        there.append(leaf.serial in facts.revoked)
    assert len(numbers) == 3
    assert there == [True, True, True, False]


def test_what_is_revoked_after_its_end_is_listed_once(made: Path) -> None:
    """RFC 5280 3.3 asks for one list after the end; whoever was revoked later was on none yet."""
    leaf = held(made)["east/van/blue"]
    end = (leaf.not_after - NOW) / timedelta(days=1)
    apply(at(made, end - 30))
    gone = Revocation(leaf.serial, "contoso/issuing", "east/van/blue", "superseded", NOW + timedelta(days=end + 1))
    with Inventory.open(at(made).database) as inventory, inventory.writing() as book:
        book.revoke([gone])
    apply(at(made, end + 2))
    assert leaf.serial in lists(made)["contoso-issuing.crl"].revoked
    apply(at(made, end + 20))
    assert leaf.serial not in lists(made)["contoso-issuing.crl"].revoked


def test_life_and_overlap_are_as_the_deployment_file_says(made: Path) -> None:
    edit(made, "crl_shards: 4", "crl_shards: 4\n    crl_life: 7d\n    crl_overlap: 48h")
    assert apply(at(made, 4.9)).shown == ()
    assert len(apply(at(made, 5)).shown) == 6
    facts = lists(made)["contoso-root.crl"]
    assert (facts.next_update, facts.next_publish) == (NOW + timedelta(days=12), NOW + timedelta(days=10))


def test_watch_is_there_in_time_for_lists_that_are_good_for_hours(made: Path) -> None:
    edit(made, "crl_shards: 4", "crl_shards: 4\n    crl_life: 4h")
    apply(at(made, HOUR))
    assert wake(at(made, HOUR)) == NOW + timedelta(hours=2), "the first ones were made for a month"
    apply(at(made, 2 * HOUR))
    assert wake(at(made, 3 * HOUR)) == NOW + timedelta(hours=4)


# ── folders of web servers ──


def test_everybody_may_read_what_is_published(made: Path) -> None:
    (made / "www" / "contoso-issuing.crl").unlink()
    before = os.umask(0o077)
    try:
        assert apply(at(made, HOUR)).shown == ("www/contoso-issuing.crl",)
    finally:
        os.umask(before)
    assert stat.S_IMODE((made / "www" / "contoso-issuing.crl").stat().st_mode) == 0o644
    assert not [file for file in (made / "www").iterdir() if file.suffix != ".crl"]


def test_a_folder_that_is_not_there_is_not_made_and_keeps_nothing_from_being_done(made: Path) -> None:
    (made / "www").rename(made / "elsewhere")
    edit(made, "name: blue", "name: green")
    applied = apply(at(made, HOUR))
    assert applied.made == ("east/van/green",)
    assert {place for place, _ in applied.unshown} == {"contoso/root", "contoso/issuing"}
    assert "www: there is no such folder to publish in: mount it or make it" in applied.unshown[0][1]
    assert not (made / "www").exists()
    assert {action.place for action in preview(at(made, HOUR))} == {"contoso/root", "contoso/issuing"}
    (made / "elsewhere").rename(made / "www")
    applied = apply(at(made, HOUR))
    assert (applied.made, applied.shown, applied.unshown) == ((), (), ())


def test_a_folder_that_takes_nothing_is_told_once(made: Path) -> None:
    edit(made, "publish: www", "publish: [/proc, www]")  # nobody may make files there
    (made / "www" / "contoso-issuing.crl").unlink()
    applied = apply(at(made, HOUR))
    assert [place for place, _ in applied.unshown] == ["contoso/root", "contoso/issuing"], "one for each authority"
    assert all("/proc/" in reason and "run again" in reason for _, reason in applied.unshown)
    assert applied.shown == ("www/contoso-issuing.crl",)


def test_a_newer_list_of_somebody_else_is_never_overwritten(made: Path, tmp_path: Path) -> None:
    """The same name with another key, and a number that is yet to come."""
    other = tmp_path / "other"
    other.mkdir()
    for file in ("bakery.toml", "bakery.yaml"):
        shutil.copy(made / file, other)
    (other / "www").mkdir()
    apply(at(other, 20))
    newer = (other / "www" / "contoso-issuing.crl").read_bytes()
    (made / "www" / "contoso-issuing.crl").write_bytes(newer)
    for replace in (False, True):
        applied = apply(at(made, 16), replace=replace)
        (told,) = [reason for place, reason in applied.unshown]
        assert "a newer list lies there" in told
        assert "our key did not sign it" in told
        assert (made / "www" / "contoso-issuing.crl").read_bytes() == newer
    assert lists(made)["contoso-root.crl"].this_update == NOW + timedelta(days=16) - CLOCK_SKEW, (
        "the others are published"
    )


@pytest.mark.parametrize("where", ["www", "out/pki"])
def test_an_inventory_from_a_backup_takes_no_revocation_back(made: Path, tmp_path: Path, where: str) -> None:
    backup = shutil.copytree(made / "bakery.certwright", tmp_path / "backup")
    leaf = held(made)["east/van/blue"]
    revoke(at(made, 10), "east/van/blue", "keyCompromise")
    apply(at(made, 40))  # by a clock that was ahead
    known = {name: facts.number or 0 for name, facts in lists(made).items()}
    if where != "www":
        edit(made, "publish: www", "publish: elsewhere")
        (made / "elsewhere").mkdir()
    else:
        shutil.rmtree(made / "out" / "pki")
    shutil.rmtree(made / "bakery.certwright")
    shutil.copytree(backup, made / "bakery.certwright")
    applied = apply(at(made, 12))
    (told,) = [told for told in applied.messages if f"{where[-3:]}/contoso-issuing.crl: a newer" in told]
    assert "1 revocation was taken over from it: this inventory is an old copy" in told
    after = lists(made, "www" if where == "www" else "elsewhere")
    assert all((after[name].number or 0) > number for name, number in known.items())
    assert after["contoso-issuing.crl"].revoked[leaf.serial].reason == "keyCompromise"
    assert leaf.serial in after[shard(leaf, 4)].revoked
    assert held(made)["east/van/blue"].serial != leaf.serial, "what was revoked is replaced"
    assert apply(at(made, 12)).messages == ()


@pytest.mark.parametrize("number", [2**63 - 1, 2**63, 2**64, MOST_NUMBER - 3])
def test_a_newer_list_of_ours_may_have_a_number_of_twenty_octets(made: Path, tmp_path: Path, number: int) -> None:
    newer = elsewhere(made, tmp_path, number)
    (made / "www" / "contoso-issuing.crl").write_bytes(newer)
    assert any(
        f"number {number + 1};" in told or f"number {number + 1}," in told for told in apply(at(made, 1)).messages
    )
    assert lists(made)["contoso-issuing.crl"].number == number + 2
    shown = ["openssl", "crl", "-inform", "DER", "-noout", "-crlnumber", "-in", str(made / "www/contoso-issuing.crl")]
    assert f"{number + 2:X}" in subprocess.run(shown, check=True, capture_output=True, text=True).stdout
    assert apply(at(made, 1)).messages == ()


def test_a_number_above_which_there_is_none_is_refused(made: Path, tmp_path: Path) -> None:
    there = made / "www" / "contoso-issuing.crl"
    there.write_bytes(elsewhere(made, tmp_path, MOST_NUMBER - 1))
    before = lists(made)
    with pytest.raises(Refused, match="leaves none above it: it has 20 octets") as refusal:
        apply(at(made, 40))
    assert "take that list away and run again" in refusal.value.hint
    assert lists(made) == before
    there.unlink()
    apply(at(made, 40))
    assert lists(made)["contoso-issuing.crl"].this_update == NOW + timedelta(days=40) - CLOCK_SKEW


def elsewhere(made: Path, tmp_path: Path, number: int) -> bytes:
    """The complete list that another inventory of the same authority publishes after one of that number."""
    other = Path(shutil.copytree(made, tmp_path / "elsewhere"))
    with closing(sqlite3.connect(other / "bakery.certwright" / "inventory.db")) as database, database:
        database.execute(
            "UPDATE crls SET number = ?, next_publish = 0 WHERE scope = 'contoso/issuing'", (f"{number:040x}",)
        )
    apply(at(other, 1))
    return (other / "www" / "contoso-issuing.crl").read_bytes()


def test_somebody_elses_list_is_replaced_only_when_asked_to(made: Path) -> None:
    foreign = (CASES / "x509" / "two.crl").read_bytes()
    (made / "www" / "contoso-issuing.crl").write_bytes(foreign)
    applied = apply(at(made, HOUR))
    assert [place for place, _ in applied.unshown] == ["contoso/issuing"]
    assert "publish in another folder, or run again with --replace" in applied.unshown[0][1]
    assert (made / "www" / "contoso-issuing.crl").read_bytes() == foreign
    assert apply(at(made, HOUR), replace=True).shown == ("www/contoso-issuing.crl",)


@pytest.mark.parametrize("content", [b"", b"half of a l"])
def test_what_is_no_list_is_replaced(made: Path, content: bytes) -> None:
    (made / "www" / "contoso-root.crl").write_bytes(content)
    assert apply(at(made, HOUR)).shown == ("www/contoso-root.crl",)


def test_several_folders_are_all_served(made: Path) -> None:
    (made / "mirror").mkdir()
    edit(made, "publish: www", f"publish: [www, {made}/mirror]")
    assert len(apply(at(made, HOUR)).shown) == 6
    assert lists(made, "mirror") == lists(made)


def test_a_reader_never_sees_half_a_file(made: Path) -> None:
    """While lists of many lengths are published, others read them as fast as they can."""
    file, seen, ended = made / "www" / "contoso-issuing.crl", list[int](), threading.Event()
    issuer = x509.load_der_x509_certificate(held(made)["contoso/issuing"].der).public_key()

    def read() -> None:
        while not ended.is_set():
            crl = x509.load_der_x509_crl(file.read_bytes())
            assert crl.is_signature_valid(issuer)  # type: ignore[arg-type]
            seen.append(crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number)

    readers = [Failing(read) for _ in range(2)]
    try:
        for number in range(12):
            lines = [
                Revocation(number << 64 | one, "contoso/issuing", "x", "", NOW)
                for one in range(1, 1 + 700 * (number % 3))
            ]
            with Inventory.open(at(made).database) as inventory, inventory.writing() as book:
                book.revoke([*lines, Revocation(1 << 100 | number, "contoso/issuing", "x", "superseded", NOW)])
            apply(at(made, (number + 1) * HOUR))
            newest = lists(made)["contoso-issuing.crl"].number
            while newest not in seen and all(one.is_alive() for one in readers):
                time.sleep(0.001)
    finally:
        ended.set()
        for reader in readers:
            reader.join()
    assert [reader.failure for reader in readers] == [None, None]
    assert len(set(seen)) >= 12


class Failing(threading.Thread):
    """A thread that tells how it failed."""

    def __init__(self, target: Callable[[], None]) -> None:
        super().__init__()
        self._run, self.failure = target, None
        self.start()

    def run(self) -> None:
        try:
            self._run()
        except BaseException as failure:
            self.failure = failure


def test_openssl_fetches_the_shard_from_nginx_and_refuses_the_revoked(tmp_path: Path) -> None:
    """The list comes from where the certificate says, and openssl does the rest."""
    www = tmp_path / "www"
    www.mkdir()

    def servers(port: int) -> str:
        return f"server {{ listen 127.0.0.1:{port}; location /crl/ {{ alias {www}/; }} }}"

    with nginx(tmp_path, servers) as port:
        shutil.copy(CASES / "products" / "bakery.toml", tmp_path)
        text = (CASES / "flow" / "bakery.yaml").read_text()
        said = f"crl: 'http://localhost:{port}/crl'\n    publish: {www}\n    crl_shards: 3"
        (tmp_path / "bakery.yaml").write_text(text.replace(PLAIN, said))
        now = datetime.now(UTC)
        apply(load(tmp_path / "bakery.yaml", now=now - timedelta(hours=2)))
        leaves = {place: one for place, one in held(tmp_path).items() if place in LEAVES}
        assert [verified(leaf, tmp_path) for leaf in leaves.values()] == ["OK"] * 3
        revoke(load(tmp_path / "bakery.yaml", now=now - timedelta(hours=1)), "east/van/blue", "keyCompromise")
        apply(load(tmp_path / "bakery.yaml", now=now))
        told = {place: verified(leaf, tmp_path) for place, leaf in leaves.items()}
    assert told == dict.fromkeys(LEAVES, "OK") | {"east/van/blue": "certificate revoked"}


def verified(leaf: CertificateFacts, folder: Path) -> str:
    for name, der in (("leaf", leaf.der), *((n, held(folder)[f"contoso/{n}"].der) for n in ("issuing", "root"))):
        pem = x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)
        (folder / f"{name}.pem").write_bytes(pem)
    command = ["openssl", "verify", "-crl_check", "-crl_download", "-CAfile", "root.pem", "-untrusted", "issuing.pem"]
    done = subprocess.run([*command, "leaf.pem"], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return done.stdout.split()[-1]
    return next(line.rpartition(": ")[2] for line in done.stderr.splitlines() if line.startswith("error "))


# ── killed ──


class Killed(BaseException):
    """The light goes out."""


def test_killed_at_any_point_numbers_rise_and_the_end_is_the_same(made: Path, tmp_path: Path) -> None:
    """A revocation is published; a run that was ended anywhere is made good by the next one."""
    revoke(at(made, HOUR), "east/van/blue", "keyCompromise")
    points = 0
    whole = Path(shutil.copytree(made, tmp_path / "whole"))

    def count(point: str) -> None:
        nonlocal points
        points += 1

    apply(at(whole, 2 * HOUR), at=count)
    assert points > 25
    wanted = {name: (facts.number, set(facts.revoked)) for name, facts in lists(whole).items()}
    for number in range(points):
        folder = Path(shutil.copytree(made, tmp_path / f"{number}"))
        left = number

        def die(point: str) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise Killed(point)

        with pytest.raises(Killed):
            apply(at(folder, 2 * HOUR), at=die)
        shown = {name: facts.number or 0 for name, facts in lists(folder).items()}
        apply(at(folder, 2 * HOUR))
        after = lists(folder)
        assert all((after[name].number or 0) >= before for name, before in shown.items())
        assert {name: (facts.number, set(facts.revoked)) for name, facts in after.items()} == wanted
        assert preview(at(folder, 2 * HOUR)) == ()
        shutil.rmtree(folder)
