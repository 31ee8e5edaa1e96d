"""The generations an issuer's entry declares, from the second on: what is said about them, and the rest filled in."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import cast

from certwright.errors import Refused
from certwright.generations import Rotation, Scope
from certwright.manifest.common import GENERATION
from certwright.manifest.issuers import read_authority
from certwright.manifest.reading import Reading
from certwright.manifest.tree import Spot
from certwright.model import Draft, IssuerWish
from certwright.speech import tr
from certwright.value import value
from certwright.x509.name import parse_name

SCOPES = ("root", "issuing")
AUTHORITY = "^(root|issuing)(-[1-9][0-9]*)?$"
BOTH = "both"  # a bridge to the new root, and one back
DISTRIBUTION = 30  # days
_DAYS = ("stage_from", "sign_from", "retire_from")
_COMMON_NAME = re.compile(r"(?i)((?:^|[,+])\s*CN\s*=)((?:\\.|[^,+\\])*)")
_NUMBERED = re.compile(r" G\d+\s*$")


def read_rotations(
    reading: Reading, top: Mapping[str, Spot], issuers: Mapping[str, IssuerWish]
) -> dict[str, tuple[Rotation, ...]]:
    """The declared generations of every issuer that has some, by its name, oldest first."""
    named = top["issuers"].value if "issuers" in top else {}
    found = {}
    for name, spot in named.items() if isinstance(named, dict) else ():
        wish = issuers.get(name)
        if wish is None or wish.outside or not isinstance(spot.value, dict) or "generations" not in spot.value:
            continue  # an issuer of somebody else has no such key, and that was said
        at = spot.value["generations"]
        if wish.kind != "embedded":
            reading.wrong(at, tr("only an issuer of kind embedded has generations"), found=wish.kind)
        elif declared := tuple(_rotations(reading, wish, at)):
            found[name] = declared
    return found


def _rotations(reading: Reading, wish: IssuerWish, spot: Spot) -> Iterator[Rotation]:
    drafts = {1: (wish.root, wish.issuing)}
    above = {1: f"{wish.name}/root"}
    taken = {_name(draft): told for draft, told in zip(drafts[1], _called(1), strict=True)}
    items = reading.items(spot, "generations")
    known = _Known(wish.name, frozenset(range(1, len(items) + 2)), above)
    for number, item in enumerate(items, start=2):
        one = _Item(reading, item, number).rotation(drafts, known)
        _refuse_taken(reading, item, one, taken)
        drafts[number] = (one.root, one.issuing)
        above[number] = above[one.before] if one.scope == "issuing" else f"{wish.name}/root-{number}"
        yield one


@value
class _Known:
    """The generations of an issuer while they are read: their numbers, and the root of each that was read already."""

    issuer: str
    numbers: frozenset[int]
    above: Mapping[int, str]


class _Item:
    """One entry of the list, which must be the `number`-th generation."""

    def __init__(self, reading: Reading, spot: Spot, number: int) -> None:
        self.reading, self.spot, self.number = reading, spot, number
        what = tr("generation {number}", number=number)
        self.entries = reading.mapping(spot, what, GENERATION) if isinstance(spot.value, dict) else {}
        if not isinstance(spot.value, dict):
            reading.wrong(spot, tr("{what} must be a mapping", what=what), expected=tr("key: value lines"))

    def rotation(self, drafts: Mapping[int, tuple[Draft, Draft]], known: _Known) -> Rotation:
        self._refuse_number()
        scope, replaces = self._scope(), self.reading.number(self.entries, "replaces", self.number - 1, self.number - 1)
        before, compromised = drafts[replaces], self._compromised(scope, replaces, known)
        back = "bridge" in self.entries and self.entries["bridge"].value == BOTH and scope == "root"
        bridge = back or self._flag("bridge", default=scope == "root")
        return Rotation(
            number=self.number,
            reason=self._reason(),
            scope=scope,
            root=self._draft("root", before[0], new=scope == "root"),
            issuing=self._draft("issuing", before[1], new=True),
            **dict(zip(_DAYS, self._days(), strict=True)),
            distribution=timedelta(days=self.reading.number(self.entries, "distribution", DISTRIBUTION, 3650)),
            bridge=bridge,
            back=back,
            compromised=compromised,
            replaces=replaces,
        )

    def _compromised(self, scope: Scope, replaces: int, known: _Known) -> tuple[str, ...]:
        """The addresses of the authorities that others have a key of: what it replaces, or those that are named."""
        at = self.entries.get("compromised")
        if at is None or not isinstance(at.value, list):
            said = self._flag("compromised", default=False)
            number = "" if replaces == 1 else f"-{replaces}"
            own = (f"{known.issuer}/issuing{number}", *((known.above[replaces],) if scope == "root" else ()))
            return own if said else ()
        return tuple(f"{known.issuer}/{one.value}" for one in at.value if self._is_authority(one, known))

    def _is_authority(self, spot: Spot, known: _Known) -> bool:
        others = [
            f"{role}{'' if number == 1 else f'-{number}'}"
            for number in known.numbers - {self.number}
            for role in SCOPES
        ]
        if spot.value in others:
            return True
        told = tr("no other generation has an authority of that name")
        self.reading.wrong(spot, told, expected=tr("one of {names}", names=", ".join(sorted(others))))
        return False

    def _refuse_number(self) -> None:
        at = self.entries.get("number", self.spot)
        if at is self.spot or at.value != self.number:
            told = tr("generations are numbered one after the other; what stands above the list is the first")
            found = "" if at is self.spot else None
            self.reading.wrong(at, told, expected=f"number: {self.number}", found=found)

    def _reason(self) -> str:
        reason = self.reading.text(self.entries, "reason", "")
        if "reason" not in self.entries:
            told = tr("a generation needs a reason, for whoever reads the log")
            self.reading.wrong(self.spot, told, expected="reason: TEXT", found="")
        return reason

    def _scope(self) -> Scope:
        scope = self.reading.text(self.entries, "scope", "root")
        if scope not in SCOPES:
            self.reading.wrong(self.entries["scope"], tr("no such scope"), expected=", ".join(SCOPES))
            return "root"
        return cast("Scope", scope)

    def _flag(self, key: str, *, default: bool) -> bool:
        if key not in self.entries:
            return default
        found = self.entries[key].value
        if not isinstance(found, bool):
            self.reading.wrong(self.entries[key], tr("{key} must be true or false", key=key))
        return found is True

    def _days(self) -> tuple[date | None, ...]:
        """The three days, in their order."""
        days: list[date | None] = []
        for key in _DAYS:
            found = self.entries[key].value if key in self.entries else None
            if key in self.entries and not isinstance(found, date):
                self.reading.wrong(self.entries[key], tr("{key} must be a day", key=key), expected="2027-03-01")
            day = found if isinstance(found, date) else None
            earlier = max((one for one in days if one), default=None)
            if day and earlier and day < earlier:
                told = tr("{key} lies before the step that comes first", key=key)
                self.reading.wrong(self.entries[key], told, expected=tr("{day} or later", day=earlier))
            days.append(day)
        return tuple(days)

    def _draft(self, role: str, before: Draft, *, new: bool) -> Draft:
        if not new:
            if role in self.entries:
                told = tr("a new issuing CA stays below the root that signs now")
                self.reading.wrong(self.entries[role], told, expected="scope: root", found="")
            return before
        draft = replace(before, subject=numbered(before.subject, self.number))
        if draft.subject == before.subject and "subject" not in self._own(role):
            told = tr("the subject has no common name that could be numbered: say another subject")
            self.reading.wrong(self.entries.get(role, self.spot), told, expected=f"{role}: {{subject: CN=…}}", found="")
        elif role not in self.entries:
            self._refuse_long(draft)
        return read_authority(self.reading, self.entries, role, draft)

    def _own(self, role: str) -> Mapping[str, Spot]:
        own = self.entries[role].value if role in self.entries else {}
        return own if isinstance(own, dict) else {}

    def _refuse_long(self, draft: Draft) -> None:
        try:
            parse_name(draft.subject)
        except Refused as refusal:
            self.reading.wrong(self.spot, tr("no subject: {reason}", reason=refusal.what), hint=refusal.hint, found="")


def numbered(subject: str, number: int) -> str:
    """The subject of the same authority's next generation: `CN=Contoso Root CA G2,O=Contoso`. RFC 4514 text."""

    def renamed(found: re.Match[str]) -> str:
        return f"{found[1]}{_NUMBERED.sub('', found[2].rstrip())} G{number}"

    return _COMMON_NAME.sub(renamed, subject, count=1)


def _refuse_taken(reading: Reading, spot: Spot, one: Rotation, taken: dict[bytes, str]) -> None:
    """Paths are found by name, and a name that came back would mean two keys."""
    entries = spot.value if isinstance(spot.value, dict) else {}
    for role, draft, told in zip(SCOPES, (one.root, one.issuing), _called(one.number), strict=True):
        if role == "root" and one.scope == "issuing":
            continue
        if other := taken.get(_name(draft)):
            what = tr("a generation needs subjects of its own: this is that of {authority}", authority=other)
            reading.wrong(entries.get(role, spot), what, found=draft.subject)
        taken.setdefault(_name(draft), told)


def _name(draft: Draft) -> bytes:
    """What a subject is compared by; the text itself for one that is none, which was said where it was read."""
    try:
        return parse_name(draft.subject).public_bytes()
    except Refused:
        return draft.subject.encode()


def _called(number: int) -> tuple[str, str]:
    return (
        tr("the root of generation {number}", number=number),
        tr("the issuing CA of generation {number}", number=number),
    )
