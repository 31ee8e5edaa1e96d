"""A value behaves as a frozen dataclass with slots does."""

import pickle
from dataclasses import FrozenInstanceError, asdict, dataclass, fields, replace
from typing import ClassVar

import pytest

from certwright.value import field, value


@value
class Name:
    kind: ClassVar[str] = "name"
    text: str
    weight: int = 1
    notes: list[str] = field(default_factory=list, repr=False)

    def __post_init__(self) -> None:
        if not self.text:
            raise ValueError("a name needs a text")


@value
class Longer(Name):
    suffix: str = ""


@value
class Nothing:
    pass


@value
class Told:
    text: str

    def __repr__(self) -> str:
        return "told"


@dataclass(frozen=True, slots=True)
class Standard:
    text: str
    weight: int = 1


def test_values_are_equal_by_their_fields_and_their_class() -> None:
    assert Name("a") == Name("a", 1, [])
    assert Name("a") != Name("b")
    assert Name("a") != Longer("a")
    assert Name("a") != "a"
    assert Nothing() == Nothing()


def test_equal_values_hash_alike() -> None:
    assert hash(Told("a")) == hash(Told("a"))
    assert len({Told("a"), Told("a"), Told("b")}) == 2
    with pytest.raises(TypeError, match="unhashable"):
        hash(Name("a"))  # it holds a list, as in a dataclass


def test_a_value_shows_what_may_be_shown() -> None:
    assert repr(Name("a", 2, ["secret"])) == "Name(text='a', weight=2)"
    assert repr(Longer("a", suffix="b")) == "Longer(text='a', weight=1, suffix='b')"
    assert repr(Told("a")) == "told"


def test_a_value_never_changes() -> None:
    name = Name("a")
    with pytest.raises(FrozenInstanceError, match="text"):
        name.text = "b"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError, match="weight"):
        del name.weight
    assert not hasattr(name, "__dict__")
    assert name == Name("a")


def test_what_is_made_with_a_factory_is_not_shared() -> None:
    assert Name("a").notes is not Name("a").notes


def test_arguments_are_those_of_a_dataclass() -> None:
    assert Name(weight=3, text="a").weight == 3
    assert Name.__init__.__qualname__ == "Name.__init__"
    for wrong in ({}, {"text": "a", "other": 1}):
        with pytest.raises(TypeError):
            Name(**wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="needs a text"):
        Name("")


def test_the_tools_for_dataclasses_take_values() -> None:
    name = Longer("a", suffix="b")
    assert replace(name, text="c") == Longer("c", suffix="b")
    with pytest.raises(ValueError, match="needs a text"):
        replace(name, text="")
    assert [one.name for one in fields(name)] == ["text", "weight", "notes", "suffix"]
    assert asdict(Standard("a")) == {"text": "a", "weight": 1}
    assert asdict(Told("a")) == {"text": "a"}
    match name:
        case Longer(text, weight):
            assert (text, weight) == ("a", 1)


@pytest.mark.parametrize("one", [Name("a", 2, ["b"]), Longer("a", suffix="c"), Nothing(), Told("x")])
def test_values_travel_between_processes(one: object) -> None:
    assert pickle.loads(pickle.dumps(one)) == one
