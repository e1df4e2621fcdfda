import gc
import tracemalloc
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conversation.export.told import html, markdown
from tests.conversation.grounding.checked import run
from tests.conversation.test_transcript import any_events, stored_turns
from tui.api.models import Event, Stop, Text, ToolResult, UserInput
from tui.conversation import past_turns
from tui.conversation.grounding.checking import GroundingCheck
from tui.conversation.past_turns import LOST, MAX_QUESTION_CHARS, NO_ROOM, LongReplay, PastTurns
from tui.conversation.reconcile import Finished, Polls, QuestionSearch, Sent, known_questions, reconcile
from tui.conversation.transcript import Transcript, Turn, amend_reason, ask, interrupt
from tui.conversation.transcript_builder import TranscriptBuilder, replay
from tui.files.spill import Room, Spill
from tui.lineview.search import count_in
from tui.lineview.transcript_lines import TranscriptLines
from tui.lineview.viewport import Place

histories = st.lists(stored_turns() | any_events, max_size=5).map(
    lambda turns: [event for turn in turns for event in turn]
)


@pytest.fixture(autouse=True)
def keep_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past_turns, "KEPT", 2)


def both(events: Sequence[Event]) -> tuple[Transcript, Transcript]:
    """A conversation, and the same one put aside, of which nobody holds a turn."""
    whole = interrupt(replay(events), "It ended.")
    return whole, interrupt(put_aside(events), "It ended.")


def put_aside(events: Sequence[Event], beside: Path | None = None) -> Transcript:
    """What is told by events that come a few at a time."""
    told = LongReplay(beside)
    for at in range(0, len(events), 5):
        told.add(events[at : at + 5])
    return told.build()


def shown(transcript: Transcript) -> list[str]:
    lines = TranscriptLines()
    lines.show(transcript)
    lines.toggle_details()
    blocks = [(section, block) for section in range(lines.sections()) for block in range(lines.blocks(section))]
    return [lines.line(Place(*block, row)).text for block in blocks for row in range(lines.height(*block))]


@given(histories)
def test_turns_put_aside_are_the_turns(events: list[Event]):
    whole, small = both(events)
    assert small == whole
    assert list(small) == list(whole)
    assert [small[at] for at in range(len(small))] == list(whole.past)
    assert small.past[-3:] == whole.past[-3:]
    assert small.past[:-1] == whole.past[:-1]
    assert known_questions(small) == known_questions(whole)
    assert small.first_question == whole.first_question
    assert [turn.question for turn in small.headings()] == [turn.question for turn in whole]


@pytest.mark.fault(26)
def test_a_history_of_any_length_is_told_and_looked_through_in_the_memory_of_a_few_turns(tmp_path: Path):
    def history() -> Iterator[Event]:
        for number in range(1_000):
            yield from (UserInput(f"{number}?"), Text(chr(97 + number % 26) * 10_000), Stop())

    told, search = LongReplay(tmp_path / "store"), QuestionSearch(Sent("999?", 999))
    tracemalloc.start()
    try:
        told.add(history())
        search.add(history())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(told.build()) == 1_000
    assert isinstance(reconcile(Sent("999?", 999), search, Polls()), Finished)
    assert peak < 1_000_000


def counted(transcript: Transcript) -> list[list[int]]:
    return [[count_in(turn, block, "a") for block in range(len(turn.parts) + 1)] for turn in transcript]


@given(histories)
def test_turns_put_aside_are_drawn_found_and_exported_as_before(events: list[Event]):
    whole, small = both(events)
    assert shown(small) == shown(whole)
    assert counted(small) == counted(whole)
    assert markdown("T", small) == markdown("T", whole)
    assert html("T", small) == html("T", whole)


@given(histories, histories)
def test_a_conversation_put_aside_goes_on_as_before(events: list[Event], more: list[Event]):
    def gone_on(transcript: Transcript) -> Transcript:
        builder = TranscriptBuilder(ask(transcript, "And?"))
        for event in more:
            builder.add(event)
        return amend_reason(builder.build(), "Looking.")

    whole, small = both(events)
    assert gone_on(small) == gone_on(whole)


