import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.hostile.hostile_api import REFUSED, hostile_api
from tests.hostile.payloads import POISON, harm
from tests.process.windows import in_window
from tests.real_terminal import RealTerminal
from tui.sanitize import clean
from tui.screens.dialog import IGNORE_KEYS_SECONDS

ENTER, ESCAPE, CTRL_G, CTRL_N, CTRL_O, CTRL_P, CTRL_Q, CTRL_S, SHIFT_TAB, DELETE = (
    "\r",
    "\x1b",
    "\x07",
    "\x0e",
    "\x0f",
    "\x10",
    "\x11",
    "\x13",
    "\x1b[Z",
    "\x1b[3~",
)


@pytest.fixture
def editor(tmp_path: Path) -> Path:
    """An editor that leaves every payload in the question, whatever was in it."""
    (tmp_path / "poison").write_text(f"Edited {POISON}")
    editor = tmp_path / "editor"
    editor.write_text(f'#!/bin/sh\ncp "{tmp_path}/poison" "$1"\n')
    editor.chmod(0o700)
    return editor


@pytest.fixture
def terminal(tmp_path: Path, editor: Path) -> Generator[RealTerminal]:
    with hostile_api(POISON) as base_url:
        environment = {
            "LLAMA_CLOUD_BASE_URL": base_url,
            "LLAMA_CLOUD_API_KEY": "llx-CANARYCANARY1234",
            "VISUAL": str(editor),
        }
        with in_window(tmp_path, "-m", "tui", environment=environment) as terminal:
            terminal.wait_for("Title")
            yield terminal


def settle(terminal: RealTerminal) -> None:
    """Read until nothing more is written."""
    while terminal.read(IGNORE_KEYS_SECONDS + 0.15):
        pass


def press(terminal: RealTerminal, *keys: str) -> None:
    for key in keys:
        terminal.send(key)
        settle(terminal)


def quit_unharmed(terminal: RealTerminal, *, handed_over: int = 0) -> None:
    """The app still runs, the terminal was told nothing that the app does not say by itself, and it ends as ever.

    `handed_over`: how often the terminal was handed to another program.
    """
    assert terminal.title == "llamachat-tui" or terminal.title.startswith("Title [/foo]")
    terminal.send(CTRL_Q)
    assert terminal.wait_for_exit() == 0
    received = bytes(terminal.received)
    assert harm(received) == []
    assert received.count(b"\x1b[?1049l") == 1 + handed_over
    assert b"CANARY" not in received


def open_session(terminal: RealTerminal) -> None:
    press(terminal, CTRL_S, ENTER)
    terminal.wait_for("Stopped")


MOVES = "\x1b[2J\x1b[6n\x1b[10A\x1b[?1049l\x1bc\x1bPq#0\x1b\\\x1b_Gx\x1b\\\x1b]0;no end"
"""What clears, moves, asks and draws in a terminal."""


@contextmanager
def opened(text: str, home: Path) -> Generator[RealTerminal]:
    """The session whose every text is this one."""
    with hostile_api(text, knows=True) as base_url:
        environment = {"LLAMA_CLOUD_BASE_URL": base_url, "LLAMA_CLOUD_API_KEY": "llx-CANARYCANARY1234"}
        with in_window(home, "-m", "tui", environment=environment) as terminal:
            terminal.wait_for("Title")
            terminal.send(CTRL_S + ENTER)
            yield terminal


@pytest.mark.fault(3)
def test_the_screen_is_that_of_the_cleaned_text(tmp_path: Path) -> None:
    with opened(MOVES, tmp_path / "raw") as raw, opened(clean(MOVES), tmp_path / "clean") as cleaned:
        for terminal in (raw, cleaned):
            terminal.wait_for("Stopped")
            settle(terminal)
        assert raw.lines()[:-1] == cleaned.lines()[:-1]


@pytest.mark.fault(1, 3, 4, 5, 6, 11)
def test_an_old_session_is_shown_whole_and_does_no_harm(terminal: RealTerminal) -> None:
    open_session(terminal)
    press(terminal, SHIFT_TAB, CTRL_O, "g", *(" " for _ in range(3)), "G", "g")
    for _ in range(12):
        press(terminal, "J")
    press(terminal, "g", "1", ESCAPE, "o", ENTER, "y", "a", "c", "v", "l", "l", "y")
    shown = "\n".join(terminal.lines())
    assert "[/foo]" in shown
    quit_unharmed(terminal)


@pytest.mark.fault(1, 3, 4, 5, 6, 11)
def test_the_evidence_the_ledger_and_the_trace_do_no_harm(terminal: RealTerminal) -> None:
    open_session(terminal)
    press(terminal, SHIFT_TAB, "s")
    terminal.wait_for("Evidence")
    press(terminal, " ", "J", " ", "y", ENTER, "o", "p", "n", "s")
    press(terminal, "l")
    terminal.wait_for("Ledger of this session")
    press(terminal, "j", "j", "v", "j", "y", ENTER, ESCAPE)
    press(terminal, "t")
    terminal.wait_for("only their order")
    press(terminal, "j", "j", "v", "j", "y", ENTER)
    assert "[/foo]" in "\n".join(terminal.lines())
    quit_unharmed(terminal)


@pytest.mark.fault(1, 2)
def test_a_turn_that_streams_letter_by_letter_does_no_harm(terminal: RealTerminal) -> None:
    open_session(terminal)
    press(terminal, "ask")
    terminal.send(ENTER)
    terminal.wait_for("Streamed")
    press(terminal, SHIFT_TAB, "G")
    quit_unharmed(terminal)


@pytest.mark.fault(1, 6)
def test_errors_toasts_the_picker_and_the_palette_do_no_harm(terminal: RealTerminal) -> None:
    open_session(terminal)
    press(terminal, f"{REFUSED}{ENTER}")
    terminal.wait_until(lambda: b"Refused" in terminal.received)
    press(terminal, CTRL_N, " ", ESCAPE, CTRL_P, ESCAPE, CTRL_S, DELETE, DELETE, "u")
    terminal.wait_until(lambda: b"Deleted" in terminal.received)
    quit_unharmed(terminal)


@pytest.mark.fault(1, 52)
def test_pasted_and_found_text_does_no_harm(terminal: RealTerminal) -> None:
    open_session(terminal)
    pasted = f"\x1b[200~{POISON}\x1b[201~"
    press(terminal, pasted, ENTER, SHIFT_TAB, "/", pasted, ENTER, "n", ESCAPE, CTRL_S, "/", pasted, ESCAPE)
    press(terminal, CTRL_N, pasted, ESCAPE)
    assert time.monotonic() - terminal.received_at < 60
    quit_unharmed(terminal)


@pytest.mark.fault(1, 12)
def test_what_an_editor_wrote_does_no_harm(terminal: RealTerminal) -> None:
    terminal.send(CTRL_G)
    terminal.wait_for("Edited [/foo]")
    settle(terminal)
    quit_unharmed(terminal, handed_over=1)
