"""The kinds of Kubernetes objects that matter to certificates: their addresses in the API, and what they refer to.

Pure: nothing here asks a cluster. Kinds are told apart by group and kind; the version is whatever the object says.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from certwright.errors import Refused
from certwright.model import Package
from certwright.pack.kubernetes import object_of
from certwright.pack.object_names import checked_name, checked_namespace
from certwright.pack.objects import Object
from certwright.speech import tr
from certwright.value import value


@value
class Kind:
    """A kind as the API knows it. `version` is the one we write."""

    group: str
    version: str
    kind: str
    plural: str
    namespaced: bool = True

    @property
    def api(self) -> str:
        """`apiVersion` of its objects."""
        return f"{self.group}/{self.version}" if self.group else self.version


SECRET = Kind("", "v1", "Secret", "secrets")
CONFIG_MAP = Kind("", "v1", "ConfigMap", "configmaps")
ISSUER = Kind("cert-manager.io", "v1", "Issuer", "issuers")
CLUSTER_ISSUER = Kind("cert-manager.io", "v1", "ClusterIssuer", "clusterissuers", namespaced=False)
CERTIFICATE = Kind("cert-manager.io", "v1", "Certificate", "certificates")
BUNDLE = Kind("trust.cert-manager.io", "v1alpha1", "Bundle", "bundles", namespaced=False)
PROVIDER = Kind("secrets-store.csi.x-k8s.io", "v1", "SecretProviderClass", "secretproviderclasses")
SYNC = Kind("secret-sync.x-k8s.io", "v1alpha1", "SecretSync", "secretsyncs")
AUTHENTICATION = Kind("mqttbroker.iotoperations.azure.com", "v1", "BrokerAuthentication", "brokerauthentications")
LISTENER = Kind("mqttbroker.iotoperations.azure.com", "v1", "BrokerListener", "brokerlisteners")

# Which are read, and never written.
SERVICE = Kind("", "v1", "Service", "services")
CLUSTER_BUNDLE = Kind("trust-manager.io", "v1alpha2", "ClusterBundle", "clusterbundles", namespaced=False)
INSTANCE = Kind("iotoperations.azure.com", "v1", "Instance", "instances")
ENDPOINT = Kind("connectivity.iotoperations.azure.com", "v1", "DataflowEndpoint", "dataflowendpoints")
READ_ONLY = (SERVICE, CLUSTER_BUNDLE, CERTIFICATE, INSTANCE, ENDPOINT)

# In the order in which they are applied: trust, credentials, who signs with them, who reads them.
KINDS = (CONFIG_MAP, BUNDLE, SECRET, CLUSTER_ISSUER, ISSUER, PROVIDER, SYNC, AUTHENTICATION, LISTENER)
CARRIERS = (CONFIG_MAP, SECRET)  # which hold what others refer to
_OF: Mapping[tuple[str, str], Kind] = {(one.group, one.kind): one for one in KINDS}
_RANK: Mapping[tuple[str, str], int] = {(one.group, one.kind): rank for rank, one in enumerate(KINDS)}


@value
class Ref:
    """The address of one object. `namespace` is empty for objects of the whole cluster."""

    kind: Kind
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind.kind} {self.name}"

    @property
    def order(self) -> tuple[int, str, str]:
        """Objects are applied in this order, and taken away in the opposite one."""
        return (_RANK[self.kind.group, self.kind.kind], self.namespace, self.name)


def ref_of(found: Object) -> Ref:
    """The address of an object. Refused for a kind that is none of KINDS, and for names Kubernetes would refuse."""
    group, _, version = str(found.get("apiVersion", "")).rpartition("/")
    kind = _OF.get((group, str(found.get("kind"))))
    if kind is None or not version:
        told = tr(
            "{kind} of {api}: no kind that certwright writes", kind=found.get("kind"), api=found.get("apiVersion")
        )
        raise Refused(told, tr("kinds it writes: {kinds}", kinds=", ".join(one.kind for one in KINDS)))
    metadata = table(found, "metadata")
    namespace = checked_namespace(str(metadata.get("namespace", ""))) if kind.namespaced else ""
    own = kind if version == kind.version else Kind(group, version, kind.kind, kind.plural, kind.namespaced)
    return Ref(own, namespace, checked_name(str(metadata.get("name", ""))))


def ref_of_package(package: Package) -> Ref | None:
    """The address of the object that a package becomes; None for packages that are no object."""
    address = object_of(package)
    if address is None:
        return None
    kind, namespace, name = address
    return Ref(next(one for one in KINDS if one.kind == kind), namespace, name)


def references(found: Object, cluster_namespace: str = "cert-manager") -> Iterator[Ref]:
    """The Secrets and ConfigMaps an object of KINDS reads or writes.

    `cluster_namespace` is where a ClusterIssuer finds its Secret (cert-manager, --cluster-resource-namespace).
    """
    kind, spec = str(found.get("kind")), table(found, "spec")
    here = str(table(found, "metadata").get("namespace", "")) or cluster_namespace
    if kind in ("Issuer", "ClusterIssuer"):
        yield from _named(SECRET, here, [table(spec, "ca").get("secretName")])
    elif kind == "Certificate":
        yield from _named(SECRET, here, [spec.get("secretName")])
    elif kind == "BrokerListener":
        ports = [one for one in _rows(spec, "ports") if isinstance(one, Mapping)]
        manual = [table(table(port, "tls"), "manual").get("secretRef") for port in ports]
        yield from _named(SECRET, here, manual)
    elif kind == "BrokerAuthentication":
        yield from _of_authentication(spec, here)
    elif kind == "Bundle":
        yield from _of_bundle(found, spec, cluster_namespace)
    elif kind == "SecretSync":  # its Secret has its own name (SecretSync API, secret-sync.x-k8s.io)
        yield from _named(SECRET, here, [table(found, "metadata").get("name")])


def _of_authentication(spec: Object, here: str) -> Iterator[Ref]:
    for method in _rows(spec, "authenticationMethods"):
        if isinstance(method, Mapping):
            custom = table(method, "customSettings")
            x509 = table(method, "x509Settings")
            yield from _named(CONFIG_MAP, here, [x509.get("trustedClientCaCert"), custom.get("caCertConfigMap")])
            yield from _named(SECRET, here, [table(table(custom, "auth"), "x509").get("secretRef")])


def _of_bundle(found: Object, spec: Object, trust_namespace: str) -> Iterator[Ref]:
    """Its sources, which lie in the trust namespace, and the ConfigMaps it writes where its selector names where."""
    for source in _rows(spec, "sources"):
        if isinstance(source, Mapping):
            yield from _named(CONFIG_MAP, trust_namespace, [table(source, "configMap").get("name")])
            yield from _named(SECRET, trust_namespace, [table(source, "secret").get("name")])
    if table(table(spec, "target"), "configMap"):
        selector = table(table(spec, "target"), "namespaceSelector")
        namespaces = [table(selector, "matchLabels").get("kubernetes.io/metadata.name")]
        for row in _rows(selector, "matchExpressions"):
            if isinstance(row, Mapping) and row.get("key") == "kubernetes.io/metadata.name":
                namespaces += _rows(row, "values")
        for one in namespaces:
            yield from _named(CONFIG_MAP, str(one or ""), [table(found, "metadata").get("name")])


def _named(kind: Kind, namespace: str, names: Iterable[object]) -> Iterator[Ref]:
    yield from (Ref(kind, namespace, one) for one in names if namespace and isinstance(one, str) and one)


def table(found: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The mapping under that key; an empty one where there is none."""
    inside = found.get(key)
    return inside if isinstance(inside, Mapping) else {}


def _rows(found: Mapping[str, Any], key: str) -> list[Any]:
    inside = found.get(key)
    return inside if isinstance(inside, list) else []
