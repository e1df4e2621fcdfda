"""Where a piece of a document stands, in words by which one finds it in the file. Pure."""

from tui.local.library.passages import Passage


def place_of(passage: Passage, start: int, end: int) -> str:
    """Where `passage.text[start:end]` stands: "page 3", "lines 5-9", "#install"; "" where only the heading tells."""
    if passage.first_page is not None:
        return _range("page", passage.first_page, passage.last_page or passage.first_page)
    if passage.first_line is not None:
        first = passage.first_line + passage.text.count("\n", 0, start)
        return _range("line", first, first + passage.text[start:end].rstrip().count("\n"))
    return passage.anchor


def _range(unit: str, first: int, last: int) -> str:
    return f"{unit} {first}" if first == last else f"{unit}s {first}-{last}"
