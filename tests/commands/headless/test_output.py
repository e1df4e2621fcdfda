"""What commands write: where nobody reads, where there is no room, and on a narrow terminal."""

import errno
import io
import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.commands.calling import Command
from tests.commands.headless.test_ask import ANSWERED
from tests.commands.serving import ServedCloud
from tests.workspace.cloud import Turn
from tui.commands.headless.output import StepLine, as_json

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class FullDisk(io.RawIOBase):
    """A file on a disk without room, and a descriptor that can be made to lead elsewhere."""

    def __init__(self) -> None:
        self._descriptor = os.open(os.devnull, os.O_WRONLY)
        self.is_full = True

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def write(self, data: "ReadableBuffer", /) -> int:
        if self.is_full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return len(memoryview(data))


@contextmanager
def unread() -> Generator[io.TextIOWrapper]:
    """A stream that nobody reads any more."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as stream:
        yield stream


@pytest.mark.usefixtures("online")
@pytest.mark.parametrize("name", ["man", "indexes", "status", "completion"])
def test_a_reader_that_has_enough_is_no_failure(command: Command, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with unread() as stream, monkeypatch.context() as patched:
        patched.setattr("sys.stdout", stream)
        outcome = command(name, *(["bash"] if name == "completion" else []))
    assert (outcome.code, outcome.err) == (0, "")


@pytest.mark.usefixtures("online")
@pytest.mark.parametrize("name", ["config", "doctor", "status"])
def test_it_is_none_either_where_python_writes_at_once(
    command: Command, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with unread() as stream, monkeypatch.context() as patched:
        raw = io.FileIO(stream.fileno(), "w", closefd=False)
        patched.setattr("sys.stdout", io.TextIOWrapper(raw, write_through=True))
        outcome = command(name)
    assert (outcome.code, outcome.err) == (0, "")


@pytest.mark.parametrize("closed", ["indexes >&-", "ask 'Budget?' >&-", "--plain <&-", "--plain <&- >&-"])
def test_a_stream_that_is_closed_is_no_failure(online: ServedCloud, closed: str) -> None:
    online.cloud.turns = [Turn(ANSWERED)]
    command = ["sh", "-c", f'exec "$0" -P -m tui {closed}', sys.executable]
    ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=60)
    failures = [words for words in (b"Traceback", b"Make room") if words in ended.stderr]
    assert (ended.returncode, failures) == (0, []), ended.stderr


@pytest.mark.usefixtures("online")
@pytest.mark.parametrize("name", ["man", "indexes", "status"])
def test_a_full_disk_is_told(command: Command, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = FullDisk()
    with monkeypatch.context() as patched:
        patched.setattr("sys.stdout", io.TextIOWrapper(io.BufferedWriter(disk)))
        outcome = command(name)
        disk.is_full = False
    assert (outcome.code, "standard output: No space left on device" in outcome.err) == (2, True), outcome.err


def test_an_identifier_that_none_can_be_is_told(command: Command, online: ServedCloud) -> None:
    for arguments in (["show", "\udcff", "--local"], ["export", "\udcff"], ["ask", "Budget?", "--session", "\udcff"]):
        outcome = command(*arguments)
        assert (outcome.code, "There is no session" in outcome.err) == (2, True), outcome.err
    assert command("delete", "\udcff", "--yes").code == 2
    assert online.cloud.summaries == {}


def test_a_step_takes_one_row_of_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    def narrow(_: int) -> os.terminal_size:
        return os.terminal_size((20, 5))

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("sys.stderr.isatty", lambda: True)
        patched.setattr("os.get_terminal_size", narrow)
        patched.setattr("sys.stderr.fileno", lambda: 2)
        step = StepLine()
        step.show("retrieve 河川の水質に関する報告書 of all the rivers")
        step.show("done")
    first, second = capfd.readouterr().err.split("\r\x1b[K")[1:]
    assert (first, second) == ("retrieve 河川の水質", "done")


def test_json_is_ascii_without_a_control_character() -> None:
    assert as_json("a\x7f\x1b\x9bé") == '"a\\u007f\\u001b\\u009b\\u00e9"'
