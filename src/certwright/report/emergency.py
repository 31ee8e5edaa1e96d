"""How far a compromised authority is replaced → text, and JSON (`emergency/1`)."""

from collections.abc import Iterator
from datetime import datetime

from certwright.report.envelope import Json, envelope, moment
from certwright.report.layout import Screen, paragraph
from certwright.report.words import certificates
from certwright.speech import tr
from certwright.value import value


@value
class Replaced:
    """A certificate of the compromised generation that had not ended when another one began to sign.

    `by` is the serial of what stands there now, None while it is still this one; `fault` why that does not verify, ""
    when it does. `accepted` says that the old one would still be.
    """

    place: str
    serial: int
    not_after: datetime
    by: int | None = None
    fault: str = ""
    accepted: bool = False

    @property
    def is_done(self) -> bool:
        """Whether something good stands there, and the old is worth nothing."""
        return self.by is not None and not self.fault and not self.accepted


@value
class Emergency:
    """How far a compromised generation is replaced.

    `revoked` is when its issuing CA was, None where nothing above it could. `presenting` are consumers that were last
    seen with something of it, `unseen` those that nobody has looked at since another one signs.
    """

    issuer: str
    number: int
    reason: str
    retired: bool
    certificates: tuple[Replaced, ...]
    revoked: datetime | None = None
    presenting: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do, here or anywhere else."""
        ended = self.retired or self.revoked is not None  # the root above may be needed for longer
        return ended and all(one.is_done for one in self.certificates) and not (self.presenting or self.unseen)


def emergency_text(told: Emergency, screen: Screen) -> str:
    """What was replaced and verified, what was not, and who still has the old."""
    head = tr(
        "{issuer}, generation {number}, is compromised: {reason}",
        issuer=told.issuer, number=told.number, reason=told.reason,
    )  # fmt: skip
    lines = [*paragraph(head, screen, style="strong"), *_state(told, screen), ""]
    for one in told.certificates:
        lines += paragraph(_row(one), screen, indent=2, style="good" if one.is_done else "warning")
    done = sum(one.is_done for one in told.certificates)
    summary = tr(
        "{count} of {all} replaced and verified",
        count=certificates(done), all=len(told.certificates),
    )  # fmt: skip
    lines += [*paragraph(summary, screen), *_consumers(told, screen)]
    return "\n".join(lines) + "\n"


def _state(told: Emergency, screen: Screen) -> Iterator[str]:
    if told.revoked:
        yield from paragraph(tr("its issuing CA is revoked since {day}", day=f"{told.revoked:%Y-%m-%d %H:%M}"), screen)
    yield from paragraph(tr("it is retired") if told.retired else tr("it is not yet retired"), screen)


def _row(one: Replaced) -> str:
    words = {"place": one.place, "serial": f"{one.serial:x}", "by": f"{one.by or 0:x}", "fault": one.fault}
    if one.by is None:
        return tr("{place}: {serial} is not replaced", **words)
    if one.fault:
        return tr("{place}: {serial} is replaced by {by}, which does not verify: {fault}", **words)
    if one.accepted:
        return tr("{place}: {serial} is replaced by {by}, and would still be accepted", **words)
    return tr("{place}: {serial} is replaced by {by}", **words)


def _consumers(told: Emergency, screen: Screen) -> Iterator[str]:
    if told.presenting:
        names = ", ".join(told.presenting)
        yield from paragraph(tr("these still present what it signed: {consumers}", consumers=names), screen)
    if told.unseen:
        names = ", ".join(told.unseen)
        yield from paragraph(tr("nobody has looked at these since: {consumers}", consumers=names), screen)


def emergency_document(told: Emergency) -> dict[str, Json]:
    """The same as `emergency/1`."""
    return envelope(
        "emergency",
        {
            "issuer": told.issuer,
            "generation": told.number,
            "reason": told.reason,
            "retired": told.retired,
            "revoked": moment(told.revoked) if told.revoked else None,
            "over": told.is_over,
            "certificates": [
                {
                    "place": one.place,
                    "serial": f"{one.serial:x}",
                    "not_after": moment(one.not_after),
                    "replaced_by": None if one.by is None else f"{one.by:x}",
                    "fault": one.fault,
                    "still_accepted": one.accepted,
                }
                for one in told.certificates
            ],
            "presenting": list(told.presenting),
            "unseen": list(told.unseen),
        },
    )
