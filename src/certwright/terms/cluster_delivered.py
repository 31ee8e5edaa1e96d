"""What lies in a cluster against what was delivered for it: an entry more or less, an older one, a changed field."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any

from certwright.model import Mismatch
from certwright.pack.cluster_facts import Cluster, Delivery, Thing
from certwright.speech import tr, trn
from certwright.terms.cluster import (
    ClusterWord,
    InNamespace,
    absent,
    apply,
    bounded,
    get,
    missing_keys,
    without_keys,
)
from certwright.terms.cluster_secrets import entry, told_of
from certwright.terms.seen import Seen
from certwright.terms.word import listed
from certwright.value import value

MOST_LOCATION = 63  # characters of a custom location's name


@value
class Delivered(ClusterWord):
    """What lies in the cluster is what was delivered: each key of a Secret or ConfigMap, each field of another kind."""

    exact: Annotated[bool, "whether further keys, which nobody delivered, are wrong as well"] = False

    def silent(self, seen: Seen) -> str:
        if silent := ClusterWord.silent(self, seen):
            return silent
        assert seen.cluster is not None, "it would have been silent"
        mine = [one for one in seen.cluster.delivered if one.place == seen.place]
        if not mine:
            return tr("nothing delivered for this place is at hand to compare with: certwright apply writes it")
        asked = [one for one in mine if seen.cluster.asked(one.address[0], one.address[1])]
        kind, namespace, _ = mine[0].address
        typed = f"{get(kind, namespace)} -o json"
        return "" if asked else tr("no {kind} was looked at: {command}", kind=kind, command=typed)

    def look(self, seen: Seen, cluster: Cluster, now: datetime) -> Iterator[Mismatch]:
        for one in cluster.delivered:
            if one.place != seen.place or not cluster.asked(one.address[0], one.address[1]):
                continue
            found = cluster.find(*one.address)
            if found is None:
                yield absent(cluster, one.address, fix=_again(one))
            else:
                yield from self._compared(one, found)

    def _compared(self, one: Delivery, found: Thing) -> Iterator[Mismatch]:
        fix = _again(one)
        for key, digest in one.digests.items():
            held = found.holding(key)
            where = f"{found.title}, {bounded(key)}"
            if held is None:
                if missing_keys(found, (key,)):
                    yield Mismatch(tr("as in {path}", path=one.path), tr("none"), where, fix)
            elif held.digest != digest:
                yield Mismatch(
                    tr("as in {path}", path=one.path), tr("another: {found}", found=told_of(held)), where, fix
                )
        extra = [held.key for held in found.holdings if held.key not in one.digests]
        if self.exact and one.digests and extra:
            told = listed([entry(found, key) for key in extra])
            fix = without_keys(found, extra)
            yield Mismatch(tr("nothing else than in {path}", path=one.path), told, found.title, fix)
        if not one.synced:
            for path, wanted, there in _differences(one.spec, found.at("spec"), "spec"):
                yield Mismatch(bounded(wanted), bounded(there), f"{found.title}, {bounded(path)}", fix)


def _again(one: Delivery) -> str:
    """What brings it into the cluster once more."""
    return get("SecretSync", one.address[1], one.address[2], "describe") if one.synced else apply(one.path)


def _differences(wanted: Any, there: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    """Fields that were delivered and are otherwise; what the cluster adds by itself is no difference."""
    if isinstance(wanted, Mapping) and isinstance(there, Mapping):
        for key, one in wanted.items():
            yield from _differences(one, there.get(key), f"{path}.{key}")
    elif isinstance(wanted, list) and isinstance(there, list) and len(wanted) == len(there):
        for at, (one, other) in enumerate(zip(wanted, there, strict=True)):
            yield from _differences(one, other, f"{path}[{at}]")
    elif wanted != there and not (wanted in ("", [], {}) and there is None):
        yield path, wanted, there if there is not None else tr("none")


# ── the instance ──────────────────────────────────────────────────────────────────────────────────


@value
class CustomLocation(InNamespace):
    """The custom location that objects name has a name of at most 63 characters, and is that of the deployment."""

    name: Annotated[str, "the custom location of the deployment; empty for any"] = ""
    longest: Annotated[int, "characters at most"] = MOST_LOCATION

    def look(self, seen: Seen, cluster: Cluster, now: datetime) -> Iterator[Mismatch]:
        named: dict[str, Thing] = {}
        for thing in cluster.things.values():
            if thing.namespace == self.namespace and (name := thing.text("location")):
                named.setdefault(name, thing)
        for name, thing in named.items():
            where = thing.title
            if len(name) > self.longest:
                found = trn("{count} character: {name}", "{count} characters: {name}", len(name), name=bounded(name))
                yield Mismatch(tr("at most {count} characters", count=self.longest), found, where)
            elif self.name and name.lower() != self.name.lower():
                yield Mismatch(self.name, bounded(name), where)
