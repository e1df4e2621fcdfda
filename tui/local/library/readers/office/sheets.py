"""Spreadsheets: each sheet under its name, as tables."""

import io
import re
from collections.abc import Iterator, Sequence
from functools import reduce

from tui.local.library.documents import Document, UnreadableError
from tui.local.library.readers.markdown_source import escaped, table
from tui.local.library.readers.office import office_library
from tui.local.library.readers.packed import open_packed
from tui.local.library.readers.pieces import Piece, converted_document, heading

ROWS_PER_TABLE = 25
"""A long sheet is shown as tables of this many rows, each with the sheet's first row as its head."""
MAX_ROWS = 50_000
"""Rows of a sheet that are read."""
MAX_CELLS = 2_000_000
"""Cells of a workbook that are read."""
MAX_EXTENT = 20_000_000
"""Cells between the first and the last of a sheet, full or empty: all of them take memory."""

_DIMENSION = re.compile(rb'<dimension ref="[A-Z]+\d+:([A-Z]+)(\d+)"')


def read_spreadsheet(data: bytes) -> Document:
    calamine = office_library("python_calamine")
    if data.startswith(b"PK"):
        _check_extent(data)
    pieces: list[Piece] = []
    cut: list[str] = []
    room = MAX_CELLS
    try:
        workbook = calamine.load_workbook(io.BytesIO(data))
        for told in workbook.sheets_metadata:
            name = told.name
            sheet = workbook.get_sheet_by_name(name)
            rows = min(MAX_ROWS, room // max(1, sheet.width))
            if sheet.height > rows:
                cut.append(f"of the sheet {name!r} only the first {rows:,} rows of {sheet.height:,} are read")
            room -= min(rows, sheet.height) * sheet.width
            title = name if told.visible == calamine.SheetVisibleEnum.Visible else f"{name} (hidden)"
            pieces += _sheet(title, sheet.to_python(nrows=rows)) if rows else ()
    except calamine.CalamineError as error:
        encrypted = "password" in str(error).lower()
        raise UnreadableError("it is encrypted with a password" if encrypted else "it is damaged") from None
    return converted_document([pieces], remarks=cut)


def _check_extent(data: bytes) -> None:
    """Raises `UnreadableError` where a workbook of Excel says that a sheet is larger than can be held."""
    with open_packed(data) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/"):
                with archive.open(name) as sheet:
                    said = _DIMENSION.search(sheet.read(4096))
                if said and _column(said.group(1)) * int(said.group(2)[:9]) > MAX_EXTENT:
                    raise UnreadableError("a cell of a sheet lies too far from the others")


def _column(letters: bytes) -> int:
    """The number of a column: 1 for A, 27 for AA."""
    return reduce(lambda number, letter: 26 * number + letter - 64, letters[:4], 0)


def _sheet(name: str, rows: Sequence[Sequence[object]]) -> Iterator[Piece]:
    filled = [row for row in rows if any(cell != "" for cell in row)]
    if filled:
        yield heading(name, 2)
        width = max(at for row in filled for at, value in enumerate(row, 1) if value != "")
        head, *body = ([_cell(value) for value in row[:width]] for row in filled)
        for start in range(0, max(len(body), 1), ROWS_PER_TABLE):
            yield Piece("table", table([head, *body[start : start + ROWS_PER_TABLE]]))


def _cell(value: object) -> str:
    whole = int(value) if isinstance(value, float) and value.is_integer() else value
    return escaped(str(whole))
