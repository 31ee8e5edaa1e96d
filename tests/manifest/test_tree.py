"""YAML as deployment files use it, read by libyaml and judged by another reader of YAML 1.2."""

from datetime import date
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from certwright.errors import Mistakes
from certwright.manifest.tree import DEEPEST, MOST_VALUES, Spot, read_tree


def plain(spot: Spot) -> object:
    """The values without their places."""
    if isinstance(spot.value, dict):
        return {key: plain(one) for key, one in spot.value.items()}
    return [plain(one) for one in spot.value] if isinstance(spot.value, list) else spot.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"), ("yes", "yes"), ("on", "on"), ("true", True), ("False", False), ("~", None), ("Null", None),
        ("7", 7), ("0", 0), ("007", "007"), ("1_000", "1_000"), ("-5", "-5"), ("0x10", "0x10"), ("1.10", "1.10"),
        ("12:30", "12:30"), ("2027-01-18", date(2027, 1, 18)), ("2027-02-30", "2027-02-30"), ("'7'", "7"),
        ('"true"', "true"), ("!!str 7", "7"), ("!!int 7", 7), ("9" * 40, "9" * 40), ("=", "="), ("<<", "<<"),
    ],
)  # fmt: skip
def test_a_scalar_is_what_yaml_1_2_says(text: str, value: object) -> None:
    found = read_tree(f"key: {text}\n", "file.yaml").value
    assert isinstance(found, dict)
    assert found["key"].value == value
    assert type(found["key"].value) is type(value)


# What begins with ? or : must be quoted inside brackets for libyaml, and the other writer does not.
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Cn")), min_size=1).filter(
    lambda text: text[0] not in "?:"
)
TREES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 10**17) | TEXTS | st.dates(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(TEXTS, TREES, min_size=1, max_size=4))
def test_what_another_writer_wrote_is_read_as_it_was(tree: dict[str, object]) -> None:
    out, writer = StringIO(), YAML(typ="safe", pure=True)
    writer.default_flow_style, writer.width = False, 100_000  # libyaml wants a key on one line
    writer.dump(tree, out)
    assert plain(read_tree(out.getvalue(), "file.yaml")) == tree


@given(st.text("ab:-{}[],&*!|>'\"#%\n\t ?0\\\ufeff\x00\ud800", max_size=60))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    try:
        found = read_tree(text, "file.yaml")
    except Mistakes as refused:
        told = [one.what for one in refused.mistakes]
    else:
        told = [found.plain() or "an empty text"]
    assert all(told)


@given(st.text("ab:-'\"#\n ", max_size=40))
def test_what_another_reader_takes_for_one_tree_of_words_is_read_alike(text: str) -> None:
    try:
        other = YAML(typ="safe", pure=True).load(text)
        mine = plain(read_tree(text, "file.yaml"))
    except (YAMLError, Mistakes, ValueError, TypeError, NotImplementedError, RecursionError):
        return  # what one of them refuses
    assert mine == other


def test_aliases_repeat_what_is_named_and_count() -> None:
    tree = read_tree("one: &it {a: [1, 2]}\ntwo: *it\n", "file.yaml")
    assert plain(tree) == {"one": {"a": [1, 2]}, "two": {"a": [1, 2]}}
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)
    )
    with pytest.raises(Mistakes, match="unfolds into too many values"):
        read_tree(bomb, "file.yaml")


def test_depth_is_bounded_even_when_aliases_hide_it() -> None:
    hidden = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, DEEPEST + 2))
    for text in (hidden, "[" * (DEEPEST + 2) + "]" * (DEEPEST + 2), "[" * 100_000):
        with pytest.raises(Mistakes):
            read_tree(text, "file.yaml")


def test_an_address_in_brackets_that_begins_with_a_colon_is_told_with_its_place() -> None:
    with pytest.raises(Mistakes, match="not YAML") as refused:
        read_tree("a: 1\nb: [::1]\n", "file.yaml")
    assert (refused.value.mistakes[0].line, refused.value.mistakes[0].column) == (2, 5)
    assert plain(read_tree("b: ['::1', ip:10.0.0.1]\n", "file.yaml")) == {"b": ["::1", "ip:10.0.0.1"]}


@pytest.mark.parametrize("text", ["a: &a [*a]\n", "a: *nobody\n"])
def test_an_alias_of_nothing_finished_is_told_with_its_place(text: str) -> None:
    with pytest.raises(Mistakes) as refused:
        read_tree(text, "file.yaml")
    assert refused.value.mistakes[0].line == 1


def test_a_second_document_is_told_with_its_place() -> None:
    with pytest.raises(Mistakes) as refused:
        read_tree("a: 1\n---\nb: 2\n", "file.yaml")
    assert refused.value.mistakes[0].line == 2


def test_a_fleet_of_many_thousands_is_one_file() -> None:
    rows = "".join(f"  - {{name: client-{number}}}\n" for number in range(MOST_VALUES // 2 - 10))
    found = read_tree(f"clients:\n{rows}", "file.yaml").value
    assert isinstance(found, dict)
    assert isinstance(found["clients"].value, list)
    assert len(found["clients"].value) > 100_000
