"""Kills `apply` at one point after the other while its authorities' keys are made and used in a token.

Called by test_hardware.py: `python hardware.py FOLDER`. See journeys/killed.py, which does the killing.
"""

import json
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "journeys")]

from killed import NOW, journeys  # type: ignore[import-not-found]  # noqa: E402

import hsm  # noqa: E402 - found beside the folder of this script

CASES = HERE.parent / "cases"


def main(folder: Path) -> None:
    hsm.make(folder / "token")

    def deploy(there: Path) -> None:
        there.mkdir(parents=True)
        shutil.copy(CASES / "products" / "bakery.toml", there)
        described(there / "bakery.yaml")

    print(json.dumps(journeys(folder / "runs", NOW, deploy)))


def described(file: Path) -> None:
    """The deployment file of the bakery, with its authorities' keys in the token."""
    text = (CASES / "flow" / "bakery.yaml").read_text()
    token = f"keys:\n  hsm: {{module: {hsm.MODULE}, token: {hsm.LABEL}, pin_file: pin.txt}}\n"
    file.write_text(text.replace("issuers:\n  contoso:\n", f"{token}issuers:\n  contoso:\n    keys: hsm\n"))
    file.with_name("pin.txt").write_text(f"{hsm.PIN}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
