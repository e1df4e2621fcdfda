"""The head of a pane: what it shows, and at the right something about it."""

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget


class PaneHead(Widget):
    """One row, and a rule below it. Texts are safe lines."""

    title = reactive("")
    about = reactive("")

    def render(self) -> Content:
        width = self.content_size.width
        left = Content.styled(self.title, "bold $foreground").truncate(max(1, width), ellipsis=True)
        room = width - left.cell_length - 2
        right = Content.styled(self.about, "$foreground-muted").truncate(max(0, room), ellipsis=True)
        return Content.assemble(left, " " * max(1, width - left.cell_length - right.cell_length), right)
