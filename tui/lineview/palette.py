"""Lines to the terminal: the one place where the conversation's text becomes cells and its roles become colours."""

from typing import TypeAlias, get_args

from rich.segment import Segment
from rich.style import Style as RichStyle
from textual.strip import Strip
from textual.widget import Widget

from tui.rendering.lines import Line, Role, Style
from tui.sanitize import clean

Highlight: TypeAlias = tuple[int, int, str]
"""A half-open range of cells of a row, and the component class that it is shown in."""

ROLE_CLASSES = {f"role--{role}" for role in get_args(Role)}
"""Component classes of a widget that draws lines: the stylesheet gives each role its colours."""


class Palette:
    """What a widget's roles look like under the current theme. Make a new one when the theme changes."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._roles: dict[Role, RichStyle] = {}
        self._styles: dict[Style, RichStyle] = {}

    def role(self, role: Role) -> RichStyle:
        """The colours of a role."""
        found = self._roles.get(role)
        if found is None:
            found = self._roles[role] = self._widget.get_component_rich_style(f"role--{role}")
        return found

    def style(self, style: Style) -> RichStyle:
        """What a style looks like on the screen."""
        found = self._styles.get(style)
        if found is None:
            marks = RichStyle(
                bold=style.bold or None, italic=style.italic or None, strike=style.strike or None, link=style.link
            )
            found = self._styles[style] = self.role(style.role) + marks
        return found

    def segments(self, line: Line) -> list[Segment]:
        """The line's cells. Text that is not printable is cleaned here once more, whoever made the line."""
        return [
            Segment(
                span.text if span.text.isprintable() else clean(span.text).replace("\n", " "), self.style(span.style)
            )
            for span in line.spans
        ]


def marked(strip: Strip, start: int, end: int, style: RichStyle) -> Strip:
    """The strip with a style laid over it from one cell to another."""
    start, end = max(0, start), min(end, strip.cell_length)
    if start >= end:
        return strip
    middle = Strip([Segment(text, (before or RichStyle.null()) + style) for text, before, _ in strip.crop(start, end)])
    return Strip.join([strip.crop(0, start), middle, strip.crop(end, strip.cell_length)])
