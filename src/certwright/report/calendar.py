"""What falls due, and when → an iCalendar file (RFC 5545): whole-day events that calendars update, and never double."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from icalendar import Alarm, Calendar, Event

from certwright.report.falling import Falling
from certwright.report.told import one_line
from certwright.speech import tr


def calendar_text(deployment: str, falling: Iterable[Falling], now: datetime, *, days_before: int = 7) -> str:
    """The calendar of a deployment. Each event has an alarm that many days before its own."""
    calendar = Calendar()
    calendar.add("prodid", "-//certwright//calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", tr("Certificates of {name}", name=one_line(deployment)))
    for one in sorted(falling, key=lambda one: (one.on, one.place, one.kind)):
        calendar.add_component(_event(deployment, one, now, days_before))
    return bytes(calendar.to_ical()).decode()


def _event(deployment: str, one: Falling, now: datetime, days_before: int) -> Event:
    event = Event()
    event.add("uid", hashlib.sha256(f"{deployment}\0{one.place}\0{one.kind}".encode()).hexdigest()[:40] + "@certwright")
    event.add("dtstamp", now)
    event.add("dtstart", one.on)
    event.add("dtend", one.on + timedelta(days=1))
    event.add("transp", "TRANSPARENT")  # nobody is busy because a certificate falls due
    event.add("summary", one_line(f"{one.place}: {one.what}"))
    if one.todo:
        event.add("description", one_line(one.todo))
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", one_line(f"{one.place}: {one.what}"))
    alarm.add("trigger", timedelta(days=-days_before))
    event.add_component(alarm)
    return event
