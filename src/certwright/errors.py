"""Problems: our own work failing. (A finding is the product speaking about a certificate; it is not an error.)

    Problem
    ├ Refused              what was asked for cannot be: the deployment file, the plan, a password
    │ ├ Mistakes           a text we were given is wrong; carries every mistake, each with its place
    │ └ Impossible         the wishes contradict the requirements; carries every contradiction
    ├ Unreadable           bytes that should hold something do not
    │ └ WrongPassword      …or they might, with another password
    ├ Locked               another run holds the inventory, or the secret that unlocks it is missing or wrong
    └ Broken               the world did not do what was asked: disk, permissions, an issuer

A Problem says what happened and what to do next. Nothing secret ever enters one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from certwright.speech import tr, trn
from certwright.value import value


class Problem(Exception):  # noqa: N818 - the design's word; an Error suffix would say less
    """Our own work failed. `what` is one sentence, `hint` is a thing to type or do next."""

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint


class Refused(Problem):
    """What was asked for cannot be done, and trying again unchanged will not help."""


@value
class Mistake:
    """One thing wrong in a text we were given. `line` and `column` count from 1; 0 means the text as a whole."""

    source: str
    line: int
    column: int
    what: str
    found: str = ""
    expected: str = ""
    hint: str = ""

    @property
    def place(self) -> str:
        """`file:line:column`, the form editors jump to."""
        return f"{self.source}:{self.line}:{self.column}" if self.line else self.source

    def __str__(self) -> str:
        told = f"{self.place}: {self.what}"
        if details := _details(self.expected, self.found):
            told += f" ({details})"
        return told + ("\n  " + tr("hint: {hint}", hint=self.hint) if self.hint else "")


def _details(expected: str, found: str) -> str:
    parts = (expected and tr("expected {expected}", expected=expected), found and tr("got {found}", found=found))
    return ", ".join(filter(None, parts))


class Mistakes(Refused):
    """Every mistake of a text at once, so that the user fixes a list and not a queue."""

    def __init__(self, mistakes: Sequence[Mistake], hint: str = "") -> None:
        count = trn("{count} mistake", "{count} mistakes", len(mistakes))
        super().__init__("\n".join([count, *map(str, mistakes)]), hint)
        self.mistakes = tuple(mistakes)


@value
class Conflict:
    """A wish that a requirement forbids. `code` is the requirement's address, `citation` its document."""

    place: str
    code: str
    what: str
    expected: str = ""
    found: str = ""
    hint: str = ""
    citation: str = ""


class Impossible(Refused):
    """The plan cannot be: every conflict between what is wished and what is required, all at once."""

    def __init__(self, conflicts: Sequence[Conflict]) -> None:
        alike: dict[Conflict, list[str]] = {}
        for conflict in conflicts:
            alike.setdefault(replace(conflict, place=""), []).append(conflict.place)
        super().__init__("\n".join(line for conflict, places in alike.items() for line in _lines(conflict, places)))
        self.conflicts = tuple(conflicts)


def _lines(conflict: Conflict, places: Sequence[str]) -> Iterator[str]:
    """One conflict, told once for all the places that have it."""
    details = _details(conflict.expected, conflict.found)
    told = f"{conflict.what} [{conflict.code}]" + (f" ({details})" if details else "")
    yield f"{places[0]}: {told}" if len(places) == 1 else told
    if len(places) > 1:
        yield "  " + tr("for {count}: {places}", count=len(places), places=", ".join(places))
    if conflict.hint:
        yield "  " + tr("hint: {hint}", hint=conflict.hint)
    if conflict.citation:
        yield "  " + tr("source: {source}", source=conflict.citation)


class Unreadable(Problem):
    """Bytes that should hold a certificate, key or package do not. `where` is the position or structure."""

    def __init__(self, what: str, where: str = "", hint: str = "") -> None:
        super().__init__(f"{where}: {what}" if where else what, hint)
        self.where = where


class WrongPassword(Unreadable):
    """The password does not fit. Told apart from damage wherever the format allows it."""


class Locked(Problem):
    """Another run holds the inventory, or the unlock secret is missing or wrong."""


class Broken(Problem):
    """The world did not do what was asked: a full disk, a missing permission, an issuer that refused."""
