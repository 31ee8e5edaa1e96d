"""Keys begun before anything is read: looking for primes takes longest, and needs nobody's attention meanwhile.

It is a guess, and a cheap one: keys nobody takes are thrown away.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from certwright.keys.foundry import Foundry
from certwright.model import KeySpec

USUAL = KeySpec("rsa", 2048)
AHEAD = 8  # keys a processor makes while the rest is loaded
PATIENCE = 0.0005  # seconds a thread that has made a key waits for the interpreter; 0.005 otherwise


@contextmanager
def early_keys(deployment: Path) -> Iterator[Foundry]:
    """A foundry that has begun a few keys of the usual kind, if the deployment file changed since anything was made."""
    sys.setswitchinterval(PATIENCE)
    with Foundry() as foundry:
        if _changed(deployment):
            foundry.begin([USUAL] * AHEAD * (os.cpu_count() or 1))
        yield foundry


def _changed(deployment: Path) -> bool:
    made = deployment.with_name(f"{deployment.stem}.certwright") / "inventory.db"
    try:
        return made.stat().st_mtime <= deployment.stat().st_mtime
    except OSError:
        return False  # nothing was made yet: the authorities' keys come first, and they are of another kind
