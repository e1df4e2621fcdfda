"""The program, which notes in the file that BUSY_NOTES names how long its event loop was kept from its next step.

It is measured in CPU seconds of the process, so that other programs do not matter. A line has two numbers: when it was
(monotonic), and how long.
"""

import os
import time
from asyncio import get_running_loop
from pathlib import Path

import tui.app
from tui.__main__ import main

TICK_SECONDS = 0.005
NOTED_SECONDS = 0.02
"""Shorter delays are not worth a line."""


class WatchedApp(tui.app.LlamaChat):
    def on_mount(self) -> None:
        self._notes = Path(os.environ["BUSY_NOTES"])
        self._ticked = time.process_time()
        get_running_loop().call_later(TICK_SECONDS, self._tick)

    def _tick(self) -> None:
        now = time.process_time()
        if now - self._ticked > NOTED_SECONDS:
            with self._notes.open("a") as notes:
                notes.write(f"{time.monotonic()} {now - self._ticked}\n")
        self._ticked = now
        get_running_loop().call_later(TICK_SECONDS, self._tick)


if __name__ == "__main__":
    tui.app.LlamaChat = WatchedApp
    main()
