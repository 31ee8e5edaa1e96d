"""Delivered sets, spoiled the way people spoil them, before `certwright check`.

A case is a script in tests/cases/journeys/EXAMPLE. Its head says what happened, the exit code, and each finding to come
of it, as `Fail REQUIREMENT FILE` or `Warning REQUIREMENT FILE`; no other may. Requirements on a set name the set.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path

import pytest

from certwright.cli import main

from .command import certwright
from .travelled import EXAMPLES, HERE, Journey

CASES = Path(__file__).parents[1] / "cases" / "journeys"
SCRIPTS = sorted(CASES.glob("*/*.sh"))

Finding = tuple[str, str, str]


def expected(script: Path) -> tuple[int, list[Finding]]:
    """The exit code and the findings a case announces."""
    head = script.read_text()
    (code,) = re.findall(r"^# exit (\d)$", head, re.MULTILINE)
    return int(code), sorted(re.findall(r"^# (Fail|Warning) (\S+) (.+)$", head, re.MULTILINE))


def findings(text: str) -> list[Finding]:
    """What the report says: a block for every file or set, whose first line names it."""
    return sorted(
        (status, code, block.partition("\n")[0].removeprefix("set  "))
        for block in text.split("\n\n")
        for status, code in re.findall(r"^  (Fail|Warning) +(\S+)$", block, re.MULTILINE)
    )


def spoil(script: Path, journey: Journey, folder: Path) -> Path:
    """A copy of the journey's folder, and in it what the script did."""
    copy = Path(shutil.copytree(journey.folder, folder / "copy"))
    for name, password in journey.passwords.items():
        file = folder / "secrets" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{password}\n")
        file.chmod(0o600)
    done = subprocess.run(
        ["sh", "-c", '. "$1"; . "$2"', "sh", CASES / "common.sh", script],
        cwd=copy, env=dict(os.environ, secrets=str(folder / "secrets")), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return copy


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: f"{script.parent.name}:{script.stem}")
def test_check_names_what_is_wrong_and_nothing_else(
    script: Path,
    travelled: Callable[[str], Journey],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("CERTWRIGHT_UNLOCK", raising=False)
    monkeypatch.setenv("COLUMNS", "1000")  # no line of a path is folded
    code, wanted = expected(script)
    journey = travelled(script.parent.name)
    with chdir(spoil(script, journey, tmp_path)), pytest.raises(SystemExit) as ended:
        main(("check", "out", "--for", journey.deployment))
    told = capsys.readouterr()
    assert findings(told.out) == wanted
    assert (ended.value.code or 0, told.err) == (code, "")


def test_every_example_is_spoiled() -> None:
    assert {script.parent.name for script in SCRIPTS} == EXAMPLES.keys()


# ── nothing to judge ──────────────────────────────────────────────────────────────────────────────


def test_locked_files_without_a_password_are_not_judged(travelled: Callable[[str], Journey], tmp_path: Path) -> None:
    journey = travelled("azure-stack-hub")
    shutil.copytree(journey.out, tmp_path / "out")
    shutil.copy(journey.folder / "contoso.yaml", tmp_path)
    said = certwright(tmp_path, "check", "out", "--for", "contoso.yaml", "--json")
    assert (said.code, said.err) == (2, "")
    report = json.loads(said.out)
    assert report["counts"]["Fail"] == report["counts"]["Warning"] == 0
    locked = [line.partition(": ")[0] for line in report["unjudged"]]
    assert sorted(locked) == [path for path in journey.files() if path.endswith(".pfx")]


def test_one_password_opens_one_set(travelled: Callable[[str], Journey], tmp_path: Path) -> None:
    """The others stay unjudged, and a fault in the open one outweighs that."""
    journey = travelled("azure-local")
    shutil.copytree(journey.out, tmp_path / "out")
    shutil.copy(journey.folder / "contoso.yaml", tmp_path)
    (tmp_path / "word").write_text(journey.passwords["plant1/ingress"])
    (tmp_path / "word").chmod(0o600)
    arguments = ("check", "out", "--for", "contoso.yaml", "--password-file", "plant1/ingress=word")
    said = certwright(tmp_path, *arguments)
    assert said.code == 2
    assert "ManagementEndpointSsl.pfx" in said.out
    assert "vault.autonomous.contoso.com.pfx" not in said.out
    (tmp_path / "out/plant1/IngressEndpointsCerts/vault.autonomous.contoso.com.pfx").unlink()
    assert certwright(tmp_path, *arguments).code == 1


@pytest.mark.parametrize(
    ("path", "deployment", "named"),
    [
        ("nowhere", "contoso.yaml", "nowhere"),
        ("empty", "contoso.yaml", "empty"),
        ("strange", "contoso.yaml", "strange"),
        ("contoso.yaml", "contoso.yaml", "no place of the plan is meant"),
        ("strange", "nowhere.yaml", "nowhere.yaml"),
        ("strange", "broken.yaml", "broken.yaml:2"),
    ],
)
def test_what_is_not_there_or_not_known_is_refused(path: str, deployment: str, named: str, tmp_path: Path) -> None:
    shutil.copy(HERE / "azure-local" / "contoso.yaml", tmp_path)
    (tmp_path / "broken.yaml").write_text("certwright: [\n")
    (tmp_path / "empty").mkdir()
    (tmp_path / "strange").mkdir()
    (tmp_path / "strange" / "holiday.jpg").write_bytes(b"\xff\xd8")
    said = certwright(tmp_path, "check", path, "--for", deployment)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("error: ")
    assert named in said.err
