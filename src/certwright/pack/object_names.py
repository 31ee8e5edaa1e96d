"""What Kubernetes allows as a name: refused here, with the rule, and not hours later by an API server.

The rules are those of "Object Names and IDs" and of the keys of Secrets and ConfigMaps in the API reference.
"""

import re

from certwright.errors import Refused
from certwright.speech import noted, tr

_SUBDOMAIN = re.compile(r"(?=.{1,253}\Z)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*\Z")
_LABEL = re.compile(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?\Z")
_KEY = re.compile(r"(?!\.\.?\Z)[-._A-Za-z0-9]{1,253}\Z")

_NAME_RULE = noted(
    "{value!r} is no Kubernetes name (expected lower-case letters, digits, '-' and '.', at most 253)",
)
_NAMESPACE_RULE = noted(
    "{value!r} is no Kubernetes namespace (expected lower-case letters, digits and '-', at most 63)"
)
_KEY_RULE = noted("{value!r} is no Kubernetes key (expected letters, digits, '-', '_' and '.', at most 253)")


def checked_name(name: str) -> str:
    """The name of an object (an RFC 1123 subdomain, 253 characters). Refused otherwise."""
    return _checked(name, _SUBDOMAIN, _NAME_RULE)


def checked_namespace(name: str) -> str:
    """The name of a namespace (an RFC 1123 label, 63 characters). Refused otherwise."""
    return _checked(name, _LABEL, _NAMESPACE_RULE)


def checked_key(key: str) -> str:
    """A key of a Secret or ConfigMap. Refused otherwise."""
    return _checked(key, _KEY, _KEY_RULE)


def _checked(value: str, rule: re.Pattern[str], told: str) -> str:
    if not rule.match(value):
        raise Refused(tr(told, value=value), tr("correct it in the deployment file"))
    return value
