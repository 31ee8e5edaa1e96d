"""Two plans as JSON (`plan/1`) → what the second one changes: text, and JSON (`difference/1`).

Places and sets are told apart by their addresses; a place that got another address is one less and one more.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from certwright.report.envelope import Json, envelope
from certwright.report.layout import Screen, fields, paragraph
from certwright.speech import tr, trn
from certwright.value import field, value

_Document = Mapping[str, Any]


@value
class Change:
    """One thing that differs: values that are gone, and values that are new."""

    what: str
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()


@value
class Difference:
    """What differs, in the order of the plans. `places` and `sets` hold changes by address, `requirements` by code.

    `removed` and `added` are places that are in one plan only, by address with their names.
    """

    removed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    added: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    places: Mapping[str, tuple[Change, ...]] = field(default_factory=dict)
    sets: Mapping[str, tuple[Change, ...]] = field(default_factory=dict)
    requirements: Mapping[str, tuple[Change, ...]] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether the plans ask for the same."""
        return not (self.removed or self.added or self.places or self.sets or self.requirements)


def difference(before: _Document, after: _Document) -> Difference:
    """What the second of two `plan/1` documents changes. Titles and sources do not count, demands and wishes do.

    The sentences of plans in two languages are not compared.
    """
    old, new = _by_id(before["places"]), _by_id(after["places"])
    old_sets, new_sets = _by_id(before["sets"]), _by_id(after["sets"])
    return Difference(
        {address: _names(old[address]) for address in old if address not in new},
        {address: _names(new[address]) for address in new if address not in old},
        _changes({one: (_place_rows(old[one]), _place_rows(new[one])) for one in new if one in old}),
        _changes({one: _both(old_sets, new_sets, one) for one in {**old_sets, **new_sets}}),
        _changes(_requirements(before, after)),
    )


def _by_id(rows: Sequence[_Document]) -> dict[str, _Document]:
    return {row["id"]: row for row in rows}


def _names(place: _Document) -> tuple[str, ...]:
    return tuple(place["certificate"]["names"]) if place["certificate"] else ()


_Rows = Mapping[str, tuple[str, ...]]


def _both(old: Mapping[str, _Document], new: Mapping[str, _Document], address: str) -> tuple[_Rows, _Rows]:
    return _set_rows(old.get(address, {})), _set_rows(new.get(address, {}))


def _requirements(before: _Document, after: _Document) -> dict[str, tuple[_Rows, _Rows]]:
    """Demands that somebody makes in both plans, and that read or weigh differently."""
    old, new = before["requirements"], after["requirements"]
    words = ("severity", "term", "text")[: 3 if before.get("language", "en") == after.get("language", "en") else 2]
    return {code: (_demand_rows(old[code], words), _demand_rows(new[code], words)) for code in new if code in old}


def _changes(rows: Mapping[str, tuple[_Rows, _Rows]]) -> dict[str, tuple[Change, ...]]:
    told = {address: tuple(_compare(old, new)) for address, (old, new) in rows.items()}
    return {address: changes for address, changes in told.items() if changes}


def _compare(old: _Rows, new: _Rows) -> Iterator[Change]:
    for what in dict.fromkeys((*old, *new)):
        was, now = old.get(what, ()), new.get(what, ())
        gone = tuple(one for one in was if one not in now)
        come = tuple(one for one in now if one not in was)
        if gone or come:
            yield Change(what, gone, come)
        elif was != now:  # the same values in another order: the first name decides the subject
            yield Change(what, (", ".join(was),), (", ".join(now),))


def _place_rows(place: _Document) -> dict[str, tuple[str, ...]]:
    return {
        **_draft_rows(place["certificate"] or {}),
        "kind": (place["kind"],),
        "set": (place["set"],),
        "issuer": (place["issuer"],),
        "shares with": (place["shares_with"],),
        "files": tuple(f"{file['path']} ({file['form']})" for file in place["files"]),
        "demands": tuple(dict.fromkeys(demand["requirement"] for demand in place["demands"])),
    }


def _draft_rows(draft: _Document) -> dict[str, tuple[str, ...]]:
    if not draft:
        return {}
    pfx = draft["pfx"]
    life = tr("{count} days", count=draft["lifetime_days"])
    if until := draft["good_until"]:
        life = tr("{life}, at least until {date}", life=life, date=until)
    return {
        "names": tuple(draft["names"]),
        "subject": (draft["subject"],),
        "key usage": tuple(draft["key_usage"]),
        "extended key usage": tuple(draft["extended_key_usage"]),
        "authority": (_authority(draft),),
        "key": (f"{draft['key']['algorithm']} {draft['key']['bits']}",),
        "signature hash": (draft["signature_hash"],),
        "life": (life,),
        "revocation lists": tuple(draft["crl_distribution_points"]),
        "PFX encryption": (pfx["encryption"],),
        "PFX provider": (pfx["provider"] or tr("none named"),),
        "PFX marks": tuple(word for word in ("local_machine", "privacy") if pfx[word]),
    }


