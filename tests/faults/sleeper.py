"""The program on a machine whose clocks go on by an hour for each file that comes into the folder named first.

After such a nap it waits half a second for the server, so that a test need not wait longer.
"""

import os
import sys
import time
from importlib import import_module

NAPS = sys.argv.pop(1)
HOUR = 3600.0

_monotonic, _wall = time.monotonic, time.time


def _slept() -> float:
    return HOUR * len(os.listdir(NAPS))


def _monotonic_after_naps() -> float:
    return _monotonic() + _slept()


def _wall_after_naps() -> float:
    return _wall() + _slept()


time.monotonic = _monotonic_after_naps
time.time = _wall_after_naps

# Loaded only now, because some modules take the clocks over by their names.
vars(import_module("tui.api.sse"))["AFTER_NAP_SECONDS"] = 0.5
import_module("tui.__main__").main()
