"""Revocations in their order, what of them a list needs, and what the years before left."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certwright.errors import Problem
from certwright.inventory import Crl, Inventory, Revocation
from certwright.inventory.revoked import Settled
from certwright.model import Held
from certwright.x509.crl_sign import MOST_NUMBER

from .test_store import of_version

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY = timedelta(days=1)
CA = "contoso/issuing"


@pytest.fixture
def inventory(tmp_path: Path) -> Inventory:
    return Inventory.open(tmp_path / "inventory.db")


def gone(serial: int, ends: datetime | None = None, authority: str = CA) -> Revocation:
    return Revocation(serial, authority, f"p/{serial}", "superseded", NOW, ends)


def held(place: str, serial: int, certificate: bytes, issuer: str = CA, days: int = 10) -> Held:
    return Held(place, certificate, (), "k", serial, NOW, NOW + days * DAY, "1.d", issuer)


def test_revocations_are_numbered_as_they_come(inventory: Inventory) -> None:
    with inventory.writing() as book:
        book.revoke([gone(7), gone(3, authority="other"), gone(5)])
    with inventory.reading() as reading:
        assert reading.revoked.newest() == 3
        assert list(reading.revoked.after(CA, 0)) == [(1, 7), (3, 5)]
        assert list(reading.revoked.after(CA, 1)) == [(3, 5)]
        assert reading.revoked.of(CA, 7) == gone(7)
        assert reading.revoked.of("other", 7) is None


def test_two_authorities_may_have_used_one_serial_and_one_revokes_it_once(inventory: Inventory) -> None:
    with inventory.writing() as book:
        book.revoke([gone(7), gone(7, authority="other")])
    with pytest.raises(Problem), inventory.writing() as book:
        book.revoke([gone(7)])


def test_what_was_held_says_itself_when_it_ends(inventory: Inventory) -> None:
    with inventory.writing() as book:
        book.add_key("k", "ec 256", b"", b"", NOW)
        book.hold([held("p/7", 7, b"seven", days=10), held("p/8", 7, b"eight", "other", days=20)], NOW)
        book.revoke([gone(7), gone(9)])
    with inventory.reading() as reading:
        assert [one.not_after for one in reading.revoked.of_held()] == [NOW + 10 * DAY]
        unheld = reading.revoked.of(CA, 9)
    assert unheld is not None
    assert unheld.not_after is None


@given(
    st.lists(st.tuples(st.integers(-5, 5), st.booleans()), max_size=12, unique_by=lambda one: one),
    st.integers(0, 12),
    st.integers(-5, 5),
)
def test_a_list_leaves_out_only_what_it_listed_after_its_end(
    ends: list[tuple[int, bool]], known: int, since: int
) -> None:
    with Inventory(Path(":memory:"), sqlite3.connect(":memory:", isolation_level=None)) as inventory:
        inventory._migrate()
        rows = [gone(number + 1, NOW + day * DAY if said else None) for number, (day, said) in enumerate(ends)]
        with inventory.writing() as book:
            book.revoke(rows)
        with inventory.reading() as reading:
            lines = {int(serial, 16) for serial, _, _ in reading.revoked.lines(CA, Settled(known, NOW + since * DAY))}
            everything = {int(serial, 16) for serial, _, _ in reading.revoked.lines(CA, None)}
    assert everything == {one.serial for one in rows}
    assert lines == {
        one.serial
        for number, one in enumerate(rows, 1)
        if number > known or one.not_after is None or one.not_after >= NOW + since * DAY
    }


def test_the_last_certificate_with_an_address_is_found_by_its_octets(inventory: Inventory) -> None:
    first, last = "http://pki/x-s", "of4.crl"
    with inventory.writing() as book:
        book.add_key("k", "ec 256", b"", b"", NOW)
        book.hold(
            [
                held("p/1", 1, b"..http://pki/x-s03of4.crl..", days=3),
                held("p/2", 2, b"..http://pki/x-s03of4.crl..x", days=5),
                held("p/3", 3, b"..http://pki/x-s03of14.crl..", days=7),
                held("p/4", 4, b"of4.crl http://pki/x-", days=9),
                held("p/5", 5, b"..http://pki/x-s01of4.crl", "other", days=11),
            ],
            NOW,
        )
    with inventory.reading() as reading:
        assert reading.revoked.last_named(CA, first, last) == NOW + 5 * DAY
        assert reading.revoked.last_named(CA, first, "of8.crl") is None


def test_numbers_of_lists_have_twenty_octets(inventory: Inventory) -> None:
    """And stand in the order of numbers, not of words (RFC 5280 5.2.3)."""
    numbers = (9, 10, 255, 256, 2**63 - 1, 2**63, 2**64 + 1, MOST_NUMBER - 1)
    for number in numbers:
        with inventory.writing() as book:
            book.publish(listed(number), b"")
        with inventory.reading() as reading:
            assert [one.number for one in reading.revoked.lists().values()] == [number]
    for number in (*numbers, 0):
        with pytest.raises(Problem), inventory.writing() as book:
            book.publish(listed(number), b"")
    with inventory.writing() as book:
        book.overtaken(CA, 5)
    with inventory.reading() as reading:
        assert reading.revoked.lists()[CA].number == MOST_NUMBER - 1
    with inventory.writing() as book:
        book.overtaken(CA, MOST_NUMBER)
    with inventory.reading() as reading:
        assert reading.revoked.lists()[CA].number == MOST_NUMBER


def listed(number: int) -> Crl:
    return Crl(CA, number, NOW, NOW + DAY, NOW + 2 * DAY)


def test_what_an_older_version_revoked_keeps_its_order_and_learns_its_end(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    of_version(path, "0004")
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("INSERT INTO keys VALUES ('k', 'EC 256', x'01', x'02', 5)")
        database.execute("INSERT INTO certificates VALUES ('f1', x'30')")
        database.execute(
            "INSERT INTO credentials (place, certificate, chain, key, serial, not_before, not_after, demanded, issuer,"
            " held_at) VALUES ('p', 'f1', '', 'k', '2a', 5, 500, '1.d', ?, 6)",
            (CA,),
        )
        for serial, at in (("2b", 30), ("2a", 20)):
            database.execute("INSERT INTO revocations VALUES (?, ?, 'p', 'superseded', ?)", (serial, CA, at))
        for number in (1, 2):
            database.execute("INSERT INTO crls VALUES (?, ?, 5, 500, x'30')", (CA, number))
    with Inventory.open(path) as inventory, inventory.reading() as reading:
        assert list(reading.revoked.after(CA, 0)) == [(1, 0x2A), (2, 0x2B)]
        (known,) = reading.revoked.of_held()
        assert known.not_after == datetime.fromtimestamp(500, UTC)
        (crl,) = reading.revoked.lists().values()
    assert (crl.number, crl.known, crl.signer) == (2, 0, "")