def _authority(draft: _Document) -> str:
    return tr("{authority}, path length {length}", authority=draft["authority"], length=draft["path_length"])


def _set_rows(group: _Document) -> dict[str, tuple[str, ...]]:
    if not group:
        return {}
    rule = group["password"]
    return {
        "places": tuple(group["places"]),
        "password": (_rule(rule),) if rule else (),
        "scripts": tuple(script["path"] for script in group["scripts"]),
        "demands": tuple(demand["requirement"] for demand in group["demands"]),
    }


def _rule(rule: _Document) -> str:
    return tr(
        "{minimum} characters of {classes} kinds, none of {forbidden}",
        minimum=rule["minimum"],
        classes=rule["classes"],
        forbidden=repr(rule["forbidden"]),
    )


def _demand_rows(requirement: _Document, words: Sequence[str]) -> dict[str, tuple[str, ...]]:
    return {word: (str(requirement[word]),) for word in words}


# ── text and JSON ─────────────────────────────────────────────────────────────────────────────────


def difference_text(told: Difference, screen: Screen) -> str:
    """The changes: `-` for what is gone, `+` for what is new, and the count."""
    lines: list[str] = []
    for sign, style, places in (("-", "bad", told.removed), ("+", "good", told.added)):
        for address, names in places.items():
            lines += paragraph(f"{sign} {address}", screen, style=style)
            lines += paragraph(", ".join(names), screen, indent=4)
    lines += [""] * bool(lines)
    for group in (told.places, told.sets, told.requirements):
        for address, changes in group.items():
            lines += paragraph(address, screen, style="strong")
            lines += fields(((label(change.what), signed(change)) for change in changes), screen, indent=2)
            lines.append("")
    return "\n".join([*lines, _summary(told)]) + "\n"


def signed(change: Change) -> str:
    """What is gone and what is new, a line each."""
    return "\n".join([*(f"- {one}" for one in change.removed), *(f"+ {one}" for one in change.added)])


def _summary(told: Difference) -> str:
    if told.empty:
        return tr("both plans ask for the same")
    return tr(
        "{less} less, {more} more, {changed} changed",
        less=_places(len(told.removed)),
        more=len(told.added),
        changed=_places(len(told.places)),
    )


def _places(number: int) -> str:
    return trn("{count} place", "{count} places", number)


def label(what: str) -> str:
    """What changed, as people read it."""
    labels = {
        "kind": tr("kind"),
        "set": tr("set"),
        "issuer": tr("issuer"),
        "shares with": tr("shares with"),
        "files": tr("files"),
        "demands": tr("demands"),
        "names": tr("names"),
        "subject": tr("subject"),
        "key usage": tr("key usage"),
        "extended key usage": tr("extended key usage"),
        "authority": tr("authority"),
        "key": tr("key"),
        "signature hash": tr("signature hash"),
        "life": tr("life"),
        "revocation lists": tr("revocation lists"),
        "PFX encryption": tr("PFX encryption"),
        "PFX provider": tr("PFX provider"),
        "PFX marks": tr("PFX marks"),
        "places": tr("places"),
        "password": tr("password"),
        "scripts": tr("scripts"),
        "severity": tr("severity"),
        "term": tr("term"),
        "text": tr("text"),
    }
    return labels.get(what, what)


def difference_document(told: Difference) -> dict[str, Json]:
    """The difference as `difference/1`."""
    return envelope(
        "difference",
        {
            "same": told.empty,
            "removed": [{"id": address, "names": list(names)} for address, names in told.removed.items()],
            "added": [{"id": address, "names": list(names)} for address, names in told.added.items()],
            "places": _documents(told.places),
            "sets": _documents(told.sets),
            "requirements": _documents(told.requirements),
        },
    )


def _documents(group: Mapping[str, Sequence[Change]]) -> list[Json]:
    return [
        {
            "id": address,
            "changes": [
                {"what": change.what, "removed": list(change.removed), "added": list(change.added)}
                for change in changes
            ],
        }
        for address, changes in group.items()
    ]
