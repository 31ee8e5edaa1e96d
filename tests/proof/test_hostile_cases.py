"""Every input that once hurt a reader is kept as a case: it is read, or refused in our own words."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
CASES = ROOT / "tests" / "cases" / "hostile"
SHAPES = (
    "PFX: as many keys, each too slow",
    "PFX: the slowest MAC that is allowed (SHA-512)",
    "PEM: as many encrypted keys as fit, each slow",
    "Secret: as many PFX as fit, each slow",
    "Secret: as many PFX as fit, each slow, as check opens it",
    "PEM: as many authorities as certificates, as check opens it",
    "zip: two members, packed as densely",
    "deployment: as many lines as fit",
    "product: a key of a megabyte",
    "product: as many keys as fit",
    "product: brackets",
)


@pytest.mark.parametrize("case", sorted(CASES.glob("*/*")), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_cases(case: Path) -> None:
    command = [sys.executable, "-W", "error", "readers.py", case.parent.name, str(case)]
    done = subprocess.run(command, cwd=ROOT / "proof", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_megabyte_costs_little() -> None:
    """Those that once cost more than two seconds or 200 MB, and their kin. `proof/heavy.py` has all of them."""
    command = [sys.executable, "proof/heavy.py", *SHAPES]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
