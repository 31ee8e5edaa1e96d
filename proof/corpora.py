"""Reads the test files of cryptography, OpenSSL and GnuTLS, and writes docs/corpora.md: what opens, what not, and why.

python proof/corpora.py             all three; the Debian sources are downloaded once
python proof/corpora.py --check     only whether the page is stale; sources that are not at hand are left out, aloud
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cryptography_vectors
import debian
from drawers import DRAWERS
from tallied import SUFFIXES, Tally, outcomes, replaced, table, tally

PAGE = Path(__file__).parent.parent / "docs" / "corpora.md"
VECTORS = Path(cryptography_vectors.__file__).parent
STATES = ("read", "in part", "refused")

# What the projects' own tests open these files with.
PASSWORDS = {
    "cryptography": ("password", "cryptography", "123456", "baz", "foobar", "a123456", "PolarSSLTest"),
    "openssl": ("password", "12345", "v3-certs", "wellknown", "weak_password", "changeit", "σύνθημα γνώρισμα"),
    "gnutls28": (
        "password",
        "1234",
        "foobar",
        "baz",
        "Red Hat Enterprise Linux 7.4",
        "ένα-δύο",
        "ένα_δύο_τρία_τέσσερα",
        "CaudFocwijRupogDoicsApfiHadManUgNa",
    ),
}
FOLDERS = {"openssl": ("test", "demos/certs"), "gnutls28": ("tests", "doc/credentials", "fuzz")}
TITLES = {"cryptography": "cryptography-vectors", "openssl": "OpenSSL", "gnutls28": "GnuTLS"}


@dataclass(frozen=True, slots=True)
class Corpus:
    """Somebody's test files, in numbers."""

    title: str
    version: str
    tally: Tally


def corpus(name: str) -> Corpus:
    """One of TITLES. Raises debian.Unavailable when its source package cannot be had."""
    found = tally(outcomes(_files(name), PASSWORDS[name]), DRAWERS)
    version = cryptography_vectors.__version__ if name == "cryptography" else debian.version(name)
    return Corpus(TITLES[name], version, found)


def _files(name: str) -> Iterator[tuple[str, bytes]]:
    if name == "cryptography":
        paths = (path for path in sorted(VECTORS.rglob("*")) if path.suffix in SUFFIXES and path.is_file())
        yield from ((path.relative_to(VECTORS).as_posix(), path.read_bytes()) for path in paths)
        return
    for path, content in debian.files(name, FOLDERS[name]):
        fuzzed = path.startswith("fuzz/") and "." not in path.rpartition("/")[2]
        if fuzzed or Path(path).suffix in SUFFIXES:
            yield path, content


def parts(found: Sequence[Corpus]) -> dict[str, str]:
    """The tables of the page, each under the name of its marker."""
    tables = {f"files of {one.title}": _states(one) for one in found}
    return tables | {f"reasons of {one.title}": _reasons(one) for one in found}


def _states(one: Corpus) -> str:
    counts = one.tally.states
    rows = [(kind, sum(row.values()), *(row[state] for state in STATES)) for kind, row in sorted(counts.items())]
    total = ("all", *(sum(row[n] for row in rows) for n in range(1, 5)))
    head = (
        f"{one.title} {one.version}; {one.tally.defective} of the files that were read have defects that are told.\n\n"
    )
    return head + table(("meant as", "files", *STATES), [*rows, total])


def _reasons(one: Corpus) -> str:
    used = [drawer for drawer in DRAWERS if one.tally.drawers[drawer.title]]
    used.sort(key=lambda drawer: -one.tally.drawers[drawer.title])
    count, example = one.tally.drawers, one.tally.examples
    rows = [(drawer.title, count[drawer.title], f"`{example[drawer.title]}`", drawer.why) for drawer in used]
    return table(("reason", "files", "for instance", "why"), rows)


def wrong(found: Sequence[Corpus]) -> list[str]:
    """Crashes, and refusals that nobody has explained."""
    crashes = [f"crashed: {one.title}: {told}" for one in found for told in one.tally.crashed]
    slow = [f"slow: {one.title}: {one.tally.slowest:.1f} s" for one in found if one.tally.slowest > 2]
    return crashes + slow + [f"in no drawer: {one.title}: {told}" for one in found for told in one.tally.unknown]


def _gathered(names: Sequence[str], *, download: bool) -> Iterator[Corpus]:
    for name in names:
        if name != "cryptography" and not download and not debian.cached(name):
            print(f"{TITLES[name]}: not at hand, left out")
            continue
        yield corpus(name)


def _kept(page: str, name: str, tables: Mapping[str, str]) -> str:
    """The tables of one corpus replaced; those of the others as they are."""
    return replaced(page, {marker: text for marker, text in tables.items() if marker.endswith(name)})


def main() -> int:
    """Write or check; the exit code is 1 for a crash, an unexplained refusal or a stale page."""
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("corpora", nargs="*", metavar="CORPUS", help=", ".join(TITLES))
    wanted.add_argument("--check", action="store_true")
    given = wanted.parse_args()
    found = list(_gathered(given.corpora or list(TITLES), download=not given.check))
    troubles = wrong(found)
    before = page = PAGE.read_text("utf-8")
    for one in found:
        page = _kept(page, one.title, parts(found))
    if given.check and page != before:
        troubles.append(f"stale: {PAGE.name}; python proof/corpora.py writes it anew")
    elif page != before:
        PAGE.write_text(page, "utf-8")
    print("\n".join(troubles) or "every file was read or refused for a reason that is told")
    return int(bool(troubles))


if __name__ == "__main__":
    sys.exit(main())
