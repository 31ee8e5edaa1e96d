"""On a real (pseudo) terminal: paint, width, a progress line that goes away, and NO_COLOR."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from certwright.cli.ending import tell

PAINT = re.compile(r"\033\[[0-9;]*m")
PROGRAM = str(Path(sys.executable).with_name("certwright"))


def on_terminal(folder: Path, columns: int, *arguments: str, **environment: str) -> str:
    """What a terminal of that width receives, with the terminal's line ends made plain again."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    clean = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR")}
    with subprocess.Popen(
        [PROGRAM, *arguments], cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs, env=clean | environment
    ) as running:
        os.close(theirs)
        received = b""
        while chunk := _read(ours):
            received += chunk
    os.close(ours)
    assert running.returncode == 0, received
    return received.decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux says that the other side is gone
        return b""


@pytest.mark.parametrize("columns", [80, 140])
@pytest.mark.parametrize("verb", ["plan", "status"])
def test_reports_fit_the_terminal_with_and_without_paint(made: Path, verb: str, columns: int) -> None:
    painted = on_terminal(made, columns, verb, "contoso.yaml")
    plain = on_terminal(made, columns, verb, "contoso.yaml", NO_COLOR="1")
    assert PAINT.search(painted)
    assert PAINT.sub("", painted) == plain
    too_long = [line for line in plain.splitlines() if len(line) > columns]
    assert not [line for line in too_long if len(line.split()[-1]) < columns - 24], "only a long word may run over"


def test_wide_terminals_are_not_filled_to_the_brim(made: Path) -> None:
    assert max(map(len, on_terminal(made, 300, "plan", "contoso.yaml", NO_COLOR="1").splitlines())) <= 140


def test_nothing_is_painted_in_a_pipe(made: Path) -> None:
    done = subprocess.run([PROGRAM, "status", "contoso.yaml"], cwd=made, capture_output=True, text=True, check=True)
    assert "\033" not in done.stdout + done.stderr


def test_a_reader_that_leaves_early_is_no_error(made: Path) -> None:
    done = subprocess.run(
        ["bash", "-c", f"'{PROGRAM}' plan contoso.yaml --json | head -1; exit ${{PIPESTATUS[0]}}"],
        cwd=made, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "{\n", "")


def test_a_reader_that_leaves_early_ends_no_work(made: Path, tmp_path: Path) -> None:
    (tmp_path / "contoso.yaml").write_bytes((made / "contoso.yaml").read_bytes())
    done = subprocess.run(
        ["bash", "-c", f"'{PROGRAM}' apply contoso.yaml | true; exit ${{PIPESTATUS[0]}}"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    again = subprocess.run([PROGRAM, "apply", "contoso.yaml"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert again.stdout.startswith("nothing is due")


def test_progress_is_shown_and_erased(made: Path, tmp_path: Path) -> None:
    (tmp_path / "contoso.yaml").write_bytes((made / "contoso.yaml").read_bytes())
    received = on_terminal(tmp_path, 80, "apply", "contoso.yaml")
    drawn = re.findall(r"\r\033\[K([#.]+ +\d+/\d+ [^\r\n]*)", received)
    assert len(drawn) > 20
    assert max(map(len, drawn)) < 80
    *_, after = received.split("\r\033[K")
    assert after.startswith("28 certificates made")


def test_an_error_that_quotes_a_hostile_name_steers_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    tell("a\x1b[2J\u202eb.pfx: cannot be read", "look\x07 at\nthe second line")
    said = capsys.readouterr().err
    assert said == "error: a\\u001b[2J\\u202eb.pfx: cannot be read\nhint: look\\u0007 at\nthe second line\n"
