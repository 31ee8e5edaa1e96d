"""Writes everything in docs/ that can be derived: reference pages, the list of decisions, the output shown in pages.

python docs/generate.py           write what is stale
python docs/generate.py --check   only name it; the exit code is 1 when anything is
"""

import sys
from pathlib import Path

from console import commands, refreshed, same
from pages import decisions, pages

ROOT = Path(__file__).parent.parent
LIVE = ROOT / "docs" / "cluster.md"  # its commands need an API server: tests/cluster/live/page.py runs and writes them


def written() -> dict[Path, str]:
    """Path → the text that should stand there."""
    texts = {ROOT / "docs" / "reference" / name: text for name, text in pages().items()}
    index = ROOT / "docs" / "decisions" / "0001-record-decisions.md"
    texts[index] = decisions(index)
    for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("docs/decisions/*.md")):
        if path != LIVE and commands(text := path.read_text("utf-8")):
            texts[path] = refreshed(text, ROOT / "examples")
    return texts


def stale(texts: dict[Path, str]) -> list[Path]:
    """The files that differ (dates and serial numbers aside), and reference pages that nothing writes any more."""
    wrong = [path for path, text in texts.items() if not path.exists() or not same(path.read_text("utf-8"), text)]
    return wrong + [path for path in (ROOT / "docs" / "reference").rglob("*.md") if path not in texts]


def main() -> int:
    """Check or write; the exit code."""
    texts = written()
    wrong = stale(texts)
    for path in wrong:
        print(f"stale: {path.relative_to(ROOT)}")
    if "--check" in sys.argv[1:]:
        print("hint: python docs/generate.py" if wrong else "docs are fresh")
        return int(bool(wrong))
    for path in wrong:
        if path in texts:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(texts[path], "utf-8")
        else:
            path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
