"""Mistakes in a deployment file, what `init` prints and what editors show, in German."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest
from tests.german import english

from certwright.catalogue.load import PRODUCTS, load
from certwright.catalogue.read import read_product
from certwright.errors import Mistakes
from certwright.manifest.alone import read_facts
from certwright.manifest.init import init_text
from certwright.manifest.read import read_deployment
from certwright.manifest.schema import json_schema
from certwright.speech import LANGUAGES, speaking

CASES = Path(__file__).parent.parent / "cases"
BAD = sorted((CASES / "manifest").glob("bad-*.yaml"))
BAKERY = read_product((CASES / "products" / "bakery.toml").read_text(), "bakery.toml")


def said(text: str) -> Mistakes:
    with speaking("de"), pytest.raises(Mistakes) as caught:
        read_deployment(text, "x", {"bakery": BAKERY})
    return caught.value


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_file_full_of_mistakes(path: Path) -> None:
    mistakes = said(path.read_text()).mistakes
    columns = [column for fact in BAKERY.facts.values() for column in fact.fields.values()]
    known = {fact.text for fact in (*BAKERY.facts.values(), *columns)}  # a product of one's own has no German
    hints = [one.hint.partition("   # ")[0] for one in mistakes if one.hint not in known]
    whats = [re.sub(r"'no name'|YAML: .*", "", one.what) for one in mistakes]  # the reader of YAML speaks English
    assert not english(*whats, *hints)


def test_a_mistake_says_what_was_expected() -> None:
    problem = said("certwright: 1\nsites: 3\nissuers: []\n")
    told = {one.what: (one.expected, one.found) for one in problem.mistakes}
    assert told == {
        "issuers muss eine Zuordnung sein": ("<Name>: mit seiner Art (kind)", "eine Liste"),
        "sites muss eine Liste sein": ("Zeilen, die mit einem Bindestrich beginnen", "3"),
        "es ist kein Standort beschrieben": ("sites: mit mindestens einem Eintrag", ""),
    }
    assert problem.hint == "es wurde nichts geschrieben"


def test_facts_given_as_options() -> None:
    with speaking("de"), pytest.raises(Mistakes) as caught:
        read_facts(load("azure-local"), {"fqdn": "-"})
    assert "fqdn passt nicht (erwartet: ein DNS-Name wie portal.contoso.com, gefunden: -)" in str(caught.value)
    assert caught.value.hint == "certwright explain azure-local sagt, was über einen Standort angegeben werden kann"


@pytest.mark.parametrize("product", PRODUCTS)
def test_the_comments_of_init_are_german_and_nothing_else_is(product: str) -> None:
    texts = {}
    for language in LANGUAGES:
        with speaking(language):
            texts[language] = init_text(load(product), date(2026, 11, 21))
    lines = {language: _without_comments(text) for language, text in texts.items()}
    assert lines["en"] == lines["de"]
    comments = [line for line in texts["de"].splitlines() if line.lstrip().startswith("# ") and ": " not in line]
    assert not english(*(re.sub(r"\([^)]*\)|`[^`]*`", "", line) for line in comments))
    assert texts["de"].splitlines()[0].endswith("Anpassen, dann:")


def _without_comments(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]


def test_editors_show_german() -> None:
    with speaking("de"):
        schema = json_schema([load("azure-local")])
    told = list(_descriptions(schema))
    assert len(told) > 50
    assert not english(*(re.sub(r"\b(key|file|key_id)\b", "", text) for text in told))


def _descriptions(schema: object) -> Iterator[str]:
    if isinstance(schema, Mapping):
        if isinstance(text := schema.get("description"), str):
            yield text
        for one in schema.values():
            yield from _descriptions(one)
    elif isinstance(schema, list):
        for one in schema:
            yield from _descriptions(one)
