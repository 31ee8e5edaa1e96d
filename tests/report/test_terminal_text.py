"""What strangers write into certificates, names and paths never steers a terminal, and never breaks a JSON document."""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from certwright.model import Report
from certwright.report.envelope import json_text
from certwright.report.explanation import Explanation, explanation_text
from certwright.report.findings import report_text
from certwright.report.inspection import inspection_text
from certwright.report.layout import Screen
from certwright.report.plan import plan_text
from certwright.report.repair import Locked, Mended, Repair, repair_text
from certwright.report.told import visible

from .hostile import reports
from .samples import CONTRADICTION, DOCUMENT, FAIL, INSPECTED, NOW, PLAN, REPORT, WARNING

EVIL = {
    "escape": "CN=a\x1b]0;owned\x07\x1b[2J\x1b[31m",
    "one-byte-control": "CN=a\x9b31m\x85b\x7f",
    "override": "CN=\u202egpj.exe\u2066x\u2069",
    "invisible": "CN=a\u200b\u200d\u00ad\ufeff\U000e0041\u3164b",
    "separators": "CN=a\u2028b\u2029c\rd\x0be\x0cf",
    "surrogate": "CN=a\udc80\udfff",
    "backspaces": "file.pfx\b\b\b\bexe",
}
OWN_PAINT = re.compile(r"\033\[(?:0|1|2|32|33|36|1;31|1;4)m")
NAMED = frozenset(("kind", "verb", "algorithm", "encryption", "form", "severity", "status", "name_kind", "language"))


def steering(text: str) -> list[str]:
    """The characters that would do more than be seen; line breaks and tabs are fine."""
    return [
        f"U+{ord(char):04X}"
        for char in OWN_PAINT.sub("", text)
        if char != "\n" and (unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") or char == "\u3164")
    ]


def poisoned(thing: Any, evil: str) -> Any:
    """The same value with every text in it, however deep, ending in something evil. Words of ours stay as they are."""
    if isinstance(thing, str):
        return thing + evil if type(thing) is str else thing
    if is_dataclass(thing) and not isinstance(thing, type):
        changed = {one.name: poisoned(getattr(thing, one.name), evil) for one in fields(thing)
                   if one.init and one.name not in NAMED}  # fmt: skip
        return replace(thing, **changed)
    if isinstance(thing, tuple | list):
        return type(thing)(poisoned(one, evil) for one in thing)
    if isinstance(thing, Mapping):
        return {key: poisoned(one, evil) for key, one in thing.items()}
    return thing


MENDED = Mended(
    output="repaired",
    repairs=(Repair("east/portal", "east/a.pfx", "product.order", "order", "leaf last", "leaf first", "it matters"),),
    kept=1, written=2, new=(FAIL,), wanted=(FAIL,), notes=(WARNING,),
    strays=(("b.pfx", "nobody's"),), passwords=(Locked("east/deployment", "a new one", "p.txt"),),
)  # fmt: skip
TOLD = Explanation(
    "a.b", "place", "B", "text", "why", "fix", "error", (("x", "y"),), (DOCUMENT,), (CONTRADICTION,), ("a",)
)
PAGES: Mapping[str, Callable[[str, Screen], str]] = {
    "findings": lambda evil, screen: report_text(poisoned(REPORT, evil), screen),
    "everything": lambda evil, screen: report_text(poisoned(REPORT, evil), screen, everything=True),
    "plan": lambda evil, screen: plan_text(poisoned(PLAN, evil), screen),
    "inspection": lambda evil, screen: inspection_text(poisoned(INSPECTED, evil), NOW, screen),
    "repair": lambda evil, screen: repair_text(poisoned(MENDED, evil), screen),
    "explanation": lambda evil, screen: explanation_text(poisoned(TOLD, evil), screen),
}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("evil", EVIL)
@pytest.mark.parametrize("screen", [Screen(80), Screen(44, colour=True)], ids=["plain", "colour"])
def test_no_text_of_a_stranger_steers_the_terminal(page: str, evil: str, screen: Screen) -> None:
    assert steering(PAGES[page](EVIL[evil], screen)) == []


def test_the_watch_can_bark() -> None:
    assert steering("a\033[2Jb") == ["U+001B"]
    assert steering("\033[1;31mFail\033[0m") == []
    assert poisoned(REPORT, "!").results[1].subject.endswith("!")


@pytest.mark.parametrize("evil", EVIL)
def test_evil_is_spelled_out(evil: str) -> None:
    shown = visible(EVIL[evil])
    assert steering(shown) == []
    assert "\\" in shown


@settings(max_examples=80, deadline=timedelta(seconds=2))
@given(reports())
def test_hostile_reports_steer_nothing(report: Report) -> None:
    for screen in (Screen(80), Screen(120, colour=True)):
        assert steering(report_text(report, screen, everything=True)) == []


@pytest.mark.parametrize("evil", EVIL)
def test_json_says_the_same_without_a_character_that_acts(evil: str) -> None:
    text = json_text({"subject": EVIL[evil], "names": [EVIL[evil]]})
    assert steering(text) == []
    assert json.loads(text) == {"subject": EVIL[evil], "names": [EVIL[evil]]}
    text.encode("utf-8")
