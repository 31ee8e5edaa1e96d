"""What a cluster was seen to hold → facts: every object, and what the keys of Secrets and ConfigMaps hold, no secret.

Objects come from strangers: what is broken in one says so, and spoils neither its neighbours nor the run.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from certwright.errors import Unreadable
from certwright.pack.objects import Object, data_of, read_objects, read_values
from certwright.pack.opened import Opened, open_package
from certwright.speech import tr
from certwright.value import field, value
from certwright.x509.crl import read_crl
from certwright.x509.facts import CertificateFacts, CrlFacts
from certwright.x509.private import PrivateKeyFacts, read_private_key
from certwright.x509.read import read_certificate

Address: TypeAlias = tuple[str, str, str]  # kind, namespace ("" for kinds of the whole cluster), name

MOST_OCTETS = 64 << 20  # of one file of objects
MOST_CERTIFICATES = 200  # of one key
# Kind → its group and the name kubectl knows it by. A kind of another group is another kind.
KINDS: Mapping[str, tuple[str, str]] = {
    "Secret": ("", "secrets"),
    "ConfigMap": ("", "configmaps"),
    "Service": ("", "services"),
    "ClusterIssuer": ("cert-manager.io", "clusterissuers"),
    "Issuer": ("cert-manager.io", "issuers"),
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
_GROUPS = {kind: group for kind, (group, _) in KINDS.items()}
_HOLDERS = frozenset(("Secret", "ConfigMap"))
_PARTS = ("data", "stringData", "binaryData")


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
    files are at hand.
    """

    things: tuple[Thing, ...]
    label: str = ""
    whole: bool = False
    planned: frozenset[Address] = frozenset()
    delivered: tuple[Delivery, ...] = ()

    def of(self, kind: str, namespace: str = "") -> Sequence[Thing]:
        """All objects of a kind, of one namespace or of all."""
        return [one for one in self.things if one.kind == kind and (not namespace or one.namespace == namespace)]

    def find(self, kind: str, namespace: str, name: str) -> Thing | None:
        """The object of that address, None when it was not seen."""
        wanted = (kind, "" if kind in WIDE else namespace, name)
        return next((one for one in self.things if one.address == wanted), None)

    def asked(self, kind: str, namespace: str = "") -> bool:
        """Whether an object of that kind and namespace would have been seen, were it there."""
        if kind in EVERYWHERE:
            return bool(self.of(kind, namespace))
        return self.whole or bool(self.of(kind))


def cluster_of(objects: Iterable[Object], label: str) -> Cluster:
    """The facts of the objects of one cluster. Of an object that is there twice the last one counts."""
    things = {one.address: one for one in map(thing_of, objects) if one}
    return Cluster(tuple(things.values()), label, len({one.kind for one in things.values()}) > 1)


def is_live(objects: Sequence[Object]) -> bool:
    """Whether these objects were read from a cluster, rather than written to be applied to one."""
    return any(_is_live(one) for one in objects)


def _is_live(found: Object) -> bool:
    metadata = found.get("metadata")
    marks = metadata if isinstance(metadata, Mapping) else {}
    return bool(found.get("status") or marks.get("uid") or marks.get("resourceVersion"))


def address_of(found: Object) -> Address | None:
    """How others name an object; None when it is of no kind that is looked at, or has no name."""
    kind, version = found.get("kind"), found.get("apiVersion")
    if not isinstance(kind, str) or not isinstance(version, str) or kind not in KINDS:
        return None
    group = version.rpartition("/")[0]
    metadata = found.get("metadata")
    named = metadata if isinstance(metadata, Mapping) else {}
    name, namespace = named.get("name"), named.get("namespace")
    if group != _GROUPS[kind] or not isinstance(name, str) or not name:
        return None
    return kind, namespace if isinstance(namespace, str) and kind not in WIDE else "", name


def thing_of(found: Object) -> Thing | None:
    """The facts of one object; None when it is of no kind that is looked at."""
    address = address_of(found)
    if address is None:
        return None
    body = {key: one for key, one in found.items() if key not in _PARTS or address[0] not in _HOLDERS}
    if isinstance(metadata := body.get("metadata"), Mapping):  # what was last applied stands there, keys and all
        body["metadata"] = {key: one for key, one in metadata.items() if key not in ("annotations", "managedFields")}
        body["location"] = _location(found, metadata)
    if address[0] not in _HOLDERS:
        return Thing(*address, body)
    holdings, troubles = [], []
    for part in _PARTS:
        table = found.get(part)
        if table is None:
            continue
        if not isinstance(table, Mapping):
            troubles.append(tr("{part} is no mapping", part=part))
            continue
        holdings += [_holding(found, part, str(key), one) for key, one in table.items()]
    return Thing(*address, body, tuple(holdings), "; ".join(troubles))


def _location(found: Object, metadata: Mapping[str, Any]) -> str:
    """The custom location of an object that Azure put there: in a field of Azure's form, or as an annotation."""
    field, notes = found.get("extendedLocation"), metadata.get("annotations")
    rows = list(notes.items()) if isinstance(notes, Mapping) else []
    told = [one for key, one in rows if isinstance(key, str) and key.lower().endswith("/customlocation")]
    given = field.get("name") if isinstance(field, Mapping) else None
    return next((one.rpartition("/")[2] for one in (given, *told) if isinstance(one, str)), "")


def _holding(found: Object, part: str, key: str, written: object) -> Holding:
    try:
        carried = data_of({"kind": found.get("kind"), part: {key: written}})
        content = carried.get(key, b"")
    except Unreadable as trouble:
        return Holding(key, part, 0, "", trouble=trouble.what)
    try:
        opened = open_package("keyvault-secret", content, None)
        return _opened(key, part, content, opened)
    except Unreadable as trouble:
        return Holding(key, part, len(content), digest(content), trouble=trouble.what)


def _opened(key: str, part: str, content: bytes, opened: Opened) -> Holding:
    if len(opened.certificates) > MOST_CERTIFICATES:
        told = tr("{count} certificates, more than {most}", count=len(opened.certificates), most=MOST_CERTIFICATES)
        return Holding(key, part, len(content), digest(content), trouble=told)
    return Holding(
        key,
        part,
        len(content),
        digest(content),
        tuple(map(read_certificate, opened.certificates)),
        tuple(map(read_crl, opened.crls)),
        read_private_key(opened.pkcs8) if opened.pkcs8 else None,
        opened.encrypted_key,
    )


def digest(content: bytes) -> str:
    """What tells contents apart: SHA-256, in hex."""
    return hashlib.sha256(content).hexdigest()


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


def delivery_of(place: str, path: str, content: bytes) -> Iterator[Delivery]:
    """The objects of a delivered file, as they are to lie in the cluster."""
    for found in read_objects(content):
        if thing := thing_of(found):
            spec = thing.at("spec")
            digests = {one.key: one.digest for one in thing.holdings}
            yield Delivery(place, path, thing.address, digests, spec if isinstance(spec, Mapping) else {})
