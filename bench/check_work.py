"""The work of `check` without its start-up: CPU seconds to judge every file, and to derive, verify and decrypt alone.

Usage: check_work.py DEPLOYMENT PASSWORD_FILE; prints both numbers and their ratio. Files are read before it starts.
"""

import sys
import time
from pathlib import Path

from certwright.check import judge
from certwright.pfx.read import read_pfx
from certwright.wiring.found import find
from certwright.wiring.loading import load


def seconds(work: object) -> float:
    """CPU seconds of the better of three runs."""
    taken = []
    for _ in range(3):
        start = time.process_time()
        work()  # type: ignore[operator]
        taken.append(time.process_time() - start)
    return min(taken)


loaded, password = load(Path(sys.argv[1])), Path(sys.argv[2]).read_text().strip()
found = find(loaded.output, loaded.output, loaded.plan)
passwords = {one.id: password for one in loaded.plan.sets}
packed = [content for path, content in found.files.items() if path.endswith(".pfx")]

bare = seconds(lambda: [read_pfx(content, password) for content in packed])
whole = seconds(lambda: judge(found.plan, found.files, passwords, loaded.now))
print(f"{bare:.3f} {whole:.3f} {whole / bare:.2f}")
