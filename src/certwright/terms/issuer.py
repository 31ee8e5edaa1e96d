"""Who may sign. Judged when the plan is made, from the issuer's kind; a certificate does not tell it."""

from dataclasses import dataclass
from typing import ClassVar

from certwright.terms.word import Word


@dataclass(frozen=True, slots=True)
class Kind(Word):
    """The issuer is not of a refused kind (`refused`: public, self-signed, embedded)."""

    reads: ClassVar[str] = "nothing"
    refused: tuple[str, ...] = ()
