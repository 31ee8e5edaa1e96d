"""Product files: every mistake at once. A case is a file; `#!` lines say what must be found."""

import re
from pathlib import Path

import pytest

from certwright.catalogue.load import load, script_template, targets
from certwright.catalogue.read import read_product
from certwright.errors import Mistakes, Refused
from certwright.model import Severity

PRODUCTS = Path(__file__).parent.parent / "cases" / "products"


@pytest.mark.parametrize("path", sorted(PRODUCTS.glob("bad-*.toml")), ids=lambda path: path.stem)
def test_every_mistake_is_said(path: Path) -> None:
    text = path.read_text()
    expected = re.findall(r"^#! (.*)$", text, re.MULTILINE)
    with pytest.raises(Mistakes) as caught:
        read_product(text, path.name)
    said = [mistake.what for mistake in caught.value.mistakes]
    for words in expected:
        match = next((one for one in said if one.startswith(words)), None)
        assert match, f"nothing says {words!r} among {said}"
        said.remove(match)
    assert said == []
    assert all(m.line > 0 for m in caught.value.mistakes if not m.what.startswith(("colour", "default_build")))


def test_text_that_is_not_toml_names_the_line() -> None:
    with pytest.raises(Mistakes) as caught:
        read_product('id = "x"\ntitle = \n', "own.toml")
    assert (caught.value.mistakes[0].source, caught.value.mistakes[0].line) == ("own.toml", 2)


def test_rows_become_addresses_with_their_citations_and_contradictions() -> None:
    product = read_product((PRODUCTS / "bakery.toml").read_text(), "bakery.toml")
    server = next(one for one in product.requirements if one.id == "bakery.server")
    assert (server.term, server.severity) == ("usage.extended", Severity.ERROR)
    assert server.with_ == {"all_of": ["serverAuth"]}
    assert [str(one) for one in server.sources] == ["Bakery certificate requirements (2026-01-02)"]
    assert [one.id for one in server.contradictions] == ["B-C01"]
    assert product.places[0].contradictions == server.contradictions
    assert product.places[0].extra == {"folder": "Shop", "file": "{folder}-Shop.pfx"}


def test_an_unknown_product_or_template_is_refused_by_name() -> None:
    with pytest.raises(Refused, match="azure-lokal"):
        load("azure-lokal")
    with pytest.raises(Refused, match="no script template"):
        script_template("nothing.ps1")
    with pytest.raises(Refused, match="no script template"):
        script_template("../load.py")


def test_targets_choose_the_encryption_their_system_can_read() -> None:
    known = targets()
    assert known["server2016"].encryption == "tripledes-sha1"
    assert known["server2019"].encryption == "aes256-sha256"
    assert known["azure-stack-hub"].encryption == "tripledes-sha1"
    assert all(one.text for one in known.values())
