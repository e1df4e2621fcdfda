"""A dialog that lists things of which one can be chosen: a line view of any number of rows."""

from typing import ClassVar, TypeVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from tui.screens.dialog import Dialog
from tui.widgets.evidence.item_view import ItemView

_Result = TypeVar("_Result")


class ItemsDialog(Dialog[_Result]):
    """Shows an `ItemView` below a title."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "close", "Close"),
        Binding("y", "copy", "Copy the selection"),
    ]

    view = getters.query_one(ItemView)

    def __init__(self, title: str, keys: str) -> None:
        super().__init__()
        self._title = title
        self._keys = keys

    def make_view(self) -> ItemView:
        """The view of the items."""
        return ItemView()

    def compose(self) -> ComposeResult:
        with Vertical(id="pager"):
            yield Static(self._title, classes="dialog-title", markup=False)
            yield self.make_view()
            yield Static(self._keys, classes="dialog-keys", markup=False)

    def on_mount(self) -> None:
        self.view.focus()

    def entitle(self, title: str) -> None:
        """Put another title above the items."""
        self.query_one(".dialog-title", Static).update(title)

    def action_close(self) -> None:
        if not self.view.clear_selection():
            self.dismiss(None)
