"""Mistakes in product files, and what `explain` says of a product, in German."""

from pathlib import Path

import pytest
from tests.german import english

from certwright.catalogue.explain import explanations
from certwright.catalogue.load import PRODUCTS, load
from certwright.catalogue.read import MOST_CHARACTERS, read_product
from certwright.catalogue.refusals import REFUSALS
from certwright.errors import Mistakes, Refused
from certwright.speech import speaking

CASES = Path(__file__).parent.parent / "cases" / "products"
BAD = sorted(CASES.glob("bad-*.toml"))


def mistakes_in(text: str) -> tuple[str, ...]:
    with speaking("de"), pytest.raises(Mistakes) as caught:
        read_product(text, "own.toml")
    told = [(one.what, one.hint) for one in caught.value.mistakes]
    return tuple(text for both in told for text in both)


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_file_full_of_mistakes(path: Path) -> None:
    said = mistakes_in(path.read_text())
    assert len(said) > 2
    assert not english(*(text.partition(": ")[2].removeprefix("with ist") for text in said))  # with is a key


@pytest.mark.parametrize("text", ["x" * (MOST_CHARACTERS + 1), "id = ", "a." * 40 + "b = 1"])
def test_a_file_that_cannot_be_read(text: str) -> None:
    assert not english(*mistakes_in(text))


def test_a_mistake_says_what_was_expected() -> None:
    with speaking("de"), pytest.raises(Mistakes) as caught:
        read_product('id = "x"\nbuilds = 3\n', "own.toml")
    (mistake,) = caught.value.mistakes
    assert (mistake.what, mistake.expected) == ("product: builds ist vom falschen Typ", "eine Liste von Texten")


def test_every_refusal_is_explained_in_german() -> None:
    english_told = explanations(())
    with speaking("de"):
        told = explanations(())
    assert not english(*(text for code in REFUSALS for text in (told[code].text, told[code].why, told[code].fix)))
    assert all(told[code].text != english_told[code].text for code in REFUSALS)


@pytest.mark.parametrize("product", PRODUCTS)
def test_labels_of_a_product_are_german(product: str) -> None:
    with speaking("de"):
        told = explanations([load(product)])
        labels = {label for one in told.values() if one.kind != "term" for label, _ in one.details}
    assert not english(*labels)
    assert {"gilt für", "Beispiel", "wenn"} <= labels


def test_nothing_is_called_so() -> None:
    with speaking("de"), pytest.raises(Refused, match="kein Produkt heißt 'azure'") as caught:
        load("azure")
    assert caught.value.hint.startswith("Produkte: azure-local, ")
