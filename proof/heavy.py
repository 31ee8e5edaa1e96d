"""What a hostile megabyte costs: CPU seconds and peak memory of a whole process that reads one of `shapes`.

python proof/heavy.py [NAME …]      the exit code is 1 when anything takes more than 2 s or 200 MB, or crashes
python proof/heavy.py --write       all of them, and the table in docs/hostile-input.md
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from shapes import DEPLOYMENTS, INSPECTED, PRODUCTS, Shape
from tallied import replaced, table

from certwright.errors import Problem

MOST_SECONDS = 2.0
MOST_MEGABYTES = 200
HANG = 60
PAGE = Path(__file__).parent.parent / "docs" / "hostile-input.md"
CHECKED = {f"{name}, as check opens it": shape for name, shape in INSPECTED.items() if not name.startswith("zip")}
ALL: dict[str, Shape] = {**INSPECTED, **CHECKED, **DEPLOYMENTS, **PRODUCTS}


@dataclass(frozen=True, slots=True)
class Cost:
    """What a shape cost. `said` is what the reader gave or refused, or how it crashed."""

    name: str
    size: int
    seconds: float
    megabytes: int
    said: str
    crashed: bool = False

    @property
    def fine(self) -> bool:
        """Within the bounds."""
        return not self.crashed and self.seconds <= MOST_SECONDS and self.megabytes <= MOST_MEGABYTES


def measured(name: str) -> Cost:
    """One shape, read by a process of its own."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(ALL[name]())
        file.flush()
        size = Path(file.name).stat().st_size
        command = [sys.executable, __file__, "--read", name, file.name]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=HANG, check=False)
        except subprocess.TimeoutExpired:
            return Cost(name, size, HANG, 0, "it does not end", crashed=True)
    if done.returncode:
        return Cost(
            name, size, 0, 0, (done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[-1], crashed=True
        )
    return Cost(name, size, **json.loads(done.stdout))


def costs(names: Sequence[str]) -> list[Cost]:
    """All of them, two at a time. What was too slow is measured again, alone: neighbours cost CPU time too."""
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(measured, names))
    return [one if one.fine or one.crashed else _calmest(one) for one in found]


def _calmest(cost: Cost) -> Cost:
    return min((cost, measured(cost.name), measured(cost.name)), key=lambda one: (one.crashed, one.seconds))


def _read(name: str, file: Path) -> None:
    """In the process that is measured: only what the reader itself needs is imported, and nothing of ours beyond it."""
    reader = _reader(name)
    started = time.process_time()
    try:
        said = reader(file)
    except Problem as problem:
        said = f"refused: {problem.what}"
    seconds = time.process_time() - started
    print(json.dumps({"seconds": round(seconds, 2), "megabytes": _peak() >> 10, "said": " ".join(said.split())[:160]}))


def _peak() -> int:
    """Peak memory in KiB. Linux counts in `ru_maxrss` what the parent had before the start, so not that one there."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().partition("VmHWM:")[2].split()[0])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _reader(name: str) -> Callable[[Path], str]:
    if name in DEPLOYMENTS:
        from certwright.wiring.loading import load

        return lambda file: f"a plan of {len(load(file).plan.sites)} sites"
    if name in PRODUCTS:
        from certwright.catalogue.read import read_product

        return lambda file: read_product(file.read_text("utf-8"), "product.toml").id
    if name in CHECKED:
        from readers import unfolded

        return lambda file: f"{len(unfolded(file.read_bytes()))} parts"
    from certwright.cli import main as certwright

    def look(file: Path) -> str:
        """`certwright inspect`, its report and all; only the first words of the report are kept."""
        passwords, report = Path(f"{file}.passwords"), Path(f"{file}.report")
        passwords.write_text("secret\n", "utf-8")
        with report.open("w", encoding="utf-8") as stream, redirect_stdout(stream):
            try:
                certwright(["inspect", str(file), "--password-file", str(passwords), "--lang", "en"])
            except SystemExit as done:
                code = done.code
        with report.open(encoding="utf-8") as stream:
            said = stream.read(2_000).replace(str(file), "").split()
        passwords.unlink()
        report.unlink()
        if code not in (0, 2):
            raise RuntimeError(f"exit code {code}")
        return " ".join(said)

    return look


def main() -> int:
    """Measure, tell, and fail when a bound is broken."""
    if sys.argv[1:2] == ["--read"]:
        _read(sys.argv[2], Path(sys.argv[3]))
        return 0
    writing = sys.argv[1:] == ["--write"]
    found = costs(list(ALL) if writing else sys.argv[1:] or list(ALL))
    if writing:
        rows = [(cost.name, cost.size, f"{cost.seconds:.2f}", cost.megabytes) for cost in found]
        part = {"shapes": table(("what", "bytes", "CPU seconds", "MB"), rows)}
        PAGE.write_text(replaced(PAGE.read_text("utf-8"), part), "utf-8")
    for cost in found:
        mark = "  " if cost.fine else "! "
        print(f"{mark}{cost.name:58} {cost.size:>8} B {cost.seconds:6.2f} s {cost.megabytes:>4} MB  {cost.said[:100]}")
    return int(not all(cost.fine for cost in found))


if __name__ == "__main__":
    sys.exit(main())
