"""OpenSSL and certwright on the same PFX: whether it opens, MAC, encryption with iterations, bags, attributes."""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cryptography_vectors

from certwright.errors import Unreadable
from certwright.pfx import oids
from certwright.pfx.facts import Bag, Encryption, PfxFacts
from certwright.pfx.read import read_pfx

ROOT = Path(__file__).parent.parent
VECTORS = Path(cryptography_vectors.__file__).parent
PASSWORDS = (
    "secret",
    "Sommer-Haus-2026",
    "password",
    "Correct-Horse-9",
    "CorrectHorse9Battery",
    "Kunde-2026",
    "cryptography",
    "changeit",
    "",
    "пароль",
    "Pässwört-€-☃",
    "a123456",
)
ASPECTS = ("opens", "MAC", "encryption", "bags", "attributes")

_PBE = {
    "pbeWithSHA1And3-KeyTripleDES-CBC": "tripledes-sha1",
    "pbeWithSHA1And2-KeyTripleDES-CBC": "tripledes2-sha1",
    "pbeWithSHA1And128BitRC2-CBC": "rc2-128-sha1",
    "pbeWithSHA1And40BitRC2-CBC": "rc2-40-sha1",
}
_CIPHERS = {"AES-128-CBC": "aes128", "AES-192-CBC": "aes192", "AES-256-CBC": "aes256", "DES-EDE3-CBC": "tripledes"}
_PBES2 = re.compile(r"PBES2, PBKDF2, (\S+), Iteration (\d+), PRF hmacWithSHA(\d+)")
_PBES1 = re.compile(r"(pbe\S+), Iteration (\d+)")


@dataclass(frozen=True, slots=True)
class View:
    """What one of the two says of a file; all in one spelling, all in one order."""

    opens: bool
    mac: str = ""
    encryption: tuple[str, ...] = ()
    bags: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()

    def aspect(self, name: str) -> object:
        """One of ASPECTS."""
        return getattr(self, name.lower())


@dataclass(frozen=True, slots=True)
class Compared:
    """One file, seen twice."""

    name: str
    ours: View
    theirs: View

    def differences(self) -> Iterator[tuple[str, str]]:
        """The aspects they disagree on, with both views. When only one opens it there is nothing else to compare."""
        for name in ASPECTS if self.ours.opens and self.theirs.opens else ASPECTS[:1]:
            mine, other = self.ours.aspect(name), self.theirs.aspect(name)
            if mine != other:
                yield name, f"{mine} / {other}"


def compared(files: Sequence[Path]) -> list[Compared]:
    """Every file, two at a time."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(_compared, files))


def files(*, bounded: bool) -> list[Path]:
    """The PFX among our cases and the vectors; `bounded` for the odd ones and a few of the many that are alike."""
    ours = sorted(path for ending in ("pfx", "p12") for path in (ROOT / "tests" / "cases").rglob(f"*.{ending}"))
    theirs = sorted(VECTORS.rglob("*.p12"))
    if bounded:
        ours = [path for path in ours if path.parent.name in ("pfx", "inspect")]
        theirs = [path for path in theirs if path.parent.name == "pkcs12" and "PKITS" not in str(path)] + theirs[-10:]
    return ours + theirs


def _compared(path: Path) -> Compared:
    content = path.read_bytes()
    base = ROOT if path.is_relative_to(ROOT / "tests") else VECTORS
    for password in PASSWORDS:
        try:
            facts = read_pfx(content, password)
        except Unreadable:
            continue
        return Compared(path.relative_to(base).as_posix(), _ours(facts), _theirs(content, password))
    attempts = [_theirs(content, password) for password in PASSWORDS[:3]]
    return Compared(
        path.relative_to(base).as_posix(), View(False), next((one for one in attempts if one.opens), View(False))
    )


# ── ours ──────────────────────────────────────────────────────────────────────────────────────────


def _ours(facts: PfxFacts) -> View:
    bags: list[Bag] = [*facts.certificates, *facts.keys]
    safes = {(one.where.partition(",")[0], one.encryption) for one in facts.certificates}
    safes |= {(one.where, one.encryption) for one in facts.sealed}
    locks = [lock for _, lock in safes] + [one.encryption for one in facts.keys]
    return View(
        opens=not facts.sealed,
        mac=f"{facts.mac.hash}, {facts.mac.iterations}, salt {facts.mac.salt_length}" if facts.mac else "",
        encryption=tuple(sorted(_lock(one) for one in locks if one)),
        bags=tuple(sorted(["certificate"] * len(facts.certificates) + [_kind(one) for one in facts.keys])),
        attributes=tuple(sorted(told for bag in bags for told in _told(bag))),
    )


def _lock(one: Encryption) -> str:
    return f"{one.name}, {one.iterations}"


def _kind(key: Bag) -> str:
    return "encrypted key" if key.encryption else "key"


def _told(bag: Bag) -> Iterator[str]:
    if oids.FRIENDLY_NAME in bag.attributes:
        yield f"friendlyName {bag.friendly_name}"
    if bag.local_key_id:
        yield f"localKeyID {bag.local_key_id.hex()}"
    if getattr(bag, "provider", ""):
        yield f"provider {bag.provider}"  # type: ignore[attr-defined]
    if oids.LOCAL_MACHINE in bag.attributes:
        yield "local machine"


# ── OpenSSL's ─────────────────────────────────────────────────────────────────────────────────────


def _theirs(content: bytes, password: str) -> View:
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        command = ["openssl", "pkcs12", "-info", "-in", file.name, "-passin", "env:PFX_PASSWORD", "-nodes", "-legacy"]
        environment = {**os.environ, "PFX_PASSWORD": password, "LC_ALL": "C.UTF-8"}
        done = subprocess.run(command, capture_output=True, env=environment, check=False)
    if done.returncode:
        return View(False)
    told, shown = done.stderr.decode("utf-8", "replace"), done.stdout.decode("utf-8", "replace")
    return View(True, _mac(told), tuple(sorted(_locks(told))), tuple(sorted(_bags(told))), tuple(sorted(_shown(shown))))


def _mac(told: str) -> str:
    found = re.search(r"^MAC: (\S+), Iteration (\d+)\nMAC length: \d+, salt length: (\d+)", told, re.MULTILINE)
    return f"{found[1]}, {found[2]}, salt {found[3]}" if found else ""


def _locks(told: str) -> Iterator[str]:
    for line in re.findall(r"^(?:PKCS7 Encrypted data|Shrouded Keybag): (.*)$", told, re.MULTILINE):
        if found := _PBES2.match(line):
            yield f"{_CIPHERS.get(found[1], found[1])}-sha{found[3]}, {found[2]}"
        elif found := _PBES1.match(line):
            yield f"{_PBE.get(found[1], found[1])}, {found[2]}"
        else:
            yield line


def _bags(told: str) -> Iterator[str]:
    names = {"Certificate bag": "certificate", "Shrouded Keybag": "encrypted key", "Key bag": "key"}
    for line in told.splitlines():
        yield from (name for start, name in names.items() if line.startswith(start))


def _shown(shown: str) -> Iterator[str]:
    for name, value in re.findall(r"^    ([^:\n]+): ?(.*)$", shown, re.MULTILINE):
        if name == "localKeyID":
            yield f"localKeyID {value.replace(' ', '').lower()}"
        elif name == "friendlyName":
            yield f"friendlyName {value}"
        elif name == "Microsoft CSP Name":
            yield f"provider {value}"
        elif name == "Microsoft Local Key set":
            yield "local machine"
