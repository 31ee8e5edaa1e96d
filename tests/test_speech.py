"""The language spoken is chosen, kept within its bounds, and complete."""

import subprocess
import sys
from pathlib import Path

import pytest

from certwright.speech import LANGUAGES, of_product, preferred, speaking, spoken, tr, trn

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "de_AT.UTF-8"}, "de"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "de_DE"}, "de"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "fr:de:en"}, "de"),
        ({"LANG": "C", "LANGUAGE": "de"}, "en"),  # as gettext has it
        ({"LC_ALL": "", "LANG": "de"}, "de"),
    ],
)
def test_the_environment_chooses(environment: dict[str, str], language: str) -> None:
    assert preferred(environment) == language


def test_english_stands_in_the_source() -> None:
    assert tr("{count} apples from {place}", count=3, place="{x}") == "3 apples from {x}"
    assert trn("{count} apple", "{count} apples", 1) == "1 apple"
    assert trn("{count} apple of {whose}", "{count} apples of {whose}", 2, whose="mine") == "2 apples of mine"
    assert tr("{not} a template without values") == "{not} a template without values"


def test_what_nobody_translated_stays_english() -> None:
    with speaking("de"):
        assert tr("a sentence of this test, and of nobody else") == "a sentence of this test, and of nobody else"
        assert of_product("a-product-of-ones-own", "a sentence") == "a sentence"
        assert of_product("azure-local", "") == ""  # not the header of the catalogue


def test_a_language_is_spoken_until_its_end() -> None:
    with speaking("de"):
        with speaking("en"):
            assert spoken() == "en"
        assert spoken() == "de"
    assert spoken() == "en"
    assert LANGUAGES[0] == "en"


def test_every_sentence_has_its_translation() -> None:
    done = subprocess.run(
        [sys.executable, "docs/translate.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
