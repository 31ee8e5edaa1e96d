"""The password of a PFX. What is wrong is said; no character of it ever is."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Annotated, ClassVar

from certwright.model import Draft, Mismatch, PasswordRule
from certwright.speech import tr
from certwright.terms.seen import Seen
from certwright.terms.word import Word
from certwright.value import value

_KINDS = 5


@value
class Policy(Word):
    """The password is long enough, of enough kinds of characters, and has none that later commands stumble over."""

    reads: ClassVar[str] = "password"
    minimum: Annotated[int, "fewest characters"] = 8
    classes: Annotated[int, "fewest of the five kinds: upper, lower, digit, special, other letter"] = 3
    forbidden: Annotated[str, "characters that must not occur"] = ""

    def shape(self, draft: Draft) -> Draft:
        rule = draft.password
        forbidden = "".join(sorted({*rule.forbidden, *self.forbidden}))
        tightened = PasswordRule(max(rule.minimum, self.minimum), max(rule.classes, self.classes), forbidden)
        return replace(draft, password=tightened)

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        password = seen.password
        assert password is not None, "a term was asked about a part that is not there"
        if password.length < self.minimum:
            yield Mismatch(tr("a password of {count} characters or more", count=self.minimum), tr("a shorter one"))
        if len(password.classes) < self.classes:
            expected = tr(
                "{count} of {all} kinds of characters (upper, lower, digit, special, other letter)",
                count=self.classes, all=_KINDS,
            )  # fmt: skip
            yield Mismatch(expected, tr("fewer kinds"))
        if password.characters & set(self.forbidden):
            expected = tr("none of the characters {characters}", characters=self.forbidden)
            yield Mismatch(expected, tr("at least one of them"))
