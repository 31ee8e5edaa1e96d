"""Lists, and what is wrong between them and the vault → text for people, JSON (`vault/1`) for programs."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from certwright.report.envelope import Json, envelope, moment
from certwright.report.layout import Cell, Screen, paragraph, table
from certwright.speech import noted, tr
from certwright.value import value

State = Literal["applied", "to add", "to remove"]
_STATES = {"applied": noted("applied"), "to add": noted("to be added"), "to remove": noted("to be removed")}
_KINDS = {"certificate": noted("certificate"), "crl": noted("revocation list"), "key": noted("private key")}
SOON = timedelta(days=30)


@value
class ListRow:
    """One file of one list. `origin` is "file" for records of the deployment file, "vault" for entries of the vault,
    "issued" for what certwright makes itself. `until` is the end of a certificate, or a CRL's next update.
    """

    list: str
    file: str
    secret: str
    origin: str
    state: State
    kind: str = "certificate"
    subject: str = ""
    until: datetime | None = None


@value
class Listing:
    """The lists of a site. `vault` says who keeps its secrets, `purges` are secrets that are still to be purged."""

    site: str
    vault: str
    rows: tuple[ListRow, ...]
    now: datetime
    purges: tuple[str, ...] = ()


@value
class Orphan:
    """Something that does not match. Kinds: unused (a secret no list uses), gone (an entry whose secret is deleted,
    switched off or purged), newer (the vault has a later version than the one that was applied), undelivered (a secret
    that cluster objects name, and that was never set), unpaired (a revocation list without its certificate).
    """

    kind: Literal["unused", "gone", "newer", "undelivered", "unpaired"]
    secret: str
    list: str = ""
    file: str = ""
    told: str = ""


_ORPHANS = {
    "unused": noted("no list uses it"),
    "gone": noted("its secret is not there"),
    "newer": noted("the vault has a later version"),
    "unpaired": noted("no certificate of its list has its base name any more"),
    "undelivered": noted("cluster objects name it, and it is not in the vault"),
}


def listing_text(listing: Listing, screen: Screen, filtered: str = "") -> str:
    """A table of all entries, and what waits to be applied."""
    if not listing.rows:
        told = tr("the list {name} is empty", name=filtered) if filtered else tr("no list has an entry")
        lines = paragraph(told, screen)
    else:
        head = (tr("list"), tr("file"), tr("secret"), tr("from"), tr("valid until"), tr("state"))
        lines = table(head, [_cells(row, listing.now) for row in listing.rows], screen, gap=2)
    waiting = sum(row.state != "applied" for row in listing.rows)
    if waiting:
        lines += ["", *paragraph(tr("what is to be added or removed waits for certwright vault apply"), screen)]
    if listing.purges:
        told = tr("to be purged by certwright vault apply: {names}", names=", ".join(listing.purges))
        lines += ["", *paragraph(told, screen)]
    return "\n".join(lines) + "\n"


def _cells(row: ListRow, now: datetime) -> list[Cell]:
    until = f"{row.until:%Y-%m-%d}" if row.until else "-"
    late = "bad" if row.until and row.until <= now else "warning" if row.until and row.until - now < SOON else ""
    origin = {"file": tr("file"), "vault": tr("vault")}.get(row.origin) or tr("issuer")
    state = Cell(tr(_STATES[row.state]), "good" if row.state == "applied" else "warning")
    return [Cell(row.list), Cell(row.file, "address"), Cell(row.secret or "-"), Cell(origin), Cell(until, late), state]


def listing_document(listing: Listing) -> dict[str, Json]:
    """The same as `vault/1`."""
    return envelope(
        "vault",
        {
            "site": listing.site,
            "vault": listing.vault,
            "entries": [
                {
                    "list": row.list,
                    "file": row.file,
                    "secret": row.secret,
                    "origin": row.origin,
                    "state": row.state,
                    "kind": row.kind,
                    "subject": row.subject,
                    "until": moment(row.until) if row.until else None,
                }
                for row in listing.rows
            ],
            "to_purge": list(listing.purges),
            "at": moment(listing.now),
        },
    )


def orphans_text(orphans: Sequence[Orphan], vault: str, screen: Screen) -> str:
    """What does not match between lists and vault, each with its reason."""
    if not orphans:
        return "\n".join(paragraph(tr("{vault}: every secret is used, and every entry has its secret", vault=vault),
                                   screen, style="good")) + "\n"  # fmt: skip
    head = (tr("secret"), tr("list"), tr("file"), tr("what is wrong"))
    rows = [
        [Cell(one.secret, "address"), Cell(one.list or "-"), Cell(one.file or "-"), Cell(_wrong(one), "warning")]
        for one in orphans
    ]
    return "\n".join(table(head, rows, screen)) + "\n"


def _wrong(orphan: Orphan) -> str:
    told = tr(_ORPHANS[orphan.kind])
    return tr("{what} ({details})", what=told, details=orphan.told) if orphan.told else told


def orphans_document(orphans: Sequence[Orphan], site: str, vault: str) -> dict[str, Json]:
    """The same as `orphans/1`."""
    rows: list[Json] = [
        {"kind": one.kind, "secret": one.secret, "list": one.list, "file": one.file, "told": one.told}
        for one in orphans
    ]
    return envelope("orphans", {"site": site, "vault": vault, "orphans": rows})
