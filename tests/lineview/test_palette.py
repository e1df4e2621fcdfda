from typing import ClassVar

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.strip import Strip
from textual.widget import Widget

from tui.lineview.palette import ROLE_CLASSES, Palette
from tui.rendering.lines import Line, Span


class Sheet(Widget):
    COMPONENT_CLASSES: ClassVar[set[str]] = ROLE_CLASSES | {"bold", "under"}
    DEFAULT_CSS = "Sheet .bold { text-style: bold } Sheet .under { text-style: underline }"


class OneSheet(App[None]):
    def compose(self) -> ComposeResult:
        yield Sheet()


async def test_marks_are_laid_over_each_other_and_end_with_the_row() -> None:
    app = OneSheet()
    async with app.run_test():
        palette = Palette(app.query_one(Sheet))
        strip = Strip([Segment("abc"), Segment("漢de", Style(italic=True))])
        marked = palette.mark(strip, [(1, 4, "bold"), (3, 6, "under"), (5, 99, "bold"), (7, 7, "under")])
        assert (marked.text, marked.cell_length) == ("abc  de", 7)
        each = [
            (char, bool(style and style.bold), bool(style and style.underline))
            for text, style, _ in marked
            for char in text
        ]
        assert [char for char, is_bold, _ in each if is_bold] == ["b", "c", " ", "d", "e"]
        assert [char for char, _, is_under in each if is_under] == [" ", " ", "d"]
        assert palette.mark(strip, []) is strip


@pytest.mark.fault(1)
async def test_no_line_sends_a_control_character_whoever_made_it() -> None:
    app = OneSheet()
    async with app.run_test():
        [segment] = Palette(app.query_one(Sheet)).segments(Line((Span("a\x1b[2J\nb\x9b"),)))
        assert segment.text == "a␛[2J b\ufffd"
