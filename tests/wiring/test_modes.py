"""Delivered secrets that somebody opened to others: seen by status and check, closed by apply, and nothing else."""

import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from certwright.errors import Broken
from certwright.flow.closing import close
from certwright.flow.standing import look
from certwright.flow.world import Vault, World
from certwright.inventory import Inventory
from certwright.keys.unlock import Unlock
from certwright.pack.secrecy import holds_clear_key, holds_secret
from certwright.targets.folder import Folder
from certwright.wiring.applying import apply, preview
from certwright.wiring.checking import check
from certwright.wiring.loading import Loaded, load
from certwright.wiring.standing import events, status

EXAMPLES = Path(__file__).parents[2] / "examples"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NOBODY = Unlock(keyring=False)
KEY = "plant1/mqtt/clients/press-1/client.key"
SECRET = "plant1/listeners/external/secret.yaml"
PUBLIC = "plant1/mqtt/clients/press-1/client.pem"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = shutil.copytree(EXAMPLES / "azure-iot-operations", tmp_path_factory.mktemp("made") / "here")
    apply(load(folder / "contoso.yaml", now=NOW), unlock=NOBODY)
    return folder


@pytest.fixture
def here(made: Path, tmp_path: Path) -> Loaded:
    return load(shutil.copytree(made, tmp_path / "here") / "contoso.yaml", now=NOW)


@pytest.fixture
def passable() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def mode(loaded: Loaded, path: str) -> int:
    return (loaded.output / path).stat().st_mode & 0o777


def findings(loaded: Loaded, *paths: Path) -> list[tuple[str, str]]:
    found = check(loaded, paths=paths, unlock=NOBODY).findings()
    return [(one.code, one.path) for one in found]


@pytest.mark.parametrize("example", ["azure-iot-operations", "azure-stack-hub", "configuration-manager"])
def test_the_plan_knows_which_files_are_secret(example: str, tmp_path: Path) -> None:
    """What is known before packing is what the packer decided: the mode follows from that."""
    folder = shutil.copytree(EXAMPLES / example, tmp_path / "here")
    loaded = load(next(folder.glob("*.yaml")), now=NOW)
    done = apply(loaded, unlock=NOBODY)
    packages = [one for place in loaded.plan.places for one in place.packages if one.path in done.delivered]
    assert packages
    for one in packages:
        assert holds_secret(one) == (mode(loaded, one.path) == 0o600), one.path
    for one in packages:
        content = (loaded.output / one.path).read_bytes()
        assert holds_clear_key(one) or b" PRIVATE KEY" not in content, one.path


def test_an_opened_secret_is_seen_told_and_closed(here: Loaded) -> None:
    before = {one: (here.output / one).read_bytes() for one in (KEY, SECRET, PUBLIC)}
    (here.output / KEY).chmod(0o644)
    (here.output / SECRET).chmod(0o640)
    (here.output / PUBLIC).chmod(0o664)
    wanted = [f"{SECRET}: others can get at this secret (mode 640)", f"{KEY}: others can get at this secret (mode 644)"]
    assert sorted(one.reason for one in preview(here)) == sorted(wanted)
    assert sorted(one.reason for one in status(here).actions) == sorted(wanted)
    assert findings(here) == [("material.open-to-others", SECRET), ("material.open-to-others", KEY)]
    done = apply(here, unlock=replace(NOBODY, file=Path("/nowhere")))  # no secret is needed for that
    assert sorted(done.messages) == sorted(
        [
            f"{SECRET}: others could get at this secret (mode 640); closed to them",
            f"{KEY}: others could get at this secret (mode 644); closed to them",
        ]
    )
    assert (done.made, done.delivered) == ((), ())
    assert (mode(here, KEY), mode(here, SECRET), mode(here, PUBLIC)) == (0o600, 0o600, 0o664)
    assert before == {one: (here.output / one).read_bytes() for one in before}
    closed = [one.text for one in events(here) if one.kind == "closed"]
    assert sorted(closed) == sorted(
        f"{path}: mode {was}, now for its owner alone" for path, was in ((KEY, 644), (SECRET, 640))
    )
    assert not preview(here)
    assert not findings(here)
    assert apply(here, unlock=NOBODY).messages == ()


class Foreign(Folder):
    """Files that belong to somebody else, as far as their modes go."""

    def close(self, paths: Iterable[str]) -> None:
        raise Broken(f"{next(iter(paths))} cannot be written or read (Operation not permitted)", "")


def test_what_cannot_be_closed_keeps_nothing_else_waiting(here: Loaded) -> None:
    (here.output / KEY).chmod(0o640)
    target = Foreign(here.output)
    with Inventory.open(here.database) as inventory:
        world = World(inventory, target, unasked, secrets.token_bytes, NOW)
        told = close(here.plan, look(here.plan, inventory, target), world)
    (line,) = told
    assert line.startswith(f"{KEY}: others can get at this secret (mode 640), and it cannot be closed to them: {KEY}")
    assert mode(here, KEY) == 0o640
    assert not [one for one in events(here) if one.kind == "closed"]


def unasked() -> Vault:
    raise AssertionError("no secret is needed")


def test_a_copy_is_warned_of_when_everybody_can_get_at_a_key_in_the_clear(here: Loaded, passable: Path) -> None:
    copy = shutil.copytree(here.output, passable / "copy")
    subprocess.run(["chmod", "-R", "u=rwX,go=rX", str(copy)], check=True)
    found = findings(here, copy)
    assert {code for code, _ in found} == {"material.open-to-others"}
    assert {KEY, SECRET} <= {path for _, path in found}
    (passable / "copy").chmod(0o700)
    assert not findings(here, copy), "modes come with copies, and a closed folder is in order"


def test_a_file_that_somebody_took_away_is_no_open_one(here: Loaded) -> None:
    (here.output / KEY).unlink()
    assert KEY in apply(here, unlock=NOBODY).delivered
    assert mode(here, KEY) == 0o600
