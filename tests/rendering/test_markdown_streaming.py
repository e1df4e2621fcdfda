from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it.tree import SyntaxTreeNode

from tests.rendering.conftest import ParsedChars
from tests.rendering.drawing import cells, drawn, seen
from tui.rendering import markdown
from tui.rendering.blocks import BlockContext, block_lines
from tui.rendering.inline import parser
from tui.rendering.lines import BLANK, Line
from tui.rendering.markdown import MAX_PARSED_CHARS, MarkdownBlocks

FRAGMENTS = [
    *("a", "word", " ", "  ", "    ", "\n", "\n\n", "\n\n\n", "\t", "日本", "e\u0301", "👩‍🚀", "x" * 30),
    *(
        "- ",
        "* ",
        "+ ",
        "1. ",
        "2) ",
        "10. ",
        "- [ ] ",
        "- [x] ",
        "> ",
        "> > ",
        "# ",
        "### ",
        "---",
        "===",
        "***",
        "\n-",
        "\n#",
    ),
    *(
        "```",
        "```python\n",
        "~~~",
        "`",
        "*",
        "**",
        "_",
        "~~",
        "[",
        "]",
        "(",
        ")",
        "![",
        "|",
        "| a | b |\n",
        "|--|:-:|\n",
    ),
    *(
        "[a]: http://x.y\n",
        "[a]",
        "[^1]",
        "[^1]: ",
        "<b>",
        "&#x1b;",
        "\\",
        "def f():\n",
        "'''",
        "http://e.org",
        "&amp;",
    ),
]
MARKDOWN = st.lists(st.sampled_from(FRAGMENTS), max_size=30).map("".join)
WIDTHS = st.sampled_from([2, 12, 40, 80])


def streamed(text: str, width: int, ends: Sequence[int]) -> Sequence[Line]:
    blocks = MarkdownBlocks(width)
    for end in ends:
        blocks.update(text[:end], settled=False)
    blocks.update(text, settled=True)
    while blocks.behind:
        blocks.update(text, settled=True)
    return list(blocks)


@given(MARKDOWN, WIDTHS, st.data())
def test_any_split_into_deltas_draws_the_same(text: str, width: int, data: st.DataObject) -> None:
    ends = sorted(data.draw(st.sets(st.integers(0, len(text)))))
    assert streamed(text, width, ends) == drawn(text, width)


@example("| a | b |\n[a]: http://x.y\n- [ ] [a]: http://x.y\n'''", 2)
@given(MARKDOWN, WIDTHS)
def test_every_character_a_delta_draws_the_same(text: str, width: int) -> None:
    assert streamed(text, width, range(len(text))) == drawn(text, width)


@given(MARKDOWN, WIDTHS)
def test_block_by_block_draws_what_the_whole_text_says(text: str, width: int) -> None:
    references: dict[str, Any] = {}
    blocks = SyntaxTreeNode(parser().disable("inline").parse(text, {"references": references})).children
    context = BlockContext(width, text.split("\n"), references)
    expected: list[Line] = []
    for rows in filter(None, (block_lines(block, context) for block in blocks)):
        expected += [BLANK, *rows] if expected else rows
    assert drawn(text, width) == expected


@given(MARKDOWN, st.integers(12, 80))
def test_no_row_is_wider_than_the_width(text: str, width: int) -> None:
    assert all(cells(line) <= width for line in drawn(text, width))


def test_another_text_is_drawn_from_its_beginning() -> None:
    blocks = MarkdownBlocks(40)
    blocks.update("# One\n\ntext", settled=False)
    blocks.update("Two", settled=True)
    assert seen(blocks) == ["Two"]


def test_nothing_is_parsed_where_nothing_came(parsed: ParsedChars) -> None:
    blocks = MarkdownBlocks(40)
    blocks.update("one\n\ntwo", settled=False)
    assert parsed.taken() > 0
    blocks.update("one\n\ntwo", settled=False)
    assert (seen(blocks), parsed.taken()) == (["one", "", "two"], 0)


GROWING = {
    "paragraphs": "Some words of a paragraph that goes on. " * 3 + "\n\n",
    "list": "- an item with *some* text\n",
    "numbers": "1. an item with `code`\n",
    "one paragraph": "words without an end ",
    "one word": "abcdefghij",
    "table": "| a | b |\n",
    "code": "x = f(1)  # comment\n",
    "quotes": "> quoted words\n\n",
}
OPENINGS = {"table": "| x | y |\n|--|--|\n", "code": "```python\n"}


@pytest.mark.parametrize("kind", GROWING)
def test_an_update_costs_the_same_at_the_end_of_a_long_answer(kind: str, parsed: ParsedChars) -> None:
    text = OPENINGS.get(kind, "") + GROWING[kind] * (60_000 // len(GROWING[kind]))
    blocks = MarkdownBlocks(80)
    costs: list[int] = []
    for end in range(0, len(text), 100):
        blocks.update(text[:end], settled=False)
        assert not blocks.behind
        costs.append(parsed.taken())
    early, late = costs[100:300], costs[-200:]
    assert sum(late) <= sum(early) * 1.2
    assert max(late) <= 4 * MAX_PARSED_CHARS


@pytest.mark.parametrize("kind", GROWING)
def test_a_long_answer_looks_the_same_streamed_and_whole(kind: str) -> None:
    text = OPENINGS.get(kind, "") + GROWING[kind] * (40_000 // len(GROWING[kind]))
    assert streamed(text, 80, range(0, len(text), 997)) == drawn(text, 80)


def test_code_is_highlighted_as_a_whole_when_its_fence_closes() -> None:
    body = "'''\n" + "words in a string\n" * 100 + "'''\n"
    text = f"```python\n{body}```\n\nEnd."
    lines = streamed(text, 80, range(0, len(text), 50))
    assert {span.style.role for line in lines for span in line.spans if "words" in span.text} == {"code-string"}


@pytest.mark.parametrize(
    "text",
    [
        "| a | b |\n|--|--|\n" + "| row | value |\n" * 2000,
        "".join("> " * level + f"level {level}\n" for level in range(500)),
        "words " * 40_000,
        "x" * 200_000,
        "漢字" * 50_000,
        "```json\n" + "x" * 200_000,
        ("a" + "\u0301" * 50) * 2000,
        "[" * 50_000,
        "*a **b " * 10_000,
        "[a](" * 10_000,
        "`" + "``a" * 20_000,
        "\n" * 100_000,
        "".join(f"[a{number}]: http://x.y/{number}\n" for number in range(3000)),
    ],
    ids=lambda text: text[:12],
)
def test_no_update_takes_more_than_a_few_windows(
    text: str, parsed: ParsedChars, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(markdown, "DRAWN_SECONDS", 60)
    blocks = MarkdownBlocks(80)
    blocks.update(text, settled=True)
    updates = 1
    while blocks.behind:
        assert parsed.taken() <= 6 * MAX_PARSED_CHARS
        blocks.update(text, settled=True)
        updates += 1
    assert updates <= 2 * (len(text) // MAX_PARSED_CHARS + 2) * 2
