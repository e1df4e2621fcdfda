"""A conversation is checked as it grows, once, and all of it is evidence."""

import time
import tracemalloc
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conversation.grounding.checked import missing, missing_in, run
from tests.events import advance
from tui.api.event_decoding import cut
from tui.api.models import Event, Stop, Text, TextDelta, ToolResult, UserInput
from tui.conversation.grounding import evidence, prose
from tui.conversation.grounding.checking import GroundingCheck, told
from tui.conversation.grounding.claims import claims_in
from tui.conversation.grounding.prose import MAX_UNIT_CHARS, ProseReader
from tui.conversation.past_turns import LongReplay
from tui.conversation.transcript import Transcript
from tui.conversation.transcript_builder import replay
from tui.files.spill import Spill

TURNS = [
    *(UserInput("One?"), ToolResult("1", "retrieve", "It is 40."), Text("It is 40, and 41."), Stop()),
    *(UserInput("Two?"), ToolResult("2", "grep", {"items": ["42"]}), Text("It was 40, is 42, not 43."), Stop()),
]
MARKDOWN = st.lists(
    st.sampled_from(
        [
            "\n",
            "\n\n",
            "- item 1\n",
            "> quoted “so” 5 %\n",
            "| a | 12 |\n",
            "```\n",
            "~~~\n",
            "# T\n",
            "two 2 ",
            "1 000",
            "x",
        ]
    ),
    max_size=20,
).map("".join)


def test_the_results_of_other_turns_are_evidence_too() -> None:
    assert missing_in(TURNS) == ["43"]
    assert missing_in(TURNS, turn=0) == ["41"]
    later = [*TURNS, UserInput("Three?"), ToolResult("3", "read", "41 of 43"), Stop()]
    assert missing_in(later, turn=0) == missing_in(later, turn=1) == []


def test_where_a_result_was_too_large_to_be_kept_nothing_is_said_to_stand_nowhere() -> None:
    kept = cut(ToolResult("3", "retrieve", {"items": []}), 9_000_000)
    transcript, check = replay([*TURNS, UserInput("Three?"), kept, Text("It is 99."), Stop()]), GroundingCheck()
    run(check, transcript, 2)
    assert not check.can_tell
    assert not check.missing(2)


def test_other_turns_are_looked_through_one_at_a_time() -> None:
    transcript, check = replay(TURNS * 30), GroundingCheck()
    run(check, transcript, 0)
    assert sum(1 for _ in check.checking(lambda: transcript, [0])) >= len(transcript)


def test_a_result_that_comes_after_the_claim_supports_it() -> None:
    check = GroundingCheck()
    transcript = replay([UserInput("?"), Text("It is 40 and 50.\n\nSo.")])
    run(check, transcript, 0)
    assert [claim.text for claim in check.missing(0)] == ["40", "50"]
    transcript = advance(transcript, ToolResult("1", "read", {"content": "40"}))
    assert check.is_behind(transcript, [0])
    run(check, transcript, 0)
    assert [claim.text for claim in check.missing(0)] == ["50"]
    assert not check.is_behind(transcript, [0])


@given(MARKDOWN, st.lists(st.integers(0, 200)))
def test_units_are_the_same_however_the_answer_came(text: str, cuts: list[int]) -> None:
    whole, growing = ProseReader().read(text, True), ProseReader()
    units = [unit for cut in sorted(cuts) for unit in growing.read(text[:cut], False) or ()]
    assert [*units, *(growing.read(text, True) or ())] == list(whole or ())


@given(MARKDOWN, st.integers(0, 5))
def test_units_are_given_once_though_the_reading_broke_off(text: str, given: int) -> None:
    reader, whole = ProseReader(), ProseReader().read(text, True)
    begun = list(islice(reader.read(text, False) or (), given))
    assert [*begun, *(reader.read(text, True) or ())] == list(whole or ())


@pytest.mark.fault(10)
def test_a_long_answer_is_read_line_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def plain(text: str) -> str:
        read.append(text)
        return text

    monkeypatch.setattr(prose, "plain", plain)
    answer = replay([UserInput("?"), Text("| 1 | 2 |\n" * 5_000), Stop()])
    for _ in GroundingCheck().checking(lambda: answer, [0]):
        assert len(read) <= 1
        read.clear()


def test_a_claim_is_told_when_its_paragraph_is_over() -> None:
    check = GroundingCheck()
    transcript = advance(Transcript(), UserInput("?"))
    for piece in ("It is 4", "0 million", ", so\n\nmore"):
        transcript = advance(transcript, TextDelta(piece))
        run(check, transcript, 0)
        assert [claim.text for claim in check.missing(0)] == (["40 million"] if "\n" in piece else [])
    run(check, advance(transcript, Text("Another text: 7.")), 0)
    assert [claim.text for claim in check.missing(0)] == ["7"]


def test_what_is_missing_is_told_by_its_kinds() -> None:
    answer = "On 1 May 2031 “nothing was to be had” for 5 or 6, says Ada Sol."
    check = GroundingCheck()
    run(check, replay([UserInput("?"), Text(answer), Stop()]), 0)
    assert told(check.missing(0)) == "2 figures, 1 date, 1 quotation and 1 name are not in the evidence"
    assert told(check.missing(0)[-1:]) == "1 name is not in the evidence"
    assert told([]) == ""


