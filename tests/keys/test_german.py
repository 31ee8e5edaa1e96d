"""Passwords and secrets that will not do are refused in German to whoever speaks it."""

import secrets
from pathlib import Path

import pytest
from tests.german import english

from certwright.errors import Locked, Refused
from certwright.keys.foundry import Foundry
from certwright.keys.passwords import password_faults
from certwright.keys.seal import Cost, new_box, open_box
from certwright.keys.unlock import Unlock, ask_secret, find_secret
from certwright.model import KeySpec, PasswordRule
from certwright.speech import speaking

CHEAP = Cost(2, 8, 1)


def test_every_fault_of_a_password() -> None:
    with speaking("de"):
        faults = password_faults(PasswordRule(8, 3, "x"), "x\n")
    assert len(faults) == 4
    assert not english(*faults)
    assert faults[0] == "mindestens 8 Zeichen sind nötig, es hat 2"


def test_a_secret_that_does_not_open_the_inventory(tmp_path: Path) -> None:
    written, _ = new_box("right", CHEAP, secrets.token_bytes)
    file = tmp_path / "secret"
    file.write_text("wrong")
    with speaking("de"):
        secret = find_secret(Unlock(file, keyring=False), tmp_path / "quick", "me")
        assert secret
        with pytest.raises(Locked) as caught:
            open_box(written, secret.text, secrets.token_bytes, source=secret.source)
    assert caught.value.what == f"das Geheimnis in {file} öffnet dieses Inventar nicht"
    assert not english(caught.value.hint)


def test_nobody_to_ask() -> None:
    with speaking("de"), pytest.raises(Locked) as caught:
        ask_secret(Unlock(keyring=False))
    assert not english(caught.value.what, caught.value.hint)


def test_a_thread_speaks_the_language_of_who_sent_it() -> None:
    wish = KeySpec("rsa", 512)
    with speaking("de"), Foundry(1) as foundry:
        foundry.begin([wish])
        with pytest.raises(Refused, match="ein Schlüssel wie RSA 512 kann hier nicht erstellt werden"):
            list(foundry.take({"east/portal": wish}))
