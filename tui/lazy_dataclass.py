"""`dataclass` as the standard library has it, but for when a class's methods are made: with its first object.

`dataclasses` compiles up to six methods of each class as it is defined, which was a third of what loading the program's
own modules took. Of most classes there is no object before the first key.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, FrozenInstanceError, field, fields
from dataclasses import dataclass as standard_dataclass
from operator import attrgetter
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
    """Make a class one of data. The options mean what they mean to `dataclasses.dataclass`."""

    def with_fields(cls: type[Any]) -> type[Any]:
        cls = standard_dataclass(init=False, repr=False, eq=False, slots=slots, weakref_slot=weakref_slot)(cls)
        if frozen:
            _give(cls, {"__setattr__": _refuse, "__delattr__": _refuse, "__reduce__": _reduce})

        def make_methods_and_init(self: Any, *values: Any, **named: Any) -> None:
            _make_methods(cls, eq=eq, frozen=frozen)
            cls.__init__(self, *values, **named)

        cls.__init__ = make_methods_and_init
        return cls

    return with_fields if cls is None else with_fields(cls)


def _give(cls: type[Any], methods: Mapping[str, object]) -> None:
    """Give a class the methods that it does not define itself."""
    for name, method in methods.items():
        if name not in cls.__dict__:
            setattr(cls, name, method)


def _refuse(_self: object, name: str, *_value: object) -> Never:
    raise FrozenInstanceError(f"cannot set or delete field {name!r}")


def _reduce(self: object) -> tuple[type[object], tuple[object, ...]]:
    """How `pickle` makes an object again that no attribute can be set of (`object.__reduce__`)."""
    cls: Any = type(self)
    return cls, tuple(getattr(self, each.name) for each in fields(cls))


def _make_methods(cls: type[Any], *, eq: bool, frozen: bool) -> None:
    """Give a class the methods that `dataclasses` would. Two threads may do so: `__init__` comes last."""
    its_fields = fields(cls)
    methods: dict[str, object] = {"__repr__": _repr([each.name for each in its_fields if each.repr])}
    if eq:
        compared = [each.name for each in its_fields if each.compare]
        methods["__eq__"] = _eq(compared)
        methods["__hash__"] = _hash(compared) if frozen else None
    _give(cls, methods)
    cls.__init__ = _init(cls, its_fields, "set_field(self, {!r}, {})" if frozen else "self.{} = {}")


def _repr(names: Sequence[str]) -> Callable[[object], str]:
    def shown(self: object) -> str:
        return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"

    return shown


def _eq(names: Sequence[str]) -> Callable[[object, object], bool]:
    values = _values(names)

    def equals(self: object, other: object) -> bool:
        return values(self) == values(other) if type(self) is type(other) else NotImplemented

    return equals


def _hash(names: Sequence[str]) -> Callable[[object], int]:
    values = _values(names)
    return lambda self: hash(values(self))


def _values(names: Sequence[str]) -> Callable[[object], object]:
    return attrgetter(*names) if names else lambda _: ()


def _init(cls: type[Any], its_fields: Sequence[Field[Any]], statement: str) -> Callable[..., None]:
    """`__init__`, whose parameters are the fields. `statement` sets one, given its name and an expression."""
    known: dict[str, Any] = {"set_field": object.__setattr__, "not_given": object()}
    parameters, statements = ["self"], ["pass"]
    for each in its_fields:
        name = value = each.name
        if each.default_factory is not MISSING:
            known[f"make_{name}"] = each.default_factory
            value = f"make_{name}() if {name} is not_given else {name}"
            parameters.append(f"{name}=not_given")
        elif each.default is not MISSING:
            known[f"default_{name}"] = each.default
            parameters.append(f"{name}=default_{name}")
        else:
            parameters.append(name)
        statements.append(statement.format(name, value))
    if hasattr(cls, "__post_init__"):
        statements.append("self.__post_init__()")
    exec(f"def __init__({', '.join(parameters)}):\n " + "\n ".join(statements), known)
    known["__init__"].__qualname__ = f"{cls.__qualname__}.__init__"
    return known["__init__"]
