"""What others test their readers with is read or refused for a reason somebody has told, and the page says how much."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_the_page_tells_what_becomes_of_the_vectors() -> None:
    command = [sys.executable, "proof/corpora.py", "--check", "cryptography"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
