"""Passages taken apart into what is quoted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.local.agents.quoting.passages import answered, passage
from tui.local.agents.quoting.leaves import leaves_of
from tui.local.library.documents import Format

MANUAL = """OPTIONS
       -n, --line-number
              Prefix each line of output with its
              number within its input file.

              It costs nothing.

       -q     Be quiet.
"""
PAGE = """6.2 Tugs ........ 12
6.2 Tugs
A tug is hired by the hour. The harbour master, who keeps the list of all tugs, tells which one is free.
• Small tugs
• Large tugs, for ships of more than 80 metres
"""


def said(text: str) -> list[tuple[str, str, str]]:
    return [(leaf.kind, leaf.label, text[leaf.start : leaf.end].split("\n")[0]) for leaf in leaves_of(text, "text")]


def test_what_is_indented_below_a_line_is_said_of_it() -> None:
    assert said(MANUAL) == [
        ("definition", "OPTIONS -n, --line-number", "Prefix each line of output with its"),
        ("definition", "OPTIONS -n, --line-number", "It costs nothing."),
        ("definition", "OPTIONS -q", "Be quiet."),
    ]


def test_a_tab_indents_as_far_as_spaces_do() -> None:
    assert said("       -n, --line-number\n\t      Prefix each line.\n")[0][:2] == ("definition", "-n, --line-number")


def test_a_heading_stands_over_the_term_that_follows_it_at_once() -> None:
    assert [label for _, label, _ in said("   Output Control\n       -m NUM\n              Stop after it.\n")] == [
        "Output Control -m NUM"
    ]


def test_a_page_has_its_headings_and_items_and_no_table_of_contents() -> None:
    assert [(kind, label) for kind, label, _ in said(PAGE)] == [
        ("paragraph", "6.2 Tugs"),
        ("item", "6.2 Tugs"),
        ("item", "6.2 Tugs"),
    ]


LATEX = r"""\section{Lighthouse}
The tower stands on rock.
\begin{itemize}
\item The tower is 31 metres high.
\item[b)] The stairs have 196 steps.
\end{itemize}
"""
RESTRUCTURED = """The gate has states:

=========  ===========
State      Meaning
=========  ===========
closed     ships wait
=========  ===========

+--------+--------+
| Signal | Colour |
+========+========+
| stop   | red    |
+--------+--------+

Open it so::

    gate open

.. code-block:: python

   gate.close()

It must be greased.
"""


def test_each_item_of_latex_is_told_for_itself_and_its_commands_are_not() -> None:
    assert [(kind, line) for kind, _, line in said(LATEX)] == [
        ("paragraph", "The tower stands on rock."),
        ("item", "The tower is 31 metres high."),
        ("item", "The stairs have 196 steps."),
    ]


def test_the_tables_and_the_code_of_restructured_text_are_no_prose() -> None:
    assert [(kind, line.strip()) for kind, _, line in said(RESTRUCTURED)] == [
        ("line", "closed     ships wait"),
        ("row", "| stop   | red    |"),
        ("code", "gate open"),
        ("code", "gate.close()"),
        ("paragraph", "It must be greased."),
    ]
    (row,) = [leaf for leaf in leaves_of(RESTRUCTURED, "text") if leaf.kind == "row"]
    assert row.header == ("Signal", "Colour")


@pytest.mark.parametrize(
    ("part", "header"),
    [
        ("+-----+-----+\n| a\\|b | c   |\n+=====+=====+\n| 1   | 2   |\n", ("a\\|b", "c")),
        ("| 1   | 2   |\n+-----+-----+\n", ()),
    ],
)
def test_a_part_of_a_table_has_rows(part: str, header: tuple[str, ...]) -> None:
    (row,) = leaves_of(part, "text")
    assert (row.kind, part[row.start : row.end], row.header) == ("row", "| 1   | 2   |", header)


@pytest.mark.parametrize(("document_format", "dots"), [("text", "......"), ("text", ". . . . ."), ("markdown", "....")])
def test_a_table_of_contents_is_not_quoted(document_format: Format, dots: str) -> None:
    contents = f"Contents\n\n1 Fees for mooring {dots} 3\n2 Fees for tugs {dots} 12\n"
    assert "No passage answers" in answered("What are the fees for mooring?", passage(contents, document_format))
    told = passage(f"{contents}\nThe fees for mooring are 40 kroner.\n", document_format)
    answer = answered("What are the fees for mooring?", told)
    assert answer.startswith("The fees for mooring are 40 kroner. [1]")
    assert dots not in answer


MARKS = st.sampled_from(
    [
        "- ",
        "1. ",
        "\n",
        "\n\n",
        "    ",
        ":   ",
        "| a | b |\n",
        "|---|---|\n",
        "```\n",
        "> ",
        "# ",
        "word ",
        "End. ",
        "---\n",
    ]
)


FORMATS: tuple[Format, ...] = ("markdown", "text", "code")


@given(st.lists(MARKS).map("".join), st.sampled_from(FORMATS))
def test_every_leaf_is_a_piece_of_the_text(text: str, document_format: Format) -> None:
    for leaf in leaves_of(text, document_format):
        assert 0 <= leaf.start <= leaf.end <= len(text)


def test_the_directives_of_restructured_text_are_not_quoted() -> None:
    text = ".. _license:\n\n.. include:: ../LICENSE\n    :literal:\n\n.. Tip::\n\n    Light the kiln by hand.\n"
    assert [leaf[2] for leaf in said(text)] == ["Light the kiln by hand."]
