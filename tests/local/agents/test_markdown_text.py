"""Text that is not Markdown comes out of Markdown as it went in."""

import re
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it.token import Token

from tests.local.inprocess import served
from tests.local.turn import answer_to, index_ids
from tui.local.agents.markdown_text import escaped, escaped_line
from tui.rendering.inline import parser

PIECES = st.sampled_from(
    [*"*_`[]()<>&!#~|\\+-=:.>1\n \t", "word", "&amp;", "<b>", "~~", "```", "---", "1. ", "- ", "![", "](x)", "[^1]: "]
)


def shown(markdown: str) -> str:
    """The plain text of paragraphs that Markdown shows, a line for each of its lines."""
    tokens = parser().parse(markdown, {})
    assert {token.type for token in tokens} <= {"paragraph_open", "inline", "paragraph_close"}
    return "\n\n".join("".join(map(leaf, token.children or ())) for token in tokens if token.type == "inline")


def leaf(token: Token) -> str:
    assert token.type in ("text", "text_special", "softbreak", "hardbreak")
    return "\n" if token.type.endswith("break") else token.content


def plain(text: str) -> str:
    """The text without what is lost: white space at the ends of lines, and repeated empty lines."""
    lines = "\n".join(line.rstrip().expandtabs(4) for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines.strip("\n"))


@given(st.lists(PIECES, max_size=30).map("".join))
@example(">>word 2>&1\n# Cancel our worker tasks.\n*not* ![an image](x)")
@example("Title\n=====\n\n    indented\n\ta_b __init__ _c_ &lt; \\* end\\")
@example("a \\| b\n:--\n~~~\n1) one\n[x]: y")
def test_escaped_text_is_shown_as_it_is(text: str) -> None:
    assert shown(escaped(text)) == plain(text)


@given(st.lists(PIECES, max_size=20).map(lambda pieces: "".join(pieces).replace("\n", " ")))
def test_an_escaped_name_is_shown_as_it_is_within_a_sentence(name: str) -> None:
    assert shown(f"The file {escaped_line(name)}.") == f"The file {name}."


def test_words_without_marks_stay_as_they_are() -> None:
    text = "Plain snake_case words (and 3 < 4) at a@b.c, 50 % of R&D!"
    assert escaped(text) == text


def test_wrapped_lines_are_joined_and_others_kept() -> None:
    prose = "This is a line of prose that was wrapped\nby the one who wrote it, and goes on here.\n"
    assert escaped(prose) == prose.strip()
    assert escaped("Two eggs\nOne onion") == "Two eggs\\\nOne onion"


def test_a_quotation_of_plain_text_is_its_own_words(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "shell_use_.txt").write_text(
        "The redirection operator is\n\n>>word\n# Cancel the *redirection* of ![output].\n"
    )
    with served(tmp_path / "notes", tmp_path / "data") as http:
        answer = answer_to(http, "What is the redirection operator?", list(index_ids(http).values()))
    assert "> **>>word**\\\n> \\# Cancel the \\*redirection\\* of !\\[output]. [1]" in answer
    assert "- [1] shell_use\\_.txt, lines 3-4" in answer
