from itertools import pairwise

import pytest

from tests.rendering.conftest import ParsedChars
from tests.rendering.drawing import drawn
from tui.rendering import markdown, table
from tui.rendering.freezing import TABLE_SECTION_CELLS
from tui.rendering.inline import MAX_BRACKETS, drawing_inline
from tui.rendering.lines import PLAIN, Span
from tui.rendering.markdown import MAX_MARKS, MAX_PARSED_CHARS, MarkdownBlocks
from tui.rendering.table import Align, Table, drawing_table

HUGE = {
    "one line": "word " * 200_000,
    "no space": "x" * 1_000_000,
    "a table": "| a | b |\n|---|---|\n" + "| one | two |\n" * 2_000,
    "nested quotes": "\n".join(">" * depth + " deep" for depth in range(500)),
    "marks": ("a" + "\u0301" * 50) * 2_000,
}


@pytest.mark.fault(10)
@pytest.mark.parametrize("name", HUGE)
def test_no_update_parses_more_than_a_few_windows_and_nothing_is_left_behind(name: str, parsed: ParsedChars) -> None:
    blocks = MarkdownBlocks(80)
    updates = 0
    while not updates or blocks.behind:
        blocks.update(HUGE[name], settled=True)
        assert parsed.taken() <= 4 * MAX_PARSED_CHARS
        updates += 1
        assert updates < 1_000
    assert len(blocks) > 0


def test_a_block_that_is_longer_than_a_window_is_parsed_once_in_each_update(parsed: ParsedChars) -> None:
    blocks = MarkdownBlocks(80)
    for _ in range(3):
        blocks.update("|a" * 1000 + "|\n" + "|-" * 1000 + "|\n" + ("|1" * 1000 + "|\n") * 50, settled=True)
        assert blocks.behind
        assert parsed.taken() <= MAX_PARSED_CHARS


SHORT = {
    "table": "|a|b|\n|-|-|\n" + "|1|2|\n" * 2_500,
    "wide table": "|a" * 90 + "|\n" + "|-" * 90 + "|\n" + ("|1" * 90 + "|\n") * 100,
    "list": "- a\n" * 4_500,
    "lists in lists": "- 1. * a\n" * 2_500,
    "paragraphs": "a\n\n" * 4_500,
    "headings": "# a\n" * 4_500,
}


@pytest.mark.fault(10)
@pytest.mark.parametrize("name", SHORT)
@pytest.mark.parametrize("settled", [True, False])
def test_of_short_lines_and_cells_no_more_are_parsed_at_once_than_take_milliseconds(
    name: str, settled: bool, parsed: ParsedChars
) -> None:
    blocks = MarkdownBlocks(80)
    while not len(blocks) or blocks.behind:
        blocks.update(SHORT[name], settled=settled)
    assert 100 < parsed.most_nodes < 5 * MAX_MARKS


@pytest.mark.fault(10)
def test_of_many_brackets_few_are_drawn_in_one_step() -> None:
    steps = ["".join(span.text for span in spans) for spans in drawing_inline("[" * 10_000, {}, PLAIN)]
    assert "".join(steps) == "[" * 10_000
    assert max(map(len, steps)) <= MAX_BRACKETS


def test_no_cell_is_measured_of_a_table_that_has_more_columns_than_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    def measured(_: object) -> int:
        raise AssertionError("a cell was measured")

    monkeypatch.setattr(table, "room_for", measured)
    cells, aligns = [[Span("1")]] * 300, list[Align](["left"]) * 300
    lines = [line for lines in drawing_table(Table(cells, [cells], aligns), 100) for line in lines]
    assert len(lines) == 300


LONG = {
    "list": "".join(f"- item **{number}**\n\n  more of it\n" for number in range(700)),
    "numbers": "".join(f"{number}. item\n" for number in range(7, 1500)) + "\nThe end.",
    "code": "Code:\n\n```python\n" + "".join(f"x{number} = '{number}'\n" for number in range(900)) + "```\nSo.",
    "table": "| a | b |\n|---|---|\n" + "".join(f"| {number} | `two` |\n" for number in range(1000)),
    "paragraph": " ".join(f"[link {number}](https://example.com/{number})" for number in range(500)),
}


@pytest.mark.parametrize("name", LONG)
@pytest.mark.parametrize("settled", [True, False])
def test_a_long_block_is_drawn_in_many_steps_as_it_is_drawn_at_once(
    name: str, settled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(markdown, "DRAWN_SECONDS", 60)
    at_once = drawn(LONG[name], settled=settled)
    monkeypatch.setattr(markdown, "DRAWN_SECONDS", 0)
    blocks, heights = MarkdownBlocks(40), [0]
    while len(heights) == 1 or blocks.behind:
        blocks.update(LONG[name], settled=settled)
        heights.append(len(blocks))
    assert list(blocks) == at_once
    assert len(heights) > 40


@pytest.mark.fault(10)
def test_a_section_of_a_wide_table_has_few_cells() -> None:
    rows = drawn("|a" * 30 + "|\n" + "|-" * 30 + "|\n" + ("|1" * 30 + "|\n") * 100, width=200)
    heads = [number for number, row in enumerate(rows) if row.text.startswith("a")]
    assert sum(row.text.startswith("1") for row in rows) == 100
    around = 3  # the header, its rule, and the blank row behind
    assert all((after - head - around) * 30 <= TABLE_SECTION_CELLS for head, after in pairwise([*heads, len(rows) + 1]))


def test_a_table_of_hundreds_of_columns_has_no_row_for_each_of_its_cells() -> None:
    head = "|c" * 600 + "|\n" + "|-" * 600 + "|\n"
    rows = drawn(head + ("|1" * 600 + "|\n") * 100, width=80)
    assert len(rows) < 20 * 600
    assert rows[-2].text.startswith("|1|1|1|")


def test_a_header_of_a_thousand_words_is_drawn_once() -> None:
    rows = drawn("|" + "word " * 1000 + "|b|\n|-|-|\n" + "|1|2|\n" * 1000, width=80)
    assert sum("word" in row.text for row in rows) < 200
