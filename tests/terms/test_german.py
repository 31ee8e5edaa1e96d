"""What terms find, and why they are silent, in German."""

import pytest
from tests.german import english

from certwright.catalogue.explain import explanations
from certwright.errors import Refused
from certwright.model import Mismatch
from certwright.speech import speaking
from certwright.terms import VOCABULARY, bind
from certwright.terms.look import Work, see
from certwright.terms.material import MATERIAL
from certwright.terms.validity import length
from certwright.terms.word import SILENCES, either, listed, silence

from .cases import NOW, Case, cases

BAD = [case for case in cases() if case.path.name.startswith("bad")]


@pytest.mark.parametrize("case", BAD, ids=str)
def test_a_bad_case_is_told_in_german(case: Case) -> None:
    with speaking("de"):
        told = case.mismatches()
    foreign = case.row.get("foreign", "\0")  # what a controller wrote into the object
    said = [text.replace(foreign, "") for one in told for text in (one.expected, one.found, one.where)]
    assert not english(*(text for text in said if "/" not in text and len(text) > 1))  # a file may be called a


def test_the_same_words_in_two_languages() -> None:
    case = next(case for case in BAD if str(case).startswith("key.unencrypted/"))
    assert case.mismatches() == [Mismatch("an unencrypted private key", "no private key")]
    with speaking("de"):
        assert case.mismatches() == [Mismatch("ein unverschlüsselter privater Schlüssel", "kein privater Schlüssel")]


def test_silence_and_trouble() -> None:
    missing = Work("a/b", "identity", "a/b.pfx", "pfx", "", None, None, (), NOW)
    with speaking("de"):
        assert not english(*map(silence, SILENCES))
        trouble = see(missing).trouble
    assert trouble
    assert trouble.reason == "es gibt keine Datei a/b.pfx"


def test_codes_of_material_change_with_the_language_and_back() -> None:
    before = MATERIAL["material.no-password"].text
    with speaking("de"):
        assert not english(*(text for row in MATERIAL.values() for text in (row.text, row.why, row.fix)))
        assert MATERIAL["material.no-password"].text == "Das Kennwort einer verschlossenen Datei ist bekannt."
    assert MATERIAL["material.no-password"].text == before == "The password of a locked file is known."


@pytest.mark.parametrize("term", [*VOCABULARY, *MATERIAL])
def test_what_explain_says(term: str) -> None:
    with speaking("de"):
        told = explanations(())[term]
    assert not english(told.text, told.why, told.fix, *(label for label, _ in told.details[:1]))
    assert told.text != explanations(())[term].text


def test_small_words() -> None:
    with speaking("de"):
        assert listed(()) == "keine"
        assert either(("a", "b", "c")) == "a, b oder c"
        assert [length(2, 3), length(1, 1), length(0, 0)] == ["2 Jahre und 3 Tage", "1 Jahr und 1 Tag", "0 Tage"]


def test_a_wrong_parameter() -> None:
    with speaking("de"), pytest.raises(Refused) as caught:
        bind("key.length", {"minimum": "long"})
    assert caught.value.what == "key.length: minimum erwartet ganze Zahl, gefunden 'long'"
    assert caught.value.hint == "mindestens so viele Bit; 0 verlangt nichts"
