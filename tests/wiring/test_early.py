"""Keys are begun early only where they will probably be needed, and are never in the way."""

import os
from pathlib import Path

import pytest

from certwright.wiring.early import USUAL, early_keys


@pytest.mark.parametrize(("age", "begun"), [(-10, True), (10, False)])
def test_keys_are_begun_when_the_file_is_newer_than_what_was_made(tmp_path: Path, age: int, begun: bool) -> None:
    deployment = tmp_path / "contoso.yaml"
    deployment.write_text("certwright: 1\n")
    inventory = tmp_path / "contoso.certwright" / "inventory.db"
    inventory.parent.mkdir()
    inventory.write_bytes(b"")
    changed = deployment.stat().st_mtime
    os.utime(inventory, (changed + age, changed + age))
    with early_keys(deployment) as foundry:
        assert bool(foundry._begun.get(USUAL)) is begun


def test_nothing_is_begun_before_there_is_an_inventory(tmp_path: Path) -> None:
    with early_keys(tmp_path / "contoso.yaml") as foundry:
        assert not foundry._begun
