"""What every dialog has in common."""

from math import inf
from time import monotonic
from typing import ClassVar, TypeVar

from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, OptionList

from tui.keys.second_press import QUIT_QUESTION, SECOND_PRESS_SECONDS, SecondPress
from tui.lineview.selectable_view import SelectableLineView
from tui.terminal.copying import copied_words
from tui.terminal.drawn_whole import DrawnWholeScreen

_Result = TypeVar("_Result")

IGNORE_KEYS_SECONDS = 0.15
"""Keys are ignored for this long after a dialog opens: they were meant for the screen below."""


COPIED_SECONDS = 4.0
"""For so long it is told that something was copied."""

BREAKPOINTS: list[tuple[int, str]] | None = [(0, "-short"), (30, "-tall")]
"""Below 30 rows a dialog does without blank lines."""


class DialogBox(Vertical):
    """As high as its rows need, and never higher than the screen."""


class DialogList(OptionList):
    """As high as its rows need, and never higher than its box has room for: the other lines of the box stay in sight.

    With the height `1fr` Textual (8.2.8) would make the box as high as the screen, however little is in it.
    """

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        box = self.parent
        assert isinstance(box, DialogBox)
        others = [child for child in box.children if child.display and child is not self]
        used = sum(
            child.get_content_height(container, viewport, width) + child.gutter.height + child.styles.margin.height
            for child in others
        )
        room = viewport.height - box.gutter.height - self.styles.margin.height - used
        return max(1, min(super().get_content_height(container, viewport, width), room))


class Dialog(ModalScreen[_Result | None], DrawnWholeScreen[_Result | None]):
    """A typed question: it returns an answer, or None where Escape closed it. It has no effect by itself."""

    VERTICAL_BREAKPOINTS = BREAKPOINTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close"),
        Binding("ctrl+c", "copy_or_quit", "Copy; twice: quit", show=False, priority=True),
    ]

    asks_for_key: ClassVar[bool] = False
    """Whether a key is asked for here: any but those that quit is an answer then."""

    def __init__(self) -> None:
        super().__init__()
        self._opened = inf
        self._had_focus: Widget | None = None
        self._quit_key = SecondPress()

    def on_mount(self) -> None:
        self._opened = monotonic()

    def on_screen_suspend(self) -> None:
        """Another dialog is over this one: the frame of one behind that of the other would be hard to tell apart."""
        self._had_focus = self.focused  # what is hidden loses it
        self.query(DialogBox).set(visible=False)

    def on_screen_resume(self) -> None:
        self.query(DialogBox).set(visible=True)
        if self._had_focus is not None:
            self.set_focus(self._had_focus)

    @property
    def takes_keys(self) -> bool:
        """Whether the dialog has been open for `IGNORE_KEYS_SECONDS`. Escape and Ctrl+C act before."""
        return monotonic() - self._opened >= IGNORE_KEYS_SECONDS

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action not in ("close", "copy_or_quit") and not self.takes_keys:
            return False
        return super().check_action(action, parameters)

    def dismiss(self, result: _Result | None = None) -> AwaitComplete:
        """Close, with this answer.

        What the dialog still waits for ends first: its widgets go one by one, and something may come meanwhile.
        """
        self.workers.cancel_node(self)
        return super().dismiss(result)

    def action_close(self) -> None:
        self.dismiss(None)

    def action_copy(self) -> None:
        """Copy: the selection, where a dialog has nothing else to be copied."""
        self.copy_selection()

    def action_copy_or_quit(self) -> None:
        if self.copy_selection():
            return
        if self._quit_key.is_second():
            self.app.run_worker(self.app.action_quit())
        else:
            self.tell(QUIT_QUESTION, SECOND_PRESS_SECONDS)

    def copy_selection(self) -> bool:
        """Copy what is selected where the focus is, and select it no more; False where nothing is.

        Of a masked field nothing is: the clipboard would show what it hides.
        """
        match self.focused:
            case Input(password=False, selected_text=selected) as field if selected:
                field.cursor_position = field.selection.end
            case SelectableLineView(selected_text=selected) as view if selected:
                view.clear_selection()
            case _:
                return False
        self.app.copy_to_clipboard(selected)
        self.tell(copied_words("selection", selected), COPIED_SECONDS)
        return True

    def tell(self, words: str, seconds: float) -> None:
        """Tell something in our own words for a moment."""
        self.notify(words, markup=False, timeout=seconds)
