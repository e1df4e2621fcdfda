from collections.abc import Iterator
from dataclasses import replace
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.events import advance, any_event
from tui.api.models import (
    Event,
    Stop,
    Text,
    TextDelta,
    Thinking,
    ThinkingDelta,
    ToolCall,
    ToolResult,
    Unknown,
    Usage,
    UserInput,
)
from tui.conversation.transcript import (
    Answer,
    Broken,
    Omitted,
    Thought,
    ToolUse,
    Transcript,
    Turn,
    Unrecognized,
    amend_reason,
    ask,
    interrupt,
)
from tui.conversation.transcript_builder import (
    CUT_SHORT,
    MAX_PARTS,
    MAX_TEXT_CHARS,
    MAX_TEXT_LINES,
    coalesce,
    replay,
)

words = st.text(min_size=1, max_size=12)
call_ids = st.sampled_from(["a", "b", "c"])
results = st.one_of(st.none(), st.integers(), words, st.lists(words, max_size=2))
usages = st.builds(Usage, duration_ms=st.none() | st.floats(0, 1e6))
stops = st.builds(Stop, st.booleans(), st.none() | words, usages)
any_events = st.lists(any_event(words, call_ids, results, usages), max_size=30)


@st.composite
def stored_turns(draw: st.DrawFn) -> list[Event]:
    """A turn as a server stores it: blocks are complete, each call comes before its result."""
    events: list[Event] = [UserInput(draw(words))]
    for round_number in range(draw(st.integers(0, 3))):
        if draw(st.booleans()):
            events.append(Thinking(draw(words)))
        if draw(st.booleans()):
            events.append(Text(draw(words)))
        calls = [f"{round_number}.{n}" for n in range(draw(st.integers(0, 3)))]
        events += [ToolCall(call, "retrieve", {"query": draw(words)}) for call in calls]
        events += [ToolResult(call, "retrieve", draw(results)) for call in draw(st.permutations(calls))]
    return [*events, draw(stops)]


histories = st.lists(stored_turns(), max_size=4).map(lambda turns: [event for turn in turns for event in turn])


def live_form(draw: st.DrawFn, event: Event) -> Iterator[Event]:
    if isinstance(event, Thinking | Text):
        delta = ThinkingDelta if isinstance(event, Thinking) else TextDelta
        cuts = sorted(draw(st.lists(st.integers(0, len(event.content)), max_size=3)))
        for start, end in zip([0, *cuts], [*cuts, len(event.content)], strict=True):
            yield delta(event.content[start:end])
    yield event


@st.composite
def stored_and_live(draw: st.DrawFn) -> tuple[list[Event], list[Event]]:
    stored = draw(histories)
    return stored, [piece for event in stored for piece in live_form(draw, event)]


def fold(events: list[Event]) -> Transcript:
    return reduce(advance, events, Transcript())


@given(stored_and_live())
def test_a_live_conversation_equals_its_stored_history(forms: tuple[list[Event], list[Event]]) -> None:
    stored, live = forms
    assert fold(live) == fold(stored)


def told_text(events: list[Event]) -> list[tuple[str, str]]:
    return [
        (
            "".join(part.text for part in turn.parts if isinstance(part, Thought)),
            "".join(part.text for part in turn.parts if isinstance(part, Answer)),
        )
        for turn in fold(events)
    ]


@given(stored_and_live())
def test_deltas_alone_tell_the_same_text(forms: tuple[list[Event], list[Event]]) -> None:
    _, live = forms
    deltas_only: list[Event] = [event for event in live if not isinstance(event, Text | Thinking)]
    assert told_text(deltas_only) == told_text(live)


@given(any_events)
def test_any_events_fold_without_error_and_replay_agrees(events: list[Event]) -> None:
    assert replay(events) == fold(events)
    assert fold(list(coalesce(events))) == fold(events)


@given(any_events)
def test_no_event_is_lost(events: list[Event]) -> None:
    shown = repr(list(fold(events)))
    for event in events:
        match event:
            case UserInput(content):
                assert repr(content) in shown
            case ToolCall(_, name, arguments):
                assert repr(name) in shown
                assert repr(arguments) in shown
            case ToolResult(_, _, result):
                assert repr(result) in shown
            case Unknown(_, raw):
                assert repr(raw) in shown
            case _:
                pass


@given(histories)
def test_every_block_of_a_stored_history_is_shown_exactly_once(events: list[Event]) -> None:
    parts = [part for turn in fold(events) for part in turn.parts]
    assert [part.text for part in parts if isinstance(part, Thought)] == [
        event.content for event in events if isinstance(event, Thinking)
    ]
    assert [part.text for part in parts if isinstance(part, Answer)] == [
        event.content for event in events if isinstance(event, Text)
    ]
    assert len([part for part in parts if isinstance(part, ToolUse)]) == len(
        [event for event in events if isinstance(event, ToolCall)]
    )


@given(st.permutations(["a", "b", "c"]), st.permutations(["a", "b", "c"]))
def test_results_join_their_calls_in_any_order(one: list[str], other: list[str]) -> None:
    calls: list[Event] = [ToolCall(call, "read", {"n": call}) for call in "abc"]

    def told(order: list[str]) -> Transcript:
        return fold([*calls, *(ToolResult(call, "read", call.upper()) for call in order)])

    assert told(one) == told(other)
    assert [part.returned.value for part in told(one)[0].parts if isinstance(part, ToolUse) and part.returned] == [
        "A",
        "B",
        "C",
    ]


