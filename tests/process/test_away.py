"""Starting over a folder whose disk is not connected: what was read from it is still there."""

from pathlib import Path

import pytest

from tests.process.windows import in_window
from tests.real_terminal import RealTerminal

ENTER, CTRL_Q = "\r", "\x11"


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "crew.md").write_text("# Crew\n\n- Ada Sol leads navigation.\n- Bo Lin leads science.\n")
    return folder


def ask_and_leave(terminal: RealTerminal, question: str, answer: str) -> None:
    terminal.wait_for("This machine: notes")
    terminal.send(question + ENTER)
    terminal.wait_for(answer)
    terminal.wait_for(" rounds")
    terminal.send(CTRL_Q)
    assert terminal.wait_for_exit() == 0


def test_a_folder_that_is_away_at_the_start_is_told_and_searched_as_it_was_read(tmp_path: Path, notes: Path) -> None:
    with in_window(tmp_path, "-m", "tui", "--local", str(notes)) as terminal:
        ask_and_leave(terminal, "Who leads navigation?", "Ada Sol leads navigation.")
    away = notes.rename(tmp_path / "away")
    with in_window(tmp_path, "-m", "tui", "--local", str(notes)) as terminal:
        terminal.wait_for("its disk may not be connected")
        ask_and_leave(terminal, "Who leads science?", "Bo Lin leads science. [1]")
    (away / "tides.md").write_text("# Tides\n\nThe harbour master keeps the tide tables.\n")
    away.rename(notes)
    with in_window(tmp_path, "-m", "tui", "--local", str(notes)) as terminal:
        ask_and_leave(terminal, "Who keeps the tide tables?", "The harbour master keeps the tide tables. [1]")


def test_a_folder_that_was_never_read_is_no_folder_that_is_away(tmp_path: Path, notes: Path) -> None:
    with in_window(tmp_path, "-m", "tui", "--local", f"{notes}-too") as terminal:
        assert terminal.wait_for_exit() == 2
        assert any("There is no folder" in line for line in terminal.lines())
