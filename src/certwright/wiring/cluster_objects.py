"""Which objects of a deployment go to a cluster: the YAML that `apply` has delivered, exactly as it was delivered."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from certwright.errors import Impossible, Refused
from certwright.flow.standing import Standing, look, todo
from certwright.inventory.read import Reading
from certwright.model import Package, Place, Plan
from certwright.pack.object_kinds import KINDS, Kind, Ref, ref_of, ref_of_package, references
from certwright.pack.objects import Object, read_objects
from certwright.speech import tr
from certwright.targets.folder import Folder
from certwright.value import field, value
from certwright.wiring.inventoried import inventory_of
from certwright.wiring.loading import Loaded
from certwright.wiring.reading import read_file

APPLIED = "applied-to-cluster"  # observations of that kind: site and address → SHA-256 of the file
CLUSTER = "cluster-of-site"  # site → uid of the cluster its objects were applied to


@value
class Meant:
    """An object of the plan: the file it is delivered as, and its address."""

    place: Place
    package: Package
    ref: Ref


@value
class Delivered:
    """An object that lies in the output folder as it was delivered; `sha256` is that of its file."""

    meant: Meant
    object: Object = field(repr=False)
    sha256: str

    @property
    def ref(self) -> Ref:
        """Its address."""
        return self.meant.ref


@value
class Ready:
    """The objects of a site: those that can be applied, in order; those still to be delivered; those that must wait
    for one of these; the addresses of everything applied before; the cluster that it went to, "" for none.
    """

    site: str
    objects: tuple[Delivered, ...]
    missing: tuple[Meant, ...] = ()
    held_back: tuple[tuple[Meant, Ref], ...] = ()
    former: Mapping[Ref, str] = field(default_factory=dict)
    cluster: str = ""
    stale: tuple[str, ...] = ()


def meant(plan: Plan, site: str) -> tuple[Meant, ...]:
    """Every object of a site, in the order in which they are applied."""
    found = (
        Meant(place, package, ref)
        for place in plan.places
        for package in place.packages
        if place.site == site and (ref := ref_of_package(package))
    )
    return tuple(sorted(found, key=lambda one: one.ref.order))


def site_of(loaded: Loaded, named: str) -> str:
    """The site whose objects are meant: the one named, or the only one that has any. Refused otherwise."""
    sites = list(dict.fromkeys(place.site for place in loaded.plan.places if place.site))
    having = [site for site in sites if meant(loaded.plan, site)]
    if named:
        if named in having:
            return named
        told = tr("{file}: no site called {site} has objects for a cluster", file=loaded.path, site=named)
        raise Refused(told, tr("sites that have some: {sites}", sites=", ".join(having) or tr("none")))
    if len(having) == 1:
        return having[0]
    if not having:
        raise Refused(
            tr("{file}: nothing of it goes to a Kubernetes cluster", file=loaded.path),
            tr("sites of Azure IoT Operations have objects: certwright init azure-iot-operations"),
        )
    raise Refused(
        tr("{file}: several sites have objects, each for a cluster of its own", file=loaded.path),
        tr("name one: --site {sites}", sites=" | ".join(having)),
    )


def ready(loaded: Loaded, site: str) -> Ready:
    """What can be applied of a site. Refused, with all of them, for files that are not what was delivered."""
    objects = meant(loaded.plan, site)
    with inventory_of(loaded) as inventory:
        standing = look(loaded.plan, inventory, Folder(loaded.output))
        former: Mapping[Ref, str] = {}
        cluster = ""
        if inventory is not None:
            with inventory.reading() as reading:
                former = applied_before(reading, site)
                cluster = reading.observations(CLUSTER).get(site, "")
    paths = [one.package.path for one in objects]
    _refuse_changed(loaded, standing, paths)
    delivered = standing.delivered
    missing = tuple(one for one in objects if one.package.path not in delivered)
    held_back = tuple(_held_back(loaded, objects, missing))
    waiting = {one.ref for one in missing} | {one.ref for one, _ in held_back}
    there = [one for one in objects if one.ref not in waiting]
    mine = {one.place.id for one in there}
    return Ready(
        site,
        tuple(_read(loaded, standing, one) for one in there),
        missing,
        held_back,
        former,
        cluster,
        tuple(dict.fromkeys(place for place in _due(loaded, standing) if place in mine)),
    )


def _due(loaded: Loaded, standing: Standing) -> Iterator[str]:
    """The places that `apply` has something to do for, or refuses to do it."""
    try:
        yield from [one.place for one in todo(loaded.plan, standing, loaded.now).places]
    except Impossible as conflict:
        yield from (one.place for one in conflict.conflicts)


def _refuse_changed(loaded: Loaded, standing: Standing, paths: Sequence[str]) -> None:
    changed, foreign = standing.changed(paths), standing.foreign(paths)
    if changed or foreign:
        lines = [
            tr("files that are not as certwright delivered them go to no cluster:"),
            *("  " + tr("{path}: changed since", path=loaded.output / one) for one in changed),
            *("  " + tr("{path}: written by somebody else", path=loaded.output / one) for one in foreign),
        ]
        raise Refused("\n".join(lines), tr("certwright apply {file} --replace writes them anew", file=loaded.typed))


def _read(loaded: Loaded, standing: Standing, one: Meant) -> Delivered:
    """The object of a file, of which the very bytes that are read are those that were delivered."""
    content = read_file(loaded.output / one.package.path)
    digest = hashlib.sha256(content).hexdigest()
    if digest != standing.observed.get(one.package.path):
        _refuse_changed(loaded, standing, [])
        told = tr("{path}: changed while it was read", path=loaded.output / one.package.path)
        raise Refused(told, tr("run the same command again"))
    objects = read_objects(content)
    if len(objects) != 1 or ref_of(objects[0]) != one.ref:
        told = tr("{path}: does not hold {object}", path=loaded.output / one.package.path, object=one.ref)
        raise Refused(told, f"certwright apply {loaded.typed}")
    return Delivered(one, objects[0], digest)


def _held_back(loaded: Loaded, objects: Sequence[Meant], missing: Sequence[Meant]) -> Iterator[tuple[Meant, Ref]]:
    """Objects that refer to one which is not delivered yet: in a cluster they would point nowhere."""
    absent = {one.ref for one in missing}
    if not absent:
        return
    for one in objects:
        if one.ref not in absent:
            for found in read_objects(read_file(loaded.output / one.package.path)):
                needed = next((ref for ref in references(found) if ref in absent), None)
                if needed:
                    yield one, needed


# ── what was applied before ──


def applied_before(reading: Reading, site: str) -> dict[Ref, str]:
    """Address → SHA-256 of what was applied for that site."""
    rows = reading.observations(APPLIED).items()
    return {ref: digest for subject, digest in rows for ref in _of_subject(subject, site)}


def subject(site: str, ref: Ref) -> str:
    """How an address is written into the inventory."""
    kind = ref.kind
    return json.dumps([site, kind.group, kind.version, kind.kind, ref.namespace, ref.name])


def _of_subject(text: str, site: str) -> Iterator[Ref]:
    owner, group, version, kind, namespace, name = json.loads(text)
    for one in KINDS:
        if owner == site and (one.group, one.kind) == (group, kind):
            yield Ref(Kind(group, version, kind, one.plural, one.namespaced), namespace, name)


def gone(ready: Ready, plan: Plan) -> tuple[Ref, ...]:
    """What was applied before and is no longer planned, in the order in which it is taken away."""
    planned = {one.ref for one in meant(plan, ready.site)}
    return tuple(sorted((ref for ref in ready.former if ref not in planned), key=lambda ref: ref.order, reverse=True))


def namespaces(refs: Iterable[Ref]) -> tuple[str, ...]:
    """The namespaces of these, each once."""
    return tuple(sorted({ref.namespace for ref in refs if ref.namespace}))
