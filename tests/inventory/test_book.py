"""What is written down is read back; what must never happen cannot be written."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from certwright.errors import Problem
from certwright.inventory import Crl, Delivery, Event, Intent, Inventory, SealedPassword
from certwright.model import Held
from certwright.pending import Pending

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HELD = Held(
    place="east/portal",
    certificate=b"leaf",
    chain=(b"issuing", b"root"),
    key="east/portal.1",
    serial=2**158 + 1,
    not_before=NOW,
    not_after=NOW + timedelta(days=397),
    demanded="d",
    issuer="contoso/issuing",
)
INTENT = Intent(HELD.serial, HELD.issuer, HELD.place, b"spki", NOW)


@pytest.fixture
def inventory(tmp_path: Path) -> Iterator[Inventory]:
    with Inventory.open(tmp_path / "inventory.db") as inventory:
        yield inventory


def hold(inventory: Inventory, held: Held) -> None:
    with inventory.writing() as book:
        book.add_key(held.key, "EC 256", b"spki", b"sealed " + held.key.encode(), NOW)
        book.record_intents([replace(INTENT, serial=held.serial, place=held.place)])
        book.hold([held], NOW)
        book.settle({held.serial: "issued"})


def test_what_is_held_is_read_back(inventory: Inventory) -> None:
    hold(inventory, HELD)
    with inventory.reading() as reading:
        assert reading.held() == {"east/portal": HELD}
        assert reading.sealed_key("east/portal.1") == b"sealed east/portal.1"
        assert reading.sealed_key("east/portal.2") is None
        assert reading.outcomes() == {"issued": 1}


def test_a_renewal_supersedes_and_forgets_nothing(inventory: Inventory) -> None:
    renewed = replace(HELD, certificate=b"new leaf", key="east/portal.2", serial=7)
    hold(inventory, HELD)
    hold(inventory, renewed)
    with inventory.reading() as reading:
        assert reading.held() == {"east/portal": renewed}
        assert reading.sealed_key("east/portal.1")
        assert len(reading.intents()) == 2
    with closing(sqlite3.connect(inventory.path)) as database:
        assert database.execute("SELECT count(*) FROM credentials").fetchone() == (2,)
        assert database.execute("SELECT count(*) FROM certificates").fetchone() == (4,)


def test_of_many_generations_the_last_two_are_read(inventory: Inventory) -> None:
    """All renewed within the same second: the order in which they came decides."""
    line = [replace(HELD, certificate=b"leaf %d" % n, key=f"east/portal.{n}", serial=n) for n in range(1, 5)]
    other = replace(HELD, place="east/vault", key="east/vault.1", serial=9)
    for one in (*line, other):
        hold(inventory, one)
    with inventory.reading() as reading:
        assert reading.held() == {"east/portal": line[-1], "east/vault": other}
        assert reading.held_before() == {"east/portal": line[-2]}


def test_a_place_holds_one_credential(inventory: Inventory) -> None:
    hold(inventory, HELD)
    with closing(sqlite3.connect(inventory.path)) as database, database, pytest.raises(sqlite3.IntegrityError):
        database.execute(
            "INSERT INTO credentials SELECT NULL, place, certificate, chain, key, serial, not_before, not_after,"
            " demanded, issuer, held_at, NULL FROM credentials"
        )


def test_nothing_is_held_without_its_key_and_its_intent(inventory: Inventory) -> None:
    with pytest.raises(Problem), inventory.writing() as book:
        book.hold([HELD], NOW)


def test_a_serial_is_used_once(inventory: Inventory) -> None:
    with inventory.writing() as book:
        book.record_intents([INTENT])
    with pytest.raises(Problem), inventory.writing() as book:
        book.record_intents([replace(INTENT, place="east/other")])
    with inventory.reading() as reading:
        assert reading.intents() == (INTENT,)


def test_open_intents_are_closed_and_settled_ones_are_not(inventory: Inventory) -> None:
    with inventory.writing() as book:
        book.record_intents([INTENT, replace(INTENT, serial=2)])
        book.settle({2: "issued"})
        book.settle({})
        book.close_intents("abandoned")
    with inventory.reading() as reading:
        assert {one.serial: one.outcome for one in reading.intents()} == {2: "issued", INTENT.serial: "abandoned"}


def test_a_delivery_is_expected_and_then_finished(inventory: Inventory) -> None:
    old, new = Delivery("a.pfx", "11", "r1", "east/portal"), Delivery("a.pfx", "22", "r2", "east/portal")
    other = Delivery("b.pfx", "33", "r3", "east/api")

    def stored() -> set[Delivery]:
        with inventory.reading() as reading:
            return set(reading.deliveries())

    with inventory.writing() as book:
        book.expect([old, other], NOW)
        book.finish([old, other])
        book.expect([new], NOW)
    done, finished = replace(old, done=True), replace(other, done=True)
    assert stored() == {done, new, finished}
    with inventory.writing() as book:
        book.finish([new])
    assert stored() == {replace(new, done=True), finished}


def test_a_delivery_that_never_happened_is_forgotten(inventory: Inventory) -> None:
    done = Delivery("a.pfx", "11", "r1", "east/portal")
    with inventory.writing() as book:
        book.expect([done], NOW)
        book.finish([done])
        book.expect([replace(done, sha256="22")], NOW)
        book.forget([replace(done, sha256="22")])
    with inventory.reading() as reading:
        assert reading.deliveries() == (replace(done, done=True),)


def test_the_same_bytes_may_be_expected_again(inventory: Inventory) -> None:
    one = Delivery("a.cer", "11", "r1", "east/root")
    for recipe in ("r1", "r2"):
        with inventory.writing() as book:
            book.expect([replace(one, recipe=recipe)], NOW)
    with inventory.reading() as reading:
        assert reading.deliveries() == (replace(one, recipe="r2"),)


def test_the_newest_password_counts(inventory: Inventory) -> None:
    with inventory.writing() as book:
        for version in (1, 2, 3):
            book.add_password(SealedPassword("east/deployment", version, "rule", b"sealed %d" % version), NOW)
        book.add_password(SealedPassword("east/other", 1, "rule", b"sealed"), NOW)
    newest = SealedPassword("east/deployment", 3, "rule", b"sealed 3")
    other = SealedPassword("east/other", 1, "rule", b"sealed")
    with inventory.reading() as reading:
        assert reading.passwords() == {"east/deployment": newest, "east/other": other}
    with inventory.writing() as book:
        book.keep_password(replace(newest, rule="another"))
    with inventory.reading() as reading:
        assert reading.passwords() == {"east/deployment": replace(newest, rule="another"), "east/other": other}


def test_the_newest_list_counts_and_numbers_are_used_once(inventory: Inventory) -> None:
    month = timedelta(days=30)
    lists = [Crl("contoso/root", number, NOW, NOW + month / 2, NOW + month, 7, ("http://a", "b")) for number in (1, 2)]
    with inventory.writing() as book:
        for crl in lists:
            book.publish(crl, b"%d" % crl.number)
    for number in (0, 1, 2):
        with pytest.raises(Problem, match="only rise"), inventory.writing() as book:
            book.publish(replace(lists[0], number=number), b"0")
    with inventory.reading() as reading:
        assert reading.revoked.lists() == {"contoso/root": lists[1]}
        assert reading.revoked.der("contoso/root") == b"2"


def test_the_log_is_read_in_order(inventory: Inventory) -> None:
    with inventory.writing() as book:
        book.log([Event("issued", f"p{number}", "text", NOW) for number in range(5)])
        book.log([])
    with inventory.reading() as reading:
        assert [(event.number, event.place) for event in reading.events(2)] == [(4, "p3"), (5, "p4")]
        assert reading.events(2)[0] == Event("issued", "p3", "text", NOW, 4)


@pytest.mark.parametrize("statement", ["UPDATE events SET text = 'other'", "DELETE FROM events"])
def test_nobody_changes_the_log(statement: str, inventory: Inventory) -> None:
    with inventory.writing() as book:
        book.log([Event("issued", "p", "text", NOW)])
    with (
        closing(sqlite3.connect(inventory.path)) as database,
        pytest.raises(sqlite3.IntegrityError, match="the log is append-only"),
    ):
        database.execute(statement)


def test_many_places_at_once(inventory: Inventory) -> None:
    many = [replace(HELD, place=f"p{n}", certificate=b"leaf %d" % n, key=f"k{n}", serial=n + 1) for n in range(2000)]
    with inventory.writing() as book:
        for one in many:
            book.add_key(one.key, "EC 256", b"", b"", NOW)
        book.record_intents([replace(INTENT, serial=one.serial, place=one.place) for one in many])
        book.hold(many, NOW)
        book.settle({one.serial: "issued" for one in many})
    with inventory.reading() as reading:
        assert reading.held() == {one.place: one for one in many}


# ── requests that wait ──

ASKED = Pending("east/portal", "east/portal.1", b"csr", b"spki", "1.d", "corp", "files", NOW)


def ask(inventory: Inventory, *requests: Pending) -> None:
    with inventory.writing() as book:
        for one in requests:
            book.add_key(one.key, "EC 256", one.spki, b"sealed", NOW)
        book.ask(requests)


def pending(inventory: Inventory) -> dict[str, Pending]:
    with inventory.reading() as reading:
        return reading.pending()


def test_a_request_is_read_back_with_its_ticket(inventory: Inventory) -> None:
    ask(inventory, ASKED)
    assert pending(inventory) == {"east/portal": ASKED}
    later = replace(ASKED, ticket={"order": "https://…/7", "tries": [1, 2], "done": False}, kind="acme", told="not yet")
    with inventory.writing() as book:
        book.keep_request(later)
    assert pending(inventory) == {"east/portal": later}
    with inventory.writing() as book:
        book.tell_request("east/portal", "nobody is there")
        book.keep_ticket("east/portal", {"order": "8"})
    assert pending(inventory) == {"east/portal": replace(later, told="nobody is there", ticket={"order": "8"})}


def test_another_request_of_a_place_withdraws_the_first_and_keeps_its_key(inventory: Inventory) -> None:
    second = replace(ASKED, key="east/portal.2", spki=b"another", demanded="1.e")
    ask(inventory, ASKED)
    ask(inventory, second)
    assert pending(inventory) == {"east/portal": second}
    with inventory.reading() as reading:
        assert reading.key_of(b"spki") == "east/portal.1"
        assert reading.key_of(b"nobody's") == ""
    with inventory.writing() as book:
        book.keep_request(replace(ASKED, told="an answer to what nobody asks any more"))
        book.withdraw(["east/portal", "east/other"])
    assert pending(inventory) == {}


def test_a_request_without_its_key_cannot_be_written(inventory: Inventory) -> None:
    with pytest.raises(Problem), inventory.writing() as book:
        book.ask([ASKED])
    assert pending(inventory) == {}


def test_two_cas_may_use_one_serial(inventory: Inventory) -> None:
    ask(inventory, ASKED, replace(ASKED, place="east/api", key="east/api.1", spki=b"2"))
    others = [replace(HELD, serial=1), replace(HELD, serial=1, place="east/api", key="east/api.1", issuer="corp")]
    with inventory.writing() as book:
        book.hold(others, NOW)
    with inventory.reading() as reading:
        assert [one.serial for one in reading.held().values()] == [1, 1]
        assert reading.was_held(HELD.certificate)
        assert not reading.was_held(b"another")
