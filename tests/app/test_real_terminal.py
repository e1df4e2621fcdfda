import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.real_terminal import RealTerminal, ShownCell

ENTER, ESCAPE, CTRL_Q, CTRL_S, SHIFT_TAB = "\r", "\x1b", "\x11", "\x13", "\x1b[Z"


@contextmanager
def app_in_terminal(
    home: Path, *arguments: str, columns: int = 120, rows: int = 36, **variables: str
) -> Generator[RealTerminal]:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("LLAMA", "XDG_", "TEXTUAL"))
    }
    environment |= {"HOME": str(home), "TERM": "xterm-256color", "COLORTERM": "truecolor"} | variables
    command = [sys.executable, "-m", "tui", *arguments]
    with RealTerminal(command, columns=columns, rows=rows, environment=environment) as terminal:
        yield terminal


def settle(terminal: RealTerminal) -> None:
    """Read until the program writes nothing more."""
    while terminal.read(0.5):
        pass


def is_coloured(cell: ShownCell) -> bool:
    """Whether a cell is of another colour than grey."""
    return cell.foreground != "default" and len({cell.foreground[at : at + 2] for at in (0, 2, 4)}) > 1


@pytest.mark.parametrize(("columns", "rows"), [(120, 36), (80, 24)])
def test_start_ask_fold_quit_and_find_the_conversation_again(tmp_path: Path, columns: int, rows: int) -> None:
    with app_in_terminal(tmp_path, "--local", columns=columns, rows=rows, NO_COLOR="") as terminal:
        terminal.wait_for("This machine: the manual")
        assert any(is_coloured(cell) for row in terminal.cells() for cell in row), "an empty NO_COLOR asks for nothing"
        terminal.send("How do I delete a session?" + ENTER)
        terminal.wait_for(" rounds")
        terminal.send(SHIFT_TAB)
        terminal.wait_for("Fold")
        terminal.send("gJJJ" + ENTER)
        terminal.wait_for("▾ retrieve")
        terminal.send(ENTER)
        terminal.wait_for("▸ retrieve")
        settle(terminal)
        before = terminal.lines()
        terminal.send(CTRL_Q)
        assert terminal.wait_for_exit() == 0
    with app_in_terminal(tmp_path, "--local", columns=columns, rows=rows) as terminal:
        terminal.wait_for("This machine: the manual")
        terminal.send(CTRL_S)
        terminal.wait_for("Filter")
        terminal.send(ENTER)
        terminal.wait_for(" rounds")
        terminal.send(SHIFT_TAB)
        terminal.wait_for("Fold")
        terminal.send("gJJJ")
        terminal.wait_until(lambda: terminal.lines() == before)
        terminal.send(CTRL_Q)
        assert terminal.wait_for_exit() == 0


def test_the_terminal_is_given_back_as_it_was(tmp_path: Path) -> None:
    with app_in_terminal(tmp_path, "--local") as terminal:
        terminal.wait_for("This machine: the manual")
        terminal.send(CTRL_Q)
        assert terminal.wait_for_exit() == 0
        received = bytes(terminal.received)
        for mode in (b"?1049", b"?25", b"?2004"):
            on, off = (b"\x1b[%sh", b"\x1b[%sl") if mode != b"?25" else (b"\x1b[%sl", b"\x1b[%sh")
            assert received.rfind(off % mode) > received.rfind(on % mode), mode


@pytest.mark.parametrize("folder", ["/no/such/place", "~nobody-of-this-name/papers"])
def test_arguments_that_cannot_be_used_are_refused_in_words(tmp_path: Path, folder: str) -> None:
    with app_in_terminal(tmp_path, "--local", folder) as terminal:
        assert terminal.wait_for_exit() == 2
        said = " ".join("".join(terminal.lines()).split())
        assert "There is no folder" in said
        assert "Traceback" not in said


def test_what_to_do_about_a_damaged_library_is_said_whole_in_a_small_terminal(tmp_path: Path) -> None:
    data = tmp_path / "a-folder-with-a-name-that-is-rather-long" / "and-one-below-it"
    data.mkdir(parents=True)
    (data / "library.sqlite3").write_bytes(b"no database" * 1000)
    with app_in_terminal(tmp_path, "--local", columns=80, rows=24, LLAMACHAT_DATA_DIR=str(data)) as terminal:
        terminal.wait_for("How would you like to begin?")
        settle(terminal)
        terminal.wait_for("sessions is made at the next start.")
        for choice in (
            "Paste a LlamaCloud key",
            "Open a folder of documents",
            "Try it on the app's own manual",
            "Esc quit",
        ):
            terminal.wait_for(choice)
