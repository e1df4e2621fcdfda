"""What every dialog has in common."""

from time import monotonic
from typing import ClassVar, TypeVar

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

_Result = TypeVar("_Result")

IGNORE_KEYS_SECONDS = 0.15
"""So long after it opens, a dialog answers no key: it was pressed for what was there before."""


class Dialog(ModalScreen[_Result | None]):
    """A typed question: it returns an answer, or None where Escape closed it. It has no effect by itself."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "Close")]

    def __init__(self) -> None:
        super().__init__()
        self._opened = monotonic()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action != "close" and monotonic() - self._opened < IGNORE_KEYS_SECONDS:
            return False
        return super().check_action(action, parameters)

    def action_close(self) -> None:
        self.dismiss(None)
