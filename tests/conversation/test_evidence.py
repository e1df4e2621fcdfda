from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.events import any_event
from tui.api.models import Event, ImageAttachment, Stop, Text, ToolCall, ToolResult, Usage, UserInput
from tui.conversation.citations import cited_numbers
from tui.conversation.evidence import MAX_JSON_CHARS, Evidence, evidence_of, gathering, is_same_evidence
from tui.conversation.ledger import keeping
from tui.conversation.passages import Location
from tui.conversation.transcript import Turn
from tui.conversation.transcript_builder import replay

TEXTS = st.text("ab[1] \x1b", max_size=8)
VALUES = st.recursive(
    st.none() | st.integers(0, 3) | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["results", "items", "content", "metadata", "file_name", "citation", "page", "x"]), inner
        )
    ),
    max_leaves=12,
)
EVENTS = st.lists(any_event(TEXTS, st.sampled_from(["1", "2"]), VALUES, st.just(Usage())), max_size=12)


def hit(file: str, text: str, number: int | None = None, **fields: object) -> Mapping[str, object]:
    metadata = {"file_name": file} | ({} if number is None else {"citation": number})
    return {"content": text, "metadata": metadata, "static_fields": fields}


def turn_of(*events: Event) -> Turn:
    return replay([UserInput("What?"), *events, Stop()])[0]


def searched(*results: Mapping[str, object], answer: str = "", call: str = "c") -> Turn:
    return turn_of(
        ToolCall(call, "retrieve", {"query": "what"}), ToolResult(call, "retrieve", {"results": results}), Text(answer)
    )


def listed(evidence: Evidence) -> Any:
    return [
        [(document.file, [source.passage.text for source in document.sources]) for document in documents]
        for documents in (evidence.cited, evidence.found)
    ]


def test_passages_stand_by_document_those_that_the_answer_cites_first() -> None:
    turn = searched(
        hit("a.md", "A1", 1), hit("b.md", "B1", 2), hit("a.md", "A2", 3), hit("b.md", "B2", 4), answer="So [3, 4]."
    )
    assert listed(evidence_of(turn)) == [[("a.md", ["A2"]), ("b.md", ["B2"])], [("a.md", ["A1"]), ("b.md", ["B1"])]]


def test_a_passage_given_twice_is_one_source_by_both_numbers() -> None:
    evidence = evidence_of(searched(hit("a.md", "A", 1), hit("a.md", "A", 5), answer="So [5]."))
    (source,) = evidence
    assert source.numbers == (1, 5)
    assert evidence.source(5) is evidence.source(1) is source
    assert source.is_cited


def test_without_numbers_of_their_own_passages_are_cited_by_their_place() -> None:
    evidence = evidence_of(searched(hit("a.md", "A"), hit("a.md", "A"), hit("b.md", "B"), answer="[2]"))
    assert listed(evidence) == [[("b.md", ["B"])], [("a.md", ["A"])]]
    cited = evidence.source(2)
    assert cited is not None
    assert cited.passage.text == "B"
    assert evidence.source(3) is None


def test_a_passage_says_where_it_stands_and_where_its_page_s_picture_is() -> None:
    attachments = [{"attachment_name": "screenshots/page_7.jpg", "source_id": "dfl-1", "type": "screenshot"}]
    found = hit(
        "a.pdf",
        "A",
        page_range_start=7,
        page_range_end=8,
        attachments=attachments,
        parsed_directory_file_id="dfl-1",
        chunk_start_char=40,
        chunk_end_char=41,
    )
    turn = searched(found)
    (source,) = evidence_of(turn)
    assert source.passage.location == Location("dfl-1", None, 40, 41)
    assert source.passage.place == ("pp. 7\N{EN DASH}8",)
    assert source.passage.image == ImageAttachment("screenshots/page_7.jpg", "dfl-1")


def test_what_was_read_without_a_number_is_evidence_under_the_name_of_its_document() -> None:
    turn = turn_of(
        ToolCall("1", "find", {}),
        ToolResult("1", "find", {"items": [{"file_id": "f", "file_name": "a.md"}]}),
        ToolCall("2", "read", {"file_id": "f"}),
        ToolResult("2", "read", {"content": "It is 40."}),
    )
    assert listed(evidence_of(turn)) == [[], [("a.md", ["It is 40."])]]


def test_a_result_of_an_unknown_shape_is_evidence_as_it_is() -> None:
    turn = turn_of(
        ToolCall("1", "weigh", {"query": "probe"}),
        ToolResult("1", "weigh", {"grams": 40}),
        ToolResult("2", "say", "forty"),
        ToolResult("3", "fail", {"error": "no"}),
        ToolResult("4", "retrieve", {"results": []}),
    )
    assert listed(evidence_of(turn)) == [[], [("weigh", ['{\n  "grams": 40\n}']), ("say", ["forty"])]]


def test_code_and_links_are_no_citations() -> None:
    assert cited_numbers("a [1], b[2], `c [3]`, [4](x), ```\n[5]\n``` [6, 7] and [0]") == {1, 6, 7}


@given(EVENTS)
def test_any_turn_has_evidence_with_nothing_hidden_in_it_and_nothing_twice(events: list[Event]) -> None:
    for turn in replay(events):
        evidence = evidence_of(turn)
        keys = [(source.passage.file, source.passage.text, source.numbers) for source in evidence]
        assert len(keys) == len(set(keys))
        assert not any("\x1b" in f"{source.passage.origin}{source.passage.text}" for source in evidence)
        assert all(evidence.source(number) for source in evidence for number in source.numbers)
        assert is_same_evidence(turn, turn)


def test_evidence_is_gathered_in_steps_of_one_result() -> None:
    calls = [str(number) for number in range(9)]
    results: list[Event] = [ToolResult(call, "read", {"content": "a passage"}) for call in calls]
    assert len(list(gathering(turn_of(*results)))) >= 2 * len(calls)


def test_evidence_and_the_ledger_are_made_in_steps_of_one_passage() -> None:
    passages = [{"content": f"Passage {number}.", "metadata": {"file_name": "a.md"}} for number in range(100)]
    turn = turn_of(ToolResult("c", "retrieve", {"results": passages}))
    gathered = len(list(gathering(turn)))
    assert gathered >= 3 * len(passages)
    assert len(list(keeping([turn]))) >= gathered + len(passages)


def test_of_a_huge_result_the_beginning_is_evidence_and_says_so() -> None:
    (document,) = evidence_of(turn_of(ToolResult("c", "count", list(range(MAX_JSON_CHARS))))).found
    text = document.sources[0].passage.text or ""
    assert text.startswith("[\n  0,\n  1,")
    assert text.endswith("… The rest is left out here.")
    assert len(text) < MAX_JSON_CHARS + 100
