"""Where the app cannot be shown, and how it is left."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.process.windows import in_window
from tests.real_terminal import RealTerminal
from tui.terminal.driver import RESTORE_TITLE, SAVE_TITLE

ENTER, CTRL_N, CTRL_Q = "\r", "\x0e", "\x11"


def test_without_a_terminal_for_its_keys_it_says_so_in_a_sentence(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "tui", "--local"],
        input="hi\n",
        capture_output=True,
        text=True,
        env=os.environ | {"HOME": str(tmp_path)},
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr.startswith("llamachat-tui: The input is not a terminal")
    assert "ssh -t" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_without_a_terminal_to_draw_on_it_says_so_in_a_sentence(tmp_path: Path) -> None:
    told = tmp_path / "told"
    with in_window(
        tmp_path, "-c", f"import os; os.execv('/bin/sh', ['sh', '-c', '{sys.executable} -m tui 2>{told}'])"
    ) as terminal:
        assert terminal.wait_for_exit() == 2
    assert told.read_text().startswith("llamachat-tui: The error output is not a terminal")


def test_on_a_terminal_that_cannot_place_text_it_goes_on_in_lines(tmp_path: Path) -> None:
    with in_window(tmp_path, "-m", "tui", "--local", environment={"TERM": "dumb"}) as terminal:
        terminal.wait_for("> ")
        terminal.send("What is a session?\n")
        terminal.wait_for("[1] sessions.md")
        terminal.send("/quit\n")
        assert terminal.wait_for_exit() == 0
        assert b"\x1b" not in terminal.received


def test_on_a_terminal_that_nothing_is_known_of_it_says_so_in_a_sentence(tmp_path: Path) -> None:
    with in_window(tmp_path, "-m", "tui", "--local", environment={"TERM": "unknown"}) as terminal:
        assert terminal.wait_for_exit() == 2
        assert b"The terminal calls itself unknown (TERM)" in terminal.received
        assert b"\x1b" not in terminal.received


def test_the_terminal_is_believed_and_not_the_environment_about_its_size(tmp_path: Path) -> None:
    size = ["env", "LINES=99999999", "COLUMNS=99999999"]
    environment = {"HOME": str(tmp_path), "LLAMACHAT_STATE_DIR": str(tmp_path), "LLAMACHAT_DATA_DIR": str(tmp_path)}
    with RealTerminal([*size, sys.executable, "-m", "tui", "--local"], environment=environment) as terminal:
        terminal.wait_for("This machine: the manual")
        terminal.send(CTRL_Q)
        assert terminal.wait_for_exit() == 0


@pytest.mark.fault(37)
@pytest.mark.parametrize(("variable", "value"), [("SSL_CERT_FILE", "/missing"), ("ALL_PROXY", "socks://127.0.0.1:1")])
def test_a_variable_of_the_network_that_cannot_be_used_ends_the_start_with_a_sentence(
    tmp_path: Path, variable: str, value: str
) -> None:
    environment = {variable: value, "LLAMA_CLOUD_API_KEY": "llx-test-key-0000"}
    with in_window(tmp_path, "-m", "tui", environment=environment) as terminal:
        assert terminal.wait_for_exit() == 2
        told = bytes(terminal.received).rpartition(b"\x1b[?1049l")[2].decode()
    assert "llamachat-tui: " in told
    assert variable in told
    assert "unset" in told
    assert "Traceback" not in told


@pytest.mark.fault(45)
@pytest.mark.parametrize("after", [0.0, 0.02, 0.05, 0.1, 0.2])
def test_ctrl_q_as_soon_as_there_is_a_screen_leaves_in_good_order(tmp_path: Path, after: float) -> None:
    with in_window(tmp_path, "-m", "tui", "--local") as terminal:
        # Before the cursor is hidden the terminal still takes Ctrl+Q for itself (XON).
        terminal.wait_until(lambda: b"\x1b[?25l" in terminal.received)
        time.sleep(after)
        terminal.send(CTRL_Q)
        assert terminal.wait_for_exit() == 0
        assert b"error" not in terminal.received


@pytest.mark.fault(45)
@pytest.mark.parametrize("after", [0.0, 0.02, 0.1, 0.2])
def test_a_signal_as_soon_as_there_is_a_screen_gives_the_terminal_back(tmp_path: Path, after: float) -> None:
    with in_window(tmp_path, "-m", "tui", "--local") as terminal:
        terminal.wait_until(lambda: b"\x1b[?1049h" in terminal.received)
        time.sleep(after)
        terminal.process.terminate()
        assert terminal.wait_for_exit() == 143
        received = bytes(terminal.received)
        assert received.rfind(b"\x1b[?1049l") > received.rfind(b"\x1b[?1049h")
        assert received.rfind(b"\x1b[?25h") > received.rfind(b"\x1b[?25l")


def way_back(terminal: RealTerminal) -> list[str]:
    """The arguments of the command line that is told on leaving."""
    told = re.search(r"To go on: llamachat-tui (.*?)\r?\n", terminal.received.decode())
    assert told is not None
    return told.group(1).split()


def test_the_way_back_is_told_on_leaving_and_leads_back(tmp_path: Path) -> None:
    with in_window(tmp_path, "-m", "tui", "--local") as terminal:
        terminal.wait_for("This machine: the manual")
        terminal.send("How do I delete a session?" + ENTER)
        terminal.wait_for(" in · ")
        terminal.send(CTRL_Q)
        assert terminal.wait_for_exit() == 0
        arguments = way_back(terminal)
    assert arguments[0] == "--session"
    assert arguments[2:] == ["--local"]
    for given in (arguments, ["--local", "--continue"]):
        with in_window(tmp_path, "-m", "tui", *given) as terminal:
            terminal.wait_for("How do I delete a session?")
            terminal.wait_for("This machine: the manual")
            terminal.send(CTRL_Q)
            assert terminal.wait_for_exit() == 0
            assert way_back(terminal) == arguments


def test_nothing_is_told_on_leaving_where_no_session_was_open(tmp_path: Path) -> None:
    with in_window(tmp_path, "-m", "tui", "--local") as terminal:
        terminal.wait_for("This machine: the manual")
        terminal.send(CTRL_Q)
        assert terminal.wait_for_exit() == 0
        assert b"To go on" not in terminal.received


def test_the_window_s_title_is_that_of_the_session_and_is_given_back(tmp_path: Path) -> None:
    with in_window(tmp_path, "-m", "tui", "--local") as terminal:
        terminal.wait_until(lambda: terminal.title == "llamachat-tui")
        terminal.wait_for("This machine: the manual")
        terminal.send("How do I delete a session?" + ENTER)
        terminal.wait_until(lambda: "delete a session" in terminal.title)
        terminal.send(CTRL_Q)
        assert terminal.wait_for_exit() == 0
        received = bytes(terminal.received)
        assert received.index(SAVE_TITLE.encode()) < received.index(b"\x1b]2;llamachat-tui")
        assert received.rindex(RESTORE_TITLE.encode()) > received.rindex(b"delete a session")
