"""What an ACME CA says of what it has signed: when to renew it (RFC 9773), and that it is revoked.

Debian's Pebble orders and revokes; it gives no advice, so that a double gives it.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from certwright.acme.renewal import certificate_id
from certwright.flow.standing import ADVICE, ASKED
from certwright.inventory import Inventory
from certwright.keys.unlock import Unlock
from certwright.model import Held
from certwright.wiring.applying import apply, preview
from certwright.wiring.loading import Loaded, load
from certwright.wiring.revoking import revoke
from certwright.x509.read import read_certificate

from .conftest import Authority, Pebble
from .double import Answer, Double, double
from .test_apply import deploy


@pytest.fixture
def ca(authority: Authority) -> Iterator[Double]:
    with double(authority) as made:
        made.more = {"renewalInfo": f"{made.url}/ari"}
        yield made


def observed(loaded: Loaded, kind: str) -> dict[str, datetime]:
    with Inventory.open(loaded.database) as inventory, inventory.reading() as reading:
        return {place: datetime.fromisoformat(text) for place, text in reading.observations(kind).items()}


def held(loaded: Loaded) -> dict[str, Held]:
    with Inventory.open(loaded.database) as inventory, inventory.reading() as reading:
        return reading.held()


def questions(ca: Double) -> list[str]:
    return [path for method, path, _ in ca.asked if method == "GET" and path.startswith("/ari/")]


def move(loaded: Loaded, server: Pebble, ca: Double) -> None:
    """From now on the CA is the double."""
    text = loaded.path.read_text()
    loaded.path.write_text(text.replace(server.directory, f"{ca.url}/dir"))


def test_advice_is_taken_written_down_and_asked_for_seldom(server: Pebble, ca: Double, tmp_path: Path) -> None:
    loaded = load(deploy(tmp_path, server))
    made = set(apply(loaded).made)
    assert observed(loaded, ADVICE) == {}, "Pebble gives none"
    assert observed(loaded, ASKED).keys() == made
    move(loaded, server, ca)
    now = datetime.now(UTC).replace(microsecond=0)
    window = (now + timedelta(days=9), now + timedelta(days=11))
    have = held(loaded)["east/van/blue"]
    path = f"/ari/{certificate_id(read_certificate(have.certificate))}"
    told = {"suggestedWindow": {"start": f"{window[0]:%Y-%m-%dT%H:%M:%SZ}", "end": f"{window[1]:%Y-%m-%dT%H:%M:%SZ}"}}
    ca.script[path] = [Answer(200, told, (("Retry-After", "3600"),)) for _ in range(2)]

    loaded.unlock_file.rename(tmp_path / "away")  # advice needs no secret of ours
    nobody = Unlock(keyring=False)
    assert apply(load(loaded.path), unlock=nobody).messages == ()
    assert questions(ca) == [], "it was asked a moment ago"
    later = now + timedelta(hours=7)
    assert apply(load(loaded.path, now=later), unlock=nobody).made == ()
    assert path in questions(ca)
    assert len(questions(ca)) == 3
    advised = observed(loaded, ADVICE)
    assert advised.keys() == {"east/van/blue"}
    assert window[0] <= advised["east/van/blue"] < window[1]
    assert observed(loaded, ASKED)["east/van/blue"] == later + timedelta(hours=1), "as the CA wishes"
    assert observed(loaded, ASKED)["east/van/red"] == later + timedelta(hours=6)

    apply(load(loaded.path, now=later + timedelta(hours=2)), unlock=nobody)
    assert questions(ca).count(path) == 2
    assert observed(loaded, ADVICE) == advised, "the moment is chosen once"
    (tmp_path / "away").rename(loaded.unlock_file)
    due = preview(load(loaded.path, now=advised["east/van/blue"] + timedelta(seconds=1)))
    assert [action.place for action in due if action.verb == "renew"] == ["east/van/blue"]
    assert "its issuer advises" in due[0].reason


def test_a_ca_that_is_away_is_no_error_and_takes_nothing_back(server: Pebble, tmp_path: Path) -> None:
    loaded = load(deploy(tmp_path, server))
    apply(loaded)
    day = loaded.now + timedelta(days=20)
    with Inventory.open(loaded.database) as inventory, inventory.writing() as book:
        book.observe(ADVICE, {"east/van/blue": day.isoformat()}, loaded.now)
    loaded.path.write_text(loaded.path.read_text().replace(str(server.port), "9"))
    applied = apply(load(loaded.path, now=loaded.now + timedelta(hours=7)))
    assert (applied.made, applied.messages) == ((), ())
    assert observed(loaded, ADVICE) == {"east/van/blue": day}


def test_what_is_revoked_is_revoked_at_the_ca_and_ordered_anew(server: Pebble, tmp_path: Path) -> None:
    loaded = load(deploy(tmp_path, server))
    apply(loaded)
    told = revoke(loaded, "east/van/blue", "keyCompromise")
    assert told.messages[0] == "web has revoked it"
    assert {action.place for action in preview(loaded) if action.verb == "renew"} == {"east/van/blue"}
    assert apply(load(loaded.path)).made == ("east/van/blue",)
    assert preview(load(loaded.path)) == ()
