"""Where a question is written."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widgets import TextArea

from tui.api.models import MAX_PROMPT_CHARS
from tui.keys.bound import bound
from tui.keys.keymap import has_key
from tui.lazy_dataclass import dataclass
from tui.sanitize import clean
from tui.widgets.recall import Recall

COUNT_FROM = 800
"""From this many characters on, the composer shows how much of the limit is used."""

MAX_PASTE_CHARS = 20_000
"""A longer paste is refused: it could never be sent, and a text field takes seconds to lay it out."""

COMMAND_SIGNS = ("/", ":")
"""What other programs begin their commands with."""


class Composer(TextArea):
    """A growing text field. What was typed is sent by a key; nothing that was typed is ever dropped by itself."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bound("composer.send", "submit"),
        bound("composer.new_line", "new_line", show=False),
        bound("composer.questions", "search_history", show=False),
        bound("composer.editor", "write_in_editor", show=False),
        Binding("ctrl+d", "delete_right_or_quit", "Delete right, or quit", show=False),
        Binding("delete", "delete_right_or_drop", "Delete right", show=False),
        Binding("ctrl+underscore", "undo", "Undo", show=False),
        Binding("ctrl+shift+underscore,ctrl+shift+minus,ctrl+slash", "undo", show=False),  # as terminals tell Ctrl+_
        Binding("pageup", "read('scroll_pages(-1)')", "Page up in the conversation", show=False),
        Binding("pagedown", "read('scroll_pages(1)')", "Page down in the conversation", show=False),
        Binding("ctrl+up", "read('scroll_rows(-1)')", "Line up in the conversation", show=False),
        Binding("ctrl+down", "read('scroll_rows(1)')", "Line down in the conversation", show=False),
        Binding("ctrl+home", "read('go_to_start')", "Start of the conversation", show=False),
        Binding("ctrl+end", "read('go_to_end')", "End of the conversation", show=False),
        Binding("home", "line_start_or_read", "Line start, or start of the conversation", show=False),
        Binding("end", "line_end_or_read", "Line end, or end of the conversation", show=False),
    ]

    @dataclass
    class Submitted(Message):
        """A question is to be sent. The text stays in the composer until it is taken."""

        text: str

    @dataclass
    class Refused(Message):
        """The question cannot be sent as it is; `reason` is a sentence fit to show."""

        reason: str

    class ResumeRequested(Message):
        """An empty draft was sent: the questions that wait are to be sent."""

    @dataclass
    class LastWaitingRequested(Message):
        """The last question that waits is to be taken out of the queue: `to_edit` it, or to drop it."""

        to_edit: bool

    class QuitRequested(Message):
        """Ctrl+D was pressed on an empty draft."""

    class LeftUpwards(Message):
        """Up on an empty draft, where no question is remembered."""

    class HistoryRequested(Message):
        """The reader wants to search the questions asked before."""

    class EditorRequested(Message):
        """The draft is to be written in the reader's own editor."""

    @dataclass
    class ReadRequested(Message):
        """The conversation is to be scrolled while the writing goes on. `action` is one of `LineView`'s."""

        action: str

    def __init__(self, questions: Callable[[], Sequence[str]] = tuple) -> None:
        """`questions` gives those that were asked before, oldest first, whenever the reader looks for them."""
        super().__init__(
            soft_wrap=True,
            show_line_numbers=False,
            highlight_cursor_line=False,
            placeholder="Ask a question",
        )
        self.cursor_blink = False
        bindings = list(Binding.make_bindings([*TextArea.BINDINGS, *self.BINDINGS]))
        self._fixed_keys = {binding.key: binding.action for binding in bindings if binding.id is None}
        self._chosen_keys = {binding.id: binding.action for binding in bindings if binding.id is not None}
        self._recall_way = Recall(questions)
        self.has_waiting = False
        """Whether questions wait in a queue: an empty draft then gives keys that act on them."""

    def render_line(self, y: int) -> Strip:
        """One column of terminal leaves none for text, and into none Textual (8.2.8) cannot wrap the placeholder."""
        return super().render_line(y) if self.content_size.width > 0 else Strip.blank(self.size.width)

    def load(self, draft: str) -> None:
        """Begin with another draft: what was written before can not be brought back by undoing."""
        self._recall_way.stop()
        self.load_text(clean(draft))
        self.move_cursor(self.document.end)

    def take(self) -> str:
        """The draft, which leaves the composer with this."""
        text = self.text
        self.put("")
        return text

    def put(self, text: str) -> None:
        """Replace the draft, with the cursor at its end. Undoing brings it back."""
        self._recall_way.stop()
        self._replace(text)

    def _replace(self, text: str) -> None:
        self.history.checkpoint()
        self.replace(clean(text), self.document.start, self.document.end, maintain_selection_offset=False)
        self.history.checkpoint()
        self.move_cursor(self.document.end)

    def type(self, text: str) -> None:
        """Insert text at the cursor as if it had been typed here."""
        self.insert(clean(text))

    async def on_key(self, event: events.Key) -> None:
        """Every key of the field's own acts here, in the order of typing.

        As a binding it would act after characters that were typed behind it and arrived with it.
        """
        action = self._action_of(event.key)
        if action is not None:
            event.stop()
            event.prevent_default()
            await self.run_action(action)
        elif event.character in COMMAND_SIGNS and not self.text:
            event.prevent_default()  # it bubbles up to the screen, which shows the commands
        elif event.key.startswith("alt+"):
            event.prevent_default()  # Textual's field types the letter of it

    def _action_of(self, key: str) -> str | None:
        chosen = (action for action_id, action in self._chosen_keys.items() if has_key(action_id, key))
        return next(chosen, None) or self._fixed_keys.get(key)

    async def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        self.paste(event.text)

    def paste(self, text: str) -> None:
        """Insert a pasted text, unless it is so long that it could never be sent."""
        if len(text) > MAX_PASTE_CHARS:
            self.post_message(
                self.Refused(
                    f"The pasted text has {len(text):,} characters and a question takes {MAX_PROMPT_CHARS:,} at "
                    "most. It was not inserted. Paste the part that matters."
                )
            )
        else:
            self.type(text)

    def on_text_area_changed(self) -> None:
        used = len(self.text)
        self.border_subtitle = f"{used:,} of {MAX_PROMPT_CHARS:,} characters" if used >= COUNT_FROM else ""
        self.set_class(used > MAX_PROMPT_CHARS, "-too-long")

    def action_submit(self) -> None:
        text = self.text.strip()
        if len(text) > MAX_PROMPT_CHARS:
            self.post_message(
                self.Refused(
                    f"The question has {len(text):,} characters and the service takes {MAX_PROMPT_CHARS:,} at most. "
                    "Shorten it, or ask in two parts."
                )
            )
        elif text:
            self.post_message(self.Submitted(text))
        elif self.has_waiting:
            self.post_message(self.ResumeRequested())

    def action_read(self, action: str) -> None:
        self.post_message(self.ReadRequested(action))

    def action_line_start_or_read(self) -> None:
        """At the first character there is nothing more to go to in the draft."""
        if self.cursor_location == self.document.start:
            self.action_read("go_to_start")
        else:
            self.action_cursor_line_start()

    def action_line_end_or_read(self) -> None:
        if self.cursor_location == self.document.end:
            self.action_read("go_to_end")
        else:
            self.action_cursor_line_end()

    def action_new_line(self) -> None:
        self.insert("\n")

    def action_search_history(self) -> None:
        self.post_message(self.HistoryRequested())

    def action_write_in_editor(self) -> None:
        self.post_message(self.EditorRequested())

    def action_delete_right_or_drop(self) -> None:
        if self.has_waiting and not self.text:
            self.post_message(self.LastWaitingRequested(to_edit=False))
        else:
            self.action_delete_right()

    def action_delete_right_or_quit(self) -> None:
        if self.text:
            self.action_delete_right()
        else:
            self.post_message(self.QuitRequested())

    def action_cursor_up(self, select: bool = False) -> None:
        if self.has_waiting and not self.text:
            self.post_message(self.LastWaitingRequested(to_edit=True))
            return
        if not select and self.cursor_at_first_line and self._recall(-1):
            return
        if not self.text:
            self.post_message(self.LeftUpwards())
            return
        super().action_cursor_up(select)

    def action_cursor_down(self, select: bool = False) -> None:
        if not select and self.cursor_at_last_line and self._recall(1):
            return
        super().action_cursor_down(select)

    def _recall(self, step: int) -> bool:
        text = self._recall_way.step(step, self.text)
        if text is None:
            return False
        self._replace(text)
        return True

    def recall(self, question: str) -> None:
        """Show a question that was asked before, as Up does, so that Down leads back to the draft."""
        self._replace(self._recall_way.go_to(question, self.text))
