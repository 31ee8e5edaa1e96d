"""Runs the commands of docs/cluster.md against a real API server, in order; as a program, writes what they print."""

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "cluster.md"
NAMED = "https://plant1.contoso.com:6443"  # what the page calls the server
sys.path.insert(0, str(ROOT / "docs"))

import console  # noqa: E402 - the way docs/generate.py runs pages


def refreshed(config: Path, url: str) -> str:
    """The page as it would be written today."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / ".kube"
        home.mkdir()
        text = config.read_text().replace("current-context: admin", "current-context: plant1")
        (home / "config").write_text(text.replace("contexts: [{name: admin", "contexts: [{name: plant1"))
        (home / "ca.pem").write_bytes((config.parent / "ca.pem").read_bytes())
        page = console.refreshed(PAGE.read_text("utf-8"), ROOT / "examples", home)
    return page.replace(url, NAMED)


def fresh(text: str) -> bool:
    """Whether the page says that already, apart from what varies with every run."""
    return console.same(PAGE.read_text("utf-8"), text)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    from apiserver import running

    with tempfile.TemporaryDirectory() as place, running(Path(place)) as server:
        PAGE.write_text(refreshed(server.admin, server.url), "utf-8")
