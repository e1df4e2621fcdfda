"""Lines to the terminal: the one place where the conversation's text becomes cells and its roles become colours."""

from typing import TypeAlias, get_args

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from tui.rendering.lines import Line, Role, Span
from tui.sanitize import clean

Highlight: TypeAlias = tuple[int, int, str]
"""A half-open range of cells of a row, and the component class that it is shown in."""

ROLE_CLASSES = {f"role--{role}" for role in get_args(Role)}
"""Component classes of a widget that draws lines: the stylesheet gives each role its colours."""


class Palette:
    """The styles of a widget's roles under the current theme. Make a new one when the styles change."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._roles: dict[Role, Style] = {}
        self._spans: dict[tuple[Role, bool, bool, bool, str | None], Style] = {}

    def role(self, role: Role) -> Style:
        style = self._roles.get(role)
        if style is None:
            style = self._roles[role] = self._widget.get_component_rich_style(f"role--{role}")
        return style

    def style(self, span: Span) -> Style:
        key = (span.role, span.bold, span.italic, span.strike, span.link)
        style = self._spans.get(key)
        if style is None:
            marks = Style(
                bold=span.bold or None, italic=span.italic or None, strike=span.strike or None, link=span.link
            )
            style = self._spans[key] = self.role(span.role) + marks
        return style

    def segments(self, line: Line) -> list[Segment]:
        """The line's cells. Text that is not printable is cleaned here once more, whoever made the line."""
        return [
            Segment(span.text if span.text.isprintable() else clean(span.text).replace("\n", " "), self.style(span))
            for span in line.spans
        ]


def marked(strip: Strip, start: int, end: int, style: Style) -> Strip:
    """The strip with another look from one cell to another."""
    start, end = max(0, start), min(end, strip.cell_length)
    if start >= end:
        return strip
    middle = Strip([Segment(text, (look or Style.null()) + style) for text, look, _ in strip.crop(start, end)])
    return Strip.join([strip.crop(0, start), middle, strip.crop(end, strip.cell_length)])
