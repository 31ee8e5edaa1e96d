"""Measures revocation lists against `openssl ca -gencrl` over the same entries. Whole processes, their time and memory.

Usage: python bench/crl.py [ROUNDS] [ENTRIES...]   (3 rounds of 100,000 and 1,000,000 entries)
"""

import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from certwright.inventory import Inventory, Revocation

HERE = Path(__file__).parent
PYTHON = sys.executable
CERTWRIGHT = str(Path(PYTHON).with_name("certwright"))
DEPLOYMENT = """certwright: 1
issuers:
  contoso: {{crl: http://pki.contoso.com/crl, crl_shards: {shards}, root: {{key: ec-384}}, issuing: {{key: rsa-3072}}}}
sites:
  - name: local1
    product: azure-local
    fqdn: local1.contoso.com
    deploy_on: 2027-01-31
    management_endpoint: 192.168.1.1
"""
# A process starts with the peak of the one that forked it, so that has to be a small one.
MEASURE = """
import os, resource, subprocess, sys, time
start = time.perf_counter()
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
wall, used = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
print(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
"""
CONFIGURATION = """[ca]
default_ca = bench
[bench]
database = index.txt
crlnumber = crlnumber
default_md = sha256
default_crl_days = 30
certificate = ca.pem
private_key = ca.key
crl_extensions = extensions
[extensions]
authorityKeyIdentifier = keyid
"""
REASONS = ("", "keyCompromise", "superseded", "cessationOfOperation")
AUTHORITY = "contoso/issuing"
SHARDS = 16
END = 2_208_988_800  # 2040, in seconds since 1970
Row = tuple[int, int, str, int]  # serial, moment, reason, and a number


def rows(count: int) -> Iterator[Row]:
    """The same entries every time: serials of 159 bits, three seconds apart."""
    chance = random.Random(count)
    for number in range(count):
        yield chance.getrandbits(159) or 1, 1_700_000_000 + 3 * number % 90_000_000, chance.choice(REASONS), number


