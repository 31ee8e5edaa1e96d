"""OpenSSL, pkilint and Java say what certwright says, or somebody has told why not: a part of it, with real tools."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_no_disagreement_is_unexplained() -> None:
    command = [sys.executable, "proof/agreement.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
