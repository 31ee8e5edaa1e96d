"""Trust inside a cluster: its issuer is ready, signs with the right key, and everybody trusts the root above it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated

from certwright.model import Mismatch
from certwright.pack.cluster_facts import Cluster, Thing
from certwright.speech import tr
from certwright.terms.cluster import (
    ClusterWord,
    absent,
    bounded,
    edit,
    get,
    instant,
    missing_keys,
    quoted,
    shown,
    tls_secret,
    unsettled,
)
from certwright.terms.cluster_maps import written
from certwright.terms.cluster_pairs import anchors, one_kind, pair
from certwright.terms.seen import Seen
from certwright.terms.validity import moment
from certwright.terms.word import called, listed
from certwright.value import value
from certwright.x509.facts import CertificateFacts
from certwright.x509.path import diagnose

VERIFIED = "KeyPairVerified"  # what cert-manager says of a CA issuer whose Secret it could read and use


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


@value
class _OfSigner(ClusterWord):
    """A word on a CA issuer and the Secret it signs with."""

    kind: Annotated[str, "ClusterIssuer or Issuer"]
    name: Annotated[str, "metadata.name of the issuer"]
    namespace: Annotated[str, "where an Issuer lives"]
    secrets: Annotated[str, "the namespace cert-manager looks in"]

    def signer(self, cluster: Cluster) -> tuple[Thing | None, str, Thing | None]:
        """The issuer, the name of its Secret, and the Secret, as far as each is there."""
        issuer = cluster.find(self.kind, self.namespace, self.name)
        named = issuer.text("spec", "ca", "secretName") if issuer else ""
        return issuer, named, cluster.find("Secret", self.secrets, named) if named else None


@value
class IssuerSecret(_OfSigner):
    """The Secret of a CA issuer lies where cert-manager looks for it, and holds an authority with its key."""

    secret: Annotated[str, "the Secret the issuer should name; empty for any"]

    def wants(self) -> Sequence[tuple[str, str]]:
        return ((self.kind, self.namespace), ("Secret", ""))

    def look(self, seen: Seen, cluster: Cluster, now: datetime) -> Iterator[Mismatch]:
        issuer, named, secret = self.signer(cluster)
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
class TrustAgrees(_OfSigner):
    """The trust ConfigMap holds the root above the certificate that the issuer signs with, and keys of its kind."""

    namespace: Annotated[str, "where the ConfigMap, and an Issuer, live"]
    config_map: Annotated[str, "the ConfigMap with the roots"]
    key: Annotated[str, "the key in it"]
    same: Annotated[bool, "whether it holds that certificate itself, as after the installer"] = False

    def wants(self) -> Sequence[tuple[str, str]]:
        return ((self.kind, self.namespace), ("Secret", self.secrets), ("ConfigMap", self.namespace))

    def look(self, seen: Seen, cluster: Cluster, now: datetime) -> Iterator[Mismatch]:
        _, _, secret = self.signer(cluster)
        trust = cluster.find("ConfigMap", self.namespace, self.config_map)
        held = secret.holding("tls.crt") if secret else None
        if trust is None or held is None or not held.certificates or secret is None:
            return  # what is not there, is said by other words
        trusted = anchors(trust, self.key)
        where = f"{trust.title}, {self.key}"
        fix = f"kubectl rollout restart deployment/trust-manager -n {quoted(self.secrets)}"
        if not self.same:
            fix = written(self.config_map, self.namespace, self.key)
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
class ForProduction(_OfSigner):
    """The certificate that the issuer signs with does not say of itself that it is not for production."""

    mark: Annotated[str, "what a common name then holds"] = "Not for Production"

    def wants(self) -> Sequence[tuple[str, str]]:
        return ((self.kind, self.namespace), ("Secret", self.secrets))

    def look(self, seen: Seen, cluster: Cluster, now: datetime) -> Iterator[Mismatch]:
        _, _, secret = self.signer(cluster)
        held = secret.holding("tls.crt") if secret else None
        for one in held.certificates[:1] if held else ():
            if secret and any(self.mark.lower() in name.lower() for name in one.common_names):
                yield Mismatch(tr("a certificate for production"), called(one), secret.title)


@value
class LeavesTrusted(ClusterWord):
    """Every certificate that cert-manager keeps there leads to a root of the trust ConfigMap."""

    namespace: Annotated[str, "the namespace of the instance"]
    kind: Annotated[str, "ClusterIssuer or Issuer"]
    name: Annotated[str, "metadata.name of the issuer whose certificates are meant"]
    config_map: Annotated[str, "the ConfigMap with the roots"]
    key: Annotated[str, "the key in it"]

    def wants(self) -> Sequence[tuple[str, str]]:
        return (("Certificate", self.namespace), ("Secret", self.namespace), ("ConfigMap", self.namespace))

    def look(self, seen: Seen, cluster: Cluster, now: datetime) -> Iterator[Mismatch]:
        trust = cluster.find("ConfigMap", self.namespace, self.config_map)
        trusted = anchors(trust, self.key) if trust else []
        for made in cluster.of("Certificate", self.namespace) if trust and trusted else ():
            issuer = (made.text("spec", "issuerRef", "kind") or "Issuer", made.text("spec", "issuerRef", "name"))
            secret = cluster.find("Secret", self.namespace, made.text("spec", "secretName"))
            held = secret.holding("tls.crt") if secret and issuer == (self.kind, self.name) else None
            if trust is None or secret is None or held is None or not held.certificates:
                continue
            leaf, *others = held.certificates
            chain = diagnose(leaf, [*others, *_beside(secret), *trusted], trusted, now, server=None)
            if not (chain.complete and chain.trusted):
                expected = tr("a path to a root in {object}", object=trust.title)
                fix = written(self.config_map, self.namespace, self.key)
                yield Mismatch(expected, tr("it ends at {top}", top=shown(chain.path[-1])), secret.title, fix)


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
