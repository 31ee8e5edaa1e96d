"""What lies in a cluster, judged from its objects: what every word of this family shares.

Objects are believed in nothing: what is not where it should be, or of another kind, is a mismatch or nothing at all.
"""

import json
import shlex
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Annotated, ClassVar

from certwright.model import Mismatch
from certwright.pack.cluster_facts import EVERYWHERE, KINDS, WIDE, Address, Cluster, Thing, titled
from certwright.speech import tr
from certwright.terms.seen import Seen
from certwright.terms.word import Word, called, listed
from certwright.value import value
from certwright.x509.facts import CertificateFacts

# An alias of Bundle that few clusters know: kubectl shows nothing at all when it knows one of the names not.
_ASKED = [(group, name) for kind, (group, name) in KINDS.items() if kind != "ClusterBundle"]
EVERYTHING = f"kubectl get {','.join('.'.join(filter(None, (name, group))) for group, name in _ASKED)} -A -o json"
MOST_TOLD = 160  # characters of a message that stands in an object
MOST_MISMATCHES = 50  # of one demand; after so many nobody reads on


@value
class ClusterWord(Word):
    """A word that reads the objects of a cluster. `wants` are the kinds, and namespaces, it is silent without."""

    reads: ClassVar[str] = "cluster"

    def wants(self) -> Sequence[tuple[str, str]]:
        """Kinds with their namespaces ("" for all) that must have been looked at for the word to speak."""
        return ()

    def silent(self, seen: Seen) -> str:
        """Why it does not speak; what to type is said with it."""
        if seen.cluster is None:
            return tr(
                "the cluster was not looked at: {command} > objects.json, and certwright check objects.json",
                command=EVERYTHING,
            )
        lacking = [(kind, namespace) for kind, namespace in self.wants() if not seen.cluster.asked(kind, namespace)]
        if not lacking:
            return ""
        kind, namespace = lacking[0]
        return tr("no {kind} was looked at: {command}", kind=kind, command=f"{get(kind, namespace)} -o json")

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        assert seen.cluster is not None, "a word was asked about a cluster that is not there"
        found = self.look(seen, seen.cluster, now)
        yield from islice(found, MOST_MISMATCHES)
        if next(found, None) is not None:
            yield Mismatch(tr("none of these"), tr("more than {count}", count=MOST_MISMATCHES))

    def look(self, seen: Seen, cluster: Cluster, now: datetime) -> Iterator[Mismatch]:
        """What is wrong in the cluster."""
        raise NotImplementedError


@value
class InNamespace(ClusterWord):
    """A word about what lies with the instance."""

    namespace: Annotated[str, "the namespace of the instance"]


# ── words ─────────────────────────────────────────────────────────────────────────────────────────


def get(kind: str, namespace: str = "", name: str = "", verb: str = "get") -> str:
    """The command that shows objects: `kubectl get issuers.cert-manager.io NAME -n NAMESPACE`."""
    group, plural = KINDS[kind]
    where = [] if kind in WIDE else ["-n", namespace] if namespace else ["-A"]
    words = ["kubectl", verb, ".".join(filter(None, (plural, group))), *filter(None, [name]), *where]
    return " ".join(map(shlex.quote, words))


def apply(path: str) -> str:
    """The command that applies a delivered file."""
    return f"kubectl apply --server-side --field-manager=certwright -f {shlex.quote(path)}"


def edit(thing: Thing) -> str:
    """The command that opens an object to be changed."""
    return get(*thing.address, verb="edit")


def renewed(*command: str) -> str:
    """`kubectl create …` of an object that may be there already."""
    words = " ".join(map(shlex.quote, ("kubectl", "create", *command)))
    return f"{words} --dry-run=client -o yaml | kubectl apply --server-side --force-conflicts -f -"


def tls_secret(name: str, namespace: str) -> str:
    """The command that writes a Secret of a certificate and its key."""
    return renewed("secret", "tls", name, "-n", namespace, "--cert=chain.pem", "--key=key.pem")


def without_keys(thing: Thing, keys: Sequence[str]) -> str:
    """The command that takes keys out of an object (RFC 6902)."""
    pointers = (key.replace("~", "~0").replace("/", "~1") for key in keys)
    patch = json.dumps([{"op": "remove", "path": f"/data/{one}"} for one in pointers])
    return f"{get(*thing.address, verb='patch')} --type=json -p {shlex.quote(patch)}"


