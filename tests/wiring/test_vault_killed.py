"""Whatever is stopped, at whatever point: nothing is half done, and running it again ends where it would have ended."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.vaults.keyvault import key_vault
from tests.wiring.test_vault_story import NOW, SYNCED, Plant, plant

from certwright.wiring.applying import apply as deliver
from certwright.wiring.loading import load
from certwright.wiring.vaults.applying import apply
from certwright.wiring.vaults.deleting import delete
from certwright.wiring.vaults.viewing import listing, orphans


class Killed(BaseException):
    """Stops a run like a kill: nothing catches it, and what was not committed is gone."""


def stopping(after: int) -> tuple[Callable[[str], None], list[str]]:
    """An `at` that stops at its `after`th call, and the points it was called with."""
    points: list[str] = []

    def at(point: str) -> None:
        points.append(point)
        if len(points) > after:
            raise Killed(point)

    return at, points


def story(here: Plant) -> None:
    """Adds, applies, deletes for good, and applies; every step may have been taken before."""
    rows = {(one.list, one.file): one.state for one in listing(here.asked).rows if one.origin == "vault"}
    if not rows:
        here.add("trust", "plant-root.pem")
    if ("client", "connector.der") not in rows:
        here.add("client", "connector.der", "connector.pem")
    apply(here.asked)
    rows = {(one.list, one.file): one.state for one in listing(here.asked).rows if one.origin == "vault"}
    if rows.get(("trust", "plant-root.der")) == "applied":
        delete(here.asked, "plant-root", purge=True)
    apply(here.asked)


def state(here: Plant) -> object:
    files = {
        str(one.relative_to(here.folder)): one.read_bytes()
        for one in sorted((here.folder / "out").rglob("*"))
        if one.is_file()
    }
    rows = [(one.list, one.file, one.secret, one.state) for one in listing(here.asked).rows]
    return files, rows, orphans(here.asked)[0], here.vault.live() if here.vault else None


@pytest.fixture(params=["own", "synced"])
def make(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], Plant]]:
    """Plants in folders of their own, each as it is after a first `certwright apply`."""
    with key_vault(tmp_path) as (vault, environment):
        for name, text in environment.items():
            monkeypatch.setenv(name, text)
        synced = request.param == "synced"
        first = plant(tmp_path / "first", SYNCED if synced else "", vault if synced else None)
        deliver(load(first.asked.file, now=NOW))

        def copied(name: str) -> Plant:
            vault.secrets.clear()
            folder = shutil.copytree(first.folder, tmp_path / name)
            return replace(first, asked=replace(first.asked, file=folder / "plant.yaml"))

        yield copied


def test_stopped_anywhere_and_run_again(make: Callable[[str], Plant]) -> None:
    undisturbed = make("whole")
    at, points = stopping(10_000)
    story(replace(undisturbed, asked=replace(undisturbed.asked, at=at)))
    wanted = state(undisturbed)
    told = ("secret",) if undisturbed.vault else ("secret", "list")  # lists are the same table for both
    ours = [number for number, point in enumerate(points) if any(word in point for word in told)]
    firsts = {points[number]: number for number in reversed(ours)}
    assert len(firsts) >= 4
    for point, number in firsts.items():
        here = make(f"killed-{number}")
        at, _ = stopping(number)
        with pytest.raises(Killed):
            story(replace(here, asked=replace(here.asked, at=at)))
        for one in listing(here.asked).rows:
            assert one.file != "connector.der" or one.state in ("to add", "applied")
        story(here)
        assert state(here) == wanted, point
