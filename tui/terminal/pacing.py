"""Streaming at the terminal's own speed: the next frame waits until the terminal says that it has drawn the last one.

Without it, frames pile up in the buffers of a slow line, and the echo of a key waits behind all of them.
"""

from collections.abc import Callable
from typing import Protocol

QUESTION = "\x1b[6n"
"""Where is the cursor? (Device Status Report.) Every terminal answers, in order, when it has drawn what came before."""

ANSWER_TIMEOUT = 1.0
"""Seconds to wait for the terminal's answer before a frame is drawn without it."""

MAX_UNANSWERED = 3
"""After this many time-outs without any answer, stop pacing: the terminal does not report."""


class Alarm(Protocol):
    """A timer that is running."""

    def cancel(self) -> None: ...


class Pacing:
    """Lets one paced frame at a time go to the terminal. `later` calls a function once, after some seconds."""

    def __init__(self, later: Callable[[float, Callable[[], None]], Alarm]) -> None:
        self._later = later
        self._alarm: Alarm | None = None
        self._to_ask = False
        self._waiting: Callable[[], None] | None = None
        self._is_finishing = False
        self._overdue = 0
        self._has_answered = False

    @property
    def is_ready(self) -> bool:
        """Whether the terminal has drawn all that it was asked about."""
        return self._alarm is None

    def submit(self, draw: Callable[[], None]) -> None:
        """Draw now, or when the terminal is ready. One drawing waits at most: the last one, as it shows the latest."""
        if self._is_finishing:
            return
        if not self.is_ready:
            self._waiting = draw
            return
        self._to_ask = self._has_answered or self._overdue < MAX_UNANSWERED
        draw()

    def finish(self, leave: Callable[[], None]) -> None:
        """Nothing more is drawn. Calls `leave` when no answer is on its way any more, or the limit has passed."""
        if self.is_ready:
            leave()
        else:
            self._is_finishing, self._waiting = True, leave

    def close(self) -> None:
        """Nothing is drawn or called any more."""
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm, self._waiting, self._is_finishing = None, None, True

    def question(self) -> str:
        """What to write at the end of the frame that is being written: a question, if it is a paced one."""
        if not self._to_ask:
            return ""
        self._to_ask = False
        self._alarm = self._later(ANSWER_TIMEOUT, self._answer_is_overdue)
        return QUESTION

    def answered(self) -> None:
        """The terminal's answer has come."""
        self._has_answered = True
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        self._call_waiting(asking=True)

    def _answer_is_overdue(self) -> None:
        """One frame is drawn late, and not asked about: the first question still stands."""
        self._overdue += 1
        may_come = self._has_answered or self._overdue < MAX_UNANSWERED
        self._alarm = self._later(ANSWER_TIMEOUT, self._answer_is_overdue) if may_come else None
        self._call_waiting(asking=False)

    def _call_waiting(self, *, asking: bool) -> None:
        if (waiting := self._waiting) is not None:
            self._waiting = None
            self._to_ask = asking and not self._is_finishing
            waiting()
