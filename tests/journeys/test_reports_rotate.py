"""A root is rotated from the first day to the last by nothing but reports, under a clock that is set forward."""

import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.cli.test_ca import DEPLOYMENT, PRODUCT
from tests.journeys.command import PATIENCE, PROGRAM

START = datetime.now(UTC)


class Kiosk:
    """A folder with a deployment in it, and the day it is there."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.day = folder, 0

    def run(self, *command: str | Path, code: int = 0) -> str:
        """What a program prints on that day."""
        when = START + timedelta(days=self.day)
        done = subprocess.run(
            ["faketime", "-f", f"@{when:%Y-%m-%d %H:%M:%S}", *command],
            cwd=self.folder, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            capture_output=True, text=True, check=False, timeout=PATIENCE,
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def certwright(self, *arguments: str) -> str:
        return self.run(PROGRAM, *arguments)

    def report(self, consumer: str, *files: str) -> None:
        """The consumer's own script prints a report, which is taken in."""
        (self.folder / "look.sh").write_text(self.certwright("ca", "script", "kiosk.yaml", f"hall/{consumer}"))
        (self.folder / "a.report").write_text(self.run("sh", "look.sh", *files))
        self.certwright("ca", "seen", "kiosk.yaml", "a.report")

    def standing(self) -> dict[str, Any]:
        (found,) = json.loads(self.certwright("ca", "status", "kiosk.yaml", "--format", "json"))["issuers"]
        return dict(found)

    def states(self) -> list[str]:
        return [one["state"] for one in self.standing()["generations"]]


@pytest.fixture
def kiosk(tmp_path: Path) -> Kiosk:
    text = DEPLOYMENT.replace("    key: ec-256\n", "    key: ec-256\n    days: 30\n")
    text = text.replace('      - {name: turnstile, look: "file:turnstile/trust.pem"}\n', "")
    (tmp_path / "kiosk.toml").write_text(PRODUCT)
    (tmp_path / "kiosk.yaml").write_text(text)
    return Kiosk(tmp_path)


def test_a_root_is_rotated_by_reports_alone(kiosk: Kiosk) -> None:
    kiosk.certwright("apply", "kiosk.yaml")
    kiosk.certwright("ca", "rotate", "kiosk.yaml", "--reason", "a new algorithm", "--distribution", "2", "--yes")
    kiosk.certwright("apply", "kiosk.yaml")
    assert kiosk.states() == ["signing", "staged"]

    kiosk.day = 100
    kiosk.certwright("apply", "kiosk.yaml")
    assert kiosk.states() == ["signing", "staged"], "no day opens a gate"
    kiosk.report("door", "out/hall/trust.pem", "--", "out/hall/door.pem")
    kiosk.report("lift", "out/pki/contoso-root.cer")
    kiosk.certwright("apply", "kiosk.yaml")
    assert kiosk.standing()["unreached"] == ["hall/lift"]

    kiosk.day = 101
    kiosk.report("lift", "out/hall/trust.pem")
    kiosk.certwright("apply", "kiosk.yaml")
    assert kiosk.states() == ["verify-only", "signing"]
    blocks = {one["kind"]: one for one in kiosk.standing()["gate"]["blocks"]}
    assert blocks["presenting"]["subject"] == "hall/door", "what it was seen to present is of the old root"

    kiosk.day = 102
    kiosk.report("door", "out/hall/trust.pem", "--", "out/hall/door.pem")
    assert {one["kind"] for one in kiosk.standing()["gate"]["blocks"]} == {"day"}
    kiosk.certwright("apply", "kiosk.yaml")
    assert kiosk.states() == ["verify-only", "signing"], "what was signed on the last day may still be in use"

    old = (kiosk.folder / "out/pki/contoso-root.cer").read_text()
    kiosk.day = 134
    kiosk.certwright("apply", "kiosk.yaml")
    assert kiosk.states() == ["retired", "signing"]
    done = kiosk.standing()
    assert (done["gate"], done["unreached"]) == (None, [])
    assert done["begin_by"]
    trusted = (kiosk.folder / "out/hall/trust.pem").read_text()
    assert trusted.count("BEGIN CERTIFICATE") == 1
    assert old not in trusted
    kiosk.run(
        "openssl", "verify", "-CAfile", "out/hall/trust.pem", "-untrusted", "out/hall/door.pem", "out/hall/door.pem"
    )
