"""What differs between two versions of a Kubernetes object, in words. What a Secret holds is never among them.

A value of a Secret is told by the certificates in it, or by its length; a digest only where nobody could guess it.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from certwright.errors import Unreadable
from certwright.pack.detect import detect
from certwright.pack.objects import Object, data_of
from certwright.speech import tr, trn
from certwright.value import value
from certwright.x509.crl import read_crl
from certwright.x509.pem import certificates_in
from certwright.x509.read import read_certificate

LONGEST = 60  # characters of a value that are shown
GUESSABLE = 64  # bytes: the digest of less may tell a password to who tries many
MOST_NAMED = 8  # certificates of one value
# What the server writes by itself (API reference, ObjectMeta).
_SERVERS = frozenset(
    ("managedFields", "resourceVersion", "generation", "creationTimestamp", "uid", "selfLink", "deletionTimestamp")
)


@value
class Difference:
    """One field that differs: its path as JSON path, and its value before and after, "" where there was or is none."""

    path: str
    before: str = ""
    after: str = ""


def differences(before: Object, after: Object) -> tuple[Difference, ...]:
    """Every field that differs, but for what the server itself writes, and `status`. An empty object has no fields."""
    carried = {"data", "stringData", "binaryData"} & {*before, *after}
    plain = [{key: one for key, one in found.items() if key not in ("status", *carried)} for found in (before, after)]
    secret = "Secret" in (before.get("kind"), after.get("kind"))
    found = list(_walk("", *(_without_servers(one, secret=secret) for one in plain)))
    if carried:
        found += _of_data(_data(before), _data(after), secret=secret)
    return tuple(found)


def beside(live: Object, delivered: Object) -> tuple[tuple[str, str], ...]:
    """The keys of a Secret or ConfigMap that are not among those delivered for it, with what they hold in words."""
    if not {"data", "stringData", "binaryData"} & {*delivered}:
        return ()
    ours, secret = _data(delivered), live.get("kind") == "Secret"
    return tuple((key, value_text(held, secret=secret)) for key, held in _data(live).items() if key not in ours)


def _without_servers(found: Mapping[str, Any], *, secret: bool) -> Mapping[str, Any]:
    """Without what the server writes; of a Secret without annotations, too: kubectl keeps copies of its data there."""
    metadata = found.get("metadata")
    if not isinstance(metadata, Mapping):
        return found
    left = {*_SERVERS, "annotations"} if secret else _SERVERS
    return {**found, "metadata": {key: one for key, one in metadata.items() if key not in left}}


def _walk(path: str, before: Any, after: Any) -> Iterator[Difference]:
    if before == after:
        return
    if isinstance(before, Mapping | None) and isinstance(after, Mapping | None):
        was, now = before or {}, after or {}
        for key in dict.fromkeys((*was, *now)):
            yield from _walk(_joined(path, str(key)), was.get(key), now.get(key))
    elif isinstance(before, list | None) and isinstance(after, list | None):
        was_rows, now_rows = before or [], after or []
        for at in range(max(len(was_rows), len(now_rows))):
            pair = [rows[at] if at < len(rows) else None for rows in (was_rows, now_rows)]
            yield from _walk(f"{path}[{at}]", *pair)
    else:
        yield from (one for one in [Difference(path, _shown(before), _shown(after))] if one.before != one.after)


def _joined(path: str, key: str) -> str:
    """A dot inside a key is escaped, as JSONPath wants it."""
    return f"{path}.{key.replace('.', chr(92) + '.')}"


def _shown(found: Any) -> str:
    if found is None:
        return ""
    if isinstance(found, str) and "-----BEGIN" in found:
        return value_text(found.encode("utf-8", "replace"))
    text = found if isinstance(found, str) else repr(found)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _data(found: Object) -> Mapping[str, bytes]:
    try:
        return data_of(found)
    except Unreadable:
        return {}


def _of_data(before: Mapping[str, bytes], after: Mapping[str, bytes], *, secret: bool) -> Iterator[Difference]:
    for key in dict.fromkeys((*before, *after)):
        if before.get(key) != after.get(key):
            texts = (value_text(one[key], secret=secret) if key in one else "" for one in (before, after))
            yield Difference(_joined(".data", key), *texts)


def value_text(content: bytes, *, secret: bool = False) -> str:
    """What a value holds, in words that give nothing of it away: its certificates, or its length and digest."""
    if told := list(_public(content)):
        return ", ".join(told[:MOST_NAMED]) + (", …" if len(told) > MOST_NAMED else "")
    size = trn("{count} byte", "{count} bytes", len(content))
    if secret and len(content) < GUESSABLE:
        return tr("{size}, not shown", size=size)
    return f"{size}, sha256 {_digest(content)}"


def _public(content: bytes) -> Iterator[str]:
    """The certificates in it, or the revocation list it is; nothing for anything else."""
    try:
        if detect(content) == "crl":
            facts = read_crl(content)
            until = f"{facts.next_update:%Y-%m-%d}" if facts.next_update else "?"
            told = tr("revocation list of {issuer} until {day}", issuer=facts.issuer, day=until)
            yield f"{told}, sha256 {_digest(content)}"
        else:
            yield from [_certificate(der) for der in certificates_in(content)]
    except Unreadable:
        return


def _certificate(der: bytes) -> str:
    facts = read_certificate(der)
    until = f"{facts.not_after:%Y-%m-%d}" if facts.not_after else "?"
    told = tr("{subject} until {day}", subject=facts.subject or tr("(no subject)"), day=until)
    return f"{told}, sha256 {_digest(der)}"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
