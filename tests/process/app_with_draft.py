"""The program, which keeps a draft only when it ends, on its manual; then how it is made difficult.

`busy`: it draws 200 frames without pause, and makes the file that is named behind it with the last. `freeze`: F9 makes
that file and hangs its event loop. `crash`: F9 raises an error that holds a key and a control sequence. `draw`: so does
what F9 has drawn.
"""

import sys
import time
from pathlib import Path
from typing import ClassVar, Never

from textual.binding import Binding, BindingType
from textual.widgets import Static

import tui.app
from tui.command_line import run
from tui.workspace import drafts

MODE, *MARK = sys.argv[1:]
FRAMES = 200
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def fail() -> Never:
    api_key = "llx-CANARYCANARYCANARY"
    raise ValueError(f"\x1b]0;title\x07 broken, with Bearer {api_key}")


class Broken(Static):
    def render(self) -> Never:
        fail()


class DifficultApp(tui.app.LlamaChat):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("f9", "misbehave", priority=True)]

    def on_mount(self) -> None:
        self.frames = 0
        self.noise = Static(markup=False)
        self.noise.styles.dock = "top"
        if MODE == "busy":
            self.call_after_refresh(self.begin_to_draw)

    def begin_to_draw(self) -> None:
        self.chat.mount(self.noise)
        self.set_interval(0.02, self.draw)

    def draw(self) -> None:
        if self.frames == FRAMES:
            return
        self.frames += 1
        if self.frames == FRAMES:
            Path(*MARK).touch()
        self.noise.update(f"frame {self.frames} {LETTERS[self.frames % 26] * 2500}")

    def action_misbehave(self) -> None:
        if MODE == "crash":
            fail()
        elif MODE == "draw":
            self.chat.mount(Broken())
        else:
            Path(*MARK).touch()
            time.sleep(60)


drafts.SAVE_AFTER_SECONDS = 3600.0
tui.app.LlamaChat = DifficultApp
sys.argv[1:] = ["--local"]
sys.exit(run())
