import copy
import pickle
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, field, fields, is_dataclass, replace
from threading import Barrier
from typing import Generic, TypeVar

import pytest

from tui.lazy_dataclass import dataclass

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Found(Generic[Item]):
    name: str
    item: Item
    rank: int = 3
    places: list[int] = field(default_factory=list[int])
    seconds: float = field(default=0.0, compare=False, repr=False)

    @property
    def title(self) -> str:
        return self.name.title()


@dataclass(frozen=True, slots=True)
class Pair:
    one: int
    other: int
    seconds: float = field(default=0.0, compare=False)


@dataclass(frozen=True)
class Chosen:
    name: str
    keys: dict[str, str] = field(default_factory=dict[str, str], hash=False)
    length: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "length", len(self.name))


@dataclass(slots=True)
class Counter:
    """Counts."""

    count: int = 0


@dataclass
class Named:
    name: str

    def __post_init__(self) -> None:
        self.initial = self.name[:1]


@dataclass
class Numbered(Named):
    number: int = 1

    def __repr__(self) -> str:
        return f"{self.name} {self.number}"


@dataclass(frozen=True)
class Nothing:
    pass


@dataclass(eq=False, slots=True)
class Unique:
    name: str = ""


class Plain(Named):
    def __init__(self) -> None:
        super().__init__("plain")


def test_an_object_has_the_fields_it_was_given_and_the_defaults_of_the_others() -> None:
    found = Found("a name", 1, places=[2])
    assert (found.name, found.item, found.rank, found.places, found.seconds) == ("a name", 1, 3, [2], 0.0)
    assert found.title == "A Name"
    assert Found("b", 1).places is not Found("b", 1).places
    assert Counter().count == 0


def test_what_lacks_or_is_too_much_is_said_with_the_name_of_the_class() -> None:
    none: list[str] = []
    with pytest.raises(TypeError, match=r"Named\.__init__\(\) missing 1 required positional argument: 'name'"):
        Named(*none)
    with pytest.raises(TypeError, match=r"Nothing\.__init__\(\) takes 1 positional argument but 2 were given"):
        Nothing(*[1])


def test_objects_are_shown_by_their_fields_or_as_the_class_says() -> None:
    assert repr(Found("a", "b")) == "Found(name='a', item='b', rank=3, places=[])"
    assert repr(Numbered("n", 2)) == "n 2"
    assert repr(Nothing()) == "Nothing()"


def test_objects_of_one_class_are_equal_by_the_fields_that_count() -> None:
    assert Found("a", 1, seconds=1.0) == Found("a", 1, seconds=2.0) != Found("b", 1)
    assert Named("a") != Numbered("a", 1)
    assert Nothing() == Nothing()
    assert Unique("a") != Unique("a")


def test_only_what_never_changes_has_a_hash_by_its_fields() -> None:
    assert len({Pair(1, 2), Pair(1, 2, seconds=3.0), Pair(2, 1), Nothing(), Nothing()}) == 3
    assert len({Unique("a"), Unique("a")}) == 2
    with pytest.raises(TypeError, match="unhashable"):
        hash(Counter())


def test_a_field_counts_for_what_it_says() -> None:
    one, other = Chosen("a", {"x": "1"}), Chosen("a", {"x": "2"})
    assert hash(one) == hash(other)
    assert one != other
    assert one.length == 1


def test_what_was_read_back_is_equal_also_where_none_was_made_yet() -> None:
    command = [
        sys.executable,
        "-c",
        "import pickle, sys; one, other = pickle.load(sys.stdin.buffer); print(one == other)",
    ]
    pickled = pickle.dumps((Counter(1), Counter(1)))
    assert subprocess.run(command, input=pickled, capture_output=True, check=True).stdout == b"True\n"


def test_what_is_frozen_cannot_be_changed_but_replaced_in_part() -> None:
    found, name = Found("a", 1), "rank"
    with pytest.raises(FrozenInstanceError):
        setattr(found, name, 4)
    with pytest.raises(FrozenInstanceError):
        delattr(found, name)
    assert replace(found, rank=4) == Found("a", 1, 4)


@pytest.mark.parametrize("made", [Found("a", 1, 2, [3], 4.0), Chosen("a"), Counter(5), Numbered("n", 2), Nothing()])
def test_copies_and_pickles_are_equal(made: object) -> None:
    assert copy.copy(made) == copy.deepcopy(made) == pickle.loads(pickle.dumps(made)) == made


def test_slots_are_slots_and_leave_no_dictionary() -> None:
    assert not hasattr(Counter(), "__dict__")
    assert not hasattr(Found("a", 1), "__dict__")


def test_what_inherits_begins_as_its_base_does() -> None:
    assert Numbered("name").initial == "n"
    assert Plain().initial == "p"


def test_fields_and_patterns_are_known_before_the_first_object() -> None:
    @dataclass(frozen=True, slots=True)
    class Fresh:
        x: int
        y: int = 2

    assert is_dataclass(Fresh)
    assert [each.name for each in fields(Fresh)] == ["x", "y"]
    match Fresh(1):
        case Fresh(x, y):
            assert (x, y) == (1, 2)


def test_two_threads_can_make_the_first_objects() -> None:
    def fresh() -> Iterator[type[Counter]]:
        for _ in range(200):

            @dataclass(slots=True)
            class Fresh(Counter):
                more: int = 1

            yield Fresh

    both = Barrier(2)

    def make(cls: type[Counter]) -> Counter:
        both.wait()
        return cls(7)

    with ThreadPoolExecutor(2) as threads:
        for cls in fresh():
            first, second = threads.map(make, [cls, cls])
            assert first == second
            assert first.count == 7
