"""Nothing is lost on a narrow screen, and paint never moves a column."""

import re

from hypothesis import given
from hypothesis import strategies as st

from certwright.report.layout import Cell, Screen, columns_of, fields, paragraph, ranges, table, wrap

WORDS = st.lists(st.text("abcdefgh./-", min_size=1, max_size=60), max_size=30)
LONG = "certificates/Deployment/Public Portal/a-file-whose-name-is-longer-than-any-screen-is-wide-because-it-can.pfx"


@given(WORDS, st.integers(1, 100))
def test_wrapping_keeps_every_word_whole(words: list[str], width: int) -> None:
    lines = wrap(" ".join(words), width)
    assert " ".join(lines).split() == words
    assert all(len(line) <= width or " " not in line for line in lines)


def test_nothing_invisible_reaches_the_terminal() -> None:
    assert wrap("a\x1b[2Jb c\u202ed\x07", 80) == [r"a\u001b[2Jb c\u202ed\u0007"]
    shown = table(("place",), [[Cell("\x9b31mred")]], Screen(40))
    assert shown[1] == r"\u009b31mred"


def test_wrapping_keeps_line_breaks() -> None:
    assert wrap("one\ntwo three", 80) == ["one", "two three"]


def test_a_number_hangs_out_to_the_left() -> None:
    assert paragraph("a sentence that is long enough for two lines of it", Screen(40), indent=6, first="12") == [
        "   12 a sentence that is long enough for",
        "      two lines of it",
    ]


def test_fields_align_and_leave_out_what_is_empty() -> None:
    rows = [("names", "a.example b.example"), ("key", "RSA 2048"), ("note", "")]
    assert fields(rows, Screen(), indent=2) == ["  names  a.example b.example", "  key    RSA 2048"]


def test_a_long_path_is_never_cut() -> None:
    assert any(LONG in line for line in fields([("file", LONG.replace(" ", "-"))], Screen(40))) is False
    assert LONG.replace(" ", "-") in fields([("file", LONG.replace(" ", "-"))], Screen(40))[0]


def test_columns_share_the_screen_and_the_widest_wraps() -> None:
    rows = [[Cell("east/portal"), Cell("a reason in several words that does not fit beside the address")]]
    lines = table(("place", "reason"), rows, Screen(40))
    assert max(map(len, lines)) <= 40
    assert " ".join(line.split("   ")[-1].strip() for line in lines[1:]) == rows[0][1].text


def test_rows_become_blocks_when_words_do_not_fit_side_by_side() -> None:
    rows = [[Cell("x" * 30), Cell("y" * 30)], [Cell("z"), Cell("w")]]
    lines = table(("place", "reason"), rows, Screen(40))
    assert lines == [f"place   {'x' * 30}", f"reason  {'y' * 30}", "", "place   z", "reason  w"]


def test_paint_changes_nothing_but_paint() -> None:
    rows = [[Cell("one", "bad"), Cell("two", "good")], [Cell("three"), Cell("four", "warning")]]
    plain, painted = (table(("a", "b"), rows, Screen(40, colour=colour)) for colour in (False, True))
    assert [re.sub("\033\\[[0-9;]*m", "", line) for line in painted] == plain
    assert painted != plain


def test_wide_and_combining_characters_are_measured() -> None:
    assert columns_of("e\u0301") == 1
    assert columns_of("証明書") == 6


def test_ranges() -> None:
    assert ranges([3, 1, 2, 5, 9, 10]) == "1-3, 5, 9-10"
    assert ranges([]) == ""
