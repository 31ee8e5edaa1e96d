"""Permissions as Kubernetes objects: no more than a run needs, every one bound to the names of objects.

Creating by server-side apply is authorised with the object's name, so that even `create` can be bound to names.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from certwright.pack.object_kinds import KINDS, READ_ONLY, Kind, Ref
from certwright.pack.object_names import checked_name
from certwright.pack.objects import Object
from certwright.value import value

API = "rbac.authorization.k8s.io"
WRITING = ("get", "create", "patch")
IDENTITY = "kube-system"  # the namespace whose uid tells one cluster from another


@value
class Subject:
    """Who gets the permissions: a User, a Group, or a ServiceAccount with its namespace."""

    kind: str
    name: str
    namespace: str = ""

    def row(self) -> Mapping[str, str]:
        """As a binding names it."""
        if self.kind == "ServiceAccount":
            return {"kind": self.kind, "name": self.name, "namespace": self.namespace}
        return {"kind": self.kind, "name": self.name, "apiGroup": API}


@value
class Permitted:
    """Writing these objects, reading those, listing these kinds in their namespaces, taking those away."""

    written: Sequence[Ref] = ()
    read: Sequence[Ref] = ()
    listed: Sequence[tuple[Kind, str]] = ()
    removed: Sequence[Ref] = ()


def permissions(name: str, permitted: Permitted, subjects: Sequence[Subject]) -> tuple[Object, ...]:
    """A ClusterRole for objects of the whole cluster, a Role for each namespace, and their bindings."""
    rules: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    identity: Mapping[str, Any] = {
        "apiGroups": [""], "resources": ["namespaces"], "resourceNames": [IDENTITY], "verbs": ["get"],
    }  # fmt: skip
    rules[""].append(identity)
    for namespace, rule in _rules(permitted):
        rules[namespace].append(rule)
    objects: list[Object] = []
    for namespace in sorted(rules):
        objects += _role(checked_name(name), namespace, rules[namespace], subjects)
    return tuple(objects)


def _rules(permitted: Permitted) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """One rule a namespace and kind for each set of verbs, in the order of kinds."""
    verbs: dict[Ref, list[str]] = defaultdict(list)
    rows: tuple[tuple[Sequence[Ref], tuple[str, ...]], ...] = (
        (permitted.written, WRITING),
        (permitted.read, ("get",)),
        (permitted.removed, ("get", "delete")),
    )
    for refs, wanted in rows:
        for one in refs:
            verbs[one] += [verb for verb in wanted if verb not in verbs[one]]
    groups: dict[tuple[str, str, str, tuple[str, ...]], list[str]] = defaultdict(list)
    for one in sorted(verbs, key=lambda one: one.order):
        groups[one.namespace, one.kind.group, one.kind.plural, tuple(verbs[one])].append(one.name)
    for (namespace, group, plural, wanted), names in groups.items():
        yield namespace, {"apiGroups": [group], "resources": [plural], "resourceNames": names, "verbs": list(wanted)}
    for kind, namespace in sorted(set(permitted.listed), key=lambda one: (one[1], (*KINDS, *READ_ONLY).index(one[0]))):
        yield namespace, {"apiGroups": [kind.group], "resources": [kind.plural], "verbs": ["list"]}


def _role(
    name: str, namespace: str, rules: Iterable[Mapping[str, Any]], subjects: Sequence[Subject]
) -> Iterator[Object]:
    kind = "Role" if namespace else "ClusterRole"
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    yield {"apiVersion": f"{API}/v1", "kind": kind, "metadata": metadata, "rules": list(rules)}
    yield {
        "apiVersion": f"{API}/v1",
        "kind": f"{kind}Binding",
        "metadata": metadata,
        "subjects": [one.row() for one in subjects],
        "roleRef": {"apiGroup": API, "kind": kind, "name": name},
    }
