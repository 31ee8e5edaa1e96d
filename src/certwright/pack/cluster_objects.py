"""Kubernetes objects → what a cluster was seen to hold. No private key leaves this module.

Objects come from strangers: what is broken in one says so, and spoils neither its neighbours nor the run.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from certwright.errors import Unreadable
from certwright.pack.cluster_facts import KINDS, WIDE, Address, Cluster, Delivery, Holding, Thing
from certwright.pack.object_public import left_out
from certwright.pack.objects import Object, data_of, read_objects
from certwright.pack.opened import Opened, open_package
from certwright.speech import tr
from certwright.x509.crl import read_crl
from certwright.x509.private import read_private_key
from certwright.x509.read import read_certificate

MOST_OCTETS = 64 << 20  # of one file of objects
MOST_CERTIFICATES = 200  # of one key
_GROUPS = {kind: group for kind, (group, _) in KINDS.items()}
_HOLDERS = frozenset(("Secret", "ConfigMap"))
_PARTS = ("data", "stringData", "binaryData")


def cluster_of(objects: Iterable[Object], label: str) -> Cluster:
    """The facts of the objects of one cluster. Of an object that is there twice the last one counts."""
    things = {one.address: one for one in map(thing_of, objects) if one}
    kinds: dict[str, list[Thing]] = defaultdict(list)
    for one in things.values():
        kinds[one.kind].append(one)
    return Cluster(things, dict(kinds), label, whole=len(kinds) > 1)


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
    left = left_out(found) if address[0] == "Secret" else {}
    whole = [replace(one, digest=left[one.key].digest, private=left[one.key].private) if one.key in left else one
             for one in holdings]  # fmt: skip
    there = {one.key for one in holdings}
    whole += [one for key, one in left.items() if key not in there]
    return Thing(*address, body, tuple(whole), "; ".join(troubles))


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


def delivery_of(place: str, path: str, content: bytes) -> Iterator[Delivery]:
    """The objects of a delivered file, as they are to lie in the cluster."""
    for found in read_objects(content):
        if thing := thing_of(found):
            spec = thing.at("spec")
            digests = {one.key: one.digest for one in thing.holdings}
            yield Delivery(place, path, thing.address, digests, spec if isinstance(spec, Mapping) else {})
