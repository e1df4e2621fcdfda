"""Plain text, Markdown, source code and notebooks."""

import json
import re
from dataclasses import replace
from typing import Any

from tui.local.library.documents import Document, Format, UnreadableError, blocks_of
from tui.local.library.readers.encodings import encoding_of, guess_remarks
from tui.local.library.readers.manual_page import is_manual_page, manual_page_blocks


def with_lf(text: str) -> str:
    """The text with LF line ends, and a space for what only some programs take for a line end.

    So all parts of the program see the same lines as an editor does.
    """
    return re.sub(r"[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", " ", re.sub(r"\r\n?", "\n", text))


def _document(file_format: Format, data: bytes) -> Document:
    encoding = encoding_of(data)
    text = with_lf(data.decode(encoding))
    return Document(file_format, text, blocks_of(text, file_format), remarks=guess_remarks(encoding))


def read_markdown(data: bytes) -> Document:
    return _document("markdown", data)


def read_text(data: bytes) -> Document:
    document = _document("text", data)
    return replace(document, blocks=manual_page_blocks(document.text)) if is_manual_page(document.text) else document


def read_code(data: bytes) -> Document:
    return _document("code", data)


def read_notebook(data: bytes) -> Document:
    """The cells of a Jupyter notebook (nbformat 4): Markdown as it is, code as code; outputs are left out."""
    try:
        notebook: Any = json.loads(data)
        language = str(notebook.get("metadata", {}).get("kernelspec", {}).get("language", ""))
        cells = [_cell(cell, language) for cell in notebook["cells"]]
    except (ValueError, AttributeError, KeyError, TypeError, RecursionError):
        raise UnreadableError("it is not a notebook that can be read") from None
    text = with_lf("\n\n".join(cell for cell in cells if cell))
    return Document("markdown", text, blocks_of(text, "markdown"), has_lines=False)


def _cell(cell: Any, language: str) -> str:
    source = "".join(cell["source"]).strip("\n")
    return f"```{language}\n{source}\n```" if source and cell["cell_type"] == "code" else source
