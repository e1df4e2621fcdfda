"""Manual pages as `man` writes them to a file."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.local.library.chunks import Chunk, chunks_of
from tui.local.library.documents import Document
from tui.local.library.readers import read_document

PAGE = """KILN(1)                      Kiln Commands                     KILN(1)

NAME
       kiln - fire what is in the kiln

SYNOPSIS
       kiln [-q] [--hold=MINUTES]
              PROGRAM

DESCRIPTION
       Fires a program from its first step to its last.

   Holding
       -h, --hold=MINUTES
\t      Hold the last step for so many minutes.

\t      It is never longer than a day.

       -q     Be quiet, but for
\t      errors.
       -v     Be
\t      verbose.

       --in-place

\t      overwrite the program

       A program that is not there is an error.

EXIT STATUS
       0      The firing has ended.

Kiln 2                         May 2026                         KILN(1)
"""


def read(text: str) -> tuple[Document, list[Chunk]]:
    document = read_document("kiln.txt", text.encode())
    return document, list(chunks_of(document))


def test_each_option_is_a_passage_under_its_section() -> None:
    document, chunks = read(PAGE)
    assert [chunk.headings[1:] for chunk in chunks] == [
        ("NAME",),
        ("SYNOPSIS",),
        ("DESCRIPTION",),
        ("DESCRIPTION", "Holding", "-h, --hold=MINUTES"),
        ("DESCRIPTION", "Holding", "-q"),
        ("DESCRIPTION", "Holding", "-v"),
        ("DESCRIPTION", "Holding", "--in-place"),
        ("DESCRIPTION", "Holding"),
        ("EXIT STATUS", "0"),
    ]
    assert {chunk.headings[0] for chunk in chunks} == {"KILN(1)"}
    hold = document.text[chunks[3].start : chunks[3].end]
    assert "Hold the last step" in hold
    assert "It is never longer than a day." in hold
    assert chunks[4].first_line == PAGE[: PAGE.index("       -q ")].count("\n") + 1


@pytest.mark.parametrize(
    "text",
    [
        PAGE.partition("\n")[2],
        PAGE.replace("DESCRIPTION", "Description").replace("SYNOPSIS", "Synopsis").replace("EXIT", "Exit"),
        PAGE.replace("       ", ""),
        "A NOVEL\n\nCHAPTER ONE\n\nIt was a dark night.\n\nCHAPTER TWO\n\nIt was a light night.\n",
    ],
)
def test_what_has_not_all_of_its_shape_is_no_manual_page(text: str) -> None:
    _, chunks = read(text)
    assert not [chunk for chunk in chunks if "-q" in chunk.headings]


LINES = st.sampled_from(
    [*PAGE.split("\n"), "\t", "   Part", "       -x", "              deep", "○   item", "\u2028", "left"]
)


@given(st.lists(LINES, max_size=40))
def test_a_manual_page_is_its_passages_joined_and_their_lines_are_right(lines: list[str]) -> None:
    text = "\n".join(["KILN(1)   KILN(1)", "NAME", "       kiln", "OTHER", "       words", *lines, ""])
    document, chunks = read(text)
    assert "".join(document.text[chunk.start : chunk.end] for chunk in chunks) == document.text
    for chunk in chunks:
        assert chunk.first_line == document.text.count("\n", 0, chunk.start) + 1


def test_a_page_of_many_options_is_read_in_time_that_grows_with_it() -> None:
    options = [f"       -{random.Random(at).random()}\n\t      word word\n\n" for at in range(3000)]
    _, chunks = read(PAGE + "".join(options))
    assert len(chunks) > len(options)
