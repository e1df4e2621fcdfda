"""A list of items as a source of lines: a section, and a block for each item, drawn when it is looked at."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from tui.lineview.viewport import Place
from tui.rendering.document_text import HeadedText
from tui.rendering.lines import BLANK, Line

KEPT_ITEMS = 1_000
"""Items that stay drawn. The one looked at longest ago goes first."""

Item = TypeVar("Item")


class ItemRows(Protocol):
    """The rows of an item, as a sequence."""

    def __len__(self) -> int: ...
    def __getitem__(self, y: int, /) -> Line: ...


class ListedLines(Generic[Item]):
    """The `LineSource` of items at a width. `draw` makes the rows of one."""

    def __init__(self, items: Sequence[Item], draw: Callable[[Item, int], ItemRows]) -> None:
        self.items = items
        self.width = 80
        self._draw = draw
        self._drawn: OrderedDict[int, ItemRows] = OrderedDict()

    def resize(self, width: int) -> None:
        """Draw at another width from now on."""
        if width != self.width:
            self.width = width
            self._drawn.clear()

    def forget(self, number: int) -> None:
        """Draw an item anew when it is looked at: it shows more, or less."""
        self._drawn.pop(number, None)

    def sections(self) -> int:
        return 1 if self.items else 0

    def blocks(self, section: int) -> int:
        del section
        return len(self.items)

    def height(self, section: int, block: int) -> int:
        del section
        return len(self._rows(block))

    def line(self, place: Place) -> Line:
        rows = self._rows(place.block)
        return rows[place.row] if place.row < len(rows) else BLANK

    @property
    def is_behind(self) -> bool:
        """Whether an item is so long that not all of it is drawn."""
        return any(isinstance(rows, HeadedText) and rows.behind for rows in self._drawn.values())

    def catch_up(self) -> None:
        """Go on with the items that are so long."""
        for rows in self._drawn.values():
            if isinstance(rows, HeadedText) and rows.behind:
                rows.go_on()

    def _rows(self, number: int) -> ItemRows:
        rows = self._drawn.get(number)
        if rows is None:
            rows = self._drawn[number] = self._draw(self.items[number], self.width)
            if len(self._drawn) > KEPT_ITEMS:
                self._drawn.popitem(last=False)
        return rows
