"""Kills `apply` at one point after the other while it asks somebody else's CA, takes its answers, and changes its mind.

Called by test_interrupted.py: `python interrupted.py FOLDER`. See journeys/killed.py, which does the killing.
"""

import json
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "journeys")]

from foreign import NOW, foreign_ca  # noqa: E402 - found beside this script
from killed import journeys  # type: ignore[import-not-found]  # noqa: E402

CASES = HERE.parent / "cases"
WRONG, RIGHT = "coffee-machine", "shop-front"


def main(folder: Path) -> None:
    ca = foreign_ca(folder / "ca")

    def deploy(there: Path) -> None:
        there.mkdir(parents=True)
        shutil.copy(CASES / "products" / "bakery.toml", there)
        (there / "root.cer").write_bytes(ca.root)
        shutil.copy(CASES / "flow" / "outside.yaml", there / "bakery.yaml")

    first = journeys(folder / "ask", NOW, deploy)
    asked = folder / "ask" / "whole"
    requests = {one: (asked / f"out/requests/corp/east_{one}.csr").read_bytes() for one in (WRONG, RIGHT)}
    answers = [ca.sign(requests[WRONG], copy="none"), ca.sign(requests[RIGHT]) + ca.issuing]

    def answer(there: Path) -> None:
        """One right answer, one wrong one, and a place less than was asked for."""
        shutil.copytree(asked, there)
        put = there / "answers" / "corp"
        put.mkdir(parents=True)
        for number, content in enumerate(answers):
            (put / f"{number}.cer").write_bytes(content)
        file = there / "bakery.yaml"
        file.write_text(file.read_text().replace("vans: [{name: blue, plate: abc123}]", "vans: []"))

    print(json.dumps({"ask": first, "answer": journeys(folder / "answer", NOW, answer)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
