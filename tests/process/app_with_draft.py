"""The app, with its draft written to the file named first when it ends by force; then how it is made difficult.

`busy`: it draws without pause, and makes a file `.busy` beside the draft at the 200th frame. `freeze`: F9 hangs its
event loop. `crash`: F9 raises an error that holds a key and a control sequence.
"""

import sys
import time
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType

from tui import log
from tui.app import LlamaChat
from tui.settings import Settings
from tui.widgets.composer import Composer

FILE, MODES = Path(sys.argv[1]), sys.argv[2:]


class AppWithDraft(LlamaChat):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("f9", "misbehave", priority=True)]

    def on_mount(self) -> None:
        self.on_end = self.save
        self.frames = 0
        if "busy" in MODES:
            self.call_after_refresh(self.set_interval, 0.02, self.draw)

    def save(self) -> None:
        FILE.write_text(self.chat.query_one(Composer).text)

    def draw(self) -> None:
        self.frames += 1
        if self.frames == 200:
            FILE.with_suffix(".busy").touch()
        self.chat.say_problem(f"frame {self.frames} ".ljust(20) * 200)

    def action_misbehave(self) -> None:
        if "crash" in MODES:
            api_key = "llx-CANARYCANARYCANARY"
            raise ValueError(f"\x1b]0;title\x07 broken, with Bearer {api_key}")
        time.sleep(60)


log.start()
app = AppWithDraft(Settings(local=()))
app.run()
sys.exit(app.return_code or 0)
