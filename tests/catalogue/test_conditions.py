"""Conditions, build ranges and templates."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certwright.catalogue.conditions import Unfilled, fill, holds, in_builds, placeholders

FACTS = {
    "identity": "adfs", "services": ("coffee", "tea"), "none": (), "empty": "", "yes": True, "no": False, "count": 3,
    "item": {"names": ("a.b", "c.d"), "name": "blue", "file": b"DER"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({}, True),
        ({"identity": "adfs"}, True),
        ({"identity": "entra"}, False),
        ({"identity": ["entra", "adfs"]}, True),
        ({"identity": {"not": "entra"}}, True),
        ({"identity": {"not": ["entra", "adfs"]}}, False),
        ({"services": "tea"}, True),
        ({"services": "milk"}, False),
        ({"services": ["milk", "tea"]}, True),
        ({"services": True}, True),
        ({"none": True}, False),
        ({"none": {"not": []}}, False),
        ({"services": {"not": []}}, True),
        ({"empty": {"not": ""}}, False),
        ({"absent": {"not": ""}}, False),
        ({"absent": "x"}, False),
        ({"yes": True, "no": False}, True),
        ({"yes": False}, False),
        ({"item.name": "blue"}, True),
        ({"count": 3}, True),
        ({"identity": "adfs", "count": 4}, False),
    ],
)
def test_conditions(condition: dict[str, object], expected: bool) -> None:
    assert holds(condition, FACTS) is expected


@pytest.mark.parametrize(
    ("wanted", "inside"),
    [
        ("", "abcd"), ("b..c", "bc"), ("c..", "cd"), ("..b", "ab"), ("b", "b"), ("a..d", "abcd"),
    ],
)  # fmt: skip
def test_build_ranges(wanted: str, inside: str) -> None:
    assert "".join(build for build in "abcd" if in_builds(wanted, build, "abcd")) == inside


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{identity}", "adfs"),
        ("x-{identity}.{count}", "x-adfs.3"),
        ("{services}", ("coffee", "tea")),
        ("all: {services}", "all: coffee,tea"),
        ("{item.names[1]}", "c.d"),
        ("dns:{item.names}", ("dns:a.b", "dns:c.d")),
        (["dns:{item.names}", "ip:10.0.0.1"], ("dns:a.b", "dns:c.d", "ip:10.0.0.1")),
        ([{"raw": "{item.file}"}], ({"raw": b"DER"},)),
        ({"a": "{count}", "b": 7}, {"a": 3, "b": 7}),
        ("}'{", "}'{"),
        ("${HOME} {}", None),
        ("{item.names[5]}", None),
        ("{absent}", None),
        ("x{item.name}y{absent.z}", None),
    ],
)
def test_templates(template: object, expected: object) -> None:
    if expected is None:
        with pytest.raises(Unfilled):
            assert fill(template, FACTS) == "never"
    else:
        assert fill(template, FACTS) == expected


def test_placeholders_are_found_everywhere() -> None:
    assert placeholders({"a": ["{x}", "y {item.z[0]}"], "b": 3}) == {"x", "item.z"}


@given(st.text(alphabet=st.characters(exclude_characters="{}")))
def test_text_without_placeholders_stays(text: str) -> None:
    if not text.startswith(("dns:", "ip:", "uri:")):
        assert fill(text, FACTS) == text
