"""The head of the conversation: what it is called, what it searches, and at the right how it stands."""

from typing import Literal, TypeAlias

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

SessionState: TypeAlias = Literal["", "bound", "unbound", "read only: open elsewhere", "loading…"]


class ConversationHead(Widget):
    """One row, and a rule below it. Texts are safe lines."""

    title = reactive("")
    searched = reactive("")
    """The names of the indexes that it searches, "" where they are still to be chosen."""

    state: reactive[SessionState] = reactive("")

    def watch_title(self) -> None:
        self.display = bool(self.title)

    def render(self) -> Content:
        about = f"  ·  {self.searched}" if self.searched else ""
        left = Content.assemble((self.title, "bold $foreground"), (about, "$foreground-muted"))
        right = Content.styled(self.state, "$foreground-muted")
        room = self.content_size.width - right.cell_length - 2
        left = left.truncate(max(1, room), ellipsis=True)
        return Content.assemble(
            left, " " * max(1, self.content_size.width - left.cell_length - right.cell_length), right
        )
