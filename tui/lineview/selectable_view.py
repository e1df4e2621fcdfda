"""A view of lines whose text can be selected, by mouse and by keys."""

from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.message import Message

from tui.keys.bound import bound
from tui.lazy_dataclass import dataclass
from tui.lineview.line_view import MARGIN, LineView, Position, RowStyle
from tui.lineview.palette import Highlight
from tui.lineview.selection import LineSource, Point, Selection, line_at, text_of, word_at
from tui.lineview.targets import target_at
from tui.lineview.viewport import Place, move
from tui.rendering.lines import Line


class SelectableLineView(LineView):
    """A line view that marks what is dragged over, or walked over after `v`, and whose links can be clicked."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"lines--selection"}
    BINDINGS: ClassVar[list[BindingType]] = [
        bound("text.select", "select", show=False),
        bound("text.extend_left", "extend(-1)", show=False),
        bound("text.extend_right", "extend(1)", show=False),
    ]

    @dataclass
    class LinkChosen(Message):
        """A link was clicked. `url` is a checked address; nothing has been opened."""

        url: str

    def __init__(self, source: LineSource) -> None:
        super().__init__(source)
        self.selection: Selection | None = None
        self._selects_by_keys = False

    def row_style(self, place: Place, line: Line) -> RowStyle:
        del line
        return RowStyle(marks=self.selection_marks(place))

    def selection_marks(self, place: Place) -> tuple[Highlight, ...]:
        cells = self.selection.cells(place) if self.selection is not None else None
        return ((*cells, "lines--selection"),) if cells else ()

    @property
    def selected_text(self) -> str:
        """The selected text, "" where nothing is selected."""
        return text_of(self.source, self.selection) if self.selection is not None else ""

    def clear_selection(self) -> bool:
        """Select nothing. False where nothing was selected."""
        was_selected = self.selection is not None
        self.selection, self._selects_by_keys = None, False
        self.redraw()
        return was_selected

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "extend":
            return self._selects_by_keys
        return super().check_action(action, parameters)

    def show_source(self, source: LineSource, position: Position) -> None:
        self.selection = None
        super().show_source(source, position)

    def point_at(self, x: int, y: int) -> Point | None:
        """The cell of the source that is shown at a cell of the widget; the nearest row where there is none."""
        if not self.places:
            return None
        return Point(self.places[max(0, min(y, len(self.places) - 1))], max(0, x - MARGIN))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        point = self.point_at(event.x, event.y)
        if event.button == 1 and point is not None:
            self.capture_mouse()
            self.selection, self._selects_by_keys = Selection(point, point), False
            self.redraw()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self.selection is None or self.app.mouse_captured is not self:
            return
        if not 0 <= event.y < self.size.height:
            self.action_scroll_rows(-1 if event.y < 0 else 1)
        if (point := self.point_at(event.x, event.y)) is not None:
            self.selection = Selection(self.selection.anchor, point)
            self.redraw()

    def on_mouse_up(self) -> None:
        self.release_mouse()
        if self.selection is not None and self.selection.anchor == self.selection.head:
            self.clear_selection()

    def on_click(self, event: events.Click) -> None:
        point = self.point_at(event.x, event.y)
        if point is None:
            return
        if event.chain == 2:
            self.selection = word_at(self.source, point)
        elif event.chain == 3:
            self.selection = line_at(self.source, point.place)
        elif self.selection is None:
            self.follow_target(target_at(self.source.line(point.place), point.cell), point.place)
        self.redraw()

    def follow_target(self, leads_to: str | int | None, place: Place) -> None:
        """Go where a link or a citation leads, if anywhere: see `tui.lineview.targets`."""
        del place
        if isinstance(leads_to, str):
            self.post_message(self.LinkChosen(leads_to))

    def action_scroll_rows(self, by: int) -> None:
        if self._selects_by_keys and self.selection is not None:
            head = self.selection.head
            self._extend_to(Point(move(self.source, head.place, by), head.cell))
        else:
            super().action_scroll_rows(by)

    def action_select(self) -> None:
        """Begin to select by keys, from the first row that is marked or shown; again: stop."""
        if self._selects_by_keys or not self.places:
            self.clear_selection()
            return
        place = next((p for p, row in zip(self.places, self._rows, strict=False) if row.style.has_bar), self.places[0])
        decoration = self.source.line(place).decoration
        self.selection, self._selects_by_keys = Selection(Point(place, decoration), Point(place, decoration)), True
        self._extend_to(Point(place, decoration + 1))

    def action_extend(self, by: int) -> None:
        if self._selects_by_keys and self.selection is not None:
            head = self.selection.head
            self._extend_to(head._replace(cell=max(0, head.cell + by)))

    def _extend_to(self, head: Point) -> None:
        assert self.selection is not None
        self.selection = Selection(self.selection.anchor, head)
        self.bring_into_sight(head.place, head.place)
        self.redraw()
