import gc
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conversation.grounding.checked import run
from tests.conversation.test_transcript import any_events, stored_turns
from tui.api.models import Event, Stop, Text, ToolResult, UserInput
from tui.conversation import past_turns
from tui.conversation.export.html import as_html
from tui.conversation.export.markdown import as_markdown
from tui.conversation.grounding.checking import GroundingCheck
from tui.conversation.past_turns import PastTurns, packed
from tui.conversation.reconcile import known_questions
from tui.conversation.transcript import Transcript, Turn, amend_reason, ask, interrupt
from tui.conversation.transcript_builder import TranscriptBuilder, replay
from tui.lineview.search import counts_in
from tui.lineview.transcript_lines import TranscriptLines
from tui.lineview.viewport import Place

histories = st.lists(stored_turns() | any_events, max_size=5).map(
    lambda turns: [event for turn in turns for event in turn]
)


@pytest.fixture(autouse=True)
def keep_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past_turns, "KEPT", 2)


def both(events: Sequence[Event]) -> tuple[Transcript, Transcript]:
    """A conversation, and the same one packed, of which nobody holds a turn."""
    whole = interrupt(replay(events), "It ended.")
    again = interrupt(replay(events), "It ended.")
    return whole, replace(again, past=packed(again.past))


def shown(transcript: Transcript) -> list[str]:
    lines = TranscriptLines()
    lines.show(transcript)
    lines.toggle_details()
    blocks = [(section, block) for section in range(lines.sections()) for block in range(lines.blocks(section))]
    return [lines.line(Place(*block, row)).text for block in blocks for row in range(lines.height(*block))]


@given(histories)
def test_packed_turns_are_the_turns(events: list[Event]):
    whole, small = both(events)
    assert small == whole
    assert list(small) == list(whole)
    assert [small[at] for at in range(len(small))] == list(whole.past)
    assert small.past[-3:] == whole.past[-3:]
    assert small.past[:-1] == whole.past[:-1]
    assert known_questions(small) == known_questions(whole)
    assert small.first_question == whole.first_question
    assert [turn.question for turn in small.headings()] == [turn.question for turn in whole]


@given(histories)
def test_packed_turns_are_drawn_found_and_exported_as_before(events: list[Event]):
    whole, small = both(events)
    assert shown(small) == shown(whole)
    assert [counts_in(turn, "a") for turn in small] == [counts_in(turn, "a") for turn in whole]
    assert as_markdown("T", tuple(small)) == as_markdown("T", tuple(whole))
    assert as_html("T", tuple(small)) == as_html("T", tuple(whole))


@given(histories, histories)
def test_a_packed_conversation_goes_on_as_before(events: list[Event], more: list[Event]):
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
    transcript = replay(many())
    transcript = replace(transcript, past=packed(transcript.past))
    assert turns_alive() - before <= 2
    for at in range(100):
        assert transcript[at].parts
    assert turns_alive() - before <= 4


def test_a_turn_stays_the_same_object_while_it_is_held():
    transcript = replay(many())
    held = transcript[3]
    small = replace(transcript, past=packed(transcript.past))
    assert small[3] is held
    del transcript
    later = ask(small, "And?")
    assert [later[at].question for at in range(100)] == [f"{at}?" for at in range(100)]
    assert isinstance(later.past, PastTurns)
    assert later[3] is held


def test_to_check_an_answer_holds_no_turns_that_are_packed():
    before = turns_alive()
    whole, small = both(many())
    check, other = GroundingCheck(), GroundingCheck()
    run(check, small, 99)
    run(other, whole, 99)
    assert check.missing(99) == other.missing(99)
    assert not check.is_behind(small, [99])
    del whole, other
    assert turns_alive() - before <= 4


def test_a_question_that_the_server_may_not_know_is_not_counted_once_packed():
    transcript = replay(many(1))
    for at in range(5):
        transcript = interrupt(ask(transcript, f"{at}?"), "No connection.")
    assert known_questions(transcript) == known_questions(replace(transcript, past=packed(transcript.past))) == 1


def test_what_is_nested_too_deeply_to_be_packed_stays_as_it_is():
    deep: object = None
    for _ in range(2000):
        deep = [deep]
    events = [UserInput("?"), ToolResult("c", "n", deep), Stop()]
    past = packed(replay(events * 3).past)
    assert past[0].question == "?"
    assert past[0] is past[0]
