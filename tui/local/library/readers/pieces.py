"""What a reader that converts makes of a file: pieces of Markdown, one for each block. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tui.local.library.documents import BlockKind, Document, DocumentBlock
from tui.local.library.readers.markdown_source import escaped

GAP = "\n\n"


@dataclass(frozen=True, slots=True)
class Piece:
    """One block as Markdown source. A heading has a level (1 to 6), its words, and its anchor in the file, if any.

    `under`, `anchor` and `line` are those of a `DocumentBlock`.
    """

    kind: BlockKind
    text: str
    level: int = 0
    title: str = ""
    anchor: str = ""
    under: int | None = None
    line: int | None = None


def heading(title: str, level: int, anchor: str = "") -> Piece:
    """A heading whose words are plain text."""
    return Piece("heading", f"{'#' * level} {escaped(title)}", level, title, anchor)


def converted_document(
    pages: Iterable[Sequence[Piece]], *, numbered: bool = False, remarks: Sequence[str] = ()
) -> Document:
    """A document of what was converted; its lines are not those of the file.

    Where its pages are `numbered`, places are told by them; else they are only parts of it.
    """
    parts: list[str] = []
    blocks: list[DocumentBlock] = []
    starts: list[int] = []
    at = 0
    for page in pages:
        starts.append(at)
        for piece in page:
            end = at + len(piece.text)
            place = (piece.level, piece.title, piece.anchor, piece.under, piece.line)
            blocks.append(DocumentBlock(piece.kind, at, end, *place))
            parts += (piece.text, GAP)
            at += len(piece.text) + len(GAP)
    text = "".join(parts[:-1])
    last = len(text)
    page_starts = tuple(min(start, last) for start in starts) if numbered else ()
    return Document(
        "markdown", text + "\n" if text else "", tuple(blocks), page_starts, has_lines=False, remarks=tuple(remarks)
    )
