"""Product files: every mistake at once. A case is a file; `#!` lines say what must be found."""

import json
import re
import tomllib
from collections.abc import Iterator
from copy import copy
from datetime import date
from pathlib import Path
from typing import Any

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


def toml(value: object) -> str:
    """A value as TOML, tables in line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return str(value) if isinstance(value, date) else json.dumps(value)


def exchanged(value: Any) -> Iterator[Any]:
    """The same table or list with one thing in it, however deep, exchanged for something of another type."""
    for key, one in list(value.items() if isinstance(value, dict) else enumerate(value)):
        others = [3, "x", [3], {"x": 3}]
        deeper = exchanged(one) if isinstance(one, dict | list) else ()
        for other in (*(other for other in others if type(other) is not type(one)), *deeper):
            spoiled = copy(value)
            spoiled[key] = other
            yield spoiled


def test_whatever_stands_in_a_file_is_read_or_said_to_be_wrong() -> None:
    data = tomllib.loads((PRODUCTS / "bakery.toml").read_text())
    said = 0
    for spoiled in exchanged(data):
        try:
            read_product("\n".join(f"{key} = {toml(one)}" for key, one in spoiled.items()), "own.toml")
        except Mistakes:
            said += 1
    assert said > 300


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
