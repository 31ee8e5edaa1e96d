"""Kubernetes objects without their secrets: what may leave the machine, for somebody to check elsewhere.

What is kept is what is known to be public; of a private key its public half and its digest are noted, so that it can
still be told whether it is the right one.
"""

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

from certwright.errors import Unreadable
from certwright.pack.cluster_facts import Holding
from certwright.pack.detect import detect
from certwright.pack.object_kinds import table
from certwright.pack.objects import Object, data_of
from certwright.pack.opened import open_package
from certwright.pack.pem import armour
from certwright.x509.algorithms import read_public_key
from certwright.x509.pem import split_pem
from certwright.x509.private import PrivateKeyFacts, read_private_key

LEFT_OUT = "certwright/left-out"  # annotation: what was left out, by key, as JSON
_PUBLIC_FORMS = ("certificate", "crl", "p7b")
_PUBLIC_BLOCKS = ("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE", "X509 CRL", "PKCS7", "PUBLIC KEY")
_NOISE = ("kubectl.kubernetes.io/last-applied-configuration",)  # an annotation that repeats all of the object


def public(found: Object) -> Object:
    """The object with nothing in it that is secret; of a Secret only certificates and revocation lists remain."""
    metadata = {key: one for key, one in table(found, "metadata").items() if key != "managedFields"}
    notes = {key: one for key, one in table(metadata, "annotations").items() if key not in _NOISE}
    plain = {**found, "metadata": {**metadata, "annotations": notes}}
    if found.get("kind") == "Secret":
        kept, left = _parted(found)
        notes |= {LEFT_OUT: json.dumps(left, sort_keys=True)} if left else {}
        plain = {key: one for key, one in plain.items() if key not in ("data", "stringData")}
        plain["data"] = {key: b64encode(one).decode("ascii") for key, one in kept.items()}
    if not notes:
        plain["metadata"].pop("annotations")
    return plain


def _parted(found: Object) -> tuple[dict[str, bytes], dict[str, Mapping[str, str]]]:
    """What is public, by key; and of every key of which something was left out, what may be told of it."""
    try:
        carried: Mapping[str, bytes] = data_of(found)
    except Unreadable:
        carried = {}
    every: list[Any] = [*table(found, "data"), *table(found, "stringData")]
    kept = {key: rest for key, content in carried.items() if (rest := _public(content))}
    left = {str(key): _noted(carried.get(key, b"")) for key in every if key not in kept or kept[key] != carried[key]}
    return kept, left


def _public(content: bytes) -> bytes:
    """The public part of a value, byte for byte if that is all of it; nothing where that is not certain."""
    try:
        form = detect(content)
        if form in _PUBLIC_FORMS:
            return content
        if form != "pem":
            return b""
        blocks = split_pem(content)
    except Unreadable:
        return b""
    return b"".join(armour(label, der) for label, der in blocks if label in _PUBLIC_BLOCKS)


def _noted(content: bytes) -> Mapping[str, str]:
    """Of a private key the SHA-256 of the value that holds it, and its public half; of anything else nothing."""
    try:
        opened = open_package("keyvault-secret", content, None)
    except Unreadable:
        return {}
    if not (opened.pkcs8 or opened.encrypted_key):
        return {}
    spki = read_private_key(opened.pkcs8).spki if opened.pkcs8 else b""
    return {"sha256": hashlib.sha256(content).hexdigest(), "spki": b64encode(spki).decode("ascii")}


# ── and back ──


def left_out(found: Object) -> dict[str, Holding]:
    """The keys of which something was left out, each with what was noted of it. Nobody vouches for an annotation: what
    is none of ours is no key.
    """
    notes = table(table(found, "metadata"), "annotations").get(LEFT_OUT)
    try:
        told = json.loads(notes) if isinstance(notes, str) else {}
    except (ValueError, RecursionError):
        told = {}
    rows = told.items() if isinstance(told, Mapping) else ()
    return {key: _of_note(key, one) for key, one in rows if isinstance(one, Mapping)}


def _of_note(key: str, note: Mapping[str, Any]) -> Holding:
    try:
        public_key = read_public_key(b64decode(str(note.get("spki", "")), validate=True))
        private = PrivateKeyFacts(public_key.algorithm, public_key.bits, public_key.spki)
    except (ValueError, Unreadable):
        private = None
    return Holding(key, "data", 0, str(note.get("sha256", "")), private=private)
