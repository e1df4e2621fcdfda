import os
import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.local.server import until
from tests.process.windows import descendants, in_window, wait_until_gone
from tests.real_terminal import RealTerminal

CTRL_Q, CTRL_Z, F9 = "\x11", "\x1a", "\x1b[20~"
EXIT_TIMEOUT = 20
"""Seconds: where the app hangs, it would do so for 60."""

MODES_LEFT = (b"\x1b[?1049l", b"\x1b[?1000l", b"\x1b[?1003l", b"\x1b[?2004l", b"\x1b[?25h", b"\x1b[?7h")


def given_back(terminal: RealTerminal) -> bool:
    received = bytes(terminal.received)
    return all(received.rfind(mode) > received.rfind(mode[:-1] + bytes([mode[-1] ^ 4])) for mode in MODES_LEFT)


@pytest.mark.fault(45)
@pytest.mark.parametrize(("number", "return_code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
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


@pytest.mark.fault(46)
def test_without_a_terminal_and_with_sighup_ignored_nothing_spins_on(tmp_path: Path) -> None:
    with in_window(tmp_path, "-m", "tui", "--local", nohup=True) as terminal:
        terminal.wait_for("This machine: the manual")
        started = descendants(terminal.process.pid)
        terminal.hang_up()
        assert terminal.process.wait(EXIT_TIMEOUT) == 129
        wait_until_gone(started)


def close_window(terminal: RealTerminal) -> None:
    terminal.hang_up()


def terminate(terminal: RealTerminal) -> None:
    terminal.process.send_signal(signal.SIGTERM)


@pytest.mark.fault(45)
@pytest.mark.parametrize(("end", "return_code"), [(close_window, 129), (terminate, 143)])
@pytest.mark.parametrize("mode", ["plain", "freeze", "busy"])
def test_the_draft_is_saved_also_when_the_app_hangs_or_its_terminal_does(
    tmp_path: Path, mode: str, end: Callable[[RealTerminal], None], return_code: int
) -> None:
    draft = tmp_path / "draft"
    with in_window(tmp_path, "-m", "tests.process.app_with_draft", str(draft), mode) as terminal:
        terminal.wait_for("This machine: the manual")
        terminal.send("half a question")
        terminal.wait_for("half a question")
        if mode == "freeze":
            terminal.send(F9)
        elif mode == "busy":
            until(draft.with_suffix(".busy").exists)
        end(terminal)
        assert terminal.process.wait(EXIT_TIMEOUT) == return_code
        assert draft.read_text() == "half a question"


@pytest.mark.fault(48)
def test_a_terminal_that_stops_reading_stops_nothing_and_is_drawn_anew_when_it_reads(tmp_path: Path) -> None:
    draft = tmp_path / "draft"
    with in_window(tmp_path, "-m", "tests.process.app_with_draft", str(draft), "busy") as terminal:
        terminal.wait_for("This machine: the manual")
        until(draft.with_suffix(".busy").exists)
        terminal.wait_until(lambda: any(re.search("frame [2-9][0-9][0-9]", line) for line in terminal.lines()))
        terminal.send("typed afterwards")
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
        terminal.wait_until(lambda: not given_back(terminal))
        terminal.send("still here")
        terminal.wait_for("still here")
        terminal.wait_for("This machine: the manual")
        terminal.send(CTRL_Q)
        assert terminal.wait_for_exit() == 0
