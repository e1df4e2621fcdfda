"""Running the application in uvicorn: telling when it is ready, and ending it with its parent."""

import asyncio
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from types import FrameType

import uvicorn
from starlette.applications import Starlette

from tui.local.patience import IDLE_TIMEOUT, PatientProtocol, allow_many_files, seldom

SHUTDOWN_TIMEOUT = 0.8
"""Seconds that the end may take once the parent is gone. The database is whole whenever the process ends."""


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, app: Starlette, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._app = app
        self._ready = ready

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._app.state.end_searches()
        super().handle_exit(sig, frame)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()


def run(app: Starlette, listener: socket.socket, ready: Callable[[], None], *, until_stdin_closes: bool) -> None:
    """Serve on a socket that is bound, call `ready` once, and return when the server was told to end.

    With `until_stdin_closes` it ends when standard input does, which it also does when the parent process is killed.
    """
    config = uvicorn.Config(
        app,
        loop="asyncio",
        http=PatientProtocol,
        ws="none",
        access_log=False,
        log_level="error",
        backlog=128,
        timeout_keep_alive=IDLE_TIMEOUT,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    server = _Server(config, app, ready)
    allow_many_files()
    logging.getLogger("asyncio").addFilter(seldom())

    async def serve() -> None:
        if until_stdin_closes:
            _end_when_stuck()
            _watch_stdin(asyncio.get_running_loop(), lambda: _end(app, server))
        await server.serve([listener])

    asyncio.run(serve())


async def _end(app: Starlette, server: uvicorn.Server) -> None:
    """End the turns first, so that their streams end with a `stop` and hold nothing up."""
    app.state.end_searches()
    await app.state.turns.end_all()
    server.should_exit = True


def _end_when_stuck() -> None:
    """Have the kernel end this process a second after standard input closes, if it is still there: where C code hangs
    and lets no other thread run, nothing in Python can. Linux only.

    The kernel sends SIGHUP then (fcntl(2), O_ASYNC and F_SETSIG). What handles it is C's `alarm` itself: it is called
    with the signal's number, which is 1, and takes that for the seconds after which SIGALRM ends the process.
    """
    if sys.platform != "linux":
        return
    import ctypes
    import fcntl

    libc, stdin = ctypes.CDLL(None), sys.stdin.fileno()
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    libc.signal(signal.SIGHUP, libc.alarm)
    with suppress(OSError):  # standard input is a file, of which nothing is told
        fcntl.fcntl(stdin, fcntl.F_SETSIG, signal.SIGHUP)
        fcntl.fcntl(stdin, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(stdin, fcntl.F_SETFL, fcntl.fcntl(stdin, fcntl.F_GETFL) | os.O_ASYNC)


def _watch_stdin(loop: asyncio.AbstractEventLoop, end: Callable[[], Coroutine[None, None, None]]) -> None:
    def watch() -> None:
        while os.read(sys.stdin.fileno(), 4096):
            signal.alarm(0)  # the kernel tells of what comes as it tells of the end
        deadline = threading.Timer(SHUTDOWN_TIMEOUT, os._exit, (0,))
        deadline.daemon = True
        deadline.start()
        asyncio.run_coroutine_threadsafe(end(), loop)

    threading.Thread(target=watch, name="stdin", daemon=True).start()
