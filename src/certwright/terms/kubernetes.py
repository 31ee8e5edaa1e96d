"""Kubernetes objects: that the object a workload reads by name is the one in the file."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar

from certwright.model import Mismatch
from certwright.speech import tr
from certwright.terms.seen import Seen
from certwright.terms.word import Word, listed
from certwright.value import value


def _name(thing: Mapping[str, Any]) -> str:
    metadata = _table(thing, "metadata")
    return f"{thing.get('kind', '')} {metadata.get('namespace', '')}/{metadata.get('name', '')}"


def _table(thing: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = thing.get(key)
    return value if isinstance(value, Mapping) else {}


def _keys(thing: Mapping[str, Any]) -> list[str]:
    return [key for table in ("data", "stringData", "binaryData") for key in _table(thing, table)]


@value
class Object(Word):
    """The file holds this object and, where asked for, this key in its data."""

    reads: ClassVar[str] = "objects"
    hears_absence: ClassVar[bool] = True
    anywhere: ClassVar[bool] = True
    kind: Annotated[str, "Secret, ConfigMap, ClusterIssuer, …"]
    name: Annotated[str, "metadata.name"]
    namespace: Annotated[str, "metadata.namespace; empty for objects of the whole cluster"] = ""
    key: Annotated[str, "a key of data, stringData or binaryData; empty asks for none"] = ""

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        wanted = f"{self.kind} {self.namespace}/{self.name}"
        same = [thing for thing in seen.objects if _name(thing) == wanted]
        if not same:
            yield Mismatch(wanted, listed([_name(thing) for thing in seen.objects], tr("no object")))
        elif self.key and self.key not in _keys(same[0]):
            expected = tr("key {key} in {object}", key=self.key, object=wanted)
            yield Mismatch(expected, tr("keys {keys}", keys=listed(_keys(same[0]))))


@value
class TextData(Word):
    """Every ConfigMap in the file keeps its certificates as text under data, nothing under binaryData."""

    reads: ClassVar[str] = "objects"

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        for thing in seen.objects:
            if thing.get("kind") != "ConfigMap":
                continue
            if binary := list(_table(thing, "binaryData")):
                found = tr("binaryData with {keys}", keys=listed(binary))
                yield Mismatch(tr("data as text"), found, _name(thing))
            elif not _table(thing, "data"):
                yield Mismatch(tr("data as text"), tr("no data"), _name(thing))
