from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from tui.rendering.lines import Line
from tui.rendering.markdown import MarkdownBlocks

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


def whole(text: str, width: int) -> Sequence[Line]:
    blocks = MarkdownBlocks(width)
    blocks.update(text, settled=True)
    while blocks.behind:
        blocks.update(text, settled=True)
    return list(blocks)


def streamed(text: str, width: int, ends: Sequence[int]) -> Sequence[Line]:
    blocks = MarkdownBlocks(width)
    before: Sequence[Line] = []
    for end in ends:
        blocks.update(text[:end], settled=False)
        after = list(blocks)
        assert after[: blocks.first_changed] == before[: blocks.first_changed]
        before = after
    blocks.update(text, settled=True)
    while blocks.behind:
        blocks.update(text, settled=True)
    return list(blocks)


@settings(deadline=None, max_examples=400)
@given(MARKDOWN, WIDTHS, st.data())
def test_any_split_into_deltas_draws_the_same(text: str, width: int, data: st.DataObject) -> None:
    ends = sorted(data.draw(st.sets(st.integers(0, len(text)))))
    assert streamed(text, width, ends) == whole(text, width)


@settings(deadline=None, max_examples=200)
@given(MARKDOWN, WIDTHS)
def test_every_character_a_delta_draws_the_same(text: str, width: int) -> None:
    assert streamed(text, width, range(len(text))) == whole(text, width)