def authority(folder: Path) -> None:
    """A CA of RSA 3072 and what openssl wants beside it."""
    words = ["-subj", "/O=Contoso/CN=Contoso Issuing CA", "-addext", "keyUsage=critical,keyCertSign,cRLSign"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:3072", "-nodes", "-days", "3650", *words]
    subprocess.run([*command, "-keyout", "ca.key", "-out", "ca.pem"], cwd=folder, check=True, capture_output=True)
    (folder / "ca.cnf").write_text(CONFIGURATION)
    (folder / "crlnumber").write_text("01\n")


def index(file: Path, entries: Iterator[Row]) -> None:
    """The database of `openssl ca`, as it writes it itself."""
    with file.open("w") as out:
        for serial, moment, reason, number in entries:
            text = f"{serial:x}".upper()
            when = datetime.fromtimestamp(moment, UTC).strftime("%y%m%d%H%M%SZ") + (f",{reason}" if reason else "")
            subject = f"/O=Contoso/CN=client-{number:07}.corp.contoso.com"
            out.write(f"R\t400101000000Z\t{when}\t{text.zfill(len(text) + len(text) % 2)}\tunknown\t{subject}\n")


def inventory(file: Path, entries: Iterator[Row]) -> None:
    """Entries, written down as `certwright revoke` writes them."""
    with Inventory.open(file) as opened, opened.writing() as book:
        while some := [entry for _, entry in zip(range(10_000), entries, strict=False)]:
            book.revoke(
                [
                    Revocation(serial, AUTHORITY, f"clients/client-{number:07}", reason, _moment(at), _moment(END))
                    for serial, at, reason, number in some
                ]
            )


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def measured(command: Sequence[object], folder: Path) -> tuple[float, float, float]:
    """Wall and CPU seconds, and the most memory in MB, of one process."""
    words = [PYTHON, "-c", MEASURE, *map(str, command)]
    wall, cpu, peak = subprocess.run(words, cwd=folder, check=True, capture_output=True, text=True).stdout.split()
    return float(wall), float(cpu), float(peak)


def deployment(folder: Path, entries: int, shards: int) -> Path:
    """A deployment whose lists are all to be made again, because so much was revoked."""
    folder.mkdir()
    file = folder / "bench.yaml"
    file.write_text(DEPLOYMENT.format(shards=shards or 1))
    subprocess.run([CERTWRIGHT, "apply", file], check=True, capture_output=True)
    inventory(folder / "bench.certwright" / "inventory.db", rows(entries))
    with sqlite3.connect(folder / "bench.certwright" / "inventory.db") as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file


def again(made: Path, scratch: Path) -> Callable[[], Sequence[object]]:
    """`apply` in a fresh copy."""

    def prepare() -> Sequence[object]:
        shutil.rmtree(scratch, ignore_errors=True)
        shutil.copytree(made.parent, scratch)
        return [CERTWRIGHT, "apply", scratch / made.name]

    return prepare


def compare(work: Path, entries: int, rounds: int) -> list[str]:
    """One table: the same entries, by everybody."""
    work.mkdir()
    authority(work)
    index(work / "index.txt", rows(entries))
    inventory(work / "inventory.db", rows(entries))
    lists = [PYTHON, HERE / "crl_lists.py", "inventory.db", AUTHORITY, "ca.pem", "ca.key", "."]
    whole, cut = (deployment(work / f"made-{count}", entries, count) for count in (0, SHARDS))
    commands: dict[str, Callable[[], Sequence[object]]] = {
        "openssl ca -gencrl": lambda: ["openssl", "ca", "-config", "ca.cnf", "-gencrl", "-out", "openssl.pem"],
        "inventory to file, whole": lambda: [*lists, 0],
        f"inventory to files, whole and {SHARDS} shards": lambda: [*lists, SHARDS],
        "certwright apply, whole": again(whole, work / "scratch"),
        f"certwright apply, whole and {SHARDS} shards": again(cut, work / "scratch"),
    }
    taken: dict[str, list[tuple[float, float, float]]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, prepare in commands.items():
            taken[name].append(measured(prepare(), work))
    verify(work)
    return table(
        entries, {name: tuple(map(statistics.median, zip(*all_, strict=True))) for name, all_ in taken.items()}
    )


def verify(work: Path) -> None:
    """The two lists say the same of everybody, and openssl accepts the signature of ours."""
    command = ["openssl", "crl", "-inform", "DER", "-in", "whole.crl", "-CAfile", "ca.pem", "-noout"]
    told = subprocess.run(command, cwd=work, check=True, capture_output=True, text=True).stderr
    if "verify OK" not in told:
        raise SystemExit(told)


def table(entries: int, found: dict[str, tuple[float, ...]]) -> list[str]:
    first = next(iter(found.values()))
    lines = [f"### revocation lists, {entries:,} entries", ""]
    lines += ["| what | wall s | x | CPU s | x | peak MB | x |", "|---|--:|--:|--:|--:|--:|--:|"]
    for name, values in found.items():
        cells = [
            f"{value:.{digits}f} | {value / base:.2f}"
            for value, base, digits in zip(values, first, (2, 2, 0), strict=True)
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return [*lines, ""]


TOLD = (
    "Entries are random serials with reasons; `openssl` reads them from its `index.txt`, certwright from the inventory."
    ' "Inventory to file" signs with a key in a file, as `openssl` does. `certwright apply` is everything: the'
    " deployment file, the sealed key, the list into the inventory and to its place, and a second look whether anything"
    " is still due; at 100,000 entries its memory is mostly Python's own (42 MB when nothing is due)."
)


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with tempfile.TemporaryDirectory() as folder:
        for entries in map(int, sys.argv[2:] or ("100000", "1000000")):
            print("\n".join(compare(Path(folder) / str(entries), entries, rounds)), flush=True)
    print(TOLD, end="\n\n")


if __name__ == "__main__":
    main()
