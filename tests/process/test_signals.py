import os
import signal
import sys
import termios
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.local.server import until
from tests.process.windows import descendants, in_window, wait_until_gone
from tests.real_terminal import RealTerminal
from tui.settings import LOCAL_ACCOUNT
from tui.store.notes import NO_SESSION
from tui.store.store import Store

CTRL_Q, CTRL_Z, F9 = "\x11", "\x1a", "\x1b[20~"
EXIT_TIMEOUT = 20
"""Seconds: where the app hangs, it would do so for 60."""

MAX_CAUGHT_UP = 150_000
"""Bytes that come when a terminal reads again, at most: what was under way, and one whole frame."""

MODES_LEFT = (b"\x1b[?1049l", b"\x1b[?1000l", b"\x1b[?1003l", b"\x1b[?2004l", b"\x1b[?25h", b"\x1b[?7h")


def given_back(terminal: RealTerminal) -> bool:
    received = bytes(terminal.received)
    return all(received.rfind(mode) > received.rfind(mode[:-1] + bytes([mode[-1] ^ 4])) for mode in MODES_LEFT)


def takes_each_key(terminal: RealTerminal) -> bool:
    """Whether a program has taken the keyboard: else the terminal keeps Ctrl+Q for itself."""
    local_modes: int = termios.tcgetattr(terminal.descriptor)[3]
    return not local_modes & termios.ICANON


@pytest.mark.fault(45)
@pytest.mark.parametrize(("number", "return_code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)])
def test_a_signal_ends_the_app_the_server_and_gives_the_terminal_back(
    tmp_path: Path, number: signal.Signals, return_code: int
) -> None:
    with in_window(tmp_path, "-m", "tui", "--local") as terminal:
        terminal.wait_for("This machine: the manual")
        started = descendants(terminal.process.pid)
        assert started
        terminal.process.send_signal(number)
        assert terminal.wait_for_exit() == return_code
        assert given_back(terminal)
        wait_until_gone(started)


@pytest.mark.fault(45)
def test_a_closed_window_ends_the_app_and_the_server(tmp_path: Path) -> None:
    with in_window(tmp_path, "-m", "tui", "--local") as terminal:
        terminal.wait_for("This machine: the manual")
        started = descendants(terminal.process.pid)
        terminal.hang_up()
        assert terminal.process.wait(EXIT_TIMEOUT) == 129
        wait_until_gone(started)


@contextmanager
def no_window(home: Path) -> Generator[RealTerminal]:
    """The app on a terminal whose end the system does not announce with SIGHUP: it is not the controlling one."""
    environment = {**os.environ, "HOME": str(home), "LLAMACHAT_STATE_DIR": str(home / "state")}
    with RealTerminal([sys.executable, "-m", "tui", "--local"], environment=environment) as terminal:
        yield terminal


@contextmanager
def with_nohup(home: Path) -> Generator[RealTerminal]:
    with in_window(home, "-m", "tui", "--local", nohup=True) as terminal:
        yield terminal


@pytest.mark.fault(46)
@pytest.mark.parametrize("start", [with_nohup, no_window])
def test_without_a_terminal_and_with_sighup_ignored_or_not_sent_nothing_spins_on(
    tmp_path: Path, start: Callable[[Path], AbstractContextManager[RealTerminal]]
) -> None:
    with start(tmp_path) as terminal:
        terminal.wait_for("This machine: the manual")
        started = descendants(terminal.process.pid)
        terminal.hang_up()
        assert terminal.process.wait(EXIT_TIMEOUT) == 129
        wait_until_gone(started)


def close_window(terminal: RealTerminal) -> None:
    terminal.hang_up()


def terminate(terminal: RealTerminal) -> None:
    terminal.process.send_signal(signal.SIGTERM)


@contextmanager
def difficult_app(home: Path, mode: str) -> Generator[RealTerminal]:
    """The program with a draft that is not kept yet, which then is as difficult as the mode says."""
    is_difficult = home / "difficult"
    with in_window(
        home,
        "-m",
        "tests.process.app_with_draft",
        mode,
        str(is_difficult),
        environment={"LLAMACHAT_STATE_DIR": str(home)},
    ) as terminal:
        terminal.wait_for("This machine: the manual")
        terminal.send("half a question")
        terminal.wait_for("half a question")
        assert kept_draft(home) == ""
        if mode == "freeze":
            terminal.send(F9)
        if mode in ("freeze", "busy"):
            until(is_difficult.exists)
        yield terminal


def kept_draft(home: Path) -> str:
    store = Store.open(home / "llamachat.sqlite3")
    draft = store.notes.draft(LOCAL_ACCOUNT, NO_SESSION)
    store.close()
    return draft


@pytest.mark.fault(45)
@pytest.mark.parametrize(("end", "return_code"), [(close_window, 129), (terminate, 143)])
@pytest.mark.parametrize("mode", ["plain", "freeze", "busy"])
def test_the_draft_is_saved_also_when_the_app_hangs_or_its_terminal_does(
    tmp_path: Path, mode: str, end: Callable[[RealTerminal], None], return_code: int
) -> None:
    with difficult_app(tmp_path, mode) as terminal:
        end(terminal)
        assert terminal.process.wait(EXIT_TIMEOUT) == return_code
        assert terminal.has_hung_up or mode == "busy" or given_back_at_last(terminal)
    assert kept_draft(tmp_path) == "half a question"


def given_back_at_last(terminal: RealTerminal) -> bool:
    """Whether the terminal is as it was once all has been read that the program left in it."""
    while terminal.read(0.05):
        pass
    return given_back(terminal)


@pytest.mark.fault(48)
def test_a_terminal_that_stops_reading_stops_nothing_and_is_drawn_anew_when_it_reads(tmp_path: Path) -> None:
    with difficult_app(tmp_path, "busy") as terminal:
        before = len(terminal.received)
        terminal.wait_for("frame 200")
        assert len(terminal.received) - before < MAX_CAUGHT_UP
        terminal.send(" typed afterwards")
        terminal.wait_for("typed afterwards")


def is_stopped(pid: int) -> bool:
    return os.waitid(os.P_PID, pid, os.WSTOPPED | os.WNOWAIT | os.WNOHANG) is not None


@pytest.mark.fault(47)
def test_ctrl_z_gives_the_terminal_back_and_fg_takes_it_again(tmp_path: Path) -> None:
    with in_window(tmp_path, "-m", "tui", "--local") as terminal:
        terminal.wait_for("This machine: the manual")
        terminal.send(CTRL_Z)
        terminal.wait_until(lambda: is_stopped(terminal.process.pid) and given_back(terminal))
        terminal.process.send_signal(signal.SIGCONT)
        terminal.wait_until(lambda: not given_back(terminal) and takes_each_key(terminal))
        terminal.send("still here")
        terminal.wait_for("still here")
        terminal.wait_for("This machine: the manual")
        terminal.send(CTRL_Q)
        assert terminal.wait_for_exit() == 0
