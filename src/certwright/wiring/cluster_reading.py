"""What lies in a cluster → the objects that `check` looks at, as `kubectl get -o json` gives them.

Kinds are listed where that is permitted; where not, the objects that the deployment names, and those they refer to.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from certwright.errors import Refused
from certwright.model import Plan, Report
from certwright.pack.object_kinds import CARRIERS, KINDS, READ_ONLY, SECRET, Kind, Ref, references, table
from certwright.pack.object_public import public
from certwright.pack.objects import Object
from certwright.report.envelope import json_text
from certwright.speech import tr, trn
from certwright.value import value
from certwright.wiring.cluster_access import PREFIX, Reached, connect
from certwright.wiring.cluster_objects import meant, namespaces, site_of
from certwright.wiring.clustered import Dump, judge_cluster
from certwright.wiring.judging import Known
from certwright.wiring.loading import Loaded

if TYPE_CHECKING:
    from certwright.cluster.connection import Cluster

TYPES = ("kubernetes.io/tls", "Opaque")  # of Secrets; tokens and what Helm keeps are nobody's certificates


@value
class Live:
    """The objects of a cluster, and what there is to say about reading them."""

    objects: tuple[Object, ...]
    messages: tuple[str, ...] = ()
    closed: frozenset[tuple[str, str]] = frozenset()  # kinds, and namespaces, that may not be read


def judge_live(reached: Reached, plan: Plan, now: datetime, known: Known, output: Path | None = None) -> Report:
    """The verdict on a live cluster, as on a file of its objects; what may not be read is not judged.

    Problems are those of `connect` and of `judge_cluster`; Refused when nothing of the plan goes to a cluster.
    """
    refs = [one.ref for site in dict.fromkeys(place.site for place in plan.places) for one in meant(plan, site)]
    if not refs:
        raise Refused(tr("nothing of the plan goes to a Kubernetes cluster"), tr("check files instead"))
    with connect(reached) as cluster:
        live = read(cluster, refs)
        label = f"{PREFIX}{cluster.context}"
    report = judge_cluster([Dump(label, live.objects, live=True, closed=live.closed)], plan, now, known, output)
    return replace(report, unjudged=(*report.unjudged, *(f"{label}: {one}" for one in live.messages)))


def export_text(loaded: Loaded, cluster: "Cluster", site: str) -> tuple[str, tuple[str, ...]]:
    """The objects of a site as the JSON of a List, without anything secret; and what there is to say about it."""
    live = read(cluster, [one.ref for one in meant(loaded.plan, site_of(loaded, site))])
    if not live.objects:
        raise Refused(
            tr("{context}: none of the objects is there", context=cluster.context),
            tr("certwright cluster apply {file} applies them", file=loaded.path),
        )
    items = [public(one) for one in live.objects]
    count = trn(
        "{count} object written, nothing secret in it", "{count} objects written, nothing secret in them", len(items)
    )
    return json_text({"apiVersion": "v1", "kind": "List", "metadata": {}, "items": items}), (count, *live.messages)


def read(cluster: "Cluster", refs: Sequence[Ref]) -> Live:
    """What the plan names, everything of its kinds beside them, and what that refers to."""
    found: dict[Ref, Object] = {}
    messages: list[str] = []
    closed: set[tuple[str, str]] = set()
    for kind, namespace in looked_at(refs):
        listed = cluster.list(kind, namespace, TYPES if kind == SECRET else ())
        found |= {_ref(kind, one): one for one in listed.objects}
        if listed.refusal and listed.refusal.forbidden and kind not in CARRIERS:  # those are read by name
            messages.append(_unlisted(kind, namespace))
            closed.add((kind.kind, namespace))
    wanted = list(refs)
    asked: set[Ref] = set()
    while missing := [ref for ref in dict.fromkeys(wanted) if ref not in found and ref not in asked]:
        asked |= {*missing}
        for ref in missing:
            outcome = cluster.get(ref)
            if outcome.object:
                found[ref] = outcome.object
            elif outcome.refusal and outcome.refusal.forbidden:
                messages.append(tr("{object}: may not be read", object=ref))
                closed.add((ref.kind.kind, ref.namespace))
        wanted = [ref for one in found.values() for ref in references(one)]
    objects = (_as_kubectl(found[ref]) for ref in sorted(found, key=_order))
    return Live(tuple(objects), tuple(messages), frozenset(closed))


def looked_at(refs: Iterable[Ref]) -> Iterator[tuple[Kind, str]]:
    """The kinds that are listed, with their namespaces: those that have more of ours than what others refer to."""
    refs = list(refs)
    own = namespaces(ref for ref in refs if ref.kind not in CARRIERS) or namespaces(refs)
    for kind in (*KINDS, *READ_ONLY):
        if not kind.namespaced:
            yield kind, ""
        else:
            yield from ((kind, namespace) for namespace in own)


def _ref(kind: Kind, found: Object) -> Ref:
    metadata = table(found, "metadata")
    return Ref(kind, str(metadata.get("namespace", "")) if kind.namespaced else "", str(metadata.get("name", "")))


def _order(ref: Ref) -> tuple[int, str, str]:
    return ((*KINDS, *READ_ONLY).index(ref.kind), ref.namespace, ref.name)


def _as_kubectl(found: Object) -> Object:
    """Without the managers of fields, which kubectl does not show unless it is asked."""
    metadata = {key: one for key, one in table(found, "metadata").items() if key != "managedFields"}
    return {**found, "metadata": metadata}


def _unlisted(kind: Kind, namespace: str) -> str:
    where = namespace or tr("the cluster")
    return tr("{kind} in {where}: may not be listed; only what is named was read", kind=kind.kind, where=where)
