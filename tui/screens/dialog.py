"""What every dialog has in common."""

from math import inf
from time import monotonic
from typing import ClassVar, TypeVar

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

_Result = TypeVar("_Result")

IGNORE_KEYS_SECONDS = 0.15
"""Keys are ignored for this long after a dialog opens: they were meant for the screen below."""


class Dialog(ModalScreen[_Result | None]):
    """A typed question: it returns an answer, or None where Escape closed it. It has no effect by itself."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "Close")]

    def __init__(self) -> None:
        super().__init__()
        self._opened = inf

    def on_mount(self) -> None:
        self._opened = monotonic()

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