@pytest.mark.fault(10, 26)
def test_a_passage_that_many_questions_find_is_indexed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    passage = "It is 40 long." * 20
    events: list[Event] = [ToolResult(str(number), "retrieve", passage) for number in range(50)]
    monkeypatch.setattr(evidence, "MAX_CHARS", 2 * len(passage))
    assert missing_in([UserInput("?"), *events, Text("It is 41 long."), Stop()]) == ["41"]


def test_what_is_known_already_has_no_turn_checked_again() -> None:
    check = GroundingCheck()
    events = [UserInput("It?"), ToolResult("1", "read", "It is 41."), Text("It is 40."), Stop()]
    run(check, replay(events), 0)
    run(check, replay([*events, *events]), 1)
    assert not check.is_behind(replay([*events, *events]), [0])


def test_turns_that_are_put_before_the_first_one_are_evidence_too() -> None:
    check = GroundingCheck()
    run(check, replay(TURNS), 1)
    assert [claim.text for claim in check.missing(1)] == ["43"]
    check.move(1)
    earlier: list[Event] = [UserInput("Zero?"), ToolResult("0", "read", "It is 43."), Stop()]
    whole = replay([*earlier, *TURNS, UserInput("Three?"), Text("It was 43, is 44."), Stop()])
    run(check, whole, 3)
    assert [claim.text for claim in check.missing(3)] == ["44"]
    check.move(-1)
    assert [claim.text for claim in check.missing(2)] == ["44"]
    assert not check.is_behind(replay([*TURNS, UserInput("Three?"), Text("It was 43, is 44."), Stop()]), [2])


def test_of_the_many_turns_that_are_evidence_little_is_kept() -> None:
    turns = 2_000
    events: list[list[Event]] = [[UserInput(f"What does record {number} say?"), Stop()] for number in range(turns)]
    last: list[Event] = [UserInput("So?"), Text("It is 1,234,567."), Stop()]
    transcript, check = replay([event for turn in [*events, last] for event in turn]), GroundingCheck()
    tracemalloc.start()
    try:
        run(check, transcript, turns)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [claim.text for claim in check.missing(turns)] == ["1,234,567"]
    assert kept < 250 * turns


def long_history(*found: str) -> Transcript:
    """Two hundred turns with the same claims. In the second one this was found."""
    told = LongReplay(None)
    for number in range(200):
        results = [ToolResult(f"{number}.{at}", "read", each) for at, each in enumerate(found) if number == 1]
        told.add([UserInput("So?"), *results, Text("It is 40, and 41."), Stop()])
    return told.build()


def test_turns_put_aside_are_read_once_however_many_answers_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    read, places = Spill.read, list[int]()

    def counted(spill: Spill, place: int, size: int) -> bytes:
        places.append(place)
        return read(spill, place, size)

    monkeypatch.setattr(Spill, "read", counted)
    transcript, check = long_history("It is 40."), GroundingCheck()
    run(check, transcript, 150)
    assert len(places) > 100
    places.clear()
    for number in (149, 148, 199):
        run(check, transcript, number)
        assert [claim.text for claim in check.missing(number)] == ["41"]
    assert len(places) <= 3


def test_a_history_that_came_anew_is_read_anew() -> None:
    check = GroundingCheck()
    for found, told_missing in ((["It is 40."], ["41"]), (["It is 40.", "It is 41."], [])):
        transcript = long_history(*found)
        run(check, transcript, 150)
        run(check, transcript, 149)
        assert [claim.text for claim in check.missing(149)] == told_missing


def test_of_a_session_too_large_to_index_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "MAX_CHARS", 10)
    assert missing_in([UserInput("?"), ToolResult("1", "read", "It is forty-one."), Text("It is 40."), Stop()]) == []


@pytest.mark.fault(10)
@pytest.mark.parametrize(
    "piece", ["1 ", "1,", "12.12.", "A.", "“a b c ", "Aa ", "one ", "a@", "`", "12 may ", "5 to ", "$", "\\", "(", "[1"]
)
def test_hostile_text_takes_no_long_step(piece: str) -> None:
    slowest = 0.0
    for unit in ProseReader().read(piece * (2 * MAX_UNIT_CHARS // len(piece)), True) or ():
        began = time.process_time()
        claims_in(unit)
        slowest = max(slowest, time.process_time() - began)
    assert slowest < 2


TABLE = "| tool | what for |\n|---|---|\n| gong | struck at noon |\n| **bell** | rung in the fog, all night long |\n"
LIST = "The team improves it.\n\n#. Understanding who uses it\n#. Understanding why it is used at all\n"


@pytest.mark.parametrize(
    ("quoted", "source"),
    [
        ("> | tool | what for |\n> |---|---|\n> | **bell** | **rung in the fog, all night long** |\n", TABLE),
        ("> The team improves it.\n>\n> 2. Understanding why it is used at all\n", LIST),
    ],
    ids=["a row with the head of its table", "an item of a list with what is before it"],
)
def test_a_quotation_that_leaves_out_what_stands_between_is_not_doubted(quoted: str, source: str) -> None:
    evidence = {"passages": [{"text": source}]}
    assert missing(quoted, evidence) == []
    assert missing(quoted.replace(" all", " nearly all"), evidence) != []
