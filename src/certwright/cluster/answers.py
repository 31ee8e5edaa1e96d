"""What an API server says when it does not do what was asked → words, who owns which field, and never a secret."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from certwright.pack.object_kinds import SECRET, Ref, table
from certwright.speech import tr
from certwright.value import value

_OWNER = re.compile(r'conflict with "(?P<manager>(?:[^"\\]|\\.)*)"')
LONGEST = 400  # characters of what a server says
MOST_FIELDS = 12


@value
class Conflict:
    """A field that another manager owns, as a JSON path."""

    field: str
    manager: str


@value
class Refusal:
    """Why the server did not do it, and what to do about it."""

    what: str
    hint: str = ""
    forbidden: bool = False


def conflicts(status: Mapping[str, Any]) -> tuple[Conflict, ...]:
    """Who owns what we wanted to write (409 with causes FieldManagerConflict); empty for another reason."""
    return tuple(
        Conflict(str(cause.get("field", "")), _owner(str(cause.get("message", ""))))
        for cause in _causes(status)
        if cause.get("reason") == "FieldManagerConflict"
    )


def _owner(message: str) -> str:
    found = _OWNER.search(message)
    return found["manager"] if found else message


def _causes(status: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    rows = table(status, "details").get("causes")
    yield from (one for one in rows if isinstance(one, Mapping)) if isinstance(rows, list) else ()


def refusal(ref: Ref, code: int, status: Mapping[str, Any]) -> Refusal:
    """Why a request about that object was not carried out. Of a Secret only fields are told: messages quote values."""
    details, message = table(status, "details"), str(status.get("message", ""))[:LONGEST]
    if code == 404 and details.get("kind") == "namespaces":
        return Refusal(
            tr("the namespace {namespace} is not there", namespace=ref.namespace),
            f"kubectl create namespace {ref.namespace}",
        )
    if code == 404 and not details.get("name"):
        told = tr("the cluster does not know {kind} of {api}", kind=ref.kind.kind, api=ref.kind.api)
        return Refusal(told, _INSTALL.get(ref.kind.group, ""))
    if code == 403:
        return Refusal(message, tr("certwright cluster rbac prints the permissions it needs"), forbidden=True)
    fields = list(dict.fromkeys(str(cause.get("field", "")) for cause in _causes(status)))
    immutable = ref.kind.kind in ("Secret", "ConfigMap") and "immutable" in message
    if ref.kind == SECRET:
        told = ", ".join(filter(None, (str(status.get("reason", "")), *fields[:MOST_FIELDS]))) or str(code)
        message = tr("the server refuses it ({reason})", reason=told)
    hint = ""
    if immutable:
        hint = tr(
            "what is there cannot be changed; delete the object first: kubectl -n {namespace} delete {kind} {name}",
            namespace=ref.namespace, kind=ref.kind.kind.lower(), name=ref.name,
        )  # fmt: skip
    return Refusal(message or tr("HTTP status {code}", code=code), hint)


_INSTALL: Mapping[str, str] = {  # group → what brings it
    "cert-manager.io": "az k8s-extension create --extension-type microsoft.certmanagement",
    "trust.cert-manager.io": "az k8s-extension create --extension-type microsoft.certmanagement",
    "mqttbroker.iotoperations.azure.com": "az iot ops create",
    "secrets-store.csi.x-k8s.io": "az iot ops secretsync enable",
    "secret-sync.x-k8s.io": "az iot ops secretsync enable",
}


# ── who manages an object ──

MANAGER = "certwright"


def managed(found: Mapping[str, Any]) -> bool:
    """Whether we have applied that object: it has a set of fields of ours."""
    return any(one.get("manager") == MANAGER and one.get("operation") == "Apply" for one in _managers(found))


def managers(found: Mapping[str, Any]) -> tuple[str, ...]:
    """Everybody who has written to that object, by the names they use."""
    return tuple(dict.fromkeys(str(one.get("manager")) for one in _managers(found) if one.get("manager")))


def _managers(found: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    rows = table(found, "metadata").get("managedFields")
    yield from (one for one in rows if isinstance(one, Mapping)) if isinstance(rows, list) else ()
