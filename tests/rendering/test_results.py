import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rendering.drawing import cells, seen, spans_with
from tui.rendering.results import MAX_CHARS, MAX_ROWS, amount, result_lines, tree_lines

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=60),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["results", "items", "content", "metadata", "score", "file_name"]) | st.text(), inner
        )
    ),
    max_leaves=20,
)
PASSAGES = {
    "results": [
        {
            "content": "Press d twice.\nThen wait.",
            "score": 0.5,
            "rerank_score": 0.873,
            "metadata": {"file_name": "sessions.md", "heading": "Delete a session"},
            "static_fields": {"page_range_start": 3, "page_range_end": 4},
        },
        {"content": "Alone."},
        {"unexpected": 1},
    ]
}


def test_passages_show_where_they_come_from() -> None:
    assert seen(result_lines(PASSAGES, 60)) == [
        "1. sessions.md · Delete a session · pp. 3\u20134 · score 0.87",
        "▌ Press d twice.",
        "▌ Then wait.",
        "",
        "2. passage",
        "▌ Alone.",
        "",
        "3. passage",
        "▌ unexpected: 1",
    ]
    assert amount(PASSAGES) == "3 passages"


def test_json_in_a_string_is_drawn_by_its_shape() -> None:
    assert result_lines(json.dumps(PASSAGES), 60) == result_lines(PASSAGES, 60)
    assert amount(json.dumps(PASSAGES)) == amount(PASSAGES)


def test_passages_are_counted_with_their_documents() -> None:
    found = [{"content": "x", "metadata": {"file_name": name}} for name in ("a.md", "b.md", "a.md")]
    assert amount({"results": found}) == "3 passages in 2 documents"
    assert amount({"results": found[:1]}) == "1 passage in 1 document"
    assert amount({"items": [{"file_name": "a.md", "content": "hit"}] * 5}) == "5 places in 1 document"
    assert amount({"items": [{"file_id": "f", "file_name": "a.md"}] * 2, "total": 1200}) == "2 of 1,200 documents"


def test_no_passages_is_said() -> None:
    assert seen(result_lines({"results": []}, 60)) == ["No passages."]
    assert amount({"results": []}) == "0 passages"


def test_items_are_a_list() -> None:
    items = {
        "items": [
            {"file_id": "f1", "file_name": "a.pdf"},
            {"content": "a hit", "start_char": 3},
            "plain",
            {"tags": ["x"]},
        ]
    }
    assert seen(result_lines(items, 60)) == [
        "• a.pdf · file_id f1",
        "• a hit · start_char 3",
        "• plain",
        "• tags:",
        "    • x",
    ]
    assert amount(items) == "4 items"


def test_text_and_content_are_text() -> None:
    assert seen(result_lines("one\n\ttwo", 60)) == ["one", "    two"]
    assert seen(result_lines({"content": "one", "next_page_token": "t"}, 60)) == ["one", "", "next_page_token: t"]
    assert amount("") == "nothing"
    assert amount("one\ntwo\n") == "2 lines"


def test_text_that_only_looks_like_json_is_text() -> None:
    assert seen(result_lines("{not json", 60)) == ["{not json"]
    assert seen(result_lines("[" * 300, 60))[0] == "[" * 60


def test_other_json_is_an_indented_tree() -> None:
    value = json.loads(
        '{"a": [1, {"b": null, "c": []}], "text": "two\\nlines", "deep": {"yes": true, "ratio": 1.5}, "empty": {}}'
    )
    lines = result_lines(value, 60)
    assert seen(lines) == [
        *("a:", "  • 1", "  • b: null", "    c: []", "text: two", "  lines"),
        *("deep:", "  yes: true", "  ratio: 1.5", "empty: {}"),
    ]
    assert {span.style.role for span in spans_with(lines, "ratio")} == {"json-key"}
    assert {span.style.role for span in spans_with(lines, "1.5")} == {"code-number"}
    assert amount(value) == "4 entries"


def test_only_the_beginning_of_a_large_result_is_drawn() -> None:
    for value in ("line\n" * 100_000, {"results": [{"content": "x"}] * 100_000}, list(range(100_000)), "x" * 1_000_000):
        lines = result_lines(value, 80)
        assert 100 < len(lines) <= MAX_ROWS + 1
        assert lines[-1].text == f"… this is the beginning of {amount(value)}"


def test_a_large_result_is_not_walked() -> None:
    touched: list[int] = []

    class Watched(list[object]):
        def __iter__(self) -> Iterator[object]:
            for number in range(1_000_000):
                touched.append(number)
                yield {"content": "text"}

        def __len__(self) -> int:
            return 1_000_000

    result_lines({"results": Watched()}, 80)
    assert len(touched) < 1000


def test_hostile_values_are_drawn() -> None:
    deep: object = "bottom"
    for _ in range(50_000):
        deep = [deep]
    for value in (deep, 10**5000, float("nan"), {"n": 10**5000}, {"results": [{"file": 10**5000, "score": 10**5000}]}):
        assert result_lines(value, 40)
        assert tree_lines(value, 40)
        assert amount(value)


@given(JSON, st.integers(20, 100))
def test_any_json_is_drawn_within_the_width(value: object, width: int) -> None:
    amount(value)
    assert all(cells(line) <= width for line in (*result_lines(value, width), *tree_lines(value, width)))


@pytest.mark.parametrize("value", ["x" * 1_000_000, {"key": "x" * 1_000_000}])
def test_a_very_long_value_is_drawn_to_a_limit_and_its_length_is_told(value: object) -> None:
    drawn = "".join(seen(tree_lines(value, 1_000)))
    assert drawn.count("x") == MAX_CHARS
    assert "1,000,000 characters in all" in " ".join(drawn.split())
