"""Who may connect to the MQTT broker in a cluster: what its authentication policies name is there, and fits."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from certwright.model import Mismatch
from certwright.pack.cluster_facts import Cluster, Thing
from certwright.speech import tr
from certwright.terms.cluster import (
    InNamespace,
    absent,
    bounded,
    edit,
    get,
    missing_keys,
    renewed,
    shown,
    tls_secret,
)
from certwright.terms.cluster_maps import text_data
from certwright.terms.cluster_pairs import anchors, pair
from certwright.terms.seen import Seen
from certwright.terms.word import listed
from certwright.value import value


@value
class Policies(InNamespace):
    """What authentication policies name is there: ConfigMaps with certificates of authorities, Secrets with a pair."""

    def wants(self) -> Sequence[tuple[str, str]]:
        return (("BrokerAuthentication", self.namespace), ("ConfigMap", self.namespace))

    def look(self, seen: Seen, cluster: Cluster, now: datetime) -> Iterator[Mismatch]:
        for policy in cluster.of("BrokerAuthentication", self.namespace):
            for row in policy.rows("spec", "authenticationMethods"):
                x509, custom = _table(row, "x509Settings"), _table(row, "customSettings")
                auth = _table(_table(custom, "auth"), "x509")
                for name in (x509.get("trustedClientCaCert"), custom.get("caCertConfigMap")):
                    if isinstance(name, str) and name:
                        yield from _authorities(policy, name, cluster, now)
                if isinstance(name := auth.get("secretRef"), str) and name:
                    yield from _client(policy, name, cluster, now)


def _table(row: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = row.get(name)
    return found if isinstance(found, Mapping) else {}


def _authorities(policy: Thing, name: str, cluster: Cluster, now: datetime) -> Iterator[Mismatch]:
    address = ("ConfigMap", policy.namespace, name)
    found = cluster.find(*address)
    if found is None:
        typed = renewed("configmap", name, "-n", policy.namespace, "--from-file=ca.pem")
        yield absent(cluster, address, policy.title, typed)
        return
    yield from text_data(found, "", now)
    for one in anchors(found):
        if one.authority is not True:
            yield Mismatch(tr("certificates of authorities"), shown(one), found.title, f"{get(*address)} -o yaml")


def _client(policy: Thing, name: str, cluster: Cluster, now: datetime) -> Iterator[Mismatch]:
    address = ("Secret", policy.namespace, name)
    found = cluster.find(*address)
    if found is None:
        if cluster.asked("Secret", policy.namespace):
            typed = tls_secret(name, policy.namespace)
            yield absent(cluster, address, policy.title, typed)
        return
    if keys := missing_keys(found, ("tls.crt", "tls.key")):
        yield Mismatch(
            tr("keys tls.crt and tls.key"),
            tr("no {keys}", keys=listed(keys)),
            found.title,
            tls_secret(name, policy.namespace),
        )
    if found.address not in cluster.planned:
        yield from pair(found, now)


@value
class KeepsTokens(InNamespace):
    """A policy lets the product's own components in: service account tokens for the audience aio-internal."""

    name: Annotated[str, "the policy of the default listener"]
    audience: Annotated[str, "what the tokens are for"] = "aio-internal"

    def wants(self) -> Sequence[tuple[str, str]]:
        return (("BrokerAuthentication", self.namespace),)

    def look(self, seen: Seen, cluster: Cluster, now: datetime) -> Iterator[Mismatch]:
        policy = cluster.find("BrokerAuthentication", self.namespace, self.name)
        if policy is None:
            return
        rows = policy.rows("spec", "authenticationMethods")
        heard = [_table(row, "serviceAccountTokenSettings").get("audiences") for row in rows]
        if not any(isinstance(one, list) and self.audience in one for one in heard):
            methods = [bounded(row.get("method", "")) for row in rows]
            expected = tr("ServiceAccountToken with audience {audience}", audience=self.audience)
            fix = edit(policy)
            yield Mismatch(expected, listed(methods), policy.title, fix)
