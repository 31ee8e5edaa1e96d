"""The case folders: one a term, case.toml beside the files. A name that begins with good or bad is a case."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from certwright.model import Mismatch
from certwright.pack.cluster_objects import cluster_of, delivery_of
from certwright.pack.objects import read_objects
from certwright.terms import bind
from certwright.terms.cluster import ClusterWord
from certwright.terms.look import Work, see
from certwright.terms.seen import Layout, Seen
from certwright.terms.word import SetWord, Word
from certwright.wiring.online import OFFLINE
from certwright.wiring.revocations import Lists
from certwright.x509.pem import certificates_in

FOLDER = Path(__file__).parents[1] / "cases" / "terms"
NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)  # the certificates of make.sh live from 2026-01-01 to 2029-01-01
PASSWORD = "Sommer-Haus-2026"
FORMS = {
    ".pem": "pem-full",
    ".pfx": "pfx",
    ".cer": "base64-cer",
    ".der": "der",
    ".DER": "der",
    ".crl": "pem-crl",
    ".key": "pem-key",
    ".yaml": "kubernetes-opaque-secret",
}


@dataclass(frozen=True)
class Case:
    """One case: a file, or for a set a folder. `row` is what case.toml says of it."""

    term: str
    path: Path
    row: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.term}/{self.path.name}"

    @property
    def word(self) -> Word:
        return bind(self.term, self.row.get("with", {}))

    def mismatches(self) -> list[Mismatch]:
        word = self.word
        if isinstance(word, SetWord):
            members, layout = self.members()
            return list(word.check_set(members, layout, NOW))
        seen = self.look() if isinstance(word, ClusterWord) else self.see(self.path)
        assert seen.trouble is None, seen.trouble
        assert not word.silent(seen), word.silent(seen)
        return list(word.check(seen, NOW))

    def look(self) -> Seen:
        """A file of objects as a whole cluster; `delivered` names files beside it that were delivered."""
        cluster = cluster_of(read_objects(self.path.read_bytes()), self.path.name)
        delivered = tuple(
            one
            for name in self.row.get("delivered", ())
            for one in delivery_of("east/portal", name, self._beside(name))
        )
        return Seen("east/portal", self.path.name, "cluster", cluster=replace(cluster, delivered=delivered))

    def see(self, path: Path, place: str = "east/portal") -> Seen:
        anchors = [der for name in self.row.get("anchors", ()) for der in certificates_in(self._beside(name))]
        found = see(
            Work(
                place=place,
                kind=self.row.get("kind", "identity"),
                path=str(path.relative_to(FOLDER)),
                form=self.row.get("form", FORMS.get(path.suffix, "pem-full")),
                found=str(path.relative_to(FOLDER)),
                content=path.read_bytes(),
                password=self.row.get("password", PASSWORD),
                anchors=tuple(anchors),
                now=NOW,
                known=tuple(der for name in self.row.get("known", ()) for der in certificates_in(self._beside(name))),
            )
        )
        lists = [FOLDER.parent / "network" / name for name in self.row.get("lists", ())]
        return Lists(OFFLINE, lists).inform([found])[0]

    def _beside(self, name: str) -> bytes:
        return (self.path.parent / name).read_bytes()

    def members(self) -> tuple[list[Seen], Layout]:
        """Files in one folder below the case are files of one place; a file right in the case is a place."""
        files = sorted(path for path in self.path.rglob("*") if path.is_file())
        known = [path for path in files if path.suffix in FORMS]
        members = [self.see(path, f"east/{path.relative_to(self.path).with_suffix('').parts[0]}") for path in known]
        found = tuple(path.relative_to(self.path).as_posix() for path in files)
        return members, Layout(tuple(self.row.get("planned", ())), found)


def tables() -> Iterator[tuple[str, Mapping[str, Any]]]:
    for path in sorted(FOLDER.glob("*/case.toml")):
        yield path.parent.name, tomllib.loads(path.read_text("utf-8"))


def cases() -> Iterator[Case]:
    """Every case of every folder, whether its case.toml mentions it or not."""
    for folder in sorted(path for path in FOLDER.iterdir() if path.is_dir()):
        table = tomllib.loads((folder / "case.toml").read_text("utf-8"))
        for path in sorted(folder.iterdir()):
            if path.name.startswith(("good", "bad")):
                row = table.get(path.name, {})
                yield Case(
                    folder.name, path, {**table, **row, "with": {**table.get("with", {}), **row.get("with", {})}}
                )


def says(pattern: str, text: str) -> bool:
    """Whether a text is what the table says, where … stands for anything."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("…"))), text) is not None
