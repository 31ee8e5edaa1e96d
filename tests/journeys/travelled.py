"""What the installed program did with each example, done once a test run and shared by all judges, in all processes.

`travel(name, root)` makes the journey below `root`, or reads what another process made of it there.
"""

import fcntl
import io
import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from certwright.catalogue.load import PRODUCTS
from certwright.cli import main

from .command import Said, certwright, told

HERE = Path(__file__).parents[2] / "examples"
EXAMPLES = {
    "azure-local": "contoso.yaml",
    "azure-stack-hub": "contoso.yaml",
    "azure-iot-operations": "contoso.yaml",
    "configuration-manager": "contoso.yaml",
    "own-product": "farm.yaml",
}
# Set → the folders below `out` whose PFX files its password opens; the longest folder wins.
LOCKED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "azure-local": {
        "plant1/ingress": ("plant1/IngressEndpointsCerts",),
        "plant1/management": ("plant1/ManagementEndpointCerts",),
        "plant1/backup-material": ("plant1/backup/offline",),
    },
    "azure-stack-hub": {
        "east/core": (
            "east/deployment",
            "east/rotation",
            "east/validation/Deployment",
            "east/validation/Container Registry",
            "east/providers/Container Registry",
        ),
        "east/app-service-set": ("east/validation/AppServices", "east/providers/AppServices"),
        "east/databases-set": ("east/validation/DBAdapter", "east/providers/DBAdapter"),
        "east/event-hubs-set": ("east/validation/EventHubs", "east/providers/EventHubs"),
        "east/iot-hub-set": ("east/validation/IoTHub", "east/providers/IoTHub"),
    },
    "azure-iot-operations": {},
    "configuration-manager": {
        "hq/site-systems": ("hq/servers",),
        "hq/sql-servers": ("hq/servers/db1",),
        "hq/sql-clusters": ("hq/sql-clusters",),
        "hq/os-deployment": ("hq/os-deployment",),
        "hq/cloud": ("hq/cloud-management-gateways",),
        "hq/proxy-servers": ("hq/proxies",),
        "hq/windows-fleet": ("hq/clients",),
    },
    "own-product": {"prod/iis": ("prod/iis",)},
}


@dataclass(frozen=True)
class Journey:
    """A folder, what every command said there, the passwords, and OpenSSL's account of each PFX file by path."""

    name: str
    folder: Path
    said: Mapping[str, Said]
    passwords: Mapping[str, str] = field(repr=False)
    opened: Mapping[str, str] = field(repr=False)

    @property
    def out(self) -> Path:
        return self.folder / "out"

    @property
    def deployment(self) -> str:
        return EXAMPLES[self.name]

    def files(self) -> list[str]:
        """Every delivered file, by its path below `out`."""
        return sorted(file.relative_to(self.out).as_posix() for file in self.out.rglob("*") if file.is_file())

    def below(self, folder: str) -> list[str]:
        """Every delivered file below a folder, by its path there."""
        return [path.removeprefix(f"{folder}/") for path in self.files() if path.startswith(f"{folder}/")]

    def password(self, path: str) -> str:
        """The password of that PFX file."""
        return self.passwords[set_of(self.name, path)]


def set_of(name: str, path: str) -> str:
    """The set whose password opens a PFX file."""
    fitting = [
        (len(folder), one)
        for one, folders in LOCKED[name].items()
        for folder in folders
        if path.startswith(f"{folder}/")
    ]
    assert fitting, f"{path} is in no folder of LOCKED"
    return max(fitting)[1]


def certificates(text: str) -> list[str]:
    """The certificates of a text, PEM, in its order."""
    return re.findall(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", text, re.DOTALL)


def example(name: str, folder: Path) -> tuple[dict[str, Said], dict[str, str], dict[str, str]]:
    """The whole journey of an example."""
    shutil.copytree(HERE / name, folder)
    file = EXAMPLES[name]
    said = {
        "plan": certwright(folder, "plan", file),
        "apply": certwright(folder, "apply", file),
        "again": certwright(folder, "apply", file),
        "check": certwright(folder, "check", "out", "--for", file, "--all"),
        "status": certwright(folder, "status", file),
    }
    passwords = {one: shown(folder / file, one) for one in LOCKED[name]}
    return said, passwords, dict(look(name, folder / "out", passwords))


def shown(file: Path, name: str) -> str:
    """What `certwright password show` prints, asked in this process because that is asked often."""
    said = io.StringIO()
    with redirect_stdout(said), pytest.raises(SystemExit) as ended:
        main(("password", "show", str(file), name))
    assert not ended.value.code
    return said.getvalue().removesuffix("\n")


def look(name: str, out: Path, passwords: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What OpenSSL says about every PFX file, keys and certificates included."""
    for file in sorted(out.rglob("*.pfx")):
        path = file.relative_to(out).as_posix()
        secret = passwords[set_of(name, path)]
        yield path, told("openssl", "pkcs12", "-info", "-nodes", "-in", file, "-passin", "stdin", secret=secret)


def printed(name: str, folder: Path) -> tuple[dict[str, Said], dict[str, str], dict[str, str]]:
    """The journey of what `init` prints, as it stands."""
    folder.mkdir()
    said = {"init": certwright(folder, "init", name)}
    (folder / "contoso.yaml").write_text(said["init"].out)
    said["apply"] = certwright(folder, "apply", "contoso.yaml")
    said["check"] = certwright(folder, "check", "out", "--for", "contoso.yaml")
    return said, {}, {}


Way = Callable[[str, Path], tuple[dict[str, Said], dict[str, str], dict[str, str]]]
WAYS: Mapping[str, Way] = {"example": example, "printed": printed}


def travel(way: str, name: str, root: Path) -> Journey:
    """The journey, made now unless some process made it before. While another makes it, this one makes the next."""
    for one in ((way, name), *(("example", other) for other in EXAMPLES), *(("printed", other) for other in PRODUCTS)):
        if not made(way, name, root):
            make(*one, root, wait=False)
    make(way, name, root, wait=True)
    known = json.loads(record(way, name, root).read_text())
    said = {key: Said(**told) for key, told in known["said"].items()}
    return Journey(name, root / f"{way}-{name}", said, known["passwords"], known["opened"])


def record(way: str, name: str, root: Path) -> Path:
    """Where is written what came of a journey."""
    return root / f"{way}-{name}.json"


def made(way: str, name: str, root: Path) -> bool:
    """Whether some process has finished this journey."""
    return record(way, name, root).exists()


def make(way: str, name: str, root: Path, *, wait: bool) -> None:
    """Make the journey unless it is made. Without `wait`, leave it to the process that is making it."""
    with (root / f"{way}-{name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            return
        if not made(way, name, root):
            said, passwords, opened = WAYS[way](name, root / f"{way}-{name}")
            told = {key: one.as_dict() for key, one in said.items()}
            draft = record(way, name, root).with_suffix(".part")
            draft.write_text(json.dumps({"said": told, "passwords": passwords, "opened": opened}))
            draft.replace(record(way, name, root))
