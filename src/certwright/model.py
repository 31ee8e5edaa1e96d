"""The nouns: frozen, typed, and without a method that needs a library.

The line they travel: a deployment file becomes Sites; a catalogue's Requirements, bound to the Places of a site, become
Demands; the Demands fold into one Draft a place; Places in order are the Plan. What we have is Held; what is missing is
an Action; what goes out is an Artifact; what `check` says is a Result.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Literal, Protocol, TypeAlias, Union

from certwright.drafts import Draft, GeneralName, KeySpec, NameKind, PasswordRule, PfxEncryption, PfxProfile
from certwright.judged import FileFacts, SetFacts, told
from certwright.sealed import Sealed
from certwright.value import field, value
from certwright.windows import Window

# nouns of their own module, which are asked for here, too
__all__ = ["Draft", "GeneralName", "KeySpec", "NameKind", "PasswordRule", "PfxEncryption", "PfxProfile"]

# A fact of a site: what the deployment file says, or a value the catalogue derives from it.
FactValue: TypeAlias = Union[str, int, bool, date, bytes, tuple["FactValue", ...], Mapping[str, "FactValue"]]  # noqa: UP007
Facts: TypeAlias = Mapping[str, FactValue]


class Severity(StrEnum):
    """How much a requirement weighs when it is not met."""

    ERROR = "error"
    WARNING = "warning"


class Status(StrEnum):
    """The verdict on one demand, in the words the vendor's checker uses."""

    OK = "OK"
    WARNING = "Warning"
    FAIL = "Fail"
    SKIPPED = "Skipped"


# ── the catalogue's sentences ─────────────────────────────────────────────────────────────────────


@value
class Document:
    """A source the catalogue cites. `dated` is the date the document carries, as text ("2025-08-12" or "")."""

    key: str
    title: str
    address: str = ""
    dated: str = ""

    def __str__(self) -> str:
        return f"{self.title} ({self.dated})" if self.dated else self.title


@value
class Contradiction:
    """Where the vendor's documents disagree with each other or with practice, and how certwright reads them."""

    id: str
    issue: str
    newest: str
    reading: str
    quote: str = ""
    touches: tuple[str, ...] = ()


class Term(Protocol):
    """A word of the vocabulary, bound to its parameters: one sentence, two readings.

    `shape` says what to ask for, `check` whether it was got. `reads` names the part of a `Seen` that must be there for
    `check` to speak at all. See `certwright.terms`.
    """

    @property
    def reads(self) -> str: ...

    def shape(self, draft: Draft) -> Draft: ...


@value
class Requirement:
    """One sentence of a vendor document, as data. `id` is its address: `azure-stack-hub.pfx-encryption`."""

    id: str
    term: str
    with_: Mapping[str, object]
    severity: Severity
    text: str
    why: str
    fix: str
    sources: tuple[Document, ...]
    contradictions: tuple[Contradiction, ...] = ()
    applies: tuple[str, ...] = ("*",)
    when: Mapping[str, object] = field(default_factory=dict)
    builds: str = ""
    aliases: tuple[str, ...] = ()
    skipped_after: tuple[str, ...] = ()


@value
class Demand:
    """A requirement bound to a place (or a set): its templates filled in, its term ready to shape and check.

    One without templates is the same for all places that it speaks of.
    """

    requirement: Requirement
    term: Term


@value
class Package:
    """One file a place's credential becomes. `path` is relative to the site's folder, with forward slashes.

    `form` names a packer in `certwright.pack`; `options` are that packer's (a Kubernetes namespace, a Secret's name).
    `layout` says which folder tree the file belongs to. `bridges` names roots, each with its bridge, which goes
    along where the chain ends in that root: for peers that trust an older root only.
    """

    id: str
    form: str
    path: str
    layout: str = ""
    options: Mapping[str, FactValue] = field(default_factory=dict)
    bridges: tuple[tuple[str, str], ...] = ()


@value
class Renewal:
    """When a certificate is renewed by age: at two thirds of its life, or `days_before` its end if that comes first.

    `together` with its set as soon as one of it is; only while `window` is open, unless it cannot wait. `at_once` says
    that another generation of its issuer cannot wait; `never` that it stays as it is: an authority that signs no more.
    """

    days_before: int = 0
    together: bool = False
    window: Window | None = None
    at_once: bool = False
    never: bool = False


PlaceKind = Literal["identity", "authority", "anchors"]


