"""A small app with all that makes drawing hard. Ctrl+N does the next step of the script that is given as JSON.

When a step is drawn, the number of steps done and the width drawn for become the terminal's title: "done 3 at 120".

python -m tests.terminal.probe_app '["delta some text", "type a", "dialog", "close"]'
"""

import json
import os
import sys
from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.geometry import Region
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, Label, OptionList

from tests.real_terminal import RealTerminal
from tui.terminal import pacing
from tui.terminal.app import FULL_REFRESH
from tui.terminal.row_painting import RowPaintingApp

ANSWER_TIMEOUT = "PROBE_ANSWER_TIMEOUT"
"""The environment variable with the seconds to wait for the terminal's answer, where they are others than the app's."""

FRAMES_A_SECOND = 240
"""More than in the app: a step waits for the next frame, and a script has many steps."""

WORDS = ["what", "does", "the", "contract", "of", "March", "say", "about", "late", "delivery", "and", "its", "price"]
LINK = Style(underline=True, link="https://example.org/a")
BOLD = Style(bold=True, color="red")


class Log(Widget):
    """The last lines of a text that grows, drawn by lines. `*bold*` and `_links_` are styled."""

    def __init__(self, painter: RowPaintingApp) -> None:
        super().__init__()
        self.painter = painter
        self.text_lines = [""]
        self.back = 0

    @property
    def top(self) -> int:
        return max(0, len(self.text_lines) - self.size.height - self.back)

    def append(self, text: str) -> None:
        top, y = self.top, len(self.text_lines) - 1
        for character in text:
            if character == "\n" or Segment(self.text_lines[-1]).cell_length >= self.size.width - 2:
                self.text_lines.append("")
            if character != "\n":
                self.text_lines[-1] += character
        if self.top != top:
            self.refresh()
        else:
            rows = range(y - top, len(self.text_lines) - top)
            if self.painter.paint_rows(self, rows):
                self.painter.call_next(self.painter.post_display_hook)
            else:
                self.refresh(Region(0, y - top, self.size.width, len(rows)))

    def scroll_back(self, lines: int) -> None:
        self.back = max(0, min(len(self.text_lines) - self.size.height, self.back + lines))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        y += self.top
        line = self.text_lines[y] if y < len(self.text_lines) else ""
        segments = [
            Segment(word, self.rich_style + (BOLD if word[:1] == "*" else LINK if word[:1] == "_" else Style()))
            for word in line.replace(" ", " \0").split("\0")
        ]
        return Strip(segments).adjust_cell_length(self.size.width, self.rich_style)


class Dialog(ModalScreen[None]):
    CSS = "Dialog { align: center middle; background: $background 50%; } Label { border: round $accent; padding: 1 3; }"

    def compose(self) -> ComposeResult:
        yield Label("Delete it? 削除 🗑")


class ProbeApp(RowPaintingApp):
    CSS = """
    OptionList { width: 30; border: none; }
    Log { width: 1fr; background: $surface; }
    Input { border: none; height: 1; }
    """
    BINDINGS: ClassVar = [Binding("ctrl+n", "step", priority=True), Binding("ctrl+q", "quit", priority=True)]

    def __init__(self, script: list[str]) -> None:
        super().__init__()
        self.script = script
        self.done = 0
        self.announced = ""
        self.log_pane = Log(self)

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield OptionList(*[f"{' '.join(WORDS[number % 11 :: number % 5 + 1])}"[:27] for number in range(60)])
            yield self.log_pane
        yield Input(placeholder="Ask")

    def on_mount(self) -> None:
        self.screen.query_one(Input).cursor_blink = False
        self.screen.query_one(Input).focus()

    def post_display_hook(self) -> None:
        title = f"done {self.done} at {self.screen_stack[0].size.width}" if self.screen_stack else ""
        if self._driver is not None and title not in ("", self.announced):
            self.announced = title
            self._driver.write(f"\x1b]2;{title}\x07")

    def action_step(self) -> None:
        word, _, rest = self.script[self.done].partition(" ")
        getattr(self, f"step_{word}")(rest)
        if word not in ("delta", "paced"):
            self.screen.refresh(Region(0, 0, 1, 1))
        self.done += 1

    def step_delta(self, text: str) -> None:
        self.log_pane.append(text)

    def step_paced(self, text: str) -> None:
        self.pace(lambda: self.log_pane.append(text))

    def step_back(self, lines: str) -> None:
        self.log_pane.scroll_back(int(lines))

    def step_type(self, text: str) -> None:
        self.query_one(Input).insert_text_at_cursor(text)

    def step_select(self, option: str) -> None:
        self.screen_stack[0].query_one(OptionList).highlighted = int(option)

    def step_dialog(self, _: str) -> None:
        if len(self.screen_stack) == 1:
            self.push_screen(Dialog())

    def step_close(self, _: str) -> None:
        if len(self.screen_stack) > 1:
            self.pop_screen()

    def step_theme(self, name: str) -> None:
        self.theme = name

    def step_redraw(self, _: str) -> None:
        self.action_redraw()

    def step_size(self, _: str) -> None:
        """Nothing, while the terminal is resized."""


def command(script: Sequence[str]) -> list[str]:
    """What starts the app with a script."""
    return [sys.executable, "-m", "tests.terminal.probe_app", json.dumps(script)]


def environment(*, full_refresh: bool) -> dict[str, str]:
    """The environment that the app needs; `full_refresh`: Textual alone draws."""
    return {FULL_REFRESH: "1" if full_refresh else "0", "TEXTUAL_FPS": str(FRAMES_A_SECOND)}


def probe(script: Sequence[str], *, full_refresh: bool = False, answer_timeout: float | None = None) -> RealTerminal:
    """The app in a terminal, with a script."""
    timeout = {} if answer_timeout is None else {ANSWER_TIMEOUT: str(answer_timeout)}
    return RealTerminal(command(script), environment=environment(full_refresh=full_refresh) | timeout)


if __name__ == "__main__":
    pacing.ANSWER_TIMEOUT = float(os.environ.get(ANSWER_TIMEOUT, pacing.ANSWER_TIMEOUT))
    app = ProbeApp(json.loads(sys.argv[1]))
    app.animation_level = "none"
    app.run()
