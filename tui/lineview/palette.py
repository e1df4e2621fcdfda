"""Lines to the terminal: the one place where the conversation's text becomes cells and its roles become colours."""

from collections.abc import Sequence
from functools import reduce
from typing import TypeAlias, get_args

from rich.segment import Segment
from rich.style import Style as RichStyle
from textual.color import Color
from textual.strip import Strip
from textual.widget import Widget

from tui.lineview.contrast import readable
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
        self._marked: dict[tuple[RichStyle, str], RichStyle] = {}

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

    def mark(self, strip: Strip, highlights: Sequence[Highlight]) -> Strip:
        """The strip with ranges of its cells set off; a later one over an earlier one."""
        if not highlights:
            return strip
        ends = {end for first, last, _ in highlights for end in (first, last) if 0 < end < strip.cell_length}
        pieces, start = list[Strip](), 0
        for piece, end in zip(strip.divide(cuts := sorted(ends | {strip.cell_length})), cuts, strict=True):
            names = [name for first, last, name in highlights if first <= start < last]
            pieces.append(self._set_off(piece, names) if names else piece)
            start = end
        return Strip.join(pieces)

    def _set_off(self, strip: Strip, names: Sequence[str]) -> Strip:
        return Strip(
            [Segment(text, reduce(self._over, names, style or RichStyle.null())) for text, style, _ in strip],
            strip.cell_length,
        )

    def _over(self, below: RichStyle, name: str) -> RichStyle:
        found = self._marked.get((below, name))
        if found is None:
            styles = self._widget.get_component_styles(name)
            text = None if styles.background.a < 1 else styles.color
            found = self._marked[below, name] = set_off(below, styles.background, text) + styles.text_style
        return found

    def segments(self, line: Line) -> list[Segment]:
        """The line's cells. Text that is not printable is cleaned here once more, whoever made the line."""
        return [
            Segment(
                span.text if span.text.isprintable() else clean(span.text).replace("\n", " "), self.style(span.style)
            )
            for span in line.spans
        ]


def set_off(below: RichStyle, tint: Color, text: Color | None = None) -> RichStyle:
    """A style with a colour laid over its background; its text, or that of another colour, is readable there.

    Where a colour is the terminal's own, nothing is known of it but that it can be reversed.
    """
    colors = (below.color, below.bgcolor)
    if tint.ansi is not None or any(color is None or color.triplet is None for color in colors):
        return below + RichStyle(reverse=True)
    before, background = map(Color.from_rich_color, colors)
    background = background.blend(tint, tint.a, alpha=1)
    color = readable(before if text is None else text, background)
    return below + RichStyle(color=color.rich_color, bgcolor=background.rich_color)
