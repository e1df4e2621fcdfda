"""The `llamachat-tui` command, whose app is loaded only when a file is there; or fails to be loaded.

Arguments: the file, how it is loaded ("load", "fail", "deaf", where Python ignores exceptions meanwhile, or "ended",
where it is told to end with the frame's last byte), and those of the command.
"""

import os
import signal
import sys
import time
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path

from tui.launch import main

GATE, END, *arguments = sys.argv[1:]


def wait() -> None:
    while not Path(GATE).exists():
        time.sleep(0.01)


class Deaf:
    def __del__(self) -> None:
        wait()


class Gate(MetaPathFinder):
    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        if fullname == "tui.command_line":
            if END == "deaf":
                Deaf()
            wait()
            if END == "fail":
                raise RuntimeError("The app cannot be loaded.")
        return None


def write_and_be_ended(descriptor: int, data: bytes) -> int:
    """Write once, and be told to end before anything else is done."""
    os.write = write
    written = write(descriptor, data)
    os.kill(os.getpid(), signal.SIGTERM)
    return written


write = os.write
if END == "ended":
    os.write = write_and_be_ended
sys.meta_path.insert(0, Gate())
sys.argv[1:] = arguments
main()
