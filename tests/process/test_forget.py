"""`llamachat-tui forget` beside the app."""

import os
import subprocess
import sys
from pathlib import Path

from tests.process.windows import in_window
from tui.store.files import FILE_NAME

CTRL_Q = "\x11"


def forget(home: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tui", "forget", "--yes"]
    environment = os.environ | {"HOME": str(home), "LLAMACHAT_STATE_DIR": str(home / "state")}
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_nothing_is_forgotten_while_the_app_runs_which_is_said_in_a_sentence(tmp_path: Path) -> None:
    environment = {"LLAMACHAT_STATE_DIR": str(tmp_path / "state"), "LLAMACHAT_DATA_DIR": str(tmp_path / "data")}
    with in_window(tmp_path, "-m", "tui", "--local", environment=environment) as terminal:
        terminal.wait_for("This machine: the manual")
        refused = forget(tmp_path)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert refused.stderr.startswith("llamachat-tui: Nothing was deleted. Another llamachat-tui is running")
        assert refused.stderr.count("\n") == 1
        assert (tmp_path / "state" / FILE_NAME).exists()
        terminal.send(CTRL_Q)
        assert terminal.wait_for_exit() == 0
    assert forget(tmp_path).returncode == 0
    assert not list((tmp_path / "state").iterdir())
