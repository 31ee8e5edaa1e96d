"""What was seen of a cluster → a report: objects are judged as what was delivered under their names, and together.

Which files are such objects is seen here; who asks a cluster itself hands its objects over in the same form.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path, PurePosixPath

from certwright.check import judge, judge_seen
from certwright.errors import Refused, Unreadable
from certwright.model import Demand, Package, Place, Plan, Report
from certwright.pack.cluster_facts import Address, Cluster, Delivery, titled
from certwright.pack.cluster_objects import MOST_OCTETS, address_of, cluster_of, delivery_of, digest, is_live, thing_of
from certwright.pack.detect import detect
from certwright.pack.keyvault import secret_name
from certwright.pack.kubernetes import object_of
from certwright.pack.object_public import left_out
from certwright.pack.objects import Object, read_objects
from certwright.speech import tr
from certwright.terms.cluster import EVERYTHING, ClusterWord
from certwright.terms.seen import Seen
from certwright.terms.word import Word
from certwright.value import field, value
from certwright.wiring.judging import Known, joined
from certwright.wiring.reading import read_file

_LIST = re.compile(rb"^[\"']?kind[\"']?[ \t]*:[ \t]*[\"']?[A-Za-z]*List\b", re.MULTILINE)
MOST_FILES = 200  # of one folder; there are thirteen kinds
_ON_FILES = "kubernetes."  # words about the form of a delivered file, which a cluster does not keep
_NOWHERE = Plan((), (), ())


@value
class Dump:
    """Objects of one cluster from one source, by its name: a file, or a cluster that was asked, which is `live`.

    `closed` are the kinds, and namespaces ("" for all), that may not be read there.
    """

    label: str
    objects: tuple[Object, ...] = field(repr=False)
    live: bool = False
    closed: frozenset[tuple[str, str]] = frozenset()


def split(paths: Sequence[Path], plan: Plan) -> tuple[list[Path], list[Dump]]:
    """The paths that are to be judged file by file, and those that say what lies in a cluster: files, folders of them.

    Files of objects are the latter only where the plan has something to say about clusters.
    """
    if not any(map(_speaks_of_clusters, plan.places)):
        return list(paths), []
    read = [(path, _dumps(path)) for path in paths]
    return [path for path, dumps in read if not dumps], [dump for _, dumps in read for dump in dumps]


def _dumps(path: Path) -> list[Dump]:
    """The dumps at that path; none unless everything that lies there is one."""
    try:
        files = sorted(path.iterdir()) if path.is_dir() else [path]
    except OSError:  # whoever walks through it says so
        return []
    found = []
    for file in files[: MOST_FILES + 1]:
        dump = _dump(file)
        if dump is None:
            return []
        found.append(dump)
    return found if len(files) <= MOST_FILES else []


def _speaks_of_clusters(place: Place) -> bool:
    return any(isinstance(one.term, ClusterWord) for one in place.demands)


def _dump(path: Path) -> Dump | None:
    """The objects of a file that were read from a cluster; None for any other file."""
    if not path.is_file():
        return None
    try:
        content = read_file(path, MOST_OCTETS)
        if detect(content) != "objects":
            return None
        objects = read_objects(content, most=MOST_OCTETS)
    except Unreadable:
        return None  # whoever judges files says what is wrong with it
    listed = content.lstrip()[:1] == b"{" and len(objects) != 1
    return Dump(str(path), objects) if is_live(objects) or listed or _LIST.search(content) else None


def judge_clusters(
    dumps: Sequence[Dump], plan: Plan, now: datetime, known: Known, output: Path | None = None
) -> list[Report]:
    """The verdict on every cluster: files that are called after sites are of different ones, all others of one."""
    sites = {place.site for place in plan.places}
    groups: dict[str, list[Dump]] = defaultdict(list)
    for dump in dumps:
        stem = PurePosixPath(dump.label).stem
        groups[stem if stem in sites else ""].append(dump)
    return [judge_cluster(group, plan, now, known, output) for group in groups.values()]


def judge_cluster(dumps: Sequence[Dump], plan: Plan, now: datetime, known: Known, output: Path | None = None) -> Report:
    """The verdict on a cluster for the site it belongs to. `output` is where `apply` delivers to, if it does.

    Refused when no object is of a kind that is looked at, and when it is not clear which site the cluster belongs to.
    """
    objects = [one for dump in dumps for one in dump.objects]
    label = ", ".join(dump.label for dump in dumps)
    cluster = replace(
        cluster_of(objects, label),
        live=any(dump.live for dump in dumps),
        closed=frozenset(one for dump in dumps for one in dump.closed),
    )
    if not cluster.things:
        what = tr("{paths}: no object in it is of a kind that is looked at", paths=label)
        raise Refused(what, tr("write them down with {command}", command=f"{EVERYTHING} > objects.json"))
    site = _site(cluster, plan, [dump.label for dump in dumps])
    mine = replace(plan, places=tuple(place for place in plan.places if place.site == site))
    planned = {one for place in mine.places for package in _alike(place.packages) if (one := object_of(package))}
    cluster = replace(cluster, planned=frozenset(planned), delivered=tuple(_delivered(mine, output)) if output else ())
    raw = {address: one for one in objects if (address := address_of(one))}
    report = joined([_contents(raw, mine, now, known, label), _together(cluster, mine, now)], now)
    return replace(report, judged=len(dumps))


# ── which site ────────────────────────────────────────────────────────────────────────────────────


def _site(cluster: Cluster, plan: Plan, labels: Sequence[str]) -> str:
    """The site a cluster belongs to: the only one, the one a file is called after, or the one whose objects it has."""
    sites = list(dict.fromkeys(place.site for place in plan.places if _speaks_of_clusters(place)))
    names = {PurePosixPath(label).stem for label in labels} | {label.partition(":")[2] for label in labels}
    called = names & {*sites}  # files, or the context of a cluster
    if len(sites) == 1 or len(called) == 1:
        return called.pop() if called else sites[0]
    hits = {site: sum(address in cluster.things for address in _objects(plan, site)) for site in sites}
    best = [site for site in sites if hits[site] == max(hits.values())]
    if len(best) > 1:
        what = tr("{paths}: it is not clear which site this cluster belongs to", paths=", ".join(labels))
        raise Refused(
            what, tr("call the file {name}.json, or after another of {sites}", name=best[0], sites=", ".join(best))
        )
    return best[0]


def _objects(plan: Plan, site: str) -> Iterable[Address]:
    packages = [package for place in plan.places if place.site == site for package in place.packages]
    return {address for package in packages if (address := object_of(package))}


# ── one by one, and together ──────────────────────────────────────────────────────────────────────


def _contents(raw: Mapping[Address, Object], plan: Plan, now: datetime, known: Known, label: str) -> Report:
    """Objects as the packages they were delivered as, by the demands on their places."""
    files: dict[str, bytes | str] = {}
    places = []
    for place in plan.places:
        packages = [_placed(package, raw, label, files) for package in _alike(place.packages)]
        without = any(left_out(raw.get(address, {})) for one in place.packages if (address := object_of(one)))
        demands = tuple(one for one in place.demands if _on_contents(one) and not (without and _on_keys(one)))
        places.append(replace(place, packages=tuple(one for one in packages if one), demands=demands))
    seen = {place.id for place in places if place.packages}
    meant = {place.id for place in plan.places if any(object_of(one) for one in place.packages)}
    whole = tuple(
        group for group in plan.sets if seen.intersection(group.places) and meant.intersection(group.places) <= seen
    )
    part = replace(plan, places=tuple(places), sets=whole)
    return judge(part, files, {}, now, anchors=known.anchors, known=known.authorities, tree=_NOWHERE)


def _alike(packages: Iterable[Package]) -> Iterator[Package]:
    """The packages, and beside a SecretSync the Secret of its name, which the synchronisation writes."""
    for package in packages:
        yield package
        if package.form == "kubernetes-secret-sync":
            yield replace(package, form="kubernetes-opaque-secret")


def _placed(
    package: Package, raw: Mapping[Address, Object], label: str, files: dict[str, bytes | str]
) -> Package | None:
    """A package as the object of its name, whose content is put among the files; None when that is not there."""
    address = object_of(package)
    if address is None or address not in raw or address[0] not in ("Secret", "ConfigMap", "Bundle"):
        return None
    thing = thing_of(raw[address])
    if thing is None or (address[0] == "Secret" and not thing.holdings):
        return None  # its data were taken out before it was handed on
    path = f"{label}!{titled(address)}"
    files[path] = json.dumps(raw[address]).encode()
    return replace(package, path=path)


def _on_contents(demand: Demand) -> bool:
    return not isinstance(demand.term, ClusterWord) and not demand.requirement.term.startswith(_ON_FILES)


def _on_keys(demand: Demand) -> bool:
    """Whether it is about a private key, of which an export only notes the public half."""
    return isinstance(demand.term, Word) and demand.term.reads == "key"


def _together(cluster: Cluster, plan: Plan, now: datetime) -> Report:
    """What words about clusters say, place by place."""
    places = tuple(
        replace(place, packages=(), demands=tuple(one for one in place.demands if isinstance(one.term, ClusterWord)))
        for place in plan.places
        if _speaks_of_clusters(place)
    )
    label = cluster.label
    seen = [Seen(place.id, label, "cluster", found=label, cluster=cluster) for place in places]
    return judge_seen(replace(plan, places=places, sets=()), seen, (), now)


# ── what was delivered ────────────────────────────────────────────────────────────────────────────


def _delivered(plan: Plan, output: Path) -> Iterable[Delivery]:
    """The objects of the files that `apply` delivered, as far as they can be read; what cannot, is said elsewhere."""
    content = _Files(output)
    vault = {
        secret_name(PurePosixPath(package.path).name): package.path
        for place in plan.places
        for package in place.packages
        if package.form.startswith("keyvault-") and package.form != "keyvault-list"
    }
    for place in plan.places:
        for package in place.packages:
            if object_of(package) is None or (octets := content.of(package.path)) is None:
                continue
            for one in delivery_of(place.id, str(output / package.path), octets):
                yield one
                if one.address[0] == "SecretSync":
                    yield _synced(one, vault, content)


class _Files:
    """Files below a folder, by their paths; None for one that is not there."""

    def __init__(self, output: Path) -> None:
        self.output = output

    def of(self, path: str) -> bytes | None:
        try:
            return read_file(self.output / path)
        except Unreadable:
            return None


def _synced(sync: Delivery, vault: Mapping[str, str], content: _Files) -> Delivery:
    """The Secret that the synchronisation is to write from the files that were put into the vault."""
    secret = sync.spec.get("secretObject")
    rows = secret.get("data") if isinstance(secret, Mapping) else None
    digests: dict[str, str] = defaultdict(str)
    for row in rows if isinstance(rows, list) else ():
        octets = content.of(vault.get(str(row.get("sourcePath")), "")) if row.get("sourcePath") in vault else None
        if octets is not None:
            digests[str(row.get("targetKey"))] = digest(octets)
    return replace(sync, address=("Secret", *sync.address[1:]), digests=dict(digests), spec={}, synced=True)
