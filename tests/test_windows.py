"""A maintenance window is open when it says so, through changes of the clock, and refuses nonsense in words."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certwright.errors import Refused
from certwright.windows import Window

SATURDAY = Window("0 22 * * SAT", timedelta(hours=4), "Europe/Berlin")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-21T21:59:59+01:00", False),
        ("2026-11-21T22:00:00+01:00", True),
        ("2026-11-22T01:59:59+01:00", True),
        ("2026-11-22T02:00:00+01:00", False),
        ("2026-11-21T22:00:00+00:00", True),  # 23:00 in Berlin
        ("2026-07-04T20:30:00+00:00", True),  # 22:30 in summer
        ("2026-07-04T19:30:00+00:00", False),
    ],
)
def test_it_is_open_from_its_minute_for_its_duration(moment: str, is_open: bool) -> None:
    assert SATURDAY.is_open(at(moment)) is is_open


def test_the_next_chance_is_now_or_the_next_opening() -> None:
    assert SATURDAY.next_chance(at("2026-11-21T23:00:00+01:00")) == at("2026-11-21T23:00:00+01:00")
    assert SATURDAY.next_chance(at("2026-11-22T02:00:00+01:00")) == at("2026-11-28T22:00:00+01:00")
    assert SATURDAY.next_chance(at("2026-03-23T00:00:00+01:00")) == at("2026-03-28T22:00:00+01:00")
    assert SATURDAY.next_chance(at("2026-03-30T00:00:00+02:00")) == at("2026-04-04T22:00:00+02:00")


def test_an_hour_that_does_not_come_is_not_skipped() -> None:
    """At 02:30 on the day the clocks go forward, work begins right after the missing hour."""
    window = Window("30 2 * * *", timedelta(hours=1), "Europe/Berlin")
    opened = next(window.openings(at("2027-03-27T12:00:00+01:00")))
    assert opened == at("2027-03-28T03:00:00+02:00")


@pytest.mark.parametrize(
    ("cron", "hours", "zone", "words"),
    [
        ("61 * * * *", 1, "UTC", "no cron expression"),
        ("* * * *", 1, "UTC", "no cron expression"),
        ("", 1, "UTC", "no cron expression"),
        ("0 22 * * SAT", 0, "UTC", "0.0 hours"),
        ("0 22 * * SAT", 10_000, "UTC", "10000.0 hours"),
        ("0 22 * * SAT", 1, "Europe/Bärlin", "no time zone is called 'Europe/Bärlin'"),
        ("0 22 * * SAT", 1, "../../etc/passwd", "no time zone"),
        ("0 22 * * SAT", 1, "", "no time zone"),
        ("0 0 31 2 *", 1, "UTC", "no cron expression"),
    ],
)
def test_nonsense_is_refused_in_words(cron: str, hours: int, zone: str, words: str) -> None:
    with pytest.raises(Refused, match=words) as told:
        Window(cron, timedelta(hours=hours), zone)
    assert told.value.hint


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)),
    st.sampled_from(["0 22 * * SAT", "*/7 3 * * *", "30 2 * * *", "0 0 1 * *", "15 1 * * SUN"]),
    st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu"]),
    st.integers(1, 100),
)
def test_the_next_chance_is_open_and_nothing_before_it_is(moment: datetime, cron: str, zone: str, hours: int) -> None:
    window, now = Window(cron, timedelta(hours=hours), zone), moment.replace(tzinfo=UTC)
    chance = window.next_chance(now)
    assert chance >= now
    assert window.is_open(chance)
    if chance > now:
        assert not window.is_open(now)
        assert not window.is_open(now + (chance - now) / 2)
