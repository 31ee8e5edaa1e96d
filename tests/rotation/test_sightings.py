"""What was seen of consumers: kept as it was seen, joined with what was seen before, and nothing of strangers."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certwright.generations import Sighting
from certwright.rotation.sightings import (
    Unseen,
    doubted,
    joined,
    known_only,
    looked,
    sighting_text,
    sightings,
    unseen,
    unseen_text,
)

NOW = datetime(2026, 11, 22, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
EVER = datetime.min.replace(tzinfo=UTC)
TRUST = Sighting("a/b", NOW, "file:x", frozenset(("1", "2")))
LEAVES = Sighting("a/b", LATER, "https://x", None, (("f", "s"),), LATER)

moments = st.datetimes(datetime(1970, 1, 1), datetime(2999, 1, 1)).map(lambda one: one.replace(tzinfo=UTC))
some = st.text("0123456789abcdef", min_size=1, max_size=8)
seen = st.builds(
    Sighting,
    consumer=st.just("a/b"),
    at=moments,
    how=st.text(max_size=10),
    trusted=st.none() | st.frozensets(some, max_size=4),
    leaves=st.dictionaries(some, some, max_size=4).map(lambda one: tuple(sorted(one.items()))),
    shown=st.none() | moments,
    doubted=st.none() | moments,
    hidden=st.none() | moments,
)


@given(seen)
def test_what_is_written_down_is_what_was_seen(one: Sighting) -> None:
    assert sightings({"a/b": sighting_text(one)}) == {"a/b": one}


@given(st.builds(Unseen, st.just("a/b"), moments, st.text()))
def test_why_nobody_saw_it_is_kept(one: Unseen) -> None:
    assert unseen({"a/b": unseen_text(one)}) == {"a/b": one}


def test_a_server_says_nothing_of_what_it_trusts_and_a_file_nothing_of_what_is_shown() -> None:
    both = joined(TRUST, LEAVES)
    assert (both.trusted, both.at) == (TRUST.trusted, NOW), "the day on which its trust was seen stays"
    assert (both.leaves, both.shown) == (LEAVES.leaves, LATER)
    again = joined(both, Sighting("a/b", LATER, "file:x", frozenset("3")))
    assert (again.trusted, again.at, again.leaves, again.shown) == (frozenset("3"), LATER, LEAVES.leaves, LATER)
    assert joined(None, LEAVES) == LEAVES
    assert joined(LEAVES, LEAVES).at == LATER


@given(seen, seen)
def test_a_look_that_saw_everything_leaves_nothing_of_the_one_before(before: Sighting, after: Sighting) -> None:
    trusted, shown = before.trust_seen or EVER, before.leaves_seen or EVER
    if after.trusted is not None and after.shown is not None and trusted <= after.at and shown <= after.shown:
        assert joined(before, after) == after


@given(st.lists(st.tuples(seen, st.booleans()), max_size=6))
def test_nothing_older_ever_comes_back(several: list[tuple[Sighting, bool]]) -> None:
    """Whatever is reported, and whichever look fails between: what is known is the newest that was seen, or less."""
    known: Sighting | None = None
    for one, fails in several:
        before, known = known, joined(known, one)
        if before and before.trust_seen and known.trust_seen:
            assert known.trust_seen >= before.trust_seen
        if before and before.leaves_seen and known.leaves_seen:
            assert known.leaves_seen >= before.leaves_seen
        known = doubted(known, known.how) if fails else known
        assert sightings({"a/b": sighting_text(known)}) == {"a/b": known}


@pytest.mark.parametrize("look", ["file:x", "https://x"])
def test_a_look_that_failed_lets_no_older_report_in(look: str) -> None:
    first = Sighting("a/b", LATER, look, frozenset("1"), (("f", "s"),), LATER)
    failed = doubted(first, look)
    old = Sighting("a/b", NOW, "report", frozenset("2"), (("g", "s"),), NOW)
    assert (joined(failed, old).trusted, joined(failed, old).leaves) == (failed.trusted, first.leaves)
    new = Sighting("a/b", LATER + timedelta(hours=1), "report", frozenset("2"), (("g", "s"),), LATER)
    assert (joined(failed, new).trusted, joined(failed, new).leaves) == (frozenset("2"), new.leaves)


def test_a_look_from_here_is_the_newest_whatever_a_wrong_clock_wrote_down() -> None:
    ahead = Sighting("a/b", LATER, "file:x", frozenset("1"))
    now = Sighting("a/b", NOW, "file:x", frozenset("2"))
    assert looked(ahead, now).trusted == frozenset("2")
    assert joined(ahead, now).trusted == frozenset("1")
    assert looked(None, now) == now


def test_a_list_that_was_looked_at_is_doubted_when_that_fails_though_leaves_were_reported_since() -> None:
    leaves = Sighting("a/b", LATER, "report", None, (("f", "s"),), LATER)
    assert doubted(joined(TRUST, leaves), "file:x").trusted is None


def test_what_was_written_down_before_moments_of_doubt_were_is_read() -> None:
    text = '{"at": "2026-11-22T00:00:00+00:00", "how": "x", "trusted": null, "leaves": {}, "shown": null}'
    assert sightings({"a/b": text})["a/b"].trust_seen is None


def test_an_older_report_says_nothing_of_what_was_presented_since() -> None:
    """What a server was seen to present is not taken back by a report from before that look."""
    both = joined(LEAVES, Sighting("a/b", NOW, "report", frozenset("1"), (), NOW))
    assert (both.trusted, both.at) == (frozenset("1"), NOW)
    assert (both.leaves, both.shown) == (LEAVES.leaves, LATER)


def test_a_look_that_failed_takes_back_what_it_saw_and_nothing_that_was_reported() -> None:
    assert doubted(TRUST, "file:x").trusted is None
    both = joined(TRUST, LEAVES)
    failed = doubted(both, "https://x")
    assert (failed.trusted, failed.leaves, failed.shown) == (TRUST.trusted, LEAVES.leaves, None)
    report = Sighting("a/b", NOW, "report", frozenset("1"))
    assert doubted(report, "file:x") == report


def test_strangers_are_not_kept() -> None:
    report = Sighting("a/b", NOW, "report", frozenset("123"), (("f", "ours"), ("g", "theirs"), ("h", "")), NOW)
    kept = known_only(report, {"2", "9"}, {"ours"})
    assert kept.trusted == {"2"}
    assert kept.leaves == (("f", "ours"),)
    assert known_only(LEAVES, {"2"}, {"s"}).trusted is None, "unseen is not nothing"
