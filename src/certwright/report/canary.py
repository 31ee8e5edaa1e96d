"""Canaries → text: whether a revocation reached the list, where, and after how long."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from certwright.report.layout import Screen, fields, paragraph
from certwright.speech import tr, trn
from certwright.value import value


@value
class Heard:
    """What was found at one address. `trouble` is why the list there is worth nothing, "" for a good one."""

    address: str
    listed: bool = False
    trouble: str = ""
    number: int | None = None
    since: datetime | None = None


@value
class Flown:
    """An authority's canary: revoked at a moment, to be listed by another; `seen` when it was found everywhere.

    `released` says that it was made just now.
    """

    authority: str
    serial: int
    revoked: datetime
    promised: datetime
    seen: datetime | None
    released: bool
    heard: tuple[Heard, ...]
    now: datetime

    @property
    def failed(self) -> bool:
        """Whether somebody who asks now is not told of the revocation, and should be; or was told too late."""
        if any(one.trouble for one in self.heard):
            return True
        return (self.seen or self.now) > self.promised

    @property
    def waits(self) -> bool:
        """Whether it is neither listed nor late."""
        return self.seen is None and not self.failed


def canaries_text(flown: Sequence[Flown], commands: Sequence[str], screen: Screen) -> str:
    """What became of them; `commands` are what to type, one after the other, while one of them was not found."""
    lines: list[str] = []
    for one in flown:
        style = "bad" if one.failed else "warning" if one.waits else "good"
        lines += paragraph(f"{one.authority}: {_verdict(one)}", screen, style=style)
        lines += fields([(heard.address, _heard(one, heard)) for heard in one.heard], screen, indent=2)
    if any(one.seen is None for one in flown):
        lines += paragraph(tr("have it listed, bring the lists to where they are fetched, and look again:"), screen)
        lines += [f"  {screen.paint(one, 'address')}" for one in commands]
    return "\n".join(lines) + "\n"


def span(time: timedelta) -> str:
    """A span in the largest unit that says it well."""
    seconds = max(0, round(time.total_seconds()))
    if seconds < 120:
        return trn("{count} second", "{count} seconds", seconds)
    if seconds < 2 * 3600:
        return trn("{count} minute", "{count} minutes", seconds // 60)
    return trn("{count} hour", "{count} hours", seconds // 3600)


def _verdict(one: Flown) -> str:
    serial, promised = f"{one.serial:x}", span(one.promised - one.revoked)
    if one.seen is not None and one.seen > one.promised:
        return tr(
            "canary {serial} was found {late} after it was revoked, and {promised} were promised",
            serial=serial, late=span(one.seen - one.revoked), promised=promised,
        )  # fmt: skip
    if one.seen is not None:
        return tr(
            "canary {serial} was found {after} after it was revoked; {promised} were promised",
            serial=serial, after=span(one.seen - one.revoked), promised=promised,
        )  # fmt: skip
    if one.now > one.promised:
        return tr(
            "canary {serial} is not listed everywhere {after} after it was revoked, and {promised} were promised",
            serial=serial, after=span(one.now - one.revoked), promised=promised,
        )  # fmt: skip
    told = tr("canary {serial} was made and revoked", serial=serial) if one.released else tr(
        "canary {serial} was revoked {after} ago", serial=serial, after=span(one.now - one.revoked)
    )  # fmt: skip
    return tr("{told}; it has to be listed by {moment}", told=told, moment=f"{one.promised:%Y-%m-%d %H:%M} UTC")


def _heard(one: Flown, heard: Heard) -> str:
    return "; ".join(_parts(one, heard))


def _parts(one: Flown, heard: Heard) -> Iterator[str]:
    if heard.trouble:
        yield heard.trouble
    if heard.since is None:
        return
    since = f"{heard.since:%Y-%m-%d %H:%M:%S} UTC"
    words = {"number": "?" if heard.number is None else str(heard.number), "moment": since}
    if heard.listed:
        yield tr("listed by number {number}, in force from {moment}", **words)
    else:
        yield tr("not listed by number {number}, in force from {moment}", **words)