@pytest.mark.fault(24)
def test_a_result_before_its_call_is_joined_and_an_unknown_one_stands_alone() -> None:
    turn = fold([ToolResult("x", "find", 1), ToolCall("x", "find", {"q": "y"}), ToolResult("z", "grep", 2)])[0]
    first, second = turn.parts
    assert isinstance(first, ToolUse)
    assert first.arguments == {"q": "y"}
    assert isinstance(second, ToolUse)
    assert second.arguments is None


@pytest.mark.fault(24)
def test_a_second_stop_changes_nothing() -> None:
    once = fold([UserInput("q"), Text("a"), Stop()])
    assert advance(once, Stop()) is once


@pytest.mark.fault(25)
def test_a_consolidated_text_replaces_its_deltas_even_when_it_differs() -> None:
    turn = fold([UserInput("q"), TextDelta("the anser"), Text("The answer.")])[0]
    assert turn.parts == (Answer("The answer."),)


def test_a_block_before_a_tool_call_is_not_overwritten_by_the_one_after_it() -> None:
    turn = fold(
        [TextDelta("Looking."), ToolCall("a", "retrieve", {}), ToolResult("a", "retrieve", []), Text("Found.")]
    )[0]
    assert [part.text for part in turn.parts if isinstance(part, Answer)] == ["Looking.", "Found."]


def test_a_question_asked_here_is_not_shown_again_when_the_stream_echoes_it() -> None:
    transcript = ask(Transcript(), "why?")
    assert [turn.question for turn in advance(transcript, UserInput("why?"))] == ["why?"]


def test_the_same_question_stored_twice_is_two_turns() -> None:
    assert [turn.question for turn in fold([UserInput("why?"), UserInput("why?")])] == ["why?", "why?"]


def test_a_turn_without_a_stop_is_ended_by_the_next_question() -> None:
    first, second = fold([UserInput("one"), TextDelta("half"), UserInput("two")])
    assert isinstance(first.end, Broken)
    assert first.parts == (Answer("half"),)
    assert second.is_running


def test_interrupting_keeps_what_has_come_and_says_why() -> None:
    transcript = interrupt(fold([UserInput("q"), ThinkingDelta("hm")]), "Stopped.")
    assert not transcript.is_busy
    assert transcript[0].parts == (Thought("hm"),)
    assert transcript[0].end == Broken("Stopped.")
    assert interrupt(transcript, "again") is transcript


def test_what_an_event_does_not_touch_stays_the_same_object() -> None:
    before = fold([UserInput("one"), Text("1"), Stop(), UserInput("two"), Thinking("hm"), TextDelta("a")])
    after = advance(before, TextDelta("b"))
    assert after.past is before.past
    assert after[1].parts[0] is before[1].parts[0]


def test_an_error_after_the_end_is_still_shown() -> None:
    transcript = fold([UserInput("q"), Stop(), Stop(is_error=True, error="late")])
    assert transcript[1] == Turn(end=Stop(is_error=True, error="late"))


def test_an_unknown_event_is_a_part_of_its_turn() -> None:
    assert fold([UserInput("q"), Unknown("citation", "{}")])[0].parts == (Unrecognized("citation", "{}"),)


def test_busy_and_first_question_are_read_from_the_value() -> None:
    transcript = ask(replace(fold([Text("no question"), Stop()])), "first?")
    assert transcript.is_busy
    assert transcript.first_question == "first?"
    assert len(transcript) == 2


def test_why_a_turn_broke_off_can_be_told_anew_but_not_of_one_that_has_its_end() -> None:
    broken = interrupt(replay([UserInput("Why?"), TextDelta("So")]), "The line broke.")
    assert amend_reason(broken, "Looking again.").past[-1].end == Broken("Looking again.")
    ended = replay([UserInput("Why?"), Stop()])
    assert amend_reason(ended, "Looking again.") is ended


@pytest.mark.fault(28)
def test_of_a_turn_with_very_many_parts_the_answer_is_shown_and_the_rest_is_counted() -> None:
    calls = [ToolCall(str(number), "read", {}) for number in range(MAX_PARTS + 7)]
    deltas = [TextDelta(text) for text in ("It ", "is ", "late.")]
    transcript = replay([UserInput("q"), *calls, *deltas, ToolCall("one more", "read", {}), Stop()])
    assert transcript[0].parts[MAX_PARTS:] == (Omitted(8), Answer("It is late."))
    assert transcript == fold([UserInput("q"), *calls, *deltas, ToolCall("one more", "read", {}), Stop()])


@pytest.mark.fault(28)
@pytest.mark.parametrize("whole", [Text, Thinking])
def test_a_text_that_is_longer_than_a_book_is_cut_and_says_so(whole: type[Text] | type[Thinking]) -> None:
    delta = TextDelta if whole is Text else ThinkingDelta
    pieces = [delta("word " * 20_000) for _ in range(30)]
    streamed = replay([UserInput("q"), *pieces, Stop()])[0]
    [block] = [part for part in streamed.parts if isinstance(part, Answer | Thought)]
    assert block.text == "word " * (MAX_TEXT_CHARS // 5) + CUT_SHORT
    assert replay([UserInput("q"), *pieces, whole("word " * 600_000), Stop()])[0] == streamed
    assert replay([UserInput("q"), whole("word " * 600_000), Stop()])[0] == streamed


@pytest.mark.fault(28)
def test_a_text_of_more_lines_than_can_be_shown_is_cut_and_says_so() -> None:
    row = "| 1 | 2 |\n"
    pieces = [TextDelta(row * 1_000) for _ in range(MAX_TEXT_LINES // 1_000 + 5)]
    shown = Answer((row * (MAX_TEXT_LINES + 1)).removesuffix("\n") + CUT_SHORT)
    assert replay([UserInput("q"), *pieces, Stop()])[0].parts == (shown,)
    assert replay([UserInput("q"), Text(row * 90_000), Stop()])[0].parts == (shown,)
