"""What every dialog has in common."""

from math import inf
from time import monotonic
from typing import ClassVar, TypeVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import OptionList

_Result = TypeVar("_Result")

IGNORE_KEYS_SECONDS = 0.15
"""Keys are ignored for this long after a dialog opens: they were meant for the screen below."""


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


class Dialog(ModalScreen[_Result | None]):
    """A typed question: it returns an answer, or None where Escape closed it. It has no effect by itself."""

    VERTICAL_BREAKPOINTS = BREAKPOINTS
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "Close")]

    asks_for_key: ClassVar[bool] = False
    """Whether a key is asked for here: any but those that quit is an answer then."""

    def __init__(self) -> None:
        super().__init__()
        self._opened = inf
        self._had_focus: Widget | None = None

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
        """Whether the dialog has been open for `IGNORE_KEYS_SECONDS`. Escape closes it before that, too."""
        return monotonic() - self._opened >= IGNORE_KEYS_SECONDS

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action != "close" and not self.takes_keys:
            return False
        return super().check_action(action, parameters)

    def action_close(self) -> None:
        self.dismiss(None)
