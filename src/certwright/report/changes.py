"""What `apply` would change, compared with what is held and delivered → text, and JSON (`changes/1`)."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Literal

from certwright.report.difference import Change, label, signed
from certwright.report.envelope import Json, envelope, moment
from certwright.report.layout import Screen, fields, paragraph
from certwright.report.words import files
from certwright.speech import tr, trn
from certwright.value import value


@value
class Coming:
    """A certificate that would be made: `verb` is issue or renew, `changes` what of its demands is another now."""

    place: str
    verb: str
    reason: str
    changes: tuple[Change, ...] = ()


@value
class ListChange:
    """What becomes of a revocation list: it is `new`, or made `again`; it is `kept` until the end of the certificates
    that name it, though others are named by now; or it is `gone`: it is made no more, and its file is still there.
    """

    path: str
    what: Literal["new", "again", "kept", "gone"]
    until: date | None = None


@value
class Changes:
    """What a run would do now. Paths are those of the output folder; `others` are actions beside certificates, their
    files and lists, each with its place and reason; `foreign` are files in the way that certwright did not write.
    """

    certificates: tuple[Coming, ...]
    written: tuple[str, ...]
    replaced: tuple[str, ...]
    left: tuple[str, ...]
    foreign: tuple[str, ...]
    others: tuple[tuple[str, str], ...]
    waiting: tuple[tuple[str, str], ...]
    later: tuple[tuple[str, str, datetime], ...]
    lists: tuple[ListChange, ...] = ()
    removed: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether a run would change nothing. What waits for others, or for a window, and what is left over is no
        change.
        """
        done = (self.certificates, self.written, self.replaced, self.removed, self.others, self.published)
        return not any(done)

    @property
    def published(self) -> tuple[ListChange, ...]:
        """The lists that would be made."""
        return tuple(one for one in self.lists if one.what in ("new", "again"))


def changes_text(told: Changes, screen: Screen) -> str:
    """Certificates with their reasons, `+` for what is new and `-` for what is gone; then files; then what waits."""
    lines = [line for one in told.certificates for line in _certificate(one, screen)]
    lines += [""] * bool(lines)
    signs = (("+", "good", told.written), ("~", "warning", told.replaced), ("-", "bad", told.removed))
    for sign, style, paths in signs:
        for path in paths:
            lines += paragraph(f"{sign} {path}", screen, style=style)
    lines += [line for one in told.published for line in _published(one, screen)]
    for place, reason in told.others:
        lines += paragraph(f"~ {place}: {reason}", screen, style="warning")
    for path in told.foreign:
        lines += paragraph(tr("! {path}: certwright did not write it, and it is in the way", path=path), screen)
    for path in told.left:
        lines += paragraph(tr("? {path}: no longer part of the plan; it is left there", path=path), screen)
    lines += _kept(told, screen)
    lines += _waiting(told, screen)
    lines += [""] * bool(lines and lines[-1])
    return "\n".join([*lines, *paragraph(_summary(told), screen)]) + "\n"


def _certificate(one: Coming, screen: Screen) -> Iterator[str]:
    sign = "+" if one.verb == "issue" else "~"
    yield from paragraph(f"{sign} {one.place}: {one.reason}", screen, style="strong")
    yield from fields(((label(change.what), signed(change)) for change in one.changes), screen, indent=4)


def _published(one: ListChange, screen: Screen) -> list[str]:
    if one.what == "new":
        return paragraph(tr("+ {path}: a new revocation list", path=one.path), screen, style="good")
    return paragraph(tr("~ {path}: the revocation list is made again", path=one.path), screen, style="warning")


def _kept(told: Changes, screen: Screen) -> Iterator[str]:
    """Lists that no new certificate names: those of one day together, for there may be hundreds."""
    kept = sorted((one for one in told.lists if one.what == "kept"), key=lambda one: (str(one.until), one.path))
    for until, several in groupby(kept, key=lambda one: one.until):
        paths = [one.path for one in several]
        said = trn(
            "= {paths}: published until {day}, when the last certificate ends that names it",
            "= {paths}: published until {day}, when the last certificate ends that names one of them",
            len(paths), paths=", ".join(paths), day=until,
        )  # fmt: skip
        yield from paragraph(said, screen)
    for one in told.lists:
        if one.what == "gone":
            said = tr("? {path}: this revocation list is made no more; it is left there", path=one.path)
            yield from paragraph(said, screen)


def _waiting(told: Changes, screen: Screen) -> Iterator[str]:
    if told.waiting:
        yield from paragraph(tr("waiting for somebody else:"), screen)
        yield from fields(told.waiting, screen, indent=2)
    if told.later:
        yield from paragraph(tr("waiting for a maintenance window:"), screen)
        rows = [(place, f"{opens:%Y-%m-%d %H:%M} UTC: {reason}") for place, reason, opens in told.later]
        yield from fields(rows, screen, indent=2)


def _summary(told: Changes) -> str:
    if told.empty:
        return tr("apply would change nothing now")
    count = len(told.certificates)
    made = trn("{count} certificate to be made", "{count} certificates to be made", count)
    done = tr(
        "{made}; {new} to be written, {old} to be replaced",
        made=made, new=files(len(told.written)), old=files(len(told.replaced)),
    )  # fmt: skip
    if told.removed:
        done = tr("{done}, {gone} to be taken away", done=done, gone=files(len(told.removed)))
    count = len(told.published)
    lists = trn("{count} revocation list to be published", "{count} revocation lists to be published", count)
    return tr("{done}; {lists}", done=done, lists=lists) if count else done


def changes_document(told: Changes) -> dict[str, Json]:
    """The same as `changes/1`."""
    return envelope(
        "changes",
        {
            "same": told.empty,
            "certificates": [
                {
                    "place": one.place,
                    "verb": one.verb,
                    "reason": one.reason,
                    "changes": [
                        {"what": change.what, "removed": list(change.removed), "added": list(change.added)}
                        for change in one.changes
                    ],
                }
                for one in told.certificates
            ],
            "files": {
                "written": list(told.written),
                "replaced": list(told.replaced),
                "left": list(told.left),
                "removed": list(told.removed),
                "foreign": list(told.foreign),
            },
            "lists": [
                {"path": one.path, "what": one.what, "until": one.until.isoformat() if one.until else None}
                for one in told.lists
            ],
            "others": _pairs(told.others),
            "waiting": _pairs(told.waiting),
            "later": [
                {"place": place, "reason": reason, "opens": moment(opens)} for place, reason, opens in told.later
            ],
        },
    )


def _pairs(rows: Sequence[tuple[str, str]]) -> list[Json]:
    return [{"place": place, "reason": reason} for place, reason in rows]
