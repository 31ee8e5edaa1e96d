"""Renewal with somebody else's CA: windows, revocation, advice, and the language of what is written down."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from certwright.errors import Locked, Refused
from certwright.flow.standing import ADVICE, ASKED
from certwright.flow.world import Applied
from certwright.inventory import Inventory, run_lock
from certwright.model import Held
from certwright.speech import speaking
from certwright.wiring.applying import apply, preview
from certwright.wiring.loading import Loaded, load
from certwright.wiring.revoking import revoke
from certwright.wiring.schedule import wake
from certwright.wiring.standing import events, status

from .foreign import NOW, ForeignCa, foreign_ca

CASES = Path(__file__).parent.parent / "cases"
PLACES = ("east/shop-front", "east/coffee-machine", "east/van/blue")
WINDOW = "    maintenance: {cron: 0 22 * * SAT, hours: 4, zone: Europe/Berlin}\n"


@dataclass(frozen=True)
class Site:
    """A deployment whose certificates come from a CA of somebody else."""

    folder: Path
    ca: ForeignCa

    def loaded(self, now: datetime) -> Loaded:
        return load(self.folder / "bakery.yaml", now=now)

    def apply(self, now: datetime) -> Applied:
        return apply(self.loaded(now))

    def answer(self, now: datetime, *places: str) -> None:
        for place in places:
            csr = self.folder / "out/requests/corp" / f"{place.replace('/', '_')}.csr"
            leaf = self.ca.sign(csr.read_bytes(), start=now - timedelta(minutes=10))
            file = self.folder / "answers/corp" / f"{place.replace('/', '-')}-{now:%Y%m%d}.p7b"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(self.ca.pkcs7([leaf, self.ca.issuing], "DER"))

    def held(self) -> Mapping[str, Held]:
        with Inventory.open(self.loaded(NOW).database) as inventory, inventory.reading() as reading:
            return reading.held()

    def pfx(self) -> dict[str, bytes]:
        return {file.name: file.read_bytes() for file in (self.folder / "out").rglob("*.pfx")}


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("made")
    ca = foreign_ca(folder / "ca")
    site = Site(folder / "bakery", ca)
    site.folder.mkdir()
    shutil.copy(CASES / "products" / "bakery.toml", site.folder)
    (site.folder / "root.cer").write_bytes(ca.root)
    (site.folder / "bakery.yaml").write_text((CASES / "flow" / "outside.yaml").read_text() + WINDOW)
    site.apply(NOW)
    site.answer(NOW, *PLACES)
    assert site.apply(NOW).waiting == ()
    return site


@pytest.fixture
def made(made_once: Site, tmp_path: Path) -> Site:
    return Site(Path(shutil.copytree(made_once.folder, tmp_path / "bakery")), made_once.ca)


def saturday(after: datetime) -> datetime:
    """The next moment at which the window is open."""
    day = after + timedelta(days=(5 - after.weekday()) % 7)
    return day.replace(hour=21, minute=30)


def test_a_renewal_is_asked_and_delivered_in_windows_only(made: Site) -> None:
    old = saturday(NOW + timedelta(days=810))
    before = made.pfx()
    asked = made.apply(old)
    assert {place for place, _ in asked.waiting} == set(PLACES)
    monday = old + timedelta(days=2)
    made.answer(monday, *PLACES)
    answered = made.apply(monday)
    assert set(answered.made) == set(PLACES), "what was answered is held at once"
    assert made.pfx() == before, "and delivered when the site may be touched"
    assert preview(made.loaded(monday)) == ()
    rows = {row.place: row for row in status(made.loaded(monday)).rows}
    opens = rows["east/van/blue"].opens
    assert opens is not None
    assert opens.weekday() == 5
    assert "delivered in the maintenance window" in rows["east/van/blue"].later
    assert wake(made.loaded(monday)) == opens
    assert answered.next_due == (opens.date(), "east/coffee-machine")
    delivered = made.apply(opens + timedelta(minutes=1))
    assert delivered.made == ()
    assert all(content != before[name] for name, content in made.pfx().items())
    assert made.apply(opens + timedelta(days=2)).delivered == ()


def test_a_file_that_is_gone_does_not_wait(made: Site) -> None:
    old = saturday(NOW + timedelta(days=810))
    made.apply(old)
    monday = old + timedelta(days=2)
    made.answer(monday, *PLACES)
    made.apply(monday)
    next((made.folder / "out").rglob("blue.pfx")).unlink()
    before = made.pfx()
    assert any("blue.pfx" in path for path in made.apply(monday).delivered)
    assert made.pfx().keys() > before.keys()


def test_another_name_waits_for_no_window(made: Site) -> None:
    monday = saturday(NOW + timedelta(days=100)) + timedelta(days=2)
    file = made.folder / "bakery.yaml"
    file.write_text(file.read_text().replace("domain: contoso.com", "domain: fabrikam.com"))
    before = made.pfx()
    made.apply(monday)
    made.answer(monday, *PLACES)
    made.apply(monday)
    assert all(content != before[name] for name, content in made.pfx().items())


def test_nothing_is_revoked_while_another_run_is_at_work(made: Site) -> None:
    loaded = made.loaded(NOW)
    with run_lock(loaded.state / "lock", NOW), pytest.raises(Locked, match="another run holds this inventory"):
        revoke(loaded, "east/van/blue", "superseded", wait=0.0)
    assert revoke(loaded, "east/van/blue", "superseded").reason == "superseded"


def test_what_was_revoked_waits_for_no_window(made: Site) -> None:
    monday = saturday(NOW + timedelta(days=100)) + timedelta(days=2)
    before = made.pfx()
    serial = made.held()["east/van/blue"].serial
    told = revoke(made.loaded(monday), "east/van/blue", "keyCompromise")
    assert f"corp has to revoke it, too: give its operator the serial number {serial:x}" in told.messages
    assert dict(made.apply(monday).waiting).keys() == {"east/van/blue"}
    made.answer(monday, "east/van/blue")
    made.apply(monday)
    after = made.pfx()
    assert [name for name in after if after[name] != before[name]] == ["blue.pfx"]
    assert made.held()["east/van/blue"].serial != serial
    assert [one.text for one in events(made.loaded(monday)) if one.kind == "revoked"] == [
        f"serial {serial:x} by corp (keyCompromise)"
    ]
    with pytest.raises(Refused, match="east/nobody holds no certificate"):
        revoke(made.loaded(monday), "east/nobody", "keyCompromise")


def test_a_place_that_is_gone_can_still_be_revoked(made: Site) -> None:
    file = made.folder / "bakery.yaml"
    file.write_text(file.read_text().replace("name: blue", "name: green"))
    told = revoke(made.loaded(NOW), "east/van/blue", "cessationOfOperation")
    assert "no longer part of the plan" in told.messages[-1]


def test_advice_ends_with_the_certificate_it_was_given_for(made: Site) -> None:
    day = saturday(NOW + timedelta(days=20))
    with Inventory.open(made.loaded(day).database) as inventory, inventory.writing() as book:
        book.observe(ADVICE, {"east/van/blue": (day - timedelta(hours=1)).isoformat()}, day)
        book.observe(ASKED, {"east/van/blue": (day + timedelta(hours=6)).isoformat()}, day)
    assert dict(made.apply(day).waiting).keys() == {"east/van/blue"}
    made.answer(day, "east/van/blue")
    assert made.apply(day).made == ("east/van/blue",)
    assert preview(made.loaded(day)) == (), "what was advised for the old one does not make the new one due"
    with Inventory.open(made.loaded(day).database) as inventory, inventory.reading() as reading:
        assert (reading.observations(ADVICE), reading.observations(ASKED)) == ({}, {})


def test_why_something_waits_is_written_down_in_one_language(made: Site) -> None:
    with speaking("de"):
        revoke(made.loaded(NOW), "east/van/blue", "superseded")
        made.apply(NOW)
    with Inventory.open(made.loaded(NOW).database) as inventory, inventory.reading() as reading:
        assert reading.pending()["east/van/blue"].told == "no answer in answers/corp yet"
