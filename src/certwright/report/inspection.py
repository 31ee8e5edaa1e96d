"""What is inside files → text for people. Three hashes have three names: signature hash, PFX encryption, PFX MAC.

Thumbprints stand in full: whoever inspects a file compares them.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from certwright.pack.detect import FORMS
from certwright.pack.inside import Inside
from certwright.pfx.facts import PfxFacts
from certwright.report.inspection_rows import (
    Rows,
    certificate_rows,
    chain_rows,
    crl_rows,
    encryption_text,
    key_rows,
    lines_of,
    mac_text,
    request_rows,
)
from certwright.report.layout import Screen, counted, fields, paragraph, visible
from certwright.value import value

LABEL = 18


@value
class Inspected:
    """One file (or member of an archive) and what is in it, or the `reason` why it could not be opened.

    `foreign` files lay in a folder and claim to be nothing of this trade: that they are not is no failure.
    """

    path: str
    size: int = 0
    contents: tuple[Inside, ...] = ()
    reason: str = ""
    hint: str = ""
    foreign: bool = False

    @property
    def opened(self) -> bool:
        """Whether nothing that should open stayed closed."""
        return self.foreign or not (self.reason or any(one.closed for one in self.contents))


def inspection_text(files: Sequence[Inspected], now: datetime, screen: Screen) -> str:
    """Every file with everything in it; the last lines say what is nothing of this trade, and count."""
    lines: list[str] = []
    for file in files:
        if not file.foreign:
            lines += [*_file(file, now, screen), ""]
    foreign = [visible(file.path) for file in files if file.foreign]
    if foreign:
        lines += paragraph(f"not inspected, for they hold nothing of this trade: {', '.join(foreign)}", screen)
    shut = sum(not file.opened for file in files)
    told = screen.paint(f"{shut} could not be opened in full", "warning") if shut else "everything opened"
    lines.append(f"{counted(len(files) - len(foreign), 'file')} inspected: {told}")
    return "\n".join(lines) + "\n"


def _file(file: Inspected, now: datetime, screen: Screen) -> Iterator[str]:
    yield from paragraph(visible(file.path), screen, style="strong")
    if file.reason:
        rows = [("cannot be opened", visible(file.reason)), ("hint", visible(file.hint))]
        yield from fields(rows, screen, indent=2, label=LABEL, style="warning")
    for one in file.contents:
        title = f": {visible(one.title)}" if one.title else ""
        yield from paragraph(f"{FORMS[one.form]}{title}", screen, indent=2)
        yield from _content(one, now, screen)


def _content(inside: Inside, now: datetime, screen: Screen) -> Iterator[str]:
    yield from _part("", _closed_rows(inside), screen, style="warning")
    if inside.pfx:
        yield from _part("", _pfx_rows(inside, inside.pfx), screen)
    for key in inside.keys:
        yield from _part(_headed("private key", key.where), key_rows(key, inside), screen)
    for number, certificate in enumerate(inside.certificates, 1):
        head = _headed(f"certificate {number}", certificate.where)
        yield from _part(head, certificate_rows(certificate, inside, now), screen)
    for request in inside.requests:
        yield from _part(_headed("certificate request", request.where), request_rows(request), screen)
    for crl in inside.crls:
        yield from _part(_headed("revocation list", crl.where), crl_rows(crl, now), screen)
    for chain in inside.chains:
        yield from _part("chain", chain_rows(chain, inside), screen)
    yield from _part("", [("also in it", lines_of(inside.other))], screen)


def _part(head: str, rows: Rows, screen: Screen, *, style: str = "faint") -> Iterator[str]:
    if head:
        yield "  " + screen.paint(head, "heading")
    yield from fields(rows, screen, indent=4, label=LABEL, style=style)


def _headed(name: str, where: str) -> str:
    return f"{name} ({visible(where)})" if where else name


# ── PFX ──


def _closed_rows(inside: Inside) -> list[tuple[str, str]]:
    """Parts that stayed closed for one reason share a line."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for one in inside.closed:
        reasons.setdefault((one.reason, one.hint), []).append(one.where)
    rows = []
    for (reason, hint), places in reasons.items():
        where = "; ".join(filter(None, places))
        rows += [("stays closed", visible(f"{where}: {reason}" if where else reason)), ("hint", visible(hint))]
    return rows


def _pfx_rows(inside: Inside, pfx: PfxFacts) -> Rows:
    unlocked = {"given": "the one given fits", "empty": "none: the file opens without one, or with an empty one"}
    return [
        ("password", unlocked.get(inside.unlocked, "")),
        ("PFX MAC", mac_text(pfx.mac)),
        ("PFX encryption", "\n".join(f"{safe.where}: {encryption_text(safe.encryption)}" for safe in pfx.sealed)),
        ("lengths", "indefinite (BER, not DER)" if pfx.indefinite_lengths else ""),
        ("remarks", lines_of(pfx.defects)),
    ]
