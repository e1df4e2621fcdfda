"""The questions that wait until the running turn is over, above the composer."""

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static

from tui.sanitize import clean_line

SENT_NEXT = "sent when this turn ends · Esc pauses"
PAUSED = "paused · Enter sends"
KEYS = "↑ edits the last · Del drops it"


class QueueLine(Static):
    """One line for the next question that waits and one for the keys; nothing where none waits."""

    def on_mount(self) -> None:
        self.show((), is_paused=False)

    def show(self, waiting: Sequence[str], *, is_paused: bool) -> None:
        """Show these questions, the next one first."""
        self.display = bool(waiting)
        if waiting:
            more = f"  and {len(waiting) - 1} more" if len(waiting) > 1 else ""
            state = PAUSED if is_paused else SENT_NEXT
            question = clean_line(waiting[0])
            self.update(
                Content.assemble(("⏸ " if is_paused else "⏵ ", "$accent"), (question, ""), (more, "$foreground-muted"))
                + Content.styled(f"\n  {state} · {KEYS}", "$foreground-muted")
            )
