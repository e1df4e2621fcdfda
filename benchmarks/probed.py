"""The app itself, with a second task on its event loop that measures how late the loop is.

On SIGUSR1 the latenesses begin anew; at the end they are written to the file that `PROBE_REPORT` names.
"""

import asyncio
import json
import os
import signal
from array import array
from pathlib import Path

from tui.app import LlamaChat
from tui.settings import config_path, load

TICK = 0.005


class Probed(LlamaChat):
    """Sleeps again and again, and notes by how much each sleep was too long."""

    late = array("d")

    def on_mount(self) -> None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, self._begin_anew)
        self.run_worker(self._watch(), group="probe")

    def _begin_anew(self) -> None:
        del self.late[:]

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + TICK
            await asyncio.sleep(TICK)
            self.late.append(loop.time() - due)


def main() -> None:
    """Run until the app quits, then write the report."""
    app = Probed(load({}, os.environ, config_path()))
    app.run()
    Path(os.environ["PROBE_REPORT"]).write_text(json.dumps(list(app.late)))


if __name__ == "__main__":
    main()
