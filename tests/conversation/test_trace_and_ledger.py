from hypothesis import given

from tests.conversation.test_evidence import EVENTS, hit, searched, turn_of
from tui.api.models import Event, Stop, Text, Thinking, ToolCall, ToolResult, Usage, UserInput
from tui.conversation.ledger import Ledger, keeping
from tui.conversation.trace import trace_of
from tui.conversation.transcript import Turn, interrupt
from tui.conversation.transcript_builder import replay
from tui.cooperative import run_at_once


def kept(*turns: Turn) -> Ledger:
    return run_at_once(keeping(turns))


def test_a_trace_tells_what_was_asked_where_and_what_came_of_it() -> None:
    found = {"content": "12345", "metadata": {"file_name": "a.md", "index_id": "idx-1"}}
    turn = turn_of(
        Thinking("Look."),
        ToolCall("1", "retrieve", {"query": "heron"}),
        ToolResult("1", "retrieve", {"results": [found, found]}),
        Text("It is."),
    )
    thought, search, answer = trace_of(turn).steps
    assert (thought.kind, thought.asked, answer.kind, answer.characters) == ("thought", "Look.", "answer", 6)
    assert (search.asked, search.index_ids, search.hits, search.characters) == ('"heron"', ("idx-1",), 2, 10)


def test_repeated_empty_failed_and_unanswered_calls_are_marked() -> None:
    def called(number: str, result: object) -> list[Event]:
        return [ToolCall(number, "retrieve", {"query": "x"}), ToolResult(number, "retrieve", result)]

    events = [*called("1", {"results": [1]}), *called("2", {"results": [1]}), *called("3", {"results": []})]
    turn = turn_of(*events, *called("4", {"error": "no index"}), ToolCall("5", "read", {}))
    assert [step.mark for step in trace_of(turn).steps] == ["", "repeated", "nothing found", "failed", "no result"]


def test_no_time_is_told_but_what_the_server_says_of_the_whole_turn() -> None:
    timed = replay([UserInput("?"), Stop(usage=Usage(duration_ms=1500))])
    broken = interrupt(replay([UserInput("?"), Text("So")]), "Stopped.")
    assert [trace_of(turn).seconds for turn in (*timed, *broken)] == [1.5, None]


def test_the_ledger_counts_documents_and_pages_by_turn() -> None:
    first = searched(hit("a.pdf", "A1", 1, page_range_start=1), hit("a.pdf", "A2", 2, page_range_start=2), answer="[2]")
    second = searched(hit("a.pdf", "A1", 1, page_range_start=1), hit("b.md", "B", 2), answer="[1]")
    ledger = kept(first, second)
    a, b = ledger.documents.values()
    assert (a.turns, a.found, a.cited, b.turns, b.found, b.cited) == (2, 3, 2, 1, 1, 0)
    by_page = [(use.turn, use.page, use.cited) for use in a.pages]
    assert sorted(by_page) == [(0, "p. 1", 0), (0, "p. 2", 1), (1, "p. 1", 1)]


def test_the_ledger_tells_searches_in_vain_and_indexes_left_out() -> None:
    vain = turn_of(ToolCall("1", "retrieve", {"query": "moss"}), ToolResult("1", "retrieve", {"results": []}))
    skipped = replay([UserInput("?"), Stop(skipped_index_ids=("idx-1",))])[0]
    ledger = kept(vain, skipped)
    assert (ledger.in_vain, ledger.skipped, ledger.documents) == ([(0, '"moss"')], [(1, "idx-1")], {})


@given(EVENTS)
def test_any_turn_has_a_trace_of_all_its_parts_and_a_ledger(events: list[Event]) -> None:
    transcript = replay(events)
    for turn in transcript:
        assert len(trace_of(turn).steps) == len(turn.parts)
    ledger = kept(*transcript)
    assert all(use.cited <= use.found for document in ledger.documents.values() for use in document.pages)
