"""The form of a file that nobody planned, in the words of packages, so that demands know what it can answer.

Of several words for one thing that is taken which the place is packed as.
"""

from collections.abc import Mapping, Sequence

from certwright.errors import Unreadable
from certwright.model import PlaceKind
from certwright.pack.detect import Form, detect
from certwright.pack.opened import Opened

_PEM_ONE = ("pem-certificate", "base64-cer", "pem-bundle", "pem-chain", "pem-full")
_PEM_SEVERAL = ("pem-chain", "pem-full", "pem-bundle")
_PEM_ANCHORS = ("pem-bundle", "base64-cer", "pem-certificate")
_BINARY: Mapping[Form, str] = {"pfx": "pfx", "p7b": "p7b", "key": "der-key", "locked-key": "der-key", "crl": "der-crl"}
_KINDS = {"ConfigMap": "kubernetes-config-map", "Bundle": "kubernetes-trust-bundle"}


def form_of(content: bytes, opened: Opened, kind: PlaceKind, wanted: Sequence[str]) -> str:
    """The form of a file for a place of that kind; `wanted` are the forms it is packed as, and that are not there."""
    try:
        found = detect(content)
    except Unreadable:
        found = "pem"  # it was opened all the same, and PEM is the most tolerant of readers
    if found == "objects":
        return _of_objects(opened)
    if found in _BINARY:
        return _BINARY[found]
    one = len(opened.certificates) == 1
    if found == "certificate":
        return "der" if one else "p7b"
    if found == "base64":
        return "base64-cer" if one else "p7b"
    if not opened.certificates:
        return "pem-key" if opened.keys else "pem-crl"
    words = _PEM_ANCHORS if kind == "anchors" else _PEM_ONE if one else _PEM_SEVERAL
    return next((form for form in words if form in wanted), words[0])


def _of_objects(opened: Opened) -> str:
    """By the first object; there is only one in a file that was taken apart."""
    first: Mapping[str, object] = opened.objects[0] if opened.objects else {}
    if first.get("kind") == "Secret":
        return "kubernetes-tls-secret" if first.get("type") == "kubernetes.io/tls" else "kubernetes-opaque-secret"
    return _KINDS.get(str(first.get("kind")), "kubernetes-config-map")
