"""Plain text, Markdown, source code and notebooks."""

import json
import re
from typing import Any

from tui.local.library.documents import Document, UnreadableError, blocks_of


def decode(data: bytes) -> str:
    """Text with LF line ends. Raises `UnreadableError` where the bytes are not text."""
    encodings = ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252")
    if encodings[0] != "utf-16" and b"\0" in data[:8192]:
        raise UnreadableError("it is a binary file")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return with_lf(text)
    raise UnreadableError("its text encoding is not known")


def with_lf(text: str) -> str:
    """The text with every kind of line end as LF, so that all parts of the program see the same lines."""
    return re.sub(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", "\n", text)


def markdown_document(text: str, page_starts: tuple[int, ...] = ()) -> Document:
    """A document whose text is Markdown source."""
    return Document("markdown", text, blocks_of(text, "markdown"), page_starts)


def read_markdown(data: bytes) -> Document:
    return markdown_document(decode(data))


def read_text(data: bytes) -> Document:
    text = decode(data)
    return Document("text", text, blocks_of(text, "text"))


def read_code(data: bytes) -> Document:
    text = decode(data)
    return Document("code", text, blocks_of(text, "code"))


def read_notebook(data: bytes) -> Document:
    """The cells of a Jupyter notebook (nbformat 4): Markdown as it is, code as code; outputs are left out."""
    try:
        notebook: Any = json.loads(data)
        language = str(notebook.get("metadata", {}).get("kernelspec", {}).get("language", ""))
        cells = [_cell(cell, language) for cell in notebook["cells"]]
    except (ValueError, AttributeError, KeyError, TypeError, RecursionError):
        raise UnreadableError("it is not a notebook that can be read") from None
    return markdown_document(with_lf("\n\n".join(cell for cell in cells if cell)))


def _cell(cell: Any, language: str) -> str:
    source = "".join(cell["source"]).strip("\n")
    return f"```{language}\n{source}\n```" if source and cell["cell_type"] == "code" else source
