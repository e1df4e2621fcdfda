from typing import ClassVar

import pytest
from textual.app import App, ComposeResult
from textual.widget import Widget

from tui.lineview.palette import ROLE_CLASSES, Palette
from tui.rendering.lines import Line, Span


class Sheet(Widget):
    COMPONENT_CLASSES: ClassVar[set[str]] = ROLE_CLASSES


class OneSheet(App[None]):
    def compose(self) -> ComposeResult:
        yield Sheet()


@pytest.mark.fault(1)
async def test_no_line_sends_a_control_character_whoever_made_it() -> None:
    app = OneSheet()
    async with app.run_test():
        [segment] = Palette(app.query_one(Sheet)).segments(Line((Span("a\x1b[2J\nb\x9b"),)))
        assert segment.text == "a␛[2J b\ufffd"
