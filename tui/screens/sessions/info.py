"""What there is to know of a session: its id, its indexes, what it came to, and when."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, Literal, TypeAlias

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from tui.api.models import Session
from tui.conversation.catalogue import age_in_words
from tui.conversation.session_facts import SessionFacts
from tui.sanitize import clean, clean_line
from tui.screens.dialog import Dialog, DialogBox

LABEL_CELLS = 12

InfoRows: TypeAlias = Sequence[tuple[str, str]]
"""What is known, each after its label."""


def info_rows(session: Session, facts: SessionFacts | None, searched: Sequence[str], at: datetime) -> InfoRows:
    """The rows about a session, as seen at a time. `searched` are the names of the indexes of its questions."""
    bound = "" if session.index_ids is not None else " (not bound to them)"
    rows = [("Id", clean_line(session.session_id)), ("Indexes", (", ".join(searched) or "none chosen") + bound)]
    if (then := session.last_updated_at) is not None:
        rows.append(("Last changed", f"{then.astimezone():%Y-%m-%d %H:%M}, {age_in_words(then, at)}"))
    if facts is None:
        return [*rows, ("Turns", "not known: it was not opened on this machine yet")]
    rows.append(("Turns", f"{facts.turns:,}"))
    if facts.input_tokens is not None or facts.output_tokens is not None:
        rows.append(("Tokens", f"{facts.input_tokens or 0:,} in · {facts.output_tokens or 0:,} out"))
    return [*rows, ("Last error", clean_line(facts.last_error) or "none")]


class SessionInfo(Dialog[Literal["copied"]]):
    """Shows the rows. y copies the id."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy", "Copy the id"),
        Binding("i,q", "close", "Close", show=False),
    ]

    def __init__(self, title: str, session_id: str, rows: InfoRows) -> None:
        super().__init__()
        self._title = title
        self._session_id = session_id
        self._rows = rows

    def compose(self) -> ComposeResult:
        with DialogBox(classes="dialog"):
            yield Static(self._title, classes="dialog-title", markup=False)
            for label, value in self._rows:
                line = Content.assemble((label.ljust(LABEL_CELLS), "$foreground-muted"), "  ", value)
                yield Static(line, classes="info-row", markup=False)
            yield Static("y copy the id · Esc close", classes="dialog-keys", markup=False)

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(clean(self._session_id))
        self.dismiss("copied")
