"""What an ACME CA says of what it has signed: when to renew it (RFC 9773), and that it is revoked. By Pebble."""

from datetime import datetime, timedelta
from pathlib import Path

from certwright.flow.standing import ADVICE, ASKED
from certwright.inventory import Inventory
from certwright.keys.unlock import Unlock
from certwright.wiring.applying import apply, preview
from certwright.wiring.loading import Loaded, load
from certwright.wiring.revoking import revoke

from .conftest import Pebble
from .test_apply import deploy


def observed(loaded: Loaded, kind: str) -> dict[str, datetime]:
    with Inventory.open(loaded.database) as inventory, inventory.reading() as reading:
        return {place: datetime.fromisoformat(text) for place, text in reading.observations(kind).items()}


def test_advice_is_taken_written_down_and_asked_for_seldom(server: Pebble, tmp_path: Path) -> None:
    loaded = load(deploy(tmp_path, server))
    made = set(apply(loaded).made)
    advised, asked = observed(loaded, ADVICE), observed(loaded, ASKED)
    assert advised.keys() == asked.keys() == made
    with Inventory.open(loaded.database) as inventory, inventory.reading() as reading:
        held = reading.held()
    for place, when in advised.items():
        assert held[place].not_before < when < held[place].not_after
        assert loaded.now < asked[place] <= loaded.now + timedelta(days=1)
    text = loaded.path.read_text()
    loaded.path.write_text(text.replace(str(server.port), "9"))
    again = apply(load(loaded.path), unlock=Unlock(keyring=False))
    assert again.messages == (), "it is not asked again so soon, so nobody notices that it is away"
    later = apply(load(loaded.path, now=max(asked.values()) + timedelta(minutes=1)))
    assert later.made == ()
    assert observed(loaded, ADVICE) == advised, "no answer takes nothing back"


def test_without_the_unlock_secret_advice_is_taken_all_the_same(server: Pebble, tmp_path: Path) -> None:
    loaded = load(deploy(tmp_path, server))
    apply(loaded)
    loaded.unlock_file.unlink()
    asked = observed(loaded, ASKED)
    later = load(loaded.path, now=max(asked.values()) + timedelta(minutes=1))
    assert apply(later, unlock=Unlock(keyring=False)).messages == ()
    assert min(observed(loaded, ASKED).values()) > max(asked.values())


def test_what_is_revoked_is_revoked_at_the_ca_and_ordered_anew(server: Pebble, tmp_path: Path) -> None:
    loaded = load(deploy(tmp_path, server))
    apply(loaded)
    told = revoke(loaded, "east/van/blue", "keyCompromise")
    assert told.messages[0] == "web has revoked it"
    assert {action.place for action in preview(loaded) if action.verb == "renew"} == {"east/van/blue"}
    assert apply(load(loaded.path)).made == ("east/van/blue",)
    assert preview(load(loaded.path)) == ()
