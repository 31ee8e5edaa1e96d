"""The documentation is what the program says today, and every command it shows works."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


def test_nothing_in_the_documentation_is_stale() -> None:
    done = subprocess.run(
        [sys.executable, "docs/generate.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_links_between_pages_lead_somewhere() -> None:
    dangling = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in PAGES
        for target in re.findall(r"\]\((?!https?:)([^)#]+)[^)]*\)", page.read_text("utf-8"))
        if not (page.parent / target).exists()
    ]
    assert not dangling


def test_locks_have_hashes_and_no_addresses() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        text = lock.read_text("utf-8")
        assert "://" not in text
        pinned = re.findall(r"^([\w.-]+)==", text, re.MULTILINE)
        assert pinned
        assert len(re.findall(r"^[\w.-]+==\S+ \\\n    --hash=sha256:", text, re.MULTILINE)) == len(pinned), lock.name


def test_the_lock_holds_every_dependency() -> None:
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    wanted = re.findall(r'^  "([\w.-]+)>=', project.partition("dependencies = [")[2].partition("]")[0], re.MULTILINE)
    locked = re.findall(r"^([\w.-]+)==", (ROOT / "requirements" / "run.txt").read_text("utf-8"), re.MULTILINE)
    assert wanted
    assert {name.replace(".", "-") for name in wanted} <= set(locked)
