"""Secrets in a cluster: what the synchronisation is to write, and what data flows read."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from certwright.errors import Unreadable
from certwright.model import Mismatch
from certwright.pack.cluster_facts import Cluster, Holding, Thing, fetched, titled
from certwright.speech import tr, trn
from certwright.terms.cluster import (
    InNamespace,
    absent,
    bounded,
    edit,
    get,
    missing_keys,
    renewed,
    shown,
    without_keys,
)
from certwright.terms.cluster_maps import text_data
from certwright.terms.cluster_pairs import pair
from certwright.terms.seen import Seen
from certwright.terms.word import listed
from certwright.value import value

# ── from the vault ────────────────────────────────────────────────────────────────────────────────


@value
class _OfSyncs(InNamespace):
    def wants(self) -> Sequence[tuple[str, str]]:
        return (("SecretSync", self.namespace),)


@value
class SyncSources(_OfSyncs):
    """Every mapping of a SecretSync leads somewhere: its class is there and fetches the secret that is named."""

    def look(self, seen: Seen, cluster: Cluster, now: datetime) -> Iterator[Mismatch]:
        for sync in cluster.of("SecretSync", self.namespace):
            named = sync.text("spec", "secretProviderClassName")
            address = ("SecretProviderClass", self.namespace, named)
            source = cluster.find(*address)
            if source is None:
                if cluster.asked("SecretProviderClass"):
                    yield absent(cluster, address, sync.title, get("SecretProviderClass", self.namespace))
                continue
            try:
                known = fetched(source)
            except Unreadable as trouble:
                where = tr("{object}, spec.parameters.objects", object=source.title)
                yield Mismatch(tr("YAML with an array of objects"), bounded(trouble.what), where, edit(source))
                continue
            for path, key in _mappings(sync):
                if path not in known:
                    found = listed([bounded(one) for one in known])
                    expected = tr("{object} fetches {secret}", object=source.title, secret=bounded(path))
                    yield Mismatch(expected, found, f"{sync.title}, {bounded(key)}", f"{get(*address)} -o yaml")


@value
class SyncTargets(_OfSyncs):
    """The synchronisation has written what its mappings say into the Secret of its name, and nobody else has."""

    def wants(self) -> Sequence[tuple[str, str]]:
        return (("SecretSync", self.namespace), ("Secret", self.namespace))

    def look(self, seen: Seen, cluster: Cluster, now: datetime) -> Iterator[Mismatch]:
        for sync in cluster.of("SecretSync", self.namespace):
            keys = [key for _, key in _mappings(sync)]
            fix = get(*sync.address, verb="describe")
            if twice := sorted({key for key in keys if keys.count(key) > 1}):
                told = listed([bounded(one) for one in twice])
                yield Mismatch(tr("each key once"), tr("{keys} twice", keys=told), sync.title, fix)
            found = cluster.find("Secret", self.namespace, sync.name)
            if found is None:
                yield _unwritten(sync, fix)
                continue
            if missing := [key for key in keys if found.holding(key) is None]:
                yield Mismatch(tr("keys {keys}", keys=listed(missing)), tr("not written yet"), found.title, fix)
            extra = [one.key for one in found.holdings if one.key not in keys]
            if extra:
                told = tr("{keys} as well", keys=listed([entry(found, key) for key in extra]))
                yield Mismatch(
                    tr("keys {keys}", keys=listed(list(dict.fromkeys(keys)))),
                    told,
                    found.title,
                    without_keys(found, extra),
                )


def _unwritten(sync: Thing, fix: str) -> Mismatch:
    """A Secret that the synchronisation has not written, with its own words about it."""
    rows = [row for row in sync.rows("status", "conditions") if row.get("status") != "True"]
    said = [bounded(row.get(part, "")) for row in rows[:1] for part in ("reason", "message")]
    found = ", ".join(filter(None, (tr("no such object"), *said)))
    return Mismatch(titled(("Secret", sync.namespace, sync.name)), found, sync.title, fix)


def _mappings(sync: Thing) -> list[tuple[str, str]]:
    rows = [(row.get("sourcePath"), row.get("targetKey")) for row in sync.rows("spec", "secretObject", "data")]
    return [(path, key) for path, key in rows if isinstance(path, str) and isinstance(key, str)]


def entry(thing: Thing, key: str) -> str:
    """An entry with the certificate it holds, for a sentence."""
    held = thing.holding(key)
    return f"{bounded(key)}: {told_of(held)}" if held and (held.certificates or held.crls) else bounded(key)


def told_of(held: Holding) -> str:
    """What a key holds, for a sentence; never a secret."""
    if held.certificates:
        return listed([shown(one) for one in held.certificates[:2]])
    if held.crls:
        return tr("revocation list of {issuer}", issuer=held.crls[0].issuer)
    return tr("a private key") if held.private or held.locked else trn("{count} byte", "{count} bytes", held.size)


# ── data flows ────────────────────────────────────────────────────────────────────────────────────


@value
class Dataflows(InNamespace):
    """What endpoints of data flows name is there: ConfigMaps with certificates, Secrets with the keys that are read."""

    certificate: Annotated[str, "the key of the client's certificate"] = "client_cert.pem"
    private: Annotated[str, "the key of the client's private key"] = "client_key.pem"

    def wants(self) -> Sequence[tuple[str, str]]:
        return (("DataflowEndpoint", self.namespace),)

    def look(self, seen: Seen, cluster: Cluster, now: datetime) -> Iterator[Mismatch]:
        for endpoint in cluster.of("DataflowEndpoint", self.namespace):
            spec = endpoint.at("spec")
            tables = [spec, *spec.values()] if isinstance(spec, Mapping) else []
            for settings in tables:
                if trusted := _text(settings, "tls", "trustedCaCertificateConfigMapRef"):
                    yield from self._trusted(endpoint, trusted, cluster, now)
                if named := _text(settings, "authentication", "x509CertificateSettings", "secretRef"):
                    yield from self._client(endpoint, named, cluster, now)

    def _trusted(self, endpoint: Thing, name: str, cluster: Cluster, now: datetime) -> Iterator[Mismatch]:
        address = ("ConfigMap", self.namespace, name)
        if found := cluster.find(*address):
            yield from text_data(found, "", now)
        elif cluster.asked("ConfigMap", self.namespace):
            fix = renewed("configmap", name, "-n", self.namespace, "--from-file=ca.crt=ca.pem")
            yield absent(cluster, address, endpoint.title, fix)

    def _client(self, endpoint: Thing, name: str, cluster: Cluster, now: datetime) -> Iterator[Mismatch]:
        address, keys = ("Secret", self.namespace, name), (self.certificate, self.private)
        fix = renewed("secret", "generic", name, "-n", self.namespace, *(f"--from-file={key}" for key in keys))
        found = cluster.find(*address)
        if found is None:
            if cluster.asked("Secret", self.namespace):
                yield absent(cluster, address, endpoint.title, fix)
            return
        if missing := missing_keys(found, keys):
            held = tr("keys {keys}", keys=listed([bounded(one.key) for one in found.holdings]))
            yield Mismatch(tr("keys {keys}", keys=listed(missing)), held, found.title, fix)
        if found.address not in cluster.planned:
            yield from pair(found, now, fix, certificate=self.certificate, key=self.private)


def _text(settings: Any, *path: str) -> str:
    found = settings
    for step in path:
        found = found.get(step) if isinstance(found, Mapping) else None
    return found if isinstance(found, str) else ""
