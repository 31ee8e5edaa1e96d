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
from certwright.report.layout import Screen, columns_of, fields, paragraph, visible
from certwright.report.words import files as files_told
from certwright.speech import tr
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
        told = tr("not inspected, for they hold nothing of this trade: {files}", files=", ".join(foreign))
        lines += paragraph(told, screen)
    shut = sum(not file.opened for file in files)
    told = tr("everything opened")
    if shut:
        told = screen.paint(tr("{count} could not be opened in full", count=shut), "warning")
    number = files_told(len(files) - len(foreign))
    lines.append(tr("{files} inspected: {how}", files=number, how=told))
    return "\n".join(lines) + "\n"


def _file(file: Inspected, now: datetime, screen: Screen) -> Iterator[str]:
    yield from paragraph(visible(file.path), screen, style="strong")
    if file.reason:
        rows = [(tr("cannot be opened"), visible(file.reason)), (tr("hint"), visible(file.hint))]
        yield from fields(rows, screen, indent=2, label=LABEL, style="warning")
    for one in file.contents:
        title = f": {visible(one.title)}" if one.title else ""
        yield from paragraph(f"{tr(FORMS[one.form])}{title}", screen, indent=2)
        parts = list(_parts(one, now))
        label = max((LABEL, *(columns_of(name) for _, rows in parts for name, text in rows if text)))
        yield from fields(_closed_rows(one), screen, indent=4, label=label, style="warning")
        for head, told in parts:
            if head:
                yield "  " + screen.paint(head, "heading")
            yield from fields(told, screen, indent=4, label=label)


def _parts(inside: Inside, now: datetime) -> Iterator[tuple[str, Rows]]:
    """What was opened: headings, "" for none, and what stands below them."""
    if inside.pfx:
        yield "", _pfx_rows(inside, inside.pfx)
    for key in inside.keys:
        yield _headed(tr("private key"), key.where), key_rows(key, inside)
    for number, certificate in enumerate(inside.certificates, 1):
        head = _headed(tr("certificate {number}", number=number), certificate.where)
        yield head, certificate_rows(certificate, inside, now)
    for request in inside.requests:
        yield _headed(tr("certificate request"), request.where), request_rows(request)
    for crl in inside.crls:
        yield _headed(tr("revocation list"), crl.where), crl_rows(crl, now)
    for chain in inside.chains:
        yield tr("chain"), chain_rows(chain, inside)
    yield "", [(tr("also in it"), lines_of(inside.other))]


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
        closed = visible(f"{where}: {reason}" if where else reason)
        rows += [(tr("stays closed"), closed), (tr("hint"), visible(hint))]
    return rows


def _pfx_rows(inside: Inside, pfx: PfxFacts) -> Rows:
    unlocked = {
        "given": tr("the one given fits"),
        "empty": tr("none: the file opens without one, or with an empty one"),
    }
    sealed = "\n".join(f"{safe.where}: {encryption_text(safe.encryption)}" for safe in pfx.sealed)
    return [
        (tr("password"), unlocked.get(inside.unlocked, "")),
        (tr("PFX MAC"), mac_text(pfx.mac)),
        (tr("PFX encryption"), sealed),
        (tr("lengths"), tr("indefinite (BER, not DER)") if pfx.indefinite_lengths else ""),
        (tr("remarks"), lines_of(pfx.defects)),
    ]
