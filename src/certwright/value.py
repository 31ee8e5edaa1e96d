"""`@value`: a dataclass that is frozen and slotted, made in a third of the time.

A frozen dataclass has six functions written and compiled for it whenever it is imported; over three hundred classes
that is a fifth of the time a command needs to start. Here only `__init__` is, when there is to be an instance.
"""

from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from operator import attrgetter
from typing import Any, NoReturn, TypeVar, dataclass_transform

__all__ = ["field", "value"]

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value(cls: type[T]) -> type[T]:
    """The class as a frozen dataclass with slots: compared, hashed and shown by its fields, never changed.

    `dataclasses.replace`, `fields` and `asdict` take its instances, and `pickle` does. Fields with `repr=False` are not
    shown; `init=False`, `compare=False` and keyword-only fields are not supported. A base class must be a value, too.
    """
    made: Any = dataclass(init=False, repr=False, eq=False, slots=True)(cls)
    all_fields = fields(made)
    names = [one.name for one in all_fields]
    made.__init__ = _uncompiled(made, all_fields)
    made._of_value = staticmethod(attrgetter(*names) if names else _nothing)
    made._shown = tuple(one.name for one in all_fields if one.repr)
    for name, shared in _SHARED.items():
        if name not in cls.__dict__:
            setattr(made, name, shared)
    return made  # type: ignore[no-any-return]


def _uncompiled(made: Any, all_fields: tuple[Field[Any], ...]) -> Callable[..., None]:
    """An `__init__` that compiles the real one when it is needed: most classes have no instance in most runs."""

    def __init__(self: Any, *given: Any, **named: Any) -> None:  # noqa: N807 - it is one
        made.__init__ = _init(made, all_fields)
        made.__init__(self, *given, **named)

    __init__.__qualname__ = f"{made.__qualname__}.__init__"
    return __init__


def _init(made: type, all_fields: tuple[Field[Any], ...]) -> Callable[..., None]:
    """Fields are set through their slots: it is the only way around `__setattr__`, and the fastest."""
    known: dict[str, Any] = {"MISSING": MISSING}
    head, body = [], []
    for one in all_fields:
        slot = f"set_{one.name}"
        known[slot] = getattr(made, one.name).__set__
        if one.default is not MISSING:
            known[f"default_{one.name}"] = one.default
            head.append(f"{one.name}=default_{one.name}")
        elif one.default_factory is not MISSING:
            known[f"make_{one.name}"] = one.default_factory
            head.append(f"{one.name}=MISSING")
            body.append(f" if {one.name} is MISSING: {one.name} = make_{one.name}()")
        else:
            head.append(one.name)
        body.append(f" {slot}(self, {one.name})")
    if hasattr(made, "__post_init__"):
        body.append(" self.__post_init__()")
    exec(f"def __init__({', '.join(['self', *head])}):\n" + "\n".join(body or [" pass"]), known)  # noqa: S102 - our own names
    written: Callable[..., None] = known["__init__"]
    written.__qualname__ = f"{made.__qualname__}.__init__"
    return written


def _nothing(_: object) -> tuple[()]:
    return ()


def _eq(self: Any, other: Any) -> Any:
    return self._of_value(self) == self._of_value(other) if other.__class__ is self.__class__ else NotImplemented


def _hash(self: Any) -> int:
    return hash(self._of_value(self))


def _repr(self: Any) -> str:
    return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in self._shown)})"


def _refuse_set(self: Any, name: str, _: object) -> NoReturn:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_delete(self: Any, name: str) -> NoReturn:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _reduce(self: Any) -> tuple[Any, ...]:
    values = tuple([getattr(self, name) for name in self.__match_args__])
    if hasattr(self, "__post_init__"):
        return _restored, (type(self), values)
    return type(self), values


def _restored(made: type[T], values: tuple[Any, ...]) -> T:
    """What was pickled. Its values were judged when it was made, and are not again."""
    new = object.__new__(made)
    for one, own in zip(fields(made), values, strict=True):  # type: ignore[arg-type]
        object.__setattr__(new, one.name, own)
    return new


_SHARED: dict[str, Any] = {
    "__eq__": _eq,
    "__hash__": _hash,
    "__repr__": _repr,
    "__setattr__": _refuse_set,
    "__delattr__": _refuse_delete,
    "__reduce__": _reduce,
}
