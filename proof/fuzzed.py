"""One reader under atheris, in a process of its own: fuzz.py starts it. A crash is kept as a file and the run goes on.

python proof/fuzzed.py READER CRASHES CORPUS [options of libFuzzer]
"""

import hashlib
import resource
import sys
import time
import traceback
import warnings
from pathlib import Path

import atheris

warnings.simplefilter("ignore")
with atheris.instrument_imports(include=["certwright"]):
    from mutate import mutated
    from readers import READERS, Reader, accepts

MOST_SECONDS = 2.0  # of CPU, because others may be busy on the machine; instrumented code is slower still
MOST_KILOBYTES = 200 << 10
OWN = ("crash-", "timeout-", "oom-")  # inputs that libFuzzer itself kept, because they ended the process


class Fuzzed:
    """A reader that keeps what it stumbles over, once for each place in the code."""

    def __init__(self, reader: Reader, kept: Path) -> None:
        self.reader, self.kept = reader, kept
        self.known: set[str] = set()
        for path in sorted(kept.iterdir()):
            if not path.name.startswith(OWN):  # tried again: what was fixed is forgotten
                content = path.read_bytes()
                path.unlink()
                self(content)

    def __call__(self, content: bytes) -> None:
        """One input."""
        heaviest, started = _heaviest(), time.process_time()
        try:
            accepts(self.reader, content)
        except Exception as crash:
            self.keep(content, _address(crash), traceback.format_exc())
        seconds, kilobytes = time.process_time() - started, _heaviest() - heaviest
        if seconds > MOST_SECONDS:
            self.keep(content, f"slow-{int(seconds)}s", f"{seconds:.1f} s")
        if kilobytes > MOST_KILOBYTES:
            self.keep(content, f"heavy-{kilobytes >> 10}MB", f"{kilobytes} KiB")

    def keep(self, content: bytes, name: str, told: str) -> None:
        """The input as a file, and why on standard error."""
        if name not in self.known:
            self.known.add(name)
            (self.kept / f"{name}-{hashlib.sha256(content).hexdigest()[:8]}").write_bytes(content)
            print(f"{name}: {told}", file=sys.stderr)


def _heaviest() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _address(crash: Exception) -> str:
    """What happened, and in which line of ours."""
    frames = traceback.extract_tb(crash.__traceback__)
    ours = [frame for frame in frames if "certwright" in frame.filename] or frames
    return f"{type(crash).__name__}-{Path(ours[-1].filename).stem}-{ours[-1].lineno}"


def main() -> None:
    """Never returns: libFuzzer ends the process."""
    name, kept, *rest = sys.argv[1:]
    reader = READERS[name]
    options: dict[str, object] = {}
    if reader.der:
        options["custom_mutator"] = lambda content, most, seed: mutated(content, most, seed, atheris.Mutate)
    atheris.Setup([sys.argv[0], *rest], Fuzzed(reader, Path(kept)), **options)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
