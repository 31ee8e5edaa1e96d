"""Where the trust list of a consumer is seen: the text of a `look`, taken apart. Nothing is opened here."""

import re
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

from certwright.errors import Refused
from certwright.speech import tr
from certwright.value import value

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")  # names of namespaces (RFC 1123)
_OBJECT = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
_KEY = re.compile(r"\*|[-._a-zA-Z0-9]{1,253}")
FORMS = "report, file:PATH, https://HOST[:PORT], cluster:NAMESPACE/CONFIGMAP/KEY"


@value
class Report:
    """The consumer returns a report itself: nobody can look at it from here."""


@value
class File:
    """A bundle in a file; the path is relative to the deployment file."""

    path: str


@value
class Server:
    """What a server shows, which is not what it trusts."""

    url: str


@value
class Object:
    """A key (`*`: all of them) of a ConfigMap or Secret in a cluster."""

    namespace: str
    kind: Literal["configmap", "secret"]
    name: str
    key: str


Look: TypeAlias = Report | File | Server | Object


def read_look(text: str) -> Look:
    """`report`, `file:PATH`, `https://HOST[:PORT]`, `cluster:NAMESPACE/CONFIGMAP/KEY` or `…/secret:NAME/KEY`.

    Refused for anything else, with what is wrong about it.
    """
    kind, _, rest = text.partition(":")
    if text == "report":
        return Report()
    if kind == "file" and rest.strip() and rest.isprintable():
        return File(rest)
    if kind == "https":
        return _server(text)
    if kind == "cluster":
        return _object(rest)
    raise Refused(tr("nobody can look there"), FORMS)


def _server(text: str) -> Server:
    try:
        parts = urlsplit(text)
        good = bool(parts.hostname) and parts.port != 0 and "@" not in parts.netloc and parts.path in ("", "/")
    except ValueError:
        good = False
    if not good or parts.query or parts.fragment or not text.isprintable():
        raise Refused(tr("this is no server"), "https://HOST[:PORT]")
    return Server(text.rstrip("/"))


def _object(rest: str) -> Object:
    namespace, _, named = rest.partition("/")
    owner, _, key = named.partition("/")
    kind, colon, name = owner.partition(":")
    if not colon:
        kind, name = "configmap", owner
    fits = _LABEL.fullmatch(namespace) and _OBJECT.fullmatch(name) and _KEY.fullmatch(key)
    if kind == "configmap" and fits:
        return Object(namespace, "configmap", name, key)
    if kind == "secret" and fits:
        return Object(namespace, "secret", name, key)
    raise Refused(tr("this is no key of an object in a cluster"), "cluster:NAMESPACE/CONFIGMAP/KEY")