@value
class Place:
    """One certificate-shaped need at a site.

    An identity is a key and its chain; an authority is an identity that others name as issuer; anchors are certificates
    without keys (a root file, a trust list). `id` is an address: `east/public-portal`. `issuer` is the address of the
    authority that signs it (empty for anchors). `anchors` are certificates given as files, DER each; `anchor_places`
    are authorities whose certificates join them once they are held. With `shares_with`, another place's credential is
    used. `key` is the private key, PKCS#8, of what was given with one. A bridge has no key of its own: `key_of` is the
    authority whose name and key it certifies once more. `retired_places` are authorities that a trust list takes away.
    """

    id: str
    site: str
    set: str
    product: str
    kind: PlaceKind
    title: str
    draft: Draft
    packages: tuple[Package, ...]
    demands: tuple[Demand, ...]
    issuer: str = ""
    sources: tuple[Document, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    notes: tuple[str, ...] = ()
    anchors: tuple[bytes, ...] = ()
    anchor_places: tuple[str, ...] = ()
    shares_with: str = ""
    renewal: Renewal = Renewal()
    key: Sealed | None = field(default=None, repr=False)
    key_of: str = ""
    retired_places: tuple[str, ...] = ()


@value
class Script:
    """A next step beside a set: a template of the catalogue with its values, rendered as PowerShell or shell."""

    id: str
    title: str
    path: str
    template: str
    language: Literal["powershell", "shell", "text"]
    values: Mapping[str, FactValue]
    sources: tuple[Document, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()


@value
class CertificateSet:
    """Places that are delivered, unlocked and judged together. `id` is an address: `east/deployment`."""

    id: str
    site: str
    title: str
    places: tuple[str, ...]
    demands: tuple[Demand, ...]
    scripts: tuple[Script, ...] = ()
    password: PasswordRule | None = None


@value
class ListsWish:
    """How an issuer's revocation lists are made, and the folders beside the output that they are published in.

    A list is good for `life`, and the next one is made `overlap` before its end. 0 `shards` are none.
    """

    shards: int = 0
    life: timedelta = timedelta(days=30)
    overlap: timedelta = timedelta(days=15)  # half, so that one missed run does no harm
    publish: tuple[str, ...] = ()


@value
class IssuerWish:
    """An issuer named in the deployment file. Kinds: embedded, public, self-signed (always refused), and those of
    `outside`, which are asked with a request and answer later: they have `roots`, intermediates (`chain`), DER, and
    `settings` of their kind instead of drafts of authorities.
    """

    name: str
    kind: str
    root: Draft
    issuing: Draft
    crl: tuple[str, ...] = ()
    lists: ListsWish = ListsWish()
    longest: timedelta | None = None
    outside: bool = False
    roots: tuple[bytes, ...] = field(default=(), repr=False)
    chain: tuple[bytes, ...] = field(default=(), repr=False)
    settings: Mapping[str, object] = field(default_factory=dict, repr=False)


@value
class Line:
    """One generation of an issuer that rotates: its `state` (a word of `generations.State`), and the addresses of its
    authorities. Generations of one root share its address, and the bridge to it.

    What is `stopped` must not sign another time, because somebody else may have a key of it; what is `fallen` stands
    below a root of which that is so. `bridge` is its root, signed by an older one; "" where none was ever wanted.
    `bridged_by` is the root that signs it now, "" where none does. `back` is that root in turn, signed by this
    generation's: "" unless that is wanted, and needed now.
    """

    issuer: str
    number: int
    state: str
    root: str
    issuing: str
    reason: str = ""
    since: datetime | None = None
    stopped: bool = False
    bridge: str = ""
    fallen: bool = False
    bridged_by: str = ""
    back: str = ""

    @property
    def waiting(self) -> bool:
        """Whether it is to sign, and does not yet."""
        return self.state in ("declared", "staged") and not self.stopped

    @property
    def trusted(self) -> bool:
        """Whether trust lists hold its root."""
        return self.state in ("staged", "signing", "verify-only")


@value
class Plan:
    """All places with their demands, in the order in which they can be made: authorities before what they sign.

    `lines` are the generations of issuers that rotate, oldest first, those included that have no places. `peers` are,
    for places of such issuers, the consumers that judge their certificates by lists of issuing CAs (OPC UA).
    """

    places: tuple[Place, ...]
    sets: tuple[CertificateSet, ...]
    issuers: tuple[IssuerWish, ...]
    notes: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    peers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def place(self, address: str) -> Place:
        """The place with that address. KeyError when there is none."""
        return next(place for place in self.places if place.id == address)


# ── what we have, what is due, what goes out ──────────────────────────────────────────────────────


@value
class Held:
    """A credential we hold for a place: DER certificate, chain (issuer first, root last), and the key's name.

    `key` names the key in the `Keys` promise; the key itself never travels. `demanded` is the fingerprint of the draft
    it was made for, so that a changed demand is seen without reading the certificate again.
    """

    place: str
    certificate: bytes
    chain: tuple[bytes, ...]
    key: str
    serial: int
    not_before: datetime
    not_after: datetime
    demanded: str
    issuer: str


@value
class Action:
    """One thing that is due, with its reason in words. `verb` is what `flow` does about it."""

    verb: Literal["issue", "renew", "package", "deliver"]
    place: str
    reason: str


@value
class Artifact:
    """Named bytes on their way out. `path` is relative, forward slashes. Its file mode follows from `secret`."""

    path: str
    content: bytes = field(repr=False)
    secret: bool = True
    place: str = ""


# ── verdicts ──────────────────────────────────────────────────────────────────────────────────────


@value
class Mismatch:
    """What a term found wrong: what was expected, what was found, and where in the file (a bag, a certificate).

    `fix` is a command to type against this one, where the requirement's own remedy is not all there is to say.
    """

    expected: str
    found: str
    where: str = ""
    fix: str = ""


@value
class Result:
    """The verdict on one demand for one file (or one set). A finding is a Result whose status is Warning or Fail.

    `thumbprint` is masked: only `inspect` shows all of it.
    """

    code: str
    status: Status
    place: str
    path: str
    mismatches: tuple[Mismatch, ...] = ()
    reason: str = ""
    requirement: Requirement | None = None
    subject: str = ""
    thumbprint: str = ""
    fix: str = ""

    @property
    def is_finding(self) -> bool:
        """Whether somebody has to look at it."""
        return self.status in (Status.WARNING, Status.FAIL)


@value
class Report:
    """Everything `check` said at `now`. `judged` counts files; `unjudged` names those nothing could be said about."""

    results: Sequence[Result]
    judged: int
    unjudged: tuple[str, ...] = ()
    files: tuple[FileFacts, ...] = ()
    sets: tuple[SetFacts, ...] = ()
    now: datetime | None = None

    def count(self, status: Status) -> int:
        """How many results carry that status."""
        return told(self.results).tally().get(status, 0)

    def findings(self) -> Sequence[Result]:
        """The results somebody has to look at, failures first."""
        return sorted(told(self.results).findings(), key=lambda r: r.status is not Status.FAIL)
