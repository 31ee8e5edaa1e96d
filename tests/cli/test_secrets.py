"""Passwords on the command line: one for each set, or a refusal. Never a guess about which of two counts."""

from pathlib import Path

import pytest

from certwright.cli.secrets import read_passwords
from certwright.errors import Refused


def test_two_passwords_for_one_set_are_refused(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).write_text(f"{name}-secret\n")
    given = (f"east/core={tmp_path / 'one'}", f"east/trust={tmp_path / 'one'}", f"east/core={tmp_path / 'two'}")
    with pytest.raises(Refused) as caught:
        read_passwords(given, ())
    assert caught.value.what == "east/core: the password is told more than once"
    assert "secret" not in caught.value.what + caught.value.hint


def test_one_password_for_each_set_is_taken(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("one-secret\nnever read\n")
    given = (f"east/core={tmp_path / 'one'}", f"east/trust={tmp_path / 'one'}")
    assert read_passwords(given, ()) == {"east/core": "one-secret", "east/trust": "one-secret"}
