"""An App that goes on where one of its workers fails: what failed is said, and all else works as before.

It relies on a private part of Textual (8.2.8), which `tests/terminal/test_textual_contract.py` checks:
`App._handle_exception` hears of a worker that failed as `WorkerFailed`, and otherwise ends the app.
"""

from typing import Any

from textual.app import App
from textual.message import Message
from textual.worker import WorkerFailed

from tui.lazy_dataclass import dataclass


class LastingApp(App[None]):
    """Posts a message for what failed. `failures` holds all that did so far."""

    @dataclass
    class WorkFailed(Message):
        """A worker ended with this error, which is to be told to the user and to the log."""

        error: BaseException

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.failures: list[BaseException] = []

    def _handle_exception(self, error: Exception) -> None:
        if isinstance(error, WorkerFailed) and self.is_running:
            self.failures.append(error.error)
            self.post_message(self.WorkFailed(error.error))
        else:
            super()._handle_exception(error)
