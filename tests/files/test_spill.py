import gc
from threading import Thread

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
