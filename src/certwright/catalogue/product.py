"""A product as the catalogue describes it: the TOML file's sections as frozen values, templates still unfilled."""

from collections.abc import Mapping

from certwright.model import Contradiction, Document, PfxEncryption, PlaceKind, Requirement
from certwright.value import field, value

Condition = Mapping[str, object]


@value
class Fact:
    """What a deployment file must or may say about a site. `kind` is a key of `catalogue.kinds.KINDS`.

    `many` makes it a list of that kind; `fields` are the columns of a "records" fact.
    """

    name: str
    kind: str
    text: str
    example: object = None
    required: bool = False
    default: object = None
    choices: tuple[str, ...] = ()
    pattern: str = ""
    many: bool = False
    fields: Mapping[str, "Fact"] = field(default_factory=dict)
    sources: tuple[Document, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    when: Condition = field(default_factory=dict)


@value
class Value:
    """A fact the catalogue derives from others. Of several with one name the first whose condition holds counts."""

    name: str
    value: object
    when: Condition = field(default_factory=dict)
    builds: str = ""


@value
class Layout:
    """A folder tree the product takes. `default` ones are delivered unless the site chooses its own list."""

    id: str
    title: str
    text: str = ""
    default: bool = True


@value
class SetTemplate:
    """Places that are delivered, unlocked and judged together.

    `members` makes it a set for judging only: the places of those groups, whatever set delivers them. `together`: the
    product takes its certificates all at once, so they are renewed all at once.
    """

    id: str
    title: str
    text: str = ""
    folder: str = ""
    members: tuple[str, ...] = ()
    together: bool = False
    when: Condition = field(default_factory=dict)
    builds: str = ""
    contradictions: tuple[Contradiction, ...] = ()


@value
class PlaceTemplate:
    """One certificate-shaped need, before a site fills it. `extra` are the row's further keys, for templates."""

    id: str
    set: str
    title: str
    text: str = ""
    kind: PlaceKind = "identity"
    names: object = ()
    subject: str = ""
    groups: tuple[str, ...] = ()
    when: Condition = field(default_factory=dict)
    builds: str = ""
    each: str = ""
    issuer: str = ""
    anchors: object = ""
    key: str = ""
    shares_with: str = ""
    lifetime_days: int = 0
    sources: tuple[Document, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    notes: tuple[str, ...] = ()
    deprecated: str = ""
    extra: Mapping[str, object] = field(default_factory=dict)


@value
class PackageTemplate:
    """One file a place's credential becomes, before a site fills its path and options.

    With `bridges` its readers follow any path: while a root is rotated, the new one goes along, signed by the old one.
    """

    id: str
    form: str
    path: str
    applies: tuple[str, ...] = ("*",)
    layout: str = ""
    when: Condition = field(default_factory=dict)
    builds: str = ""
    options: Mapping[str, object] = field(default_factory=dict)
    bridges: bool = False
    contradictions: tuple[Contradiction, ...] = ()


@value
class ScriptTemplate:
    """A next step. `template` names a file of the catalogue's scripts folder (or one beside a user's own product)."""

    id: str
    set: str
    title: str
    path: str
    language: str
    template: str
    when: Condition = field(default_factory=dict)
    builds: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    sources: tuple[Document, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()


@value
class StepTemplate:
    """One step of a run-book: what `who` does, the command, how to see that it worked, how to go back.

    `command` is a template as those of scripts are: `%%name%%` becomes a quoted literal of `language`. The order of the
    steps of a run-book is that of the file.
    """

    id: str
    runbook: str
    title: str
    text: str
    who: str = ""
    command: str = ""
    language: str = "powershell"
    verify: str = ""
    back: str = ""
    when: Condition = field(default_factory=dict)
    builds: str = ""
    sources: tuple[Document, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()


@value
class ConsumerTemplate:
    """Somebody who trusts the issuer of a site, before a site fills it. `look` and `stack` are those of a Consumer.

    `shows` names the rows of places (or one place, `mqtt-client/{item.name}`) whose certificates it presents, `checks`
    those whose certificates it judges.
    """

    id: str
    title: str
    text: str = ""
    stack: str = "tls"
    look: str = "report"
    each: str = ""
    shows: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    when: Condition = field(default_factory=dict)
    builds: str = ""
    sources: tuple[Document, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()


@value
class Product:
    """Everything the catalogue knows about one product. Lists keep the order of the file."""

    id: str
    title: str
    summary: str
    target: str
    builds: tuple[str, ...]
    default_build: str
    lifetime_days: int
    renew_days: int
    documents: Mapping[str, Document]
    facts: Mapping[str, Fact]
    values: tuple[Value, ...]
    sets: tuple[SetTemplate, ...]
    layouts: tuple[Layout, ...]
    places: tuple[PlaceTemplate, ...]
    packages: tuple[PackageTemplate, ...]
    requirements: tuple[Requirement, ...]
    contradictions: tuple[Contradiction, ...]
    scripts: tuple[ScriptTemplate, ...]
    steps: tuple[StepTemplate, ...] = ()
    consumers: tuple[ConsumerTemplate, ...] = ()
    source: str = ""


@value
class Target:
    """Where packages are imported. The PFX encryption follows from what that system can read."""

    id: str
    title: str
    encryption: PfxEncryption
    text: str
