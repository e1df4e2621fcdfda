"""Tables in plain text, as CSV (RFC 4180) and its kin: each row is told with the names of its columns."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain
from typing import NamedTuple

from tui.local.library.documents import Document
from tui.local.library.readers.encodings import encoding_of, guess_remarks
from tui.local.library.readers.markdown_source import escaped, table
from tui.local.library.readers.pieces import Piece, converted_document
from tui.local.library.readers.text import read_text, with_lf

DELIMITERS = (",", ";", "\t", "|")
MAX_CHARS = 5_000_000
"""A longer file is read as plain text: tables take up to three times as much."""
ROWS_CHARS = 1200
"""Characters of the rows that are told under one head."""
MAX_HEAD_CHARS = 1200
EVEN_SHARE = 0.9
"""At least this part of the rows has as many cells as most, or it is no table."""

_NUMBER = re.compile(r"(?!(?:19|20)\d\d$)[-+]?[\d.,:/%-]+")
"""But a year may be the name of a column."""


class _Row(NamedTuple):
    """A row that is not empty. Lines count from 1."""

    first_line: int
    last_line: int
    cells: list[str]


def read_delimited(data: bytes) -> Document:
    """Tables of a few rows, each under the names of the columns; plain text where it is no table."""
    encoding = encoding_of(data)
    text = with_lf(data.decode(encoding))
    delimiter = _delimiter(text) if len(text) <= MAX_CHARS else None
    if delimiter is None:
        return read_text(data)
    return converted_document([list(_tables(_divided(text, delimiter)))], remarks=guess_remarks(encoding))


def _delimiter(text: str) -> str | None:
    """What divides the text into a table: first tried is what its first line has most of. None where nothing does."""
    first = text.lstrip("\n").partition("\n")[0]
    for delimiter in sorted(filter(first.__contains__, DELIMITERS), key=first.count, reverse=True):
        with suppress(csv.Error):
            if _is_table(_divided(text, delimiter)):
                return delimiter
    return None


def _divided(text: str, delimiter: str) -> Iterator[_Row]:
    """Raises `csv.Error`."""
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    before = 0
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield _Row(before + 1, reader.line_num, cells)
        before = reader.line_num


def _is_table(rows: Iterator[_Row]) -> bool:
    head = next(rows, _Row(0, 0, []))
    widths = Counter((len(head.cells),)) + Counter(len(row.cells) for row in rows)
    ((usual, times),) = widths.most_common(1)
    even = usual > 1 and times >= EVEN_SHARE * widths.total()
    return even and widths.total() > 1 and sum(map(len, head.cells)) <= MAX_HEAD_CHARS


def _tables(rows: Iterator[_Row]) -> Iterator[Piece]:
    """A table ends where its rows and the lines of the file would no more go together."""
    first = next(rows)
    named = _names_columns(first)
    names = list(map(escaped, first.cells)) if named else [""] * len(first.cells)
    together: list[_Row] = []
    chars = 0
    for row in rows if named else chain([first], rows):
        follows = not together or row.first_line == together[-1].last_line + 1 == together[-1].first_line + 1
        if together and (chars > ROWS_CHARS or not follows):
            yield _table(names, together)
            together, chars = [], 0
        together.append(row)
        chars += sum(map(len, row.cells))
    yield _table(names, together)


def _names_columns(row: _Row) -> bool:
    """Whether it may be the head: more than half of its cells say something, and none is a number."""
    said = [cell for cell in map(str.strip, row.cells) if cell]
    return 2 * len(said) > len(row.cells) and not any(map(_NUMBER.fullmatch, said))


def _table(names: list[str], rows: Sequence[_Row]) -> Piece:
    """Its first row stands two lines below where its text begins."""
    source = table([names, *([escaped(cell) for cell in row.cells] for row in rows)])
    return Piece("table", source, under=0, line=rows[0].first_line - 2)
