"""How the process ends when it is told to: by a signal, a closed window, a terminal that is gone.

The system allows a few seconds. So what must not be lost is saved first, then the app is asked to leave, and a thread
sees to it that the process is gone in time, whatever the app is waiting for.
"""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP) if os.name == "posix" else (signal.SIGTERM,)
"""Ctrl+C is a key in the app: SIGINT comes from another program, or in the moment before the app has the terminal."""

LEAVE_TIMEOUT = 1.2
"""Seconds to wait after a signal for the app to leave. All is over in two seconds, also if saving takes its time."""

SAVE_TIMEOUT = 0.5
"""Seconds to wait for the last attempt to save, where the app itself did not come to it."""


class Shutdown:
    """Ends the app in good order, and else ends the process.

    `save` is called once, before anything else: between two steps of the event loop, or in a thread if that hangs.
    `leave` asks the app to exit with a code. `abandon` gives the terminal back without waiting for anything.
    """

    def __init__(self, save: Callable[[], None], leave: Callable[[int], None], abandon: Callable[[], None]) -> None:
        self._save = save
        self._leave = leave
        self._abandon = abandon
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_begun = self._is_saved = False

    def listen(self) -> None:
        """Handle the signals from now on, also one that was ignored when the program was started (nohup).

        Called in the main thread. Not by the event loop, whose handlers run only when the loop does.
        """
        self._loop = asyncio.get_running_loop()
        for number in SIGNALS:
            signal.signal(number, self._on_signal)

    def insist(self, return_code: int, seconds: float) -> None:
        """End the process by force unless it has ended in so many seconds."""
        threading.Thread(target=self._force, args=(return_code, seconds), name="ending", daemon=True).start()

    def _on_signal(self, number: int, _: FrameType | None) -> None:
        if self._is_begun:
            return
        self._is_begun = True
        return_code = 128 + number
        self.insist(return_code, LEAVE_TIMEOUT)
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._begin, return_code)

    def _begin(self, return_code: int) -> None:
        try:
            self._save_once()
        finally:
            self._leave(return_code)

    def _save_once(self) -> None:
        if not self._is_saved:
            self._is_saved = True
            self._save()

    def _force(self, return_code: int, seconds: float) -> None:
        time.sleep(seconds)
        try:
            saving = threading.Thread(target=self._save_once, daemon=True)
            saving.start()
            saving.join(SAVE_TIMEOUT)
            self._abandon()
        finally:
            os._exit(return_code)
