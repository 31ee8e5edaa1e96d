"""Sentences that are kept are said in the language of who reads them, whatever became of the text around them."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certwright.errors import Unreadable
from certwright.speech import END, START, speaking, tr, trn
from certwright.speech import later as module
from certwright.speech.later import changed, kept, said

CATALOGUE = Path(module.__file__).parent / "de" / "certwright.po"


def test_a_sentence_is_said_in_the_language_of_who_reads_it() -> None:
    with kept():
        text = tr("there is no file {path}", path=Path("a/b"))
    assert said(text) == "there is no file a/b"
    with speaking("de"):
        assert said(text) == tr("there is no file {path}", path="a/b") != "there is no file a/b"


def test_sentences_survive_being_put_together_and_put_into_each_other() -> None:
    with kept():
        inner = tr("no certificate is in it")
        outer = tr("{object}: {reason}", object="x", reason=Unreadable(inner, "trust.pem").what)
        text = f"{outer}; {trn('{count} certificate', '{count} certificates', 3)}"
    assert said(text) == "x: trust.pem: no certificate is in it; 3 certificates"
    with speaking("de"):
        assert said(text) == f"x: trust.pem: {tr('no certificate is in it')}; 3 Zertifikate"


def test_what_is_kept_can_be_changed_and_said_all_the_same() -> None:
    with kept():
        text = "a: " + tr(
            "{object}: {reason}", object="a", reason=tr("{path}: cannot be read ({reason})", path="a", reason="b")
        )
    assert said(changed(text, lambda one: one.replace("a", '"x y"'))) == '"x y": "x y": "x y": cannot be read (b)'


def test_values_keep_what_their_placeholders_need() -> None:
    with kept():
        texts = (
            tr("it expired on {day:%Y-%m-%d}", day=datetime(2026, 1, 2, tzinfo=UTC)),
            tr("it expired on {day:%Y-%m-%d}", day=date(2026, 1, 2)),
            tr("nothing within {seconds:g} seconds", seconds=2.5),
            tr("no product is called {name!r}", name="x"),
        )
    expired, limit, unknown = "it expired on 2026-01-02", "nothing within 2.5 seconds", "no product is called 'x'"
    assert [said(text) for text in texts] == [expired, expired, limit, unknown]


def test_every_placeholder_of_ours_can_be_kept() -> None:
    used = set(re.findall(r"\{(\w+(?:!\w)?(?::[^}]*)?)\}", CATALOGUE.read_text()))
    assert all(module._is_ours("{" + one + "}") for one in used if "!" in one or ":" in one)


@given(st.text() | st.text(st.sampled_from([START, END, *'[]{}",:ab0'])))
def test_words_of_others_come_out_as_they_are(text: str) -> None:
    assert said(text) == text.replace(START, "").replace(END, "") or START in text


@pytest.mark.parametrize(
    "inside",
    ['[["{a.__class__}"], {"a": "b"}]', '[["{a:999999999}"], {"a": 1}]', "[1, 2]", "[[], {}]", "{}",
     '[["{a"], {"a": 1}]', '[["{a:%Y}"], {"a": {"on": "x"}}]', '[[1], {}]'],
)  # fmt: skip
def test_what_only_looks_like_ours_is_not_filled_in(inside: str) -> None:
    assert said(f"{START}{inside}{END}") == inside
