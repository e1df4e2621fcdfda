"""What another process asks over the same folder is in the list of a running app."""

import os
import subprocess
import sys
from pathlib import Path

from tests.process.windows import in_window
from tests.real_terminal import RealTerminal

CTRL_Q = "\x11"


def ask_elsewhere(home: Path, notes: Path, question: str) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LLAMA", "XDG_"))}
    command = [sys.executable, "-m", "tui", "ask", question, "--local", str(notes)]
    subprocess.run(command, env={**environment, "HOME": str(home)}, capture_output=True, check=True)


def is_listed(terminal: RealTerminal, question: str) -> bool:
    return any(question in line.partition("│")[0] for line in terminal.lines())


def test_a_session_that_is_made_in_another_shell_is_listed_without_a_key(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "crew.md").write_text("# Crew\n\n- Ada Sol leads navigation.\n- Bo Lin leads science.\n")
    with in_window(tmp_path, "-m", "tui", "--local", str(notes)) as terminal:
        terminal.wait_for("This machine: notes")
        ask_elsewhere(tmp_path, notes, "Who leads science?")
        terminal.wait_until(lambda: is_listed(terminal, "Who leads science?"))
        terminal.send(CTRL_Q)
        assert terminal.wait_for_exit() == 0
