"""A piece of a passage."""

from dataclasses import dataclass
from typing import Literal

LeafKind = Literal["paragraph", "line", "item", "definition", "row", "code", "other"]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A piece of a passage: `text[start:end]` without the mark that begins it (such as a bullet, kept in `mark`).

    `label` is what the piece is said of: the heading above it within the passage, the title of its item, and the `term`
    that it defines; that of an item is the name in code that it begins with. A row's `header` are the cells above it;
    `table` is where its table begins. What `is_aside` is set off from the text, as a note or a badge.
    """

    kind: LeafKind
    start: int
    end: int
    label: str = ""
    term: str = ""
    mark: str = ""
    header: tuple[str, ...] = ()
    table: int = -1
    is_aside: bool = False
