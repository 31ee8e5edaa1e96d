"""The systemd units: systemd itself takes them, and they give the program no more than it needs."""

import configparser
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from certwright.cli import certwright

ROOT = Path(__file__).parent.parent
UNITS = sorted((ROOT / "examples" / "systemd").iterdir())
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
PROGRAM = "/usr/bin/certwright"


def installed(folder: Path, change: str = "") -> list[str]:
    """The units as they would be on a machine that has the program where we have it."""
    for unit in UNITS:
        own = unit.read_text().replace(PROGRAM, str(Path(sys.executable).with_name("certwright")))
        (folder / unit.name).write_text(own + change * (unit.suffix == ".timer"))
    return [str(folder / unit.name) for unit in UNITS]


def verify(units: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )


def test_systemd_takes_them(tmp_path: Path) -> None:
    done = verify(installed(tmp_path))
    assert (done.returncode, [line for line in done.stderr.splitlines() if str(tmp_path) in line]) == (0, [])


def test_systemd_would_say_if_not(tmp_path: Path) -> None:
    done = verify(installed(tmp_path, "[Timer]\nOnCalendar=every now and then\n"))
    assert "Failed to parse calendar specification" in done.stderr


@pytest.mark.parametrize("service", SERVICES, ids=lambda unit: unit.name)
def test_the_command_is_one_of_ours(service: Path) -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(service)
    own = unit["Service"]
    program, verb, *words = own["ExecStart"].split()
    assert program == PROGRAM
    command = certwright.get_command(click.Context(certwright), verb)
    assert command is not None
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known
    assert re.fullmatch(r"unlock:/etc/\S+", own["LoadCredential"])
    assert "%d/unlock" in words, "the secret is handed over as a credential, and never stands in the unit"
    for key in ("NoNewPrivileges", "PrivateTmp", "ProtectHome", "RestrictSUIDSGID"):
        assert own[key] == "yes"
    assert (own["ProtectSystem"], own["UMask"], own["CapabilityBoundingSet"]) == ("strict", "0077", "")
