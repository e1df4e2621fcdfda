"""The real program with its own embedded server, both gone at once, and started again."""

import os
import signal
from pathlib import Path

import pytest

from tests.faults.in_terminal import ENTER, ask_first, open_newest
from tests.process.windows import descendants, in_window, wait_until_gone
from tui.settings import LOCAL_ACCOUNT
from tui.store.files import FILE_NAME
from tui.store.store import Store

QUESTION = "When was the Heron probe launched?"


@pytest.fixture
def notes(tmp_path: Path) -> str:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "heron.md").write_text("# Heron\n\nThe Heron probe was launched in March 2031.\n")
    (folder / "crew.md").write_text("# Crew\n\n- Ada Sol leads navigation.\n- Bo Lin leads science.\n")
    return str(folder)


def open_questions(state: Path) -> list[str]:
    store = Store.open(state / FILE_NAME)
    entries = store.journal.entries(LOCAL_ACCOUNT)
    store.close()
    return [entry.prompt for entry in entries]


@pytest.mark.fault(44)
def test_a_question_that_the_server_did_not_take_before_both_were_killed_is_in_the_composer_at_the_next_start(
    notes: str, tmp_path: Path
) -> None:
    environment = {"LLAMACHAT_STATE_DIR": str(tmp_path / "state")}
    with in_window(tmp_path, "-m", "tui", "--local", notes, environment=environment) as terminal:
        terminal.wait_for("This machine: notes")
        ask_first(terminal)
        servers = descendants(terminal.process.pid)
        for pid in servers:
            os.kill(pid, signal.SIGSTOP)
        try:
            terminal.send(QUESTION + ENTER)
            terminal.wait_until(lambda: QUESTION in open_questions(tmp_path / "state"))
        finally:
            for pid in [terminal.process.pid, *servers]:
                os.kill(pid, signal.SIGKILL)
        terminal.process.wait()
        wait_until_gone(servers)
    with in_window(tmp_path, "-m", "tui", "--local", notes, environment=environment) as terminal:
        terminal.wait_for("This machine: notes")
        open_newest(terminal)
        terminal.wait_for("before this question was asked")
        terminal.wait_for("│ " + QUESTION)
        assert open_questions(tmp_path / "state") == []
