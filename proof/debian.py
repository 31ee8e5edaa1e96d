"""Source packages of this Debian, from where this machine takes its packages; kept outside of the tree; no root."""

import os
import re
import subprocess
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "certwright-proof"
LARGEST = 1 << 20
_TARGETS = "deb-src $(SITE) $(RELEASE) $(COMPONENT)|$(ORIGIN)"


class Unavailable(Exception):  # noqa: N818 - it describes the package
    """The source package cannot be had here, and why."""


def archive(package: str) -> Path:
    """The upstream archive of a source package; downloaded once. Raises Unavailable."""
    folder = CACHE / package
    if not (found := _archives(folder)):
        folder.mkdir(parents=True, exist_ok=True)
        _download(package, folder)
        found = _archives(folder)
    return found[-1]


def _download(package: str, folder: Path) -> None:
    """The newest version that the mirror really has: its lists may be ahead of its files."""
    options = _options()
    _run(["apt-get", *options, "update", "-qq"], folder)
    versions = re.findall(r"^Version: (.*)$", _run(["apt-cache", *options, "showsrc", package], folder), re.MULTILINE)
    trouble = Unavailable(f"{package}: no source package of that name")
    for one in sorted(set(versions), key=_ordered, reverse=True):
        try:
            _run(["apt-get", *options, "source", "--download-only", "-qq", f"{package}={one}"], folder)
            return
        except Unavailable as failure:
            trouble = failure
    raise trouble


def _ordered(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]


def cached(package: str) -> bool:
    """Whether it was downloaded before."""
    return bool(_archives(CACHE / package))


def version(package: str) -> str:
    """The upstream version, as the archive's name has it."""
    return archive(package).name.partition("_")[2].partition(".orig")[0]


def files(package: str, folders: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file below those folders of the source, in the order of names; large ones left out."""
    found = {}
    with tarfile.open(archive(package)) as packed:
        for member in packed:
            name = PurePosixPath(*PurePosixPath(member.name).parts[1:])
            if member.isfile() and member.size <= LARGEST and any(name.is_relative_to(one) for one in folders):
                stream = packed.extractfile(member)
                found[str(name)] = stream.read() if stream else b""
    yield from sorted(found.items())


def _archives(folder: Path) -> list[Path]:
    """Those whose description came too, which is what apt checks them against."""
    packed = (path for path in folder.glob("*.orig.tar.*") if path.suffix != ".asc")
    return sorted(path for path in packed if any(folder.glob(f"{path.name.partition('.orig')[0]}-*.dsc")))


def _options() -> list[str]:
    """Options that keep everything in a folder of our own, and to the places this machine takes its packages from."""
    for folder in ("lists/partial", "archives/partial"):
        (CACHE / "apt" / folder).mkdir(parents=True, exist_ok=True)
    sources = CACHE / "apt" / "sources.list"
    sources.write_text("".join(f"{line}\n" for line in _sources()), "utf-8")
    settings = {
        "Dir::Etc::SourceList": sources,
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::State::Lists": CACHE / "apt" / "lists",
        "Dir::Cache": CACHE / "apt",
        "Dir::Cache::Archives": CACHE / "apt" / "archives",
        "APT::Sandbox::User": "",
        "APT::Get::List-Cleanup": "0",
    }
    return [part for name, value in settings.items() for part in ("-o", f"{name}={value}")]


def _sources() -> Iterator[str]:
    """The machine's own package sources, asked for source code."""
    for line in sorted(set(_run(["apt-get", "indextargets", "--format", _TARGETS], Path()).splitlines())):
        source, origin = line.split("|")
        if origin == "Debian":
            yield source


def _run(command: Sequence[str], folder: Path) -> str:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    except OSError as failure:
        raise Unavailable(f"{command[0]}: {failure.strerror}") from failure
    if done.returncode:
        raise Unavailable(f"{' '.join(command[-3:])}: {done.stderr.strip()[:500]}")
    return done.stdout
