"""Rich Text Format: its paragraphs."""

from importlib import import_module
from typing import Any

from tui.local.library.documents import Document, UnreadableError
from tui.local.library.readers.markdown_source import paragraph
from tui.local.library.readers.pieces import Piece, converted_document


def read_rtf(data: bytes) -> Document:
    library: Any = import_module("striprtf.striprtf")
    if not data.lstrip().startswith(b"{\\rtf"):
        raise UnreadableError("it is damaged")
    text = str(library.rtf_to_text(data.decode("latin-1"), errors="replace"))
    said = filter(None, map(paragraph, text.splitlines()))
    return converted_document([[Piece("paragraph", each) for each in said]])
