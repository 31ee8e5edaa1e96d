"""A PKCS#11 token in software (SoftHSM), one for each process: its library reads its configuration only once."""

import atexit
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

PIN = "4711-of-this-test"
LABEL = "contoso"
MODULE = next(
    (str(one) for one in Path("/usr/lib").glob("**/softhsm/libsofthsm2.so")), "/usr/lib/softhsm/libsofthsm2.so"
)


@cache
def token() -> Path:
    """Makes the token; the folder it lies in."""
    folder = Path(tempfile.mkdtemp(prefix="softhsm"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    make(folder)
    return folder


def make(folder: Path) -> None:
    """A token in that folder, for this process and those it starts."""
    (folder / "tokens").mkdir(parents=True)
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\n")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    made = ["softhsm2-util", "--init-token", "--free", "--label", LABEL, "--pin", PIN, "--so-pin", "security"]
    subprocess.run(made, check=True, capture_output=True)