def bounded(text: object) -> str:
    """Text of an object for a sentence: one line of it, and no more than a sentence may have."""
    told = text if isinstance(text, str) else json.dumps(text, ensure_ascii=False, default=str)
    line = "".join(one if one.isprintable() else " " for one in told[: 2 * MOST_TOLD]).strip()
    return line if len(line) <= MOST_TOLD else f"{line[:MOST_TOLD]}…"


def shown(certificate: CertificateFacts) -> str:
    """A certificate by name and enough of its thumbprint."""
    return f"{called(certificate)} ({certificate.masked_thumbprint})"


def addresses(things: Sequence[Thing], most: int = 5) -> str:
    """Objects for a sentence, the first few of many."""
    titles = [one.title for one in things[:most]]
    return listed([*titles, *(["…"] if len(things) > most else [])])


def quoted(name: str) -> str:
    """A name of an object as a word of a command line."""
    return shlex.quote(name)


# ── what is not there ─────────────────────────────────────────────────────────────────────────────


def absent(cluster: Cluster, address: Address, where: str = "", fix: str = "") -> Mismatch:
    """That an object is not there: where one of its name lies instead, or what there is of its kind."""
    kind, _, name = address
    same = [one for one in cluster.of(kind) if one.name == name]
    others = [] if kind in EVERYWHERE else cluster.of(kind)
    found = addresses(same or others) if same or others else tr("no such object")
    if not cluster.of(kind):
        found = tr("no {kind} at all", kind=kind)
    return Mismatch(titled(address), found, where, fix)


def missing_keys(thing: Thing, wanted: Collection[str]) -> list[str]:
    """Keys that an object lacks. Of a Secret whose data were taken out nobody knows what it holds."""
    if thing.kind == "Secret" and not thing.holdings and thing.text("type") == "kubernetes.io/tls":
        return []
    return [key for key in wanted if thing.holding(key) is None]


def condition(thing: Thing, wanted: str) -> tuple[str, str, str] | None:
    """Status, reason and message of a condition; None when the object has none of that type."""
    for row in thing.rows("status", "conditions"):
        if row.get("type") == wanted:
            return str(row.get("status", "")), bounded(row.get("reason", "")), bounded(row.get("message", ""))
    return None


def unsettled(thing: Thing, wanted: str, reason: str = "") -> Iterator[Mismatch]:
    """What keeps an object from that condition, as its controller says it."""
    expected = tr("{condition} True", condition=wanted)
    if reason:
        expected = tr("{condition} True, {reason}", condition=wanted, reason=reason)
    fix = get(*thing.address, verb="describe")
    told = condition(thing, wanted)
    if told is None:
        yield Mismatch(expected, tr("no condition {condition}", condition=wanted), thing.title, fix)
        return
    status, why, message = told
    if status != "True" or (reason and why != reason):
        found = ", ".join(filter(None, (f"{wanted} {bounded(status)}", why)))
        yield Mismatch(expected, f"{found}: {message}" if message else found, thing.title, fix)
        return
    rows = [row.get("observedGeneration") for row in thing.rows("status", "conditions") if row.get("type") == wanted]
    seen, current = rows[0], thing.at("metadata", "generation")
    if isinstance(seen, int) and isinstance(current, int) and seen < current:
        found = tr("said of generation {seen}", seen=seen)
        yield Mismatch(tr("said of generation {current}", current=current), found, thing.title, fix)


# ── times ─────────────────────────────────────────────────────────────────────────────────────

_UNITS = {"h": timedelta(hours=1), "m": timedelta(minutes=1), "s": timedelta(seconds=1)}


def duration(text: object) -> timedelta | None:
    """A duration as Go writes it (`2160h`, `1h30m`); None for anything else."""
    if not isinstance(text, str) or not text or len(text) > 20:
        return None
    total, number = timedelta(), ""
    for one in text:
        if one.isascii() and one.isdigit():
            number += one
        elif one in _UNITS and number:
            total, number = total + int(number) * _UNITS[one], ""
        else:
            return None
    return None if number else total


def instant(text: str) -> datetime | None:
    """A time as Kubernetes writes it (RFC 3339, in UTC); None for anything else."""
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
