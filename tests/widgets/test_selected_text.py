from textual.color import Color
from textual.strip import Strip

from tests.widgets.test_conversation_pane import Reading, reading
from tui.api.models import Stop, Text, Thinking, UserInput
from tui.conversation.transcript_builder import replay
from tui.lineview.contrast import READABLE, contrast
from tui.lineview.selection import END_OF_ROW, Point, Selection
from tui.themes.own import DARK, LIGHT

ANSWER = """\
Plain text with `inline code`, a [link](https://example.com/) and **bold**.

> A quotation.

# A heading

- an item

```python
def f(number):  # a comment
    return "text" * 3
```
"""
EVERYTHING = replay([UserInput("A question?"), Thinking("A thought."), Text(ANSWER), Stop(is_error=True, error="no")])


def strips(reader: Reading) -> list[Strip]:
    return [reader.pane.render_line(y) for y in range(reader.pane.size.height)]


async def test_selected_text_can_be_read_in_every_theme() -> None:
    async with reading(EVERYTHING, height=40) as reader:
        reader.app.register_theme(DARK)
        reader.app.register_theme(LIGHT)
        await reader.press("ctrl+t")
        for theme in reader.app.available_themes:
            reader.app.theme = theme
            await reader.pilot.pause()
            first, last = reader.pane.places[0], reader.pane.places[-1]
            before = strips(reader)
            reader.pane.selection = Selection(Point(first, 0), Point(last, END_OF_ROW))
            reader.pane.redraw()
            assert strips(reader) != before
            shown = [segment for strip in strips(reader) for segment in strip if segment.text.strip()]
            assert len({segment.style for segment in shown}) > 8 or theme.startswith("ansi")
            for text, style, _ in shown:
                assert style is not None
                if theme.startswith("ansi"):
                    assert style.reverse
                    continue
                color, background = Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor)
                assert contrast(color, background) >= READABLE, (theme, text, style)
            reader.pane.clear_selection()


async def test_rules_and_lines_of_tables_are_seen_in_every_theme() -> None:
    async with reading(EVERYTHING, height=40) as reader:
        reader.app.register_theme(DARK)
        reader.app.register_theme(LIGHT)
        for theme in reader.app.available_themes:
            reader.app.theme = theme
            await reader.pilot.pause()
            for role in ("role--rule", "role--table-border"):
                style = reader.pane.get_component_rich_style(role)
                color, background = Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor)
                assert theme.startswith("ansi") or contrast(color, background) > 1.5, (theme, role)
