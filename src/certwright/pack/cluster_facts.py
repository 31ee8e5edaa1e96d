"""What a cluster was seen to hold, as facts: every object, and what the keys of Secrets and ConfigMaps hold, no secret.

`pack.cluster_objects` finds them; nothing here reads a certificate.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from certwright.pack.objects import read_values
from certwright.value import field, value
from certwright.x509.facts import CertificateFacts, CrlFacts
from certwright.x509.private import PrivateKeyFacts

Address: TypeAlias = tuple[str, str, str]  # kind, namespace ("" for kinds of the whole cluster), name

# Kind → its group and the name kubectl knows it by. A kind of another group is another kind.
KINDS: Mapping[str, tuple[str, str]] = {
    "Secret": ("", "secrets"),
    "ConfigMap": ("", "configmaps"),
    "Service": ("", "services"),
    "ClusterIssuer": ("cert-manager.io", "clusterissuers"),
    "Issuer": ("cert-manager.io", "issuers"),
    "Certificate": ("cert-manager.io", "certificates"),
    "Bundle": ("trust.cert-manager.io", "bundles"),
    "ClusterBundle": ("trust-manager.io", "clusterbundles"),
    "Instance": ("iotoperations.azure.com", "instances"),
    "BrokerListener": ("mqttbroker.iotoperations.azure.com", "brokerlisteners"),
    "BrokerAuthentication": ("mqttbroker.iotoperations.azure.com", "brokerauthentications"),
    "DataflowEndpoint": ("connectivity.iotoperations.azure.com", "dataflowendpoints"),
    "SecretProviderClass": ("secrets-store.csi.x-k8s.io", "secretproviderclasses"),
    "SecretSync": ("secret-sync.x-k8s.io", "secretsyncs"),
}
WIDE = frozenset(("ClusterIssuer", "Bundle", "ClusterBundle"))  # kinds of the whole cluster
EVERYWHERE = frozenset(("Secret", "ConfigMap", "Service"))  # kinds that no cluster is without


@value
class Holding:
    """One key of a Secret or ConfigMap. `digest` is the SHA-256 of what it holds, in hex, `part` where it stands."""

    key: str
    part: str
    size: int
    digest: str
    certificates: tuple[CertificateFacts, ...] = field(default=(), repr=False)
    crls: tuple[CrlFacts, ...] = field(default=(), repr=False)
    private: PrivateKeyFacts | None = None
    locked: bool = False
    trouble: str = ""


@value
class Thing:
    """One object. `body` is all but what its keys hold and its annotations; `trouble` says what is broken in it."""

    kind: str
    namespace: str
    name: str
    body: Mapping[str, Any] = field(repr=False)
    holdings: tuple[Holding, ...] = ()
    trouble: str = ""

    @property
    def address(self) -> Address:
        """How others name it."""
        return self.kind, self.namespace, self.name

    @property
    def title(self) -> str:
        """What to call it: `Secret cert-manager/enterprise-ca`."""
        return titled(self.address)

    def holding(self, key: str) -> Holding | None:
        """One of its keys, None when there is none of that name."""
        return next((one for one in self.holdings if one.key == key), None)

    def at(self, *path: str) -> Any:
        """What stands at that path of the body; None where there is nothing, or no mapping on the way."""
        found: Any = self.body
        for step in path:
            found = found.get(step) if isinstance(found, Mapping) else None
        return found

    def text(self, *path: str) -> str:
        """The same, for text; "" for anything else."""
        found = self.at(*path)
        return found if isinstance(found, str) else ""

    def rows(self, *path: str) -> Sequence[Mapping[str, Any]]:
        """The mappings of the list at that path."""
        found = self.at(*path)
        return [row for row in found if isinstance(row, Mapping)] if isinstance(found, list) else ()


def titled(address: Address) -> str:
    """An address in words."""
    kind, namespace, name = address
    return f"{kind} {namespace}/{name}" if namespace else f"{kind} {name}"


@value
class Delivery:
    """An object as it was delivered for a place: `path` is its file, `digests` are what its keys hold, by key.

    `spec` is what the file says beside them. `synced` objects are written by the synchronisation, from a vault.
    """

    place: str
    path: str
    address: Address
    digests: Mapping[str, str] = field(default_factory=dict, repr=False)
    spec: Mapping[str, Any] = field(default_factory=dict, repr=False)
    synced: bool = False


@value
class Cluster:
    """What was seen of a cluster. `whole`: several kinds were asked for at once, so what is missing is not there.

    `label` says where it comes from. `planned` are the objects that places are delivered as, `delivered` those whose
    files are at hand. One that is `live` was asked for everything that matters, but for the kinds and namespaces that
    are `closed` to whoever asked.
    """

    things: Mapping[Address, Thing] = field(repr=False)
    kinds: Mapping[str, Sequence[Thing]] = field(repr=False)
    label: str = ""
    whole: bool = False
    planned: frozenset[Address] = frozenset()
    delivered: tuple[Delivery, ...] = ()
    live: bool = False
    closed: frozenset[tuple[str, str]] = frozenset()

    def of(self, kind: str, namespace: str = "") -> Sequence[Thing]:
        """All objects of a kind, of one namespace or of all."""
        return [one for one in self.kinds.get(kind, ()) if not namespace or one.namespace == namespace]

    def find(self, kind: str, namespace: str, name: str) -> Thing | None:
        """The object of that address, None when it was not seen."""
        return self.things.get((kind, "" if kind in WIDE else namespace, name))

    def asked(self, kind: str, namespace: str = "") -> bool:
        """Whether an object of that kind and namespace would have been seen, were it there."""
        if not self.closed.isdisjoint(((kind, ""), (kind, namespace))):
            return False
        if self.live:
            return True
        if kind in EVERYWHERE:
            return any(not namespace or one.namespace == namespace for one in self.kinds.get(kind, ()))
        return self.whole or kind in self.kinds


def fetched(provider_class: Thing) -> tuple[str, ...]:
    """The names of the vault's secrets that a SecretProviderClass fetches: YAML inside of YAML (azure provider).

    Raises Unreadable when that is not what stands there.
    """
    outer = _table(_document(provider_class.text("spec", "parameters", "objects")))
    rows = outer.get("array")
    names = [_table(_document(row)).get("objectName") for row in rows] if isinstance(rows, list) else []
    return tuple(name for name in names if isinstance(name, str))


def _document(text: object) -> Any:
    return next(iter(read_values(text)), None) if isinstance(text, str) else text


def _table(found: Any) -> Mapping[str, Any]:
    return found if isinstance(found, Mapping) else {}
