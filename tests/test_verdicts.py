"""Results that are made only when somebody looks say what results would say that were all there."""

import pickle
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certwright.judged import told
from certwright.model import Demand, Mismatch, Report, Requirement, Result, Severity, Status
from certwright.terms import bind
from certwright.verdicts import Found, Results, Verdicts, joined

NOW = datetime(2026, 11, 21, tzinfo=UTC)
WORD = bind("validity.current", {})


def demand(name: str, severity: Severity = Severity.ERROR) -> Demand:
    return Demand(Requirement(f"test.{name}", "validity.current", {}, severity, "text", "why", "fix", ()), WORD)


DEMANDS = (demand("a"), demand("b", Severity.WARNING), demand("c"), demand("d"))
WRONG = (Mismatch("this", "that"),)
STUMBLED = Result("material.judgement-failed", Status.FAIL, "p", "f.pem", (), "test.d: KeyError")
LOOSE = Result("material.name", Status.WARNING, "p", "f.pem", WRONG)


def verdicts(*said: str | Found, before: tuple[Result, ...] = ()) -> Verdicts:
    reasons = tuple(one if isinstance(one, str) else "" for one in said)
    found = tuple((column, one) for column, one in enumerate(said) if one and not isinstance(one, str))
    return Verdicts("p", "f.pem", "CN=a", "AB", DEMANDS[: len(said)], reasons, found, before)


MIXED = verdicts("", WRONG, "no key", STUMBLED, before=(LOOSE,))


def test_every_column_is_a_result() -> None:
    assert [(one.code, one.status.value, one.reason) for one in Results([MIXED])] == [
        ("material.name", "Warning", ""),
        ("test.a", "OK", ""),
        ("test.b", "Warning", ""),
        ("test.c", "Skipped", "no key"),
        ("material.judgement-failed", "Fail", "test.d: KeyError"),
    ]
    failed = Results([verdicts(WRONG)])[0]
    assert failed == Result("test.a", Status.FAIL, "p", "f.pem", WRONG, "", DEMANDS[0].requirement, "CN=a", "AB")


said = st.one_of(st.sampled_from(["", "why"]), st.sampled_from([WRONG, STUMBLED]))
parts = st.lists(
    st.one_of(
        st.builds(
            lambda columns, before: verdicts(*columns, before=tuple(before)),
            st.lists(said, max_size=4),
            st.lists(st.sampled_from([LOOSE, STUMBLED]), max_size=2),
        ),
        st.sampled_from([LOOSE, STUMBLED]),
    ),
    max_size=6,
)


@given(parts)
def test_short_ways_say_what_the_long_way_says(some: list[Verdicts | Result]) -> None:
    short = Results(some)
    long = tuple(short)
    assert len(short) == len(long)
    assert short == long
    assert short == Results(long)
    assert {key: n for key, n in short.tally().items() if n} == Counter(one.status for one in long)
    assert list(short.findings()) == [one for one in long if one.is_finding]
    assert short.skipped() == {one.code for one in long if one.status is Status.SKIPPED}
    assert [short[place] for place in range(-len(long), len(long))] == [*long, *long]
    assert short[1:] == long[1:]
    assert pickle.loads(pickle.dumps(short)) == short


@given(parts, parts)
def test_joined(one: list[Verdicts | Result], other: list[Verdicts | Result]) -> None:
    whole = [*Results(one), *Results(other)]
    ways: tuple[Callable[[Results], Sequence[Result]], ...] = (lambda some: some, tuple, list)
    for way in ways:
        assert joined((way(Results(one)), way(Results(other)))) == tuple(whole)


@given(parts)
def test_a_report_says_the_same_of_both(some: list[Verdicts | Result]) -> None:
    short, long = Report(Results(some), 1, now=NOW), Report(tuple(Results(some)), 1, now=NOW)
    for status in Status:
        assert short.count(status) == long.count(status)
    assert short.findings() == long.findings()
    assert told(short.results).skipped() == told(long.results).skipped()


def test_results_end() -> None:
    with pytest.raises(IndexError):
        Results([MIXED])[5]
