"""A PFX that does not open says why in German to whoever speaks it."""

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.german import english

import certwright.pfx
from certwright.errors import Unreadable, WrongPassword
from certwright.pfx.read import read_pfx
from certwright.speech import speaking, tr

Case = Callable[[str], bytes]
READERS = ("fields", "oid", "octets", "integer", "explicit", "expect")


def refused(content: bytes, password: str | None = "secret") -> Unreadable:
    with speaking("de"), pytest.raises(Unreadable) as caught:
        read_pfx(content, password)
    assert not english(caught.value.what, caught.value.hint, caught.value.where)
    return caught.value


def test_a_wrong_password(case: Case) -> None:
    told = refused(case("windows"), "not this one")
    assert isinstance(told, WrongPassword)
    assert told.what == "das Kennwort passt nicht"
    assert told.hint == "die Schreibweise des Kennworts prüfen; stimmt sie, ist die Datei beschädigt"


def test_an_altered_file(case: Case) -> None:
    assert refused(case("altered")).what.startswith("das Kennwort stimmt, aber der Inhalt ist nicht der, ")


@pytest.mark.parametrize("share", [0.05, 0.4, 0.9])
def test_a_file_cut_off(case: Case, share: float) -> None:
    content = case("windows")
    told = refused(content[: int(len(content) * share)])
    assert told.where.startswith("die Datei, Byte ")
    assert told.what.endswith("abgeschnitten?")


@pytest.mark.parametrize(
    "content", [b"", b"-----BEGIN CERTIFICATE-----", b"MIIB", b"PK\x03\x04", b"\x30\x03\x02\x01\x01"]
)
def test_what_is_no_pfx(content: bytes) -> None:
    refused(content)


def test_every_part_has_a_name_in_german() -> None:
    """Parts are called by what stands in the call, and translated only when something is wrong with them."""
    called = set()
    for file in Path(certwright.pfx.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in READERS:
                called |= {one.value for one in ast.walk(node) if isinstance(one, ast.Constant)} - {"localKeyID"}
    names = {one for one in called if isinstance(one, str)}
    assert len(names) > 30
    with speaking("de"):
        assert not {one for one in names if tr(one) == one}
