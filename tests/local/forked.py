"""Servers that are forked from one process that has loaded their modules: most tests of a server are not of its start.

That process is a child of the tests' own, started with the first server, and ends with the tests.
"""

import array
import atexit
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import IO

_LOADED = (
    *("tui.local.cli", "tui.local.app", "tui.local.progress", "tui.local.runner"),
    *("tui.local.agents.extractive", "tui.local.library.readers", "tui.local.library.syncing.sync", "markdown_it"),
)
_FDS = 4

SECONDS_TO_END = 10


@dataclass(frozen=True, slots=True)
class ForkedServer:
    """A `llamachat-tui serve`: what it prints, and its process."""

    pid: int
    stdout: IO[str]
    stderr: IO[str]

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)


@contextmanager
def forked_server(arguments: Sequence[str], environment: Mapping[str, str]) -> Generator[ForkedServer]:
    """The server until the end of the block. Then its standard input is closed, which ends it."""
    stdin, input_of_it = os.pipe()
    output, stdout = os.pipe()
    ended, held = os.pipe()
    with open(output) as told, tempfile.TemporaryFile("w+") as errors:
        given = stdin, stdout, errors.fileno(), held
        request = json.dumps([arguments, dict(environment), os.getcwd()]).encode() + b"\n"
        pid = _parent_of_servers().fork(request, given)
        try:
            yield ForkedServer(pid, told, errors)
        finally:
            os.close(input_of_it)
            is_over, *_ = select.select([ended], [], [], SECONDS_TO_END)
            os.close(ended)
        assert is_over, f"the server is still there {SECONDS_TO_END} s after its standard input was closed"


class _ParentOfServers:
    """The process that forks servers. It ends when nobody is connected with it."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-m", __name__]
            self._process = subprocess.Popen(command, stdin=theirs.fileno(), stdout=subprocess.DEVNULL)
        atexit.register(self._end)

    def fork(self, request: bytes, fds: Sequence[int]) -> int:
        """Fork a server, which takes these descriptors over. Returns its process's id."""
        sent = socket.send_fds(self._control, [request], fds)
        self._control.sendall(request[sent:])
        for fd in (fds[0], fds[1], fds[3]):
            os.close(fd)
        return int(self._control.recv(32))

    def _end(self) -> None:
        self._control.close()
        self._process.wait(SECONDS_TO_END)


@cache
def _parent_of_servers() -> _ParentOfServers:
    return _ParentOfServers()


def _fork_servers(control: socket.socket) -> None:
    for module in _LOADED:
        import_module(module)
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever is over is gone
    while asked := _receive(control):
        request, fds = asked
        pid = os.fork()
        if not pid:
            control.close()
            raise SystemExit(_serve(request, fds))
        control.sendall(str(pid).encode())
        for fd in fds:
            os.close(fd)


def _receive(control: socket.socket) -> tuple[bytes, Sequence[int]] | None:
    """A line, and what is to be the standard input, output and error of the server, and what closes as it ends."""
    line, ancillary, *_ = control.recvmsg(65536, socket.CMSG_SPACE(_FDS * array.array("i").itemsize))
    fds = array.array("i", b"".join(data for *_, data in ancillary))
    while line and not line.endswith(b"\n"):
        line += control.recv(65536)
    return (line, fds) if line else None


def _serve(request: bytes, fds: Sequence[int]) -> int:
    arguments, environment, folder = json.loads(request)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for fd, standard in zip(fds, range(3), strict=False):
        os.dup2(fd, standard)
    return import_module("tui.local.cli").main(arguments)


if __name__ == "__main__":
    _fork_servers(socket.socket(fileno=os.dup(0)))
