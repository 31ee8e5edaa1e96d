"""Listeners and policies of the MQTT broker in a cluster: what they name is there, and fits.

What Secrets hold that places are delivered as is judged by the demands on those places, and not once more here.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from certwright.model import GeneralName, Mismatch
from certwright.pack.cluster_facts import Cluster, Thing
from certwright.speech import tr
from certwright.terms.cluster import (
    InNamespace,
    absent,
    bounded,
    condition,
    duration,
    edit,
    get,
    missing_keys,
    quoted,
    shown,
    tls_secret,
)
from certwright.terms.cluster_pairs import pair
from certwright.terms.names import recorded
from certwright.terms.seen import Seen
from certwright.terms.word import either, listed
from certwright.value import value
from certwright.x509.facts import CertificateFacts

LEAST_DURATION, LEAST_BEFORE = timedelta(hours=1), timedelta(minutes=5)  # of cert-manager


@value
class Port:
    """One port of a listener with TLS; `tls` is what stands there, `mode` in small letters."""

    listener: Thing
    number: object
    mode: str
    tls: Mapping[str, Any]
    policy: str

    @property
    def where(self) -> str:
        """The port in a sentence."""
        return tr("{object}, port {port}", object=self.listener.title, port=bounded(self.number))

    def table(self, name: str) -> Mapping[str, Any]:
        """A mapping below tls; empty when there is none."""
        found = self.tls.get(name)
        return found if isinstance(found, Mapping) else {}

    @property
    def secret(self) -> str:
        """The Secret of a manual listener; "" when none is named."""
        found = self.table("manual").get("secretRef")
        return found if isinstance(found, str) else ""


def ports(cluster: Cluster, namespace: str, mode: str) -> Iterator[Port]:
    """The ports of a mode ("manual", "automatic", "" for all) of all listeners."""
    for listener in cluster.of("BrokerListener", namespace):
        for row in listener.rows("spec", "ports"):
            tls = row.get("tls")
            table: Mapping[str, Any] = tls if isinstance(tls, Mapping) else {}
            found, policy = str(table.get("mode", "")).lower(), row.get("authenticationRef")
            if mode in ("", found):
                yield Port(listener, row.get("port"), found, table, policy if isinstance(policy, str) else "")


@value
class _OfListeners(InNamespace):
    def wants(self) -> Sequence[tuple[str, str]]:
        return (("BrokerListener", self.namespace),)


# ── manual listeners ──────────────────────────────────────────────────────────────────────────────


@value
class ListenerSecrets(_OfListeners):
    """The Secret that a listener with manual TLS names is there, of type kubernetes.io/tls, with a pair of files."""

    def look(self, seen: Seen, cluster: Cluster, now: datetime) -> Iterator[Mismatch]:
        for port in ports(cluster, self.namespace, "manual"):
            name = port.secret
            if not name:
                yield Mismatch(tr("tls.manual.secretRef"), tr("none"), port.where, edit(port.listener))
                continue
            fix = tls_secret(name, self.namespace)
            found = cluster.find("Secret", self.namespace, name)
            if found is None:
                strays = [one for one in cluster.of("Secret") if one.name == name]
                if strays or cluster.asked("Secret", self.namespace):
                    yield absent(cluster, ("Secret", self.namespace, name), port.where, fix)
                continue
            if (kind := found.text("type")) != "kubernetes.io/tls":
                delete = (
                    f"kubectl delete secret {quoted(name)} -n {quoted(self.namespace)} && {fix}"  # a type is for ever
                )
                yield Mismatch(
                    tr("type {type}", type="kubernetes.io/tls"), bounded(kind) or tr("none"), found.title, delete
                )
            if keys := missing_keys(found, ("tls.crt", "tls.key")):
                yield Mismatch(tr("keys tls.crt and tls.key"), tr("no {keys}", keys=listed(keys)), found.title, fix)


@value
class ListenerCertificates(_OfListeners):
    """The certificate of a listener with manual TLS is in force, in order, of one kind of key, and has its key."""

    def look(self, seen: Seen, cluster: Cluster, now: datetime) -> Iterator[Mismatch]:
        for found, _ in _secrets(cluster, self.namespace):
            if found.address not in cluster.planned:
                yield from pair(found, now)


@value
class ListenerNames(_OfListeners):
    """The certificate of a listener with manual TLS names its service, and what clients outside of the cluster dial."""

    def look(self, seen: Seen, cluster: Cluster, now: datetime) -> Iterator[Mismatch]:
        for found, listeners in _secrets(cluster, self.namespace):
            held = found.holding("tls.crt")
            if held is None or not held.certificates:
                continue
            for port in listeners:
                yield from _named(port, held.certificates[0], cluster, planned=found.address in cluster.planned)


def _secrets(cluster: Cluster, namespace: str) -> Iterator[tuple[Thing, list[Port]]]:
    """The Secrets of manual listeners that were seen, each with the ports that name it."""
    manual = list(ports(cluster, namespace, "manual"))
    for name in dict.fromkeys(port.secret for port in manual):
        if name and (found := cluster.find("Secret", namespace, name)):
            yield found, [port for port in manual if port.secret == name]


def _named(port: Port, leaf: CertificateFacts, cluster: Cluster, *, planned: bool) -> Iterator[Mismatch]:
    service, namespace = port.listener.text("spec", "serviceName"), port.listener.namespace
    inside = [service, *(f"{service}.{namespace}{end}" for end in ("", ".svc", ".svc.cluster.local"))]
    names = listed([str(one) for one in leaf.names]) if leaf.names else shown(leaf)
    if service and not planned and not any(_records(leaf, one) for one in inside):
        yield Mismatch(either([f"dns:{one}" for one in inside]), names, port.where)
    outside = _outside(cluster.find("Service", namespace, service)) if service else []
    others = [one for one in leaf.names if one.kind == "dns" and one.value.lower() not in inside]
    if outside and not others and not any(_records(leaf, one) for one in outside):
        expected = tr("a name or address that clients dial: {names}", names=either([bounded(one) for one in outside]))
        yield Mismatch(expected, names, port.where)


def _outside(service: Thing | None) -> list[str]:
    """The addresses a service is published under, as the load balancer or its specification tells them."""
    if service is None:
        return []
    rows = service.rows("status", "loadBalancer", "ingress")
    found = [row.get(field) for row in rows for field in ("hostname", "ip")]
    given = service.at("spec", "externalIPs")
    found += given if isinstance(given, list) else []
    return [one for one in found if isinstance(one, str) and one]


def _records(leaf: CertificateFacts, name: str) -> bool:
    kinds = ("ip", "dns")  # an address may be written as either, and only one of them is right
    return any(recorded(leaf.names, GeneralName(kind, name), by_wildcard=True) for kind in kinds)  # type: ignore[arg-type]


# ── automatic listeners ───────────────────────────────────────────────────────────────────────────


@value
class ListenerIssuers(_OfListeners):
    """The issuer that a listener with automatic TLS names is there, and ready."""

    def look(self, seen: Seen, cluster: Cluster, now: datetime) -> Iterator[Mismatch]:
        for port in ports(cluster, self.namespace, "automatic"):
            reference = port.table("certManagerCertificateSpec").get("issuerRef")
            row: Mapping[str, Any] = reference if isinstance(reference, Mapping) else {}
            name, kind = row.get("name"), row.get("kind") or "Issuer"
            if not isinstance(name, str) or not name:
                yield Mismatch(
                    tr("tls.certManagerCertificateSpec.issuerRef"), tr("none"), port.where, edit(port.listener)
                )
            elif row.get("group", "cert-manager.io") != "cert-manager.io" or not isinstance(kind, str):
                continue  # an issuer of another make, whose objects are not looked at
            elif kind not in ("Issuer", "ClusterIssuer"):
                yield Mismatch(either(["ClusterIssuer", "Issuer"]), bounded(kind), port.where, edit(port.listener))
            elif (found := cluster.find(kind, self.namespace, name)) is not None:
                told = condition(found, "Ready")
                if told is None or told[0] != "True":
                    status = tr("no condition Ready") if told is None else f"Ready {bounded(told[0])}, {told[1]}"
                    fix = get(*found.address, verb="describe")
                    yield Mismatch(tr("{object} is ready", object=found.title), status, port.where, fix)
            elif cluster.asked(kind, self.namespace):
                yield _no_issuer(cluster, kind, self.namespace, name, port)


def _no_issuer(cluster: Cluster, kind: str, namespace: str, name: str, port: Port) -> Mismatch:
    """An issuer that is not there; often there is one of its name of the other kind."""
    other = "Issuer" if kind == "ClusterIssuer" else "ClusterIssuer"
    told = absent(cluster, (kind, "" if kind == "ClusterIssuer" else namespace, name), port.where)
    strays = [one for one in cluster.of(other) if one.name == name]
    found = strays[0].title if strays else told.found
    return Mismatch(told.expected, found, port.where, get(kind, namespace))


@value
class AutomaticBounds(_OfListeners):
    """An automatic listener asks for a life of an hour at least, renewed five minutes before its end at the latest."""

    def look(self, seen: Seen, cluster: Cluster, now: datetime) -> Iterator[Mismatch]:
        for port in ports(cluster, self.namespace, "automatic"):
            spec = port.table("certManagerCertificateSpec")
            life, before = spec.get("duration"), spec.get("renewBefore")
            lasts, ahead = duration(life), duration(before)
            if life and (lasts is None or lasts < LEAST_DURATION):
                yield Mismatch(tr("duration of 1h or more"), bounded(life), port.where, edit(port.listener))
            if before and (ahead is None or ahead < LEAST_BEFORE):
                yield Mismatch(tr("renewBefore of 5m or more"), bounded(before), port.where, edit(port.listener))
            if ahead and ahead >= (lasts or timedelta(days=90)):
                yield Mismatch(
                    tr("renewBefore shorter than duration"), f"{bounded(before)}, {bounded(life or '90d')}", port.where
                )


# ── who may connect ───────────────────────────────────────────────────────────────────────────────


@value
class ListenerPolicies(_OfListeners):
    """Every port names an authentication policy, and that is there."""

    def look(self, seen: Seen, cluster: Cluster, now: datetime) -> Iterator[Mismatch]:
        for port in ports(cluster, self.namespace, ""):
            fix = edit(port.listener)
            if not port.policy:
                yield Mismatch(tr("authenticationRef"), tr("none: nobody is asked who they are"), port.where, fix)
            elif cluster.asked("BrokerAuthentication", self.namespace):
                address = ("BrokerAuthentication", self.namespace, port.policy)
                if cluster.find(*address) is None:
                    yield absent(cluster, address, port.where, get("BrokerAuthentication", self.namespace))
