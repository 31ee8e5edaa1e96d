"""The options of a package as Kubernetes wants them, and an object as the file of its package."""

from collections.abc import Mapping
from typing import Any

from certwright.model import Artifact, FactValue, Package
from certwright.pack.credential import Credential, artifact, missing
from certwright.pack.object_names import checked_name, checked_namespace
from certwright.pack.object_text import write_objects
from certwright.speech import tr


def text(package: Package, credential: Credential, option: str, default: str | None = None) -> str:
    """A text option; Refused when it is missing and has no default."""
    value = package.options.get(option, default)
    if not isinstance(value, str) or not (value or default is not None):
        raise missing(package, credential, tr("the option {option} (text)", option=option), repr(value))
    return value


def texts(package: Package, option: str) -> tuple[str, ...]:
    """A list option, as texts; one text counts as a list of one."""
    value: FactValue = package.options.get(option, ())
    return tuple(map(str, value)) if isinstance(value, tuple | list) else (str(value),)


WARNING = "certwright/warning"  # an annotation; the label beside it is what objects can be selected by


def metadata(package: Package, credential: Credential, *, namespaced: bool = True) -> dict[str, Any]:
    """`name` and, unless the kind is cluster-scoped, `namespace`; with option `warning` that as an annotation.

    Refused when Kubernetes would refuse them.
    """
    found: dict[str, Any] = {"name": checked_name(text(package, credential, "name"))}
    if namespaced:
        found["namespace"] = checked_namespace(text(package, credential, "namespace"))
    if warning := text(package, credential, "warning", ""):
        found |= {"labels": {"certwright/not-for-production": "true"}, "annotations": {WARNING: warning}}
    return found


def yaml(
    package: Package, credential: Credential, found: Mapping[str, Any], *, secret: bool = False
) -> tuple[Artifact, ...]:
    """The one object of a package as its file, with option `warning` above it as a comment."""
    warning = text(package, credential, "warning", "")
    head = "".join(f"# {line}\n" for line in warning.splitlines())
    return artifact(package, credential, head.encode() + write_objects([found]), secret=secret)
