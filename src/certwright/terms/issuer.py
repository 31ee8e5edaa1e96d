"""Who may sign. Judged when the plan is made, from the issuer's kind; a certificate does not tell it."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from certwright.terms.seen import Seen
from certwright.terms.word import Word


@dataclass(frozen=True, slots=True)
class Kind(Word):
    """The issuer is not of a refused kind."""

    reads: ClassVar[str] = "nothing"
    refused: Annotated[tuple[str, ...], "kinds of issuer: public, self-signed, embedded"] = ()

    def silent(self, seen: Seen) -> str:
        return "judged when the plan is made: a file does not tell the kind of its issuer"
