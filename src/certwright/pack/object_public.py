"""Kubernetes objects without their secrets: what may leave the machine, for somebody to check elsewhere.

What is kept is what is known to be public; everything else of a Secret is left out, and its key is named.
"""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from certwright.errors import Unreadable
from certwright.pack.detect import detect
from certwright.pack.object_kinds import table
from certwright.pack.objects import Object, data_of
from certwright.pack.pem import armour
from certwright.x509.pem import split_pem

LEFT_OUT = "certwright/left-out"  # annotation: the keys whose values were left out, or had private keys taken out
_PUBLIC_FORMS = ("certificate", "crl", "p7b")
_PUBLIC_BLOCKS = ("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE", "X509 CRL", "PKCS7", "PUBLIC KEY")
_NOISE = ("kubectl.kubernetes.io/last-applied-configuration",)  # an annotation that repeats all of the object


def public(found: Object) -> Object:
    """The object with nothing in it that is secret; of a Secret only certificates and revocation lists remain."""
    metadata = {key: one for key, one in table(found, "metadata").items() if key != "managedFields"}
    notes = {key: one for key, one in table(metadata, "annotations").items() if key not in _NOISE}
    plain = {**found, "metadata": {**metadata, "annotations": notes}}
    if found.get("kind") == "Secret":
        kept, left = _kept(found)
        notes |= {LEFT_OUT: ", ".join(left)} if left else {}
        plain = {key: one for key, one in plain.items() if key not in ("data", "stringData")}
        plain["data"] = {key: b64encode(one).decode("ascii") for key, one in kept.items()}
    if not notes:
        plain["metadata"].pop("annotations")
    return plain


def _kept(found: Object) -> tuple[dict[str, bytes], list[str]]:
    """What is public, by key; and the keys of which something was left out."""
    try:
        carried: Mapping[str, bytes] = data_of(found)
    except Unreadable:
        carried = {}
    every: list[Any] = [*table(found, "data"), *table(found, "stringData")]
    kept = {key: rest for key, content in carried.items() if (rest := _public(content))}
    return kept, sorted(str(key) for key in every if kept.get(key) != carried.get(key, b"?"))


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
    parts = [armour(label, der) for label, der in blocks if label in _PUBLIC_BLOCKS]
    return b"".join(parts)
