"""The calendar is what calendars read: one event for each thing that falls due, and the same event the next time."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from certwright.report.calendar import calendar_text
from certwright.report.falling import Falling

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
RENEWAL = Falling(
    "east/portal", "renewal", date(2027, 8, 1), "two thirds of its life are over", "certwright apply contoso.yaml"
)
EXPIRY = Falling("east/portal", "expiry", date(2028, 1, 1), "expires")


def events(text: str) -> list[dict[str, object]]:
    return [
        {
            "uid": str(event["UID"]),
            "on": event["DTSTART"].dt,
            "until": event["DTEND"].dt,
            "summary": str(event["SUMMARY"]),
            "alarms": [alarm["TRIGGER"].dt for alarm in event.walk("VALARM")],
        }
        for event in Calendar.from_ical(text).walk("VEVENT")
    ]


def test_everything_is_an_event_of_one_day_in_order_of_days() -> None:
    told = events(calendar_text("contoso.yaml", [EXPIRY, RENEWAL], NOW))
    assert [(one["on"], one["until"], one["summary"]) for one in told] == [
        (date(2027, 8, 1), date(2027, 8, 2), "east/portal: two thirds of its life are over"),
        (date(2028, 1, 1), date(2028, 1, 2), "east/portal: expires"),
    ]
    assert {tuple(one["alarms"]) for one in told} == {(timedelta(days=-7),)}
    assert "\r\n" in calendar_text("contoso.yaml", [RENEWAL], NOW)


def test_an_event_that_moves_stays_the_same_event() -> None:
    moved = Falling(RENEWAL.place, RENEWAL.kind, date(2029, 3, 1), "changed")
    (before,), (after,) = (events(calendar_text("contoso.yaml", [one], NOW)) for one in (RENEWAL, moved))
    assert before["uid"] == after["uid"]
    uids = {
        one["uid"]
        for name in ("contoso.yaml", "fabrikam.yaml")
        for one in events(calendar_text(name, [RENEWAL, EXPIRY], NOW))
    }
    assert len(uids) == 4


def test_no_lines_are_too_long_for_a_calendar() -> None:
    text = calendar_text("contoso.yaml", [Falling("a/b", "renewal", date(2027, 1, 1), "ä" * 300)], NOW)
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75  # RFC 5545 3.1
    assert events(text)[0]["summary"] == "a/b: " + "ä" * 300


@given(st.text(max_size=50), st.text(max_size=50))
def test_no_text_adds_a_property(place: str, what: str) -> None:
    text = calendar_text(place, [Falling(place, "renewal", date(2027, 1, 1), what, what)], NOW)
    (event,) = Calendar.from_ical(text).walk("VEVENT")
    assert set(event) == {"UID", "DTSTAMP", "DTSTART", "DTEND", "TRANSP", "SUMMARY"} | (
        {"DESCRIPTION"} if what else set()
    )
