"""Fuzzes every reader with atheris: anything but a refusal in our own words, 2 s or 200 MB of one input is a crash.

python proof/fuzz.py                                a few seconds each, two at a time; what crashes is kept and named
python proof/fuzz.py --seconds 600 pfx inspect      longer, and only these
python proof/fuzz.py --corpus DIR --crashes DIR     where to keep what was learned, and what crashed
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from readers import READERS, ROOT, seeds

SPARE = 180  # seconds a process may take beyond its time: start, seeds, the last input, on a machine that is busy
HANG = 20  # seconds of wall time after which libFuzzer gives up on one input; the bound itself is CPU time
MOST_MEGABYTES = 1024  # of a whole process, with its corpus and counters; the bound itself is on one input
LARGEST = 64 << 10


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one reader. `crashes` are the files that were kept; `trouble` is what no file tells."""

    name: str
    runs: int
    crashes: tuple[Path, ...]
    trouble: str = ""


def fuzz(name: str, seconds: int, corpus: Path, crashes: Path) -> Outcome:
    """One reader in a process of its own, for so many seconds."""
    learned, kept = corpus / name, crashes / name
    for folder in (learned, kept):
        folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds(READERS[name])):
        (learned / f"seed-{number}").write_bytes(seed)
    command = [sys.executable, str(Path(__file__).with_name("fuzzed.py")), name, str(kept), str(learned)]
    options = [
        f"-max_total_time={seconds}",
        f"-max_len={LARGEST}",
        f"-timeout={HANG}",
        f"-rss_limit_mb={MOST_MEGABYTES}",
    ]
    options += [f"-artifact_prefix={kept}{os.sep}", "-print_final_stats=1", "-close_fd_mask=0"]
    trouble, told = "", ""
    try:
        done = subprocess.run(
            [*command, *options], capture_output=True, text=True, errors="replace", timeout=seconds + SPARE, check=False
        )
        told = done.stderr
        if done.returncode:
            trouble = f"exit code {done.returncode}: {told.strip().splitlines()[-1:]}"
    except subprocess.TimeoutExpired:
        trouble = f"did not end within {SPARE} s of its time"
    counted = re.search(r"number_of_executed_units:\s*(\d+)", told)
    return Outcome(name, int(counted[1]) if counted else 0, tuple(sorted(kept.iterdir())), trouble)


def campaign(names: Sequence[str], seconds: int, corpus: Path, crashes: Path, jobs: int) -> list[Outcome]:
    """All of them, so many at a time."""
    with ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(lambda name: fuzz(name, seconds, corpus, crashes), names))


def main() -> int:
    """Fuzz, tell, and fail when anything crashed."""
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("readers", nargs="*", metavar="READER", help=", ".join(READERS))
    wanted.add_argument("--seconds", type=int, default=5, help="for each reader")
    wanted.add_argument("--jobs", type=int, default=2)
    wanted.add_argument("--corpus", type=Path, help="kept from run to run; otherwise forgotten")
    wanted.add_argument("--crashes", type=Path, default=ROOT / "build" / "crashes")
    given = wanted.parse_args()
    if unknown := set(given.readers) - READERS.keys():
        wanted.error(f"no reader is called {', '.join(sorted(unknown))}; there are {', '.join(READERS)}")
    with tempfile.TemporaryDirectory() as forgotten:
        corpus = given.corpus or Path(forgotten)
        outcomes = campaign(given.readers or list(READERS), given.seconds, corpus, given.crashes, given.jobs)
    for outcome in outcomes:
        told = f"{len(outcome.crashes)} crashes" if outcome.crashes else "no crash"
        print(f"{outcome.name:16} {outcome.runs:>9} inputs  {told}")
        for crash in outcome.crashes:
            print(f"  {crash}")
        if outcome.trouble:
            print(f"  {outcome.trouble}")
    return int(any(outcome.crashes or outcome.trouble for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
