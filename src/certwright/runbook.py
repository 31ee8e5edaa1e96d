"""The nouns of run-books: a product's procedure for one site, step by step. Words: plain values above `model`."""

from certwright.model import Contradiction, Document, Facts
from certwright.value import field, value


@value
class Step:
    """One thing to do, and by whom. `command` is a template of `language`, filled from `values` when it is shown.

    `verify` says how to see that it worked, `back` how to undo it.
    """

    id: str
    title: str
    text: str
    who: str
    command: str
    language: str
    verify: str
    back: str
    values: Facts = field(repr=False)
    sources: tuple[Document, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()


@value
class Runbook:
    """A procedure for a site: `name` is what the catalogue calls it, such as rotation."""

    name: str
    site: str
    product: str
    build: str
    steps: tuple[Step, ...]
