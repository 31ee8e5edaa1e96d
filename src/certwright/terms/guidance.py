"""What nobody can judge from files: said in a plan and by explain, never passed over in silence."""

from typing import Annotated, ClassVar

from certwright.terms.seen import Seen
from certwright.terms.word import Word
from certwright.value import value


@value
class Guidance(Word):
    """A demand that files cannot prove; it is shown, with the reason why it is not judged."""

    reads: ClassVar[str] = "nothing"
    reason: Annotated[str, "why files do not show it"]

    def silent(self, seen: Seen) -> str:
        return self.reason
