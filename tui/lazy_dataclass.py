"""`dataclass` as the standard library has it, but for when a class's methods are made: with their first call.

`dataclasses` compiles up to six methods of each class as it is defined, which was a third of what loading the program's
own modules took. Of most classes there is no object before the first key.
"""

from collections.abc import Callable, Sequence
from dataclasses import FrozenInstanceError, field, fields, make_dataclass
from dataclasses import dataclass as standard_dataclass
from typing import Any, Never, TypeVar, dataclass_transform, overload

_Class = TypeVar("_Class", bound=type[Any])


@overload
def dataclass(cls: _Class, /) -> _Class: ...


@overload
def dataclass(
    *, eq: bool = True, frozen: bool = False, slots: bool = False, weakref_slot: bool = False
) -> Callable[[_Class], _Class]: ...


@dataclass_transform(field_specifiers=(field,))
def dataclass(
    cls: type[Any] | None = None,
    /,
    *,
    eq: bool = True,
    frozen: bool = False,
    slots: bool = False,
    weakref_slot: bool = False,
) -> Any:
    """Make a class one of data. The options mean what they mean to `dataclasses.dataclass`; `InitVar` is not known."""

    def with_fields(cls: type[Any]) -> type[Any]:
        cls = standard_dataclass(init=False, repr=False, eq=False, slots=slots, weakref_slot=weakref_slot)(cls)
        for name in ("__init__", "__repr__", *(("__eq__", "__hash__") if eq else ())):
            _give(cls, name, _made_when_called(cls, name, frozen=frozen) if name != "__hash__" or frozen else None)
        if frozen:
            _give(cls, "__setattr__", _refuse)
            _give(cls, "__delattr__", _refuse)
            _give(cls, "__getstate__", _state)
            _give(cls, "__setstate__", _set_state)
        return cls

    return with_fields if cls is None else with_fields(cls)


def _give(cls: type[Any], name: str, method: object) -> None:
    """Give a class a method, unless it defines it itself. Python gives one with an `__eq__` the `__hash__` None."""
    if cls.__dict__.get(name) is None:
        setattr(cls, name, method)


def _made_when_called(cls: type[Any], name: str, *, frozen: bool) -> Callable[..., Any]:
    """A method that puts what `dataclasses` makes in its own place. Two threads may do so at once."""

    def method(self: object, *values: object, **named: object) -> Any:
        made = _made(cls, name, frozen=frozen)
        setattr(cls, name, made)
        return made(self, *values, **named)

    return method


def _made(cls: type[Any], name: str, *, frozen: bool) -> Callable[..., Any]:
    """What `dataclasses` makes of this name, of a class with the same fields."""
    twin = make_dataclass(
        cls.__name__,
        [(each.name, each.type, each) for each in fields(cls)],
        namespace={each: getattr(cls, each) for each in ("__doc__", "__post_init__") if hasattr(cls, each)},
        init=name == "__init__",
        repr=name == "__repr__",
        eq=name in ("__eq__", "__hash__"),
        frozen=frozen,
        match_args=False,
    )
    made = vars(twin)[name]
    made.__qualname__ = f"{cls.__qualname__}.{name}"
    return made


def _refuse(_self: object, name: str, *_value: object) -> Never:
    raise FrozenInstanceError(f"cannot set or delete field {name!r}")


def _state(self: Any) -> Sequence[object]:
    """What `pickle` and `copy` take of an object whose attributes cannot be set."""
    return [getattr(self, each.name) for each in fields(self)]


def _set_state(self: Any, state: Sequence[object]) -> None:
    for each, value in zip(fields(self), state, strict=True):
        object.__setattr__(self, each.name, value)
