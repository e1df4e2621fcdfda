"""The questions that wait until the running turn is over, above the composer."""

from collections.abc import Sequence

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tui.keys.keymap import key_for
from tui.sanitize import clean_line

SENT_NEXT = "sent when this turn ends · Esc pauses"
PAUSED = "paused · {} sends"
KEYS = "↑ edits the last · Delete drops it"


class QueueLine(Widget):
    """One line for the next question that waits and one for the keys; nothing where none waits."""

    waiting: reactive[Sequence[str]] = reactive((), layout=True)
    """The questions that wait, the next one first."""

    is_paused = reactive(False)
    """Whether they are not sent by themselves."""

    def watch_waiting(self) -> None:
        self.display = bool(self.waiting)

    def render(self) -> Content:
        if not self.waiting:
            return Content("")
        question = clean_line(self.waiting[0])
        more = f"  and {len(self.waiting) - 1} more" if len(self.waiting) > 1 else ""
        sign, state = ("⏸ ", PAUSED.format(key_for("composer.send"))) if self.is_paused else ("⏵ ", SENT_NEXT)
        return Content.assemble(
            (sign, "$accent"), question, (more, "$foreground-muted"), (f"\n  {state} · {KEYS}", "$foreground-muted")
        )
