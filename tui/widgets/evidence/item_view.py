"""A line view of items, one of which is current: the arrow keys scroll through it and then go on to the next."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from tui.keys.bound import bound
from tui.lazy_dataclass import dataclass
from tui.lineview.line_view import Position, RowStyle
from tui.lineview.listed_lines import Item, ListedLines
from tui.lineview.selectable_view import SelectableLineView
from tui.lineview.viewport import Place
from tui.rendering.lines import BLANK, Line


def _no_rows(item: object, width: int) -> Sequence[Line]:
    del item, width
    return ()


class ItemView(SelectableLineView):
    """Shows items. Subclasses say which of them can be current, and what choosing one means."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Go there"),
        bound("text.next_part", "move(1)", show=False),
        bound("text.previous_part", "move(-1)", show=False),
    ]

    @dataclass
    class Chosen(Message):
        """Enter was pressed on an item, or it was clicked."""

        number: int

    def __init__(self) -> None:
        self._at: int | None = None
        self._lines = ListedLines[object]([], _no_rows)
        super().__init__(self._lines)

    def list_items(self, lines: ListedLines[Item], at: int | None = None) -> None:
        """Show other items, from the first one on or with the one at `at` at the top."""
        self._lines, self._at = lines, at
        self.show_source(lines, Position(Place(0, at or 0, 0)))

    def can_be_current(self, number: int) -> bool:
        """Whether the keys act on this item."""
        del number
        return True

    @property
    def current(self) -> int | None:
        """The item that a key means: the one chosen last if it is shown, else the first that is."""
        shown = dict.fromkeys(place.block for place in self.places)
        if self._at in shown:
            return self._at
        return next((number for number in shown if self.can_be_current(number)), None)

    def prepare(self, width: int) -> None:
        self._lines.resize(width)

    def conclude(self) -> None:
        if self._lines.is_behind:
            self.catch_up_soon(self._lines.catch_up)

    def row_style(self, place: Place, line: Line) -> RowStyle:
        has_bar = self.has_focus and line is not BLANK and place.block == self.current
        return RowStyle("text", has_bar, self.selection_marks(place))

    def make_current(self, number: int, *, whole: bool = False) -> None:
        """Put the cursor on an item and bring its first rows into sight; with `whole` as many as there is room for."""
        self._at = number
        last_row = self._lines.height(0, number) - 1 if whole else min(1, self._lines.height(0, number) - 1)
        self.bring_into_sight(Place(0, number, 0), Place(0, number, max(0, last_row)))
        self.redraw()

    def _beyond(self, number: int, step: int) -> Iterator[int]:
        """The items that can be current after this one, or before it, in their order from it."""
        numbers = range(number + 1, len(self._lines.items)) if step > 0 else range(number - 1, -1, -1)
        return (each for each in numbers if self.can_be_current(each))

    def action_move(self, step: int) -> None:
        """Go to the next item, or the previous one."""
        if self.current is not None and (beyond := next(self._beyond(self.current, step), None)) is not None:
            self.make_current(beyond, whole=True)
        elif step < 0:
            self.action_go_to_start()

    def action_scroll_rows(self, by: int) -> None:
        """Scroll; where the current item's edge is on the screen, one row further leads to the next item."""
        current = self.current
        if abs(by) != 1 or current is None or self.selection is not None:
            super().action_scroll_rows(by)
            return
        edge = Place(0, current, self._lines.height(0, current) - 1 if by > 0 else 0)
        beyond = next(self._beyond(current, by), None)
        if edge not in self.places or beyond is None:
            super().action_scroll_rows(by)
            return
        self._at = beyond
        row = 0 if by > 0 else max(0, self._lines.height(0, beyond) - 1)
        self.bring_into_sight(Place(0, beyond, row), Place(0, beyond, row))
        self.redraw()

    def action_choose(self) -> None:
        if self.current is not None:
            self.post_message(self.Chosen(self.current))

    def on_click(self, event: events.Click) -> None:
        point = self.point_at(event.x, event.y)
        if point is not None and event.chain == 1 and self.selection is None and self.can_be_current(point.place.block):
            self._at = point.place.block
            self.redraw()
            if point.place.row == 0:
                self.open_clicked(point.place.block)

    def open_clicked(self, number: int) -> None:
        """The first row of an item was clicked."""
        self.post_message(self.Chosen(number))
