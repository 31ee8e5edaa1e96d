"""Trust inside a cluster: its issuer is ready, signs with the right key, and everybody trusts the root above it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from certwright.model import Mismatch
from certwright.pack.cluster_facts import Cluster, Thing
from certwright.speech import tr
from certwright.terms.cluster import (
    ClusterWord,
    absent,
    anchors,
    bounded,
    current,
    edit,
    get,
    instant,
    missing_keys,
    one_kind,
    pair,
    quoted,
    renewed,
    shown,
    tls_secret,
    unsettled,
)
from certwright.terms.seen import Seen
from certwright.terms.validity import moment
from certwright.terms.word import called, listed
from certwright.value import value
from certwright.x509.facts import CertificateFacts
from certwright.x509.path import diagnose

VERIFIED = "KeyPairVerified"  # what cert-manager says of a CA issuer whose Secret it could read and use
_LABEL = "kubernetes.io/metadata.name"


@value
class IssuerReady(ClusterWord):
    """The issuer is there and reports Ready; a CA issuer for the reason KeyPairVerified."""

    kind: Annotated[str, "ClusterIssuer or Issuer"]
    name: Annotated[str, "metadata.name"]
    namespace: Annotated[str, "where an Issuer lives; a ClusterIssuer lives nowhere"] = ""

    def wants(self) -> Sequence[tuple[str, str]]:
        return ((self.kind, self.namespace),)

    def look(self, seen: Seen, cluster: Cluster, now: datetime) -> Iterator[Mismatch]:
        address = (self.kind, "" if self.kind == "ClusterIssuer" else self.namespace, self.name)
        found = cluster.find(*address)
        if found is None:
            other = "Issuer" if self.kind == "ClusterIssuer" else "ClusterIssuer"
            strays = [one for one in cluster.of(other) if one.name == self.name]
            told = absent(cluster, address, fix=f"{get(*address)} -o yaml")
            yield Mismatch(told.expected, strays[0].title, fix=told.fix) if strays else told
            return
        yield from unsettled(found, "Ready", VERIFIED if isinstance(found.at("spec", "ca"), Mapping) else "")


def _signer(
    cluster: Cluster, kind: str, name: str, namespace: str, secrets: str
) -> tuple[Thing | None, str, Thing | None]:
    """A CA issuer, the name of its Secret, and the Secret, as far as each is there."""
    issuer = cluster.find(kind, namespace, name)
    named = issuer.text("spec", "ca", "secretName") if issuer else ""
    return issuer, named, cluster.find("Secret", secrets, named) if named else None


@value
class IssuerSecret(ClusterWord):
    """The Secret of a CA issuer lies where cert-manager looks for it, and holds an authority with its key."""

    kind: Annotated[str, "ClusterIssuer or Issuer"]
    name: Annotated[str, "metadata.name of the issuer"]
    namespace: Annotated[str, "where an Issuer lives"]
    secret: Annotated[str, "the Secret the issuer should name; empty for any"]
    secrets: Annotated[str, "the namespace cert-manager looks in"]

    def wants(self) -> Sequence[tuple[str, str]]:
        return ((self.kind, self.namespace), ("Secret", ""))

    def look(self, seen: Seen, cluster: Cluster, now: datetime) -> Iterator[Mismatch]:
        issuer, named, secret = _signer(cluster, self.kind, self.name, self.namespace, self.secrets)
        if issuer is None or not named:
            return  # that it is not there, is said by another word; one of another kind has no such Secret
        if self.secret and named != self.secret:
            where = tr("{object}, spec.ca.secretName", object=issuer.title)
            yield Mismatch(self.secret, bounded(named), where, edit(issuer))
        if secret is None:
            typed = tls_secret(named, self.secrets)
            strays = [one for one in cluster.of("Secret") if one.name == named]
            if strays or cluster.asked("Secret", self.secrets):
                yield absent(cluster, ("Secret", self.secrets, named), issuer.title, typed)
            return
        if keys := missing_keys(secret, ("tls.crt", "tls.key")):
            fix = tls_secret(named, self.secrets)
            yield Mismatch(tr("keys tls.crt and tls.key"), tr("no {keys}", keys=listed(keys)), secret.title, fix)
        held = secret.holding("tls.crt")
        if held and held.certificates and held.certificates[0].authority is not True:
            fix = tls_secret(named, self.secrets)
            yield Mismatch(tr("the certificate of an authority"), shown(held.certificates[0]), secret.title, fix)
        if secret.address not in cluster.planned:
            yield from pair(secret, now)


@value
class TrustAgrees(ClusterWord):
    """The trust ConfigMap holds the root above the certificate that the issuer signs with, and keys of its kind."""

    kind: Annotated[str, "ClusterIssuer or Issuer"]
    name: Annotated[str, "metadata.name of the issuer"]
    namespace: Annotated[str, "where the ConfigMap, and an Issuer, live"]
    secrets: Annotated[str, "the namespace of the issuer's Secret"]
    config_map: Annotated[str, "the ConfigMap with the roots"]
    key: Annotated[str, "the key in it"]
    same: Annotated[bool, "whether it holds that certificate itself, as after the installer"] = False

    def wants(self) -> Sequence[tuple[str, str]]:
        return ((self.kind, self.namespace), ("Secret", self.secrets), ("ConfigMap", self.namespace))

    def look(self, seen: Seen, cluster: Cluster, now: datetime) -> Iterator[Mismatch]:
        _, _, secret = _signer(cluster, self.kind, self.name, self.namespace, self.secrets)
        trust = cluster.find("ConfigMap", self.namespace, self.config_map)
        held = secret.holding("tls.crt") if secret else None
        if trust is None or held is None or not held.certificates or secret is None:
            return  # what is not there, is said by other words
        trusted = anchors(trust, self.key)
        where = f"{trust.title}, {self.key}"
        fix = f"kubectl rollout restart deployment/trust-manager -n {quoted(self.secrets)}"
        if not self.same:
            fix = _written(self.config_map, self.namespace, self.key)
        own = held.certificates[0]
        if self.same:
            if own.fingerprint not in {one.fingerprint for one in trusted}:
                yield Mismatch(shown(own), listed([shown(one) for one in trusted]), where, fix)
            return
        others = [*held.certificates[1:], *_beside(secret), *trusted]
        chain = diagnose(own, others, trusted, now, server=None) if trusted else None
        if chain is None or not (chain.complete and chain.trusted):
            top = chain.path[-1] if chain else own
            expected = tr("the root above {certificate}", certificate=shown(own))
            found = listed([shown(one) for one in trusted])
            if chain and not chain.complete:
                found = tr("{certificates}; nobody above {top} is there", certificates=found, top=called(top))
            yield Mismatch(expected, found, where, fix)
        else:
            yield from one_kind(chain.path, f"{secret.title}, {trust.title}")


def _beside(secret: Thing) -> tuple[CertificateFacts, ...]:
    held = secret.holding("ca.crt")
    return held.certificates if held else ()


@value
class ForProduction(ClusterWord):
    """The certificate that the issuer signs with does not say of itself that it is not for production."""

    kind: Annotated[str, "ClusterIssuer or Issuer"]
    name: Annotated[str, "metadata.name of the issuer"]
    namespace: Annotated[str, "where an Issuer lives"]
    secrets: Annotated[str, "the namespace of the issuer's Secret"]
    mark: Annotated[str, "what a common name then holds"] = "Not for Production"

    def wants(self) -> Sequence[tuple[str, str]]:
        return ((self.kind, self.namespace), ("Secret", self.secrets))

    def look(self, seen: Seen, cluster: Cluster, now: datetime) -> Iterator[Mismatch]:
        _, _, secret = _signer(cluster, self.kind, self.name, self.namespace, self.secrets)
        held = secret.holding("tls.crt") if secret else None
        for one in held.certificates[:1] if held else ():
            if secret and any(self.mark.lower() in name.lower() for name in one.common_names):
                yield Mismatch(tr("a certificate for production"), called(one), secret.title)


@value
class CertificatesReady(ClusterWord):
    """The certificates that cert-manager keeps are Ready, and renewed when their time has come."""

    namespace: Annotated[str, "the namespace of the instance"]

    def wants(self) -> Sequence[tuple[str, str]]:
        return (("Certificate", self.namespace),)

    def look(self, seen: Seen, cluster: Cluster, now: datetime) -> Iterator[Mismatch]:
        for found in cluster.of("Certificate", self.namespace):
            yield from unsettled(found, "Ready")
            due, end = instant(found.text("status", "renewalTime")), instant(found.text("status", "notAfter"))
            if due and end and due + (end - due) / 2 < now:  # half of the time to renew it in is over
                expected = tr("renewed on {day}", day=moment(due))
                told = tr("not yet; it ends on {day}", day=moment(end))
                yield Mismatch(expected, told, found.title, get(*found.address, verb="describe"))


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
                cluster, ("ConfigMap", self.namespace, self.name), fix=_written(self.name, self.namespace, self.key)
            )
        elif found.holding(self.key) is None:
            keys = tr("keys {keys}", keys=listed([bounded(one.key) for one in found.holdings]))
            fix = _written(self.name, self.namespace, self.key)
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
    fix = _written(found.name, found.namespace, key or "ca.crt")
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


def _written(name: str, namespace: str, key: str) -> str:
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
