"""Reports of consumers: exactly a whole report is read, whatever Windows made of it; every mistake is said at once."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certwright.errors import Mistakes
from certwright.generations import Sighting
from certwright.pack.trust_report import MOST_CERTIFICATES, MOST_MISTAKES, MOST_OCTETS, read_report

CASES = Path(__file__).parents[1] / "cases" / "trust"
HEX = "0123456789abcdef"
ONE, TWO = "1" * 64, "2" * 64
WHOLE = f"""certwright-report 1
consumer plant1/node-1
at 2026-11-22T02:10:00Z
looked-at trust
trusts {ONE}
looked-at leaves
shows {TWO}
signed-by {"ab" * 20}
end 2
"""
SIGHTING = Sighting(
    "plant1/node-1",
    datetime(2026, 11, 22, 2, 10, tzinfo=UTC),
    "report",
    frozenset((ONE,)),
    ((TWO, "ab" * 20),),
    datetime(2026, 11, 22, 2, 10, tzinfo=UTC),
)


def said(content: bytes | str) -> list[tuple[int, str]]:
    """Line and words of every mistake."""
    with pytest.raises(Mistakes) as caught:
        read_report(content if isinstance(content, bytes) else content.encode(), "x.report")
    return [(one.line, one.what) for one in caught.value.mistakes]


@pytest.mark.parametrize(
    "content",
    [
        WHOLE.encode(),
        WHOLE.rstrip("\n").encode(),
        WHOLE.replace("\n", "\r\n").encode(),
        WHOLE.encode("utf-8-sig"),
        WHOLE.encode("utf-16"),
        WHOLE.replace("\n", "\r\n").encode("utf-16-be"),
        b"\xfe\xff" + WHOLE.encode("utf-16-be"),
        WHOLE.replace("\n", "\n\n# said on a machine\n").replace(" ", "   ").encode(),
        WHOLE.upper().lower().replace("ab" * 20, ":".join(["AB"] * 20)).replace("t02:10:00z", "T02:10:00Z").encode(),
    ],
    ids=["plain", "no-end", "crlf", "mark", "utf-16", "utf-16-be", "utf-16-be-mark", "blanks", "colons"],
)
def test_a_report_is_read_whatever_carried_it(content: bytes) -> None:
    assert read_report(content, "x.report") == SIGHTING


def test_what_the_script_printed_and_windows_carried_is_the_same() -> None:
    printed, carried = (read_report((CASES / f"{name}.report").read_bytes(), name) for name in ("node-1", "windows"))
    assert printed == carried
    assert (len(printed.trusted or ()), len(printed.leaves)) == (2, 1)


def test_a_report_of_one_part_says_nothing_of_the_other() -> None:
    trust = read_report(
        WHOLE.replace(f"looked-at leaves\nshows {TWO}\nsigned-by {'ab' * 20}\nend 2", "end 1").encode(), "x"
    )
    assert (trust.trusted, trust.leaves, trust.shown) == (frozenset((ONE,)), (), None)
    leaves = read_report(WHOLE.replace(f"looked-at trust\ntrusts {ONE}\n", "").replace("end 2", "end 1").encode(), "x")
    assert leaves.trusted is None
    assert leaves.leaves == SIGHTING.leaves
    nobody = read_report(WHOLE.replace("ab" * 20, "-").encode(), "x")
    assert nobody.leaves == ((TWO, ""),)


@pytest.mark.parametrize(
    ("before", "after", "line", "words"),
    [
        ("certwright-report 1", "", 2, "this is no report"),
        ("certwright-report 1", "certwright-report 2", 1, "a format that this version does not know"),
        ("consumer plant1/node-1\n", "", 0, "the report lacks consumer"),
        ("at 2026", "at 20260", 3, "at does not fit"),
        ("at 2026-11-22", "at 2026-13-22", 0, "at does not fit"),
        ("plant1/node-1", "Plant1$(id)", 2, "consumer does not fit"),
        ("plant1/node-1", "plant1/node-1\nconsumer plant1/node-2", 3, "consumer stands twice"),
        ("looked-at trust", "looked-at stores", 4, "looked-at does not fit"),
        (ONE, ONE[1:], 5, "trusts does not fit"),
        ("looked-at leaves\n", "", 6, "shows stands before looked-at leaves"),
        ("ab" * 20, "xyz", 8, "signed-by does not fit"),
        (f"shows {TWO}\n", "", 7, "signed-by does not fit"),
        ("end 2\n", "", 0, "the report has no end"),
        (f"trusts {ONE}\n", "", 8, "some of the report is missing"),
        ("end 2", "end 2\n$ ", 10, "something follows the end"),
        ("looked-at trust", "looked-at trust\nrm -rf /", 5, "no line of a report"),
    ],
)
def test_whatever_is_no_whole_report_is_refused(before: str, after: str, line: int, words: str) -> None:
    assert before in WHOLE
    assert any(line == at and words in what for at, what in said(WHOLE.replace(before, after)))


def test_every_mistake_is_said_at_once_and_not_without_end() -> None:
    spoiled = WHOLE.replace("at 2026", "at then").replace(ONE, "1").replace("end 2", "end 3")
    assert len(said(spoiled)) == 3
    assert len(said("certwright-report 1\n" + "what is this\n" * 1000)) == MOST_MISTAKES
    assert said(b"\0" * (MOST_OCTETS + 1))[0][1].startswith("it has")
    many = WHOLE.replace(f"trusts {ONE}", "\n".join(f"trusts {number:064x}" for number in range(MOST_CERTIFICATES + 1)))
    assert said(many)[-1][1] == f"more than {MOST_CERTIFICATES} certificates"
    assert said(b"") == [(0, "this is no report")]
    assert said(b"\x89PNG\r\n\xff") == [(0, "this is no text")]


words = st.text("abcdef0123456789 :-", max_size=70)
lines = st.one_of(
    st.builds(
        "{} {}".format,
        st.sampled_from(["certwright-report", "consumer", "at", "looked-at", "trusts", "shows", "signed-by", "end"]),
        st.one_of(words, st.sampled_from(["1", "trust", "leaves", "-", ONE, "2026-11-22T02:10:00Z", "plant1/node-1"])),
    ),
    st.text(max_size=20),
)


@given(st.lists(lines, max_size=12), st.sampled_from(["utf-8", "utf-16", "utf-16-be"]))
def test_any_lines_are_a_sighting_or_mistakes(told: list[str], encoding: str) -> None:
    content = "\n".join(["certwright-report 1", *told]).encode(encoding, "replace")
    try:
        seen = read_report(content, "x")
    except Mistakes:
        return
    assert all(len(one) == 64 for one in seen.trusted or ())


@given(st.binary(max_size=300))
def test_any_bytes_are_mistakes(content: bytes) -> None:
    assert said(content)


fingerprints = st.text(HEX, min_size=64, max_size=64)
leaves = st.dictionaries(fingerprints, st.binary(min_size=1, max_size=64).map(bytes.hex), max_size=5)


@given(st.frozensets(fingerprints, max_size=5), leaves, st.datetimes(datetime(1970, 1, 1), datetime(9998, 1, 1)))
def test_what_was_printed_is_what_is_read(trusted: frozenset[str], shown: dict[str, str], at: datetime) -> None:
    told = ["certwright-report 1", "consumer a/b", f"at {at:%Y-%m-%dT%H:%M:%SZ}", "looked-at trust"]
    told += [f"trusts {one}" for one in trusted] + ["looked-at leaves"]
    told += [line for leaf, signer in shown.items() for line in (f"shows {leaf}", f"signed-by {signer}")]
    seen = read_report("\n".join([*told, f"end {len(trusted) + len(shown)}"]).encode(), "x")
    moment = at.replace(microsecond=0, tzinfo=UTC)
    assert seen == Sighting("a/b", moment, "report", trusted, tuple(sorted(shown.items())), moment)