def many(turns: int = 100) -> list[Event]:
    each = ("read", {"content": "It is 40."})
    return [
        event
        for at in range(turns)
        for event in (UserInput(f"{at}?"), ToolResult("c", *each), Text(f"It is 40 and {at}1." * 50), Stop())
    ]


def turns_alive() -> int:
    return sum(isinstance(each, Turn) and bool(each.parts) for each in gc.get_objects())


def test_only_the_turns_looked_at_last_are_held_as_values():
    before = turns_alive()
    transcript = put_aside(many())
    assert turns_alive() - before <= 2
    for at in range(100):
        assert transcript[at].parts
    assert turns_alive() - before <= 4


def test_of_large_turns_fewer_are_held(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(past_turns, "KEPT", 64)
    monkeypatch.setattr(past_turns, "MAX_KEPT_BYTES", 5_000)
    before = turns_alive()
    transcript = put_aside(many())
    assert turns_alive() - before <= 8
    for at in range(100):
        assert transcript[at].parts
    assert turns_alive() - before <= 16


def test_a_turn_stays_the_same_object_while_it_is_held():
    small = put_aside(many())
    held = small[3]
    later = ask(small, "And?")
    assert [later[at].question for at in range(100)] == [f"{at}?" for at in range(100)]
    assert isinstance(later.past, PastTurns)
    assert later[3] is held


@pytest.mark.parametrize("beside", ["store", "no such folder/store"])
def test_turns_are_read_from_the_disk_and_from_memory_where_it_takes_none(tmp_path: Path, beside: str):
    transcript = put_aside(many(), tmp_path / beside)
    assert transcript == replay(many())
    assert list(tmp_path.iterdir()) == []


def test_a_turn_that_the_disk_does_not_give_back_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    transcript = put_aside(many(), tmp_path / "store")

    def fail(_: Spill, place: int, size: int) -> bytes:
        raise OSError(place, size)

    monkeypatch.setattr(Spill, "read", fail)
    assert transcript[0].question == "0?"
    assert transcript[0].parts == (LOST,)


@pytest.mark.fault(26)
def test_memory_takes_turns_up_to_a_limit_and_those_beyond_say_so(monkeypatch: pytest.MonkeyPatch):
    room, noise = Room(7_500), Random(0)
    monkeypatch.setattr(past_turns, "ROOM", room)
    events = [event for at in range(9) for event in (UserInput(f"{at}?"), Text(noise.randbytes(2000).hex()), Stop())]
    transcript = put_aside(events)
    full = transcript[5]
    assert (full.question, full.parts) == ("5?", (NO_ROOM,))
    assert [turn.parts[0] == NO_ROOM for turn in transcript] == [False] * 3 + [True] * 4 + [False] * 2
    assert any("too much for memory" in row for row in shown(transcript))
    assert not room.take(3_000)
    del transcript, full
    gc.collect()
    assert room.take(7_500)


def test_of_a_question_without_an_end_the_beginning_is_in_memory():
    asked = "?" * 1_000_000
    transcript = put_aside([UserInput(asked), Stop()] * 9)
    assert transcript.first_question == asked[:MAX_QUESTION_CHARS]
    assert transcript[0].question == asked


def test_to_check_an_answer_holds_no_turns_that_are_put_aside():
    before = turns_alive()
    whole, small = both(many())
    check, other = GroundingCheck(), GroundingCheck()
    run(check, small, 99)
    run(other, whole, 99)
    assert check.missing(99) == other.missing(99)
    assert not check.is_behind(small, [99])
    del whole, other
    assert turns_alive() - before <= 4


def test_what_is_nested_too_deeply_to_be_put_aside_stays_as_it_is():
    deep: object = None
    for _ in range(2000):
        deep = [deep]
    past = put_aside([UserInput("?"), ToolResult("c", "n", deep), Stop()] * 5).past
    assert past[0].question == "?"
    assert past[0] is past[0]
