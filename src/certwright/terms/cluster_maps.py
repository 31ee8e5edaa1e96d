"""ConfigMaps with certificates in a cluster, and the Bundles that write them: there, as text, under the right key."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from certwright.model import Mismatch
from certwright.pack.cluster_facts import Cluster, Thing
from certwright.speech import tr
from certwright.terms.cluster import (
    ClusterWord,
    absent,
    bounded,
    edit,
    get,
    missing_keys,
    renewed,
    shown,
    unsettled,
)
from certwright.terms.cluster_pairs import current
from certwright.terms.seen import Seen
from certwright.terms.word import listed
from certwright.value import value

_LABEL = "kubernetes.io/metadata.name"


# ── the ConfigMap ─────────────────────────────────────────────────────────────────────────────────


@value
class ConfigMapKey(ClusterWord):
    """The ConfigMap is there, and has the key that its readers were told."""

    name: Annotated[str, "metadata.name"]
    namespace: Annotated[str, "metadata.namespace"]
    key: Annotated[str, "the key"]

    def wants(self) -> Sequence[tuple[str, str]]:
        return (("ConfigMap", self.namespace),)

    def look(self, seen: Seen, cluster: Cluster, now: datetime) -> Iterator[Mismatch]:
        found = cluster.find("ConfigMap", self.namespace, self.name)
        if found is None:
            yield absent(
                cluster, ("ConfigMap", self.namespace, self.name), fix=written(self.name, self.namespace, self.key)
            )
        elif found.holding(self.key) is None:
            keys = tr("keys {keys}", keys=listed([bounded(one.key) for one in found.holdings]))
            fix = written(self.name, self.namespace, self.key)
            yield Mismatch(tr("key {key}", key=self.key), keys, found.title, fix)


@value
class TextData(ClusterWord):
    """Certificates stand as PEM text under data in the ConfigMap: what is in binaryData nobody reads."""

    name: Annotated[str, "metadata.name"]
    namespace: Annotated[str, "metadata.namespace"]
    key: Annotated[str, "the key that is read; the others are not judged"]

    def wants(self) -> Sequence[tuple[str, str]]:
        return (("ConfigMap", self.namespace),)

    def look(self, seen: Seen, cluster: Cluster, now: datetime) -> Iterator[Mismatch]:
        found = cluster.find("ConfigMap", self.namespace, self.name)
        if found is not None:
            yield from text_data(found, self.key, now)


def text_data(found: Thing, key: str, now: datetime) -> Iterator[Mismatch]:
    """What keeps readers of a ConfigMap from its certificates. Without `key` any key will do."""
    if found.trouble:
        yield Mismatch(tr("data as text"), found.trouble, found.title)
    binary = [one for one in found.holdings if one.part == "binaryData" and (one.certificates or one.key == key)]
    fix = written(found.name, found.namespace, key or "ca.crt")
    for one in binary:
        told = (
            listed([shown(certificate) for certificate in one.certificates])
            if one.certificates
            else tr("something else")
        )
        yield Mismatch(
            tr("PEM text under data"), tr("binaryData: {found}", found=told), f"{found.title}, {bounded(one.key)}", fix
        )
    held = [one for one in found.holdings if one.part == "data" and key in ("", one.key)]
    if (held or not (key or binary)) and not any(one.certificates for one in held):
        told = next((one.trouble for one in held or found.holdings if one.trouble), "") or tr("no certificate")
        where = f"{found.title}, {bounded(held[0].key)}" if held else found.title
        yield Mismatch(tr("PEM text with certificates"), told, where, fix)
    if key:
        for one in held:
            yield from current(one.certificates, now, f"{found.title}, {bounded(one.key)}", fix)


def written(name: str, namespace: str, key: str) -> str:
    """The command that writes a ConfigMap anew from a PEM file."""
    return renewed("configmap", name, "-n", namespace, f"--from-file={key}=ca.pem")


# ── the Bundle ────────────────────────────────────────────────────────────────────────────────────


@value
class _BundleWord(ClusterWord):
    name: Annotated[str, "metadata.name of the Bundle, and of the ConfigMap it writes"]

    def wants(self) -> Sequence[tuple[str, str]]:
        return (("Bundle", ""),)

    def bundle(self, cluster: Cluster) -> Thing | None:
        return cluster.find("Bundle", "", self.name) or cluster.find("ClusterBundle", "", self.name)


@value
class BundleSynced(_BundleWord):
    """The Bundle is there under the name of the ConfigMap it is to write, and trust-manager reports it Synced."""

    def look(self, seen: Seen, cluster: Cluster, now: datetime) -> Iterator[Mismatch]:
        found = self.bundle(cluster)
        if found is None:
            fix = f"{get('Bundle', '', self.name)} -o yaml"
            yield absent(cluster, ("Bundle", "", self.name), fix=fix)
            return
        yield from unsettled(found, "Synced")


@value
class BundleTarget(_BundleWord):
    """The Bundle writes the key that is read, as a ConfigMap, into the namespace it is read in."""

    key: Annotated[str, "the key that is read"]
    namespace: Annotated[str, "the namespace it is read in"]

    def look(self, seen: Seen, cluster: Cluster, now: datetime) -> Iterator[Mismatch]:
        found = self.bundle(cluster)
        if found is None:
            return
        fix = edit(found)
        key = found.text("spec", "target", "configMap", "key")
        if key != self.key:
            where = tr("{object}, spec.target.configMap.key", object=found.title)
            yield Mismatch(self.key, bounded(key) or tr("none"), where, fix)
        selector = found.at("spec", "target", "namespaceSelector")
        if isinstance(selector, Mapping) and not _selects(selector, self.namespace):
            where = tr("{object}, spec.target.namespaceSelector", object=found.title)
            yield Mismatch(tr("namespace {namespace}", namespace=self.namespace), bounded(selector), where, fix)


def _selects(selector: Mapping[str, Any], namespace: str) -> bool:
    """Whether a selector takes in a namespace, as far as its name alone tells; other labels are given the benefit."""
    labels = selector.get("matchLabels")
    if isinstance(labels, Mapping) and labels.get(_LABEL, namespace) != namespace:
        return False
    rows = selector.get("matchExpressions")
    return not any(_refuses(row, namespace) for row in (rows if isinstance(rows, list) else ()))


def _refuses(row: object, namespace: str) -> bool:
    if not isinstance(row, Mapping) or row.get("key") != _LABEL or not isinstance(values := row.get("values"), list):
        return False
    return {"In": namespace not in values, "NotIn": namespace in values}.get(str(row.get("operator")), False)


@value
class BundleSources(_BundleWord):
    """What a Bundle reads lies in the trust namespace of trust-manager, with the key it asks for."""

    namespace: Annotated[str, "the trust namespace (app.trust.namespace)"]

    def look(self, seen: Seen, cluster: Cluster, now: datetime) -> Iterator[Mismatch]:
        found = self.bundle(cluster)
        for row in found.rows("spec", "sources") if found else ():
            for field, kind in (("secret", "Secret"), ("configMap", "ConfigMap")):
                source = row.get(field)
                if not isinstance(source, Mapping) or not isinstance(name := source.get("name"), str):
                    continue
                assert found is not None, "a row is a row of a Bundle"
                there = cluster.find(kind, self.namespace, name)
                if there is None:
                    strays = [one for one in cluster.of(kind) if one.name == name]
                    if strays or cluster.asked(kind, self.namespace):
                        yield absent(cluster, (kind, self.namespace, name), found.title, f"{get(kind, self.namespace)}")
                elif isinstance(key := source.get("key"), str) and key and missing_keys(there, (key,)):
                    keys = tr("keys {keys}", keys=listed([bounded(one.key) for one in there.holdings]))
                    yield Mismatch(tr("key {key} in {object}", key=bounded(key), object=there.title), keys, found.title)
