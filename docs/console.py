"""Runs the ```console blocks of a page, in order, in one temporary folder, and puts what they print below them."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ (.*)$", re.MULTILINE)
VARIES = (  # what two runs print differently: days, times, serials and thumbprints, secrets, spans, folders
    (re.compile(r"\d{4}-\d\d-\d\d(T[\d:]+Z| \d\d:\d\d(:\d\d)?\b)?"), "<day>"),
    (re.compile(r"\b[0-9a-fA-F]{16,}\b"), "<hex>"),
    (re.compile(r"\b[0-9A-F]{6}\*{28}[0-9A-F]{6}\b"), "<masked>"),
    (re.compile(r"\b\d+ days?\b"), "<days>"),
    (re.compile(r"<day> [\d:]{5,8}\b"), "<day>"),
    (re.compile(r"\b\d+ (seconds?|minutes?|hours?)\b"), "<span>"),
    (re.compile(r"\b(number +)?1\d{9}\b"), "<number>"),  # of revocation lists
    (re.compile(r"-s\d\dof"), "-s<shard>of"),
    (re.compile(r"/\S*/certwright-page-\w+"), "<folder>"),
    (re.compile(r" +"), " "),
)


def commands(page: str) -> list[str]:
    """The commands a page shows, in order."""
    return [command for block in BLOCK.findall(page) for command in COMMAND.findall(block)]


def refreshed(page: str, examples: Path, *more: Path) -> str:
    """The page with the output of every command as it is today, in a folder that holds nothing but those examples, and
    copies of what else is named.

    Fails when a command does what it was not shown to do.
    A command whose block says `# exit code N` in the line after it may, and must, end with that code.
    """
    with tempfile.TemporaryDirectory(prefix="certwright-page-") as folder:
        for one in (examples, *more):
            shutil.copytree(one, Path(folder) / one.name)
        return BLOCK.sub(lambda block: f"```console\n{_block(block[1], Path(folder))}```", page)


def _block(text: str, folder: Path) -> str:
    parts = []
    for match in COMMAND.finditer(text):
        code = int(noted[1]) if (noted := re.match(r"\n# exit code (\d+)\n", text[match.end() :])) else 0
        output = _run(match[1], folder, code).replace(str(folder), "~")
        parts.append(f"$ {match[1]}\n" + (f"# exit code {code}\n" if code else "") + output)
    return "".join(parts)


def _run(command: str, folder: Path, code: int) -> str:
    """What a command prints on both streams, as a shell of 100 columns without colour shows it."""
    environment = {
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
        "HOME": str(folder),
        "COLUMNS": "100",
        "LANG": "C.UTF-8",
    }
    done = subprocess.run(  # noqa: S603 - our own pages
        ["/bin/bash", "-c", f"set -o pipefail; {command}"],
        cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    if done.returncode != code:
        raise SystemExit(f"$ {command}\n{done.stdout}\nended with {done.returncode}, and not with {code} as shown")
    return done.stdout


def same(one: str, other: str) -> bool:
    """Whether two texts say the same, apart from what varies with every run."""
    return _settled(one) == _settled(other)


def _settled(text: str) -> str:
    for pattern, name in VARIES:
        text = pattern.sub(name, text)
    return text
