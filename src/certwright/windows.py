"""Maintenance windows: when a site may be touched. A cron expression opens one, it stays open for a while, in a zone.

Only what can wait waits for one: first certificates, expired and revoked ones do not.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from certwright.errors import Refused
from certwright.speech import tr
from certwright.value import value

LONGEST = timedelta(days=31)


@value
class Window:
    """Opens at the minutes `cron` names (five fields, as Debian's cron reads them) in `zone`, for `duration`."""

    cron: str
    duration: timedelta
    zone: str = "UTC"

    def __post_init__(self) -> None:
        """Refused, saying which part is wrong and how it should look."""
        from zoneinfo import ZoneInfoNotFoundError  # noqa: PLC0415 - 12 ms to load, for the few who have windows

        from cronsim import CronSimError  # noqa: PLC0415

        if not timedelta() < self.duration <= LONGEST:
            raise Refused(
                tr("a maintenance window cannot be open for {hours} hours", hours=self.duration / timedelta(hours=1)),
                tr("say hours: 4, for example; at most {hours}", hours=LONGEST // timedelta(hours=1)),
            )
        try:
            self.openings(datetime(2026, 1, 1, tzinfo=UTC))
        except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
            raise Refused(
                tr("no time zone is called {zone!r}", zone=self.zone), tr("zones are called like Europe/Berlin, or UTC")
            ) from unknown
        except CronSimError as wrong:
            raise Refused(
                tr("{cron!r} is no cron expression: {reason}", cron=self.cron, reason=wrong),
                tr("five fields: minute, hour, day of month, month, day of week; 0 22 * * SAT is Saturdays at ten"),
            ) from wrong

    def openings(self, after: datetime) -> Iterator[datetime]:
        """When it opens, after that moment; aware UTC, without an end: cronsim refuses days that never come."""
        from zoneinfo import ZoneInfo  # noqa: PLC0415

        from cronsim import CronSim  # noqa: PLC0415

        local = after.astimezone(ZoneInfo(self.zone))
        return (moment.astimezone(UTC) for moment in CronSim(self.cron, local))

    def is_open(self, now: datetime) -> bool:
        """Whether work may be done now."""
        return next(self.openings(now - self.duration)) <= now

    def next_chance(self, now: datetime) -> datetime:
        """`now` when it is open, else when it opens next."""
        return now if self.is_open(now) else next(self.openings(now))
