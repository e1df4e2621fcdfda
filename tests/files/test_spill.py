import gc
from threading import Event, Thread

from tui.files.spill import Room, Spill


class CollectingBytes(bytes):
    """Bytes that have garbage collected when they are counted."""

    def __len__(self) -> int:
        gc.collect()
        return super().__len__()


def test_memory_is_given_back_also_where_garbage_that_holds_some_is_collected_meanwhile() -> None:
    room = Room(1_000)
    garbage: list[object] = [spill := Spill(None, room)]
    spill.append(b"held")
    garbage.append(garbage)
    assert room.take(5)
    assert not room.take(990)
    del spill, garbage

    giving = Thread(target=room.give_back, args=({0: CollectingBytes(b"12345")},), daemon=True)
    giving.start()
    giving.join(60)
    assert not giving.is_alive()
    assert room.take(1_000)


def test_threads_that_put_aside_at_once_get_places_of_their_own() -> None:
    """The thread that asks for a length lets the other one run there, as the interpreter may at any time."""
    spill, begun, others = Spill(None), Event(), Event()

    class Slow(bytes):
        def __len__(self) -> int:
            begun.set()
            others.wait(0.2)
            return super().__len__()

    places: dict[bytes, int] = {}
    first = Thread(target=lambda: places.__setitem__(b"first", spill.append(Slow(b"first"))))
    first.start()
    assert begun.wait(60)
    places[b"other"] = spill.append(b"other")
    others.set()
    first.join(60)
    assert {data: spill.read(place, 5) for data, place in places.items()} == {b"first": b"first", b"other": b"other"}
