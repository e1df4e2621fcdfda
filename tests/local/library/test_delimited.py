"""Files of cells (CSV and its kin): rows that say what their cells are, and the lines they stand at."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.local.library.chunks import chunks_of
from tui.local.library.documents import Document
from tui.local.library.readers import read_document
from tui.local.library.readers.delimited import MAX_CHARS, MAX_HEAD_CHARS

CELLS = st.text(st.sampled_from("ab ,;|\"\n*\\`'3"), max_size=12)


def line_of(document: Document, words: str) -> int:
    """The line of the file at which the words are told to stand."""
    at = document.text.index(words)
    chunk = next(chunk for chunk in chunks_of(document) if chunk.start <= at < chunk.end)
    assert chunk.first_line is not None
    return chunk.first_line + document.text.count("\n", chunk.start, at)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_rows_are_told_under_the_names_of_their_columns(delimiter: str) -> None:
    rows = [["city", "mayor"], ["Eskeby", "Jon Dahl"], ["Varnholm", "Ulla Berg"]]
    document = read_document("towns.csv", "\r\n".join(map(delimiter.join, rows)).encode())
    assert document.text == "| city | mayor |\n|---|---|\n| Eskeby | Jon Dahl |\n| Varnholm | Ulla Berg |\n"
    assert line_of(document, "Varnholm") == 3


def test_each_part_of_a_long_table_has_its_head() -> None:
    rows = "".join(f"item {n},{n}.5\n" for n in range(500))
    document = read_document("stock.csv", f"name,price\n{rows}".encode())
    texts = [document.text[chunk.start : chunk.end] for chunk in chunks_of(document)]
    assert len(texts) > 5
    assert all(text.startswith("| name | price |\n") for text in texts)
    assert line_of(document, "item 321 ") == 323


def test_years_may_be_the_names_of_columns() -> None:
    document = read_document("people.csv", b"city,2024,2025\nEskeby,7250,7300\n")
    assert document.text.startswith("| city | 2024 | 2025 |\n")


def test_a_first_row_with_numbers_is_no_head() -> None:
    document = read_document("measured.tsv", b"monday\t3.5\ntuesday\t4\n")
    assert document.text == "|  |  |\n|---|---|\n| monday | 3.5 |\n| tuesday | 4 |\n"


@pytest.mark.parametrize(
    "text",
    [
        "Rain, and more rain.\nSun, then, at last, rain.\nNo wind.\nFog, still.\n",
        "One line, and no more.",
        'a,b\n"open,c\n',
        "word\nword\nword\n",
        f"{'x' * MAX_HEAD_CHARS},y\na,b\n",
        "a,b\n" * (MAX_CHARS // 4 + 1),
    ],
    ids=["prose", "line", "open quote", "one column", "long head", "large"],
)
def test_what_is_no_table_stays_as_it_is(text: str) -> None:
    document = read_document("notes.csv", text.encode())
    assert document.text == text
    assert document.has_lines


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=1, max_size=30), st.booleans())
def test_no_cell_is_lost_and_each_row_is_told_at_its_line(rows: list[list[str]], gaps: bool) -> None:
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\n\n" if gaps else "\n")
    writer.writerows([["key", "first", "second"], *([f"row{n}.", *row] for n, row in enumerate(rows))])
    document = read_document("cells.csv", written.getvalue().encode())
    lines = written.getvalue().split("\n")
    for n, row in enumerate(rows):
        assert f"row{n}." in lines[line_of(document, f"row{n}.") - 1]
        told = document.text[document.text.index(f"row{n}.") :].partition("\n")[0].replace("\\", "")
        assert "".join(told.split()) == "".join(f"row{n}.|{'|'.join(row)}|".replace("\\", "").split())
