import os
import stat
import subprocess
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.faults.test_killed import read_on
from tests.hostile.hostile_api import REFUSED, hostile_api
from tests.process.windows import in_window
from tests.real_terminal import RealTerminal
from tui.screens.dialog import IGNORE_KEYS_SECONDS
from tui.workspace.exporting import FORMATS

KEY = "llx-CANARYabcdefghijklmnopCANARY"
CTRL_Q, CTRL_S = "\x11", "\x13"
ENTER, DOWN, SHIFT_TAB = "\r", "\x1b[B", "\x1b[Z"


@pytest.fixture
def careless_mask() -> Generator[None]:
    """Files are to be private because the app makes them so, not because the user's mask does."""
    before = os.umask(0)
    yield
    os.umask(before)


def files_under(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def command_line(terminal: RealTerminal) -> str:
    shown = subprocess.run(
        ["ps", "-ww", "-p", str(terminal.process.pid), "-o", "args="], capture_output=True, text=True, check=True
    )
    return shown.stdout


def environment(home: Path, base_url: str) -> dict[str, str]:
    return {
        "LLAMA_CLOUD_BASE_URL": base_url,
        "LLAMA_CLOUD_API_KEY": KEY,
        "LLAMACHAT_STATE_DIR": str(home / "state"),
        "XDG_CONFIG_HOME": str(home / "config"),
    }


def nothing_holds_the_key(home: Path, terminal: RealTerminal) -> None:
    assert b"CANARY" not in terminal.received
    for path in files_under(home):
        assert b"CANARY" not in path.read_bytes(), path
    for path in files_under(home / "state"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700, path


@pytest.mark.fault(29, 64)
@pytest.mark.usefixtures("careless_mask")
def test_the_key_is_not_in_screens_errors_logs_or_arguments(tmp_path: Path) -> None:
    with (
        hostile_api("text") as base_url,
        in_window(tmp_path, "-m", "tui", "--debug", environment=environment(tmp_path, base_url)) as terminal,
    ):
        terminal.wait_for("Title")
        assert "CANARY" not in command_line(terminal)
        terminal.send(CTRL_S)
        terminal.wait_for("Filter")
        terminal.send("\r")
        terminal.wait_for("Answer")
        terminal.send(REFUSED)
        terminal.wait_for(REFUSED)
        terminal.send("\r")
        terminal.wait_for("Refused")
        terminal.send(CTRL_Q)
        assert terminal.wait_for_exit() == 0
    nothing_holds_the_key(tmp_path, terminal)


@pytest.mark.fault(36, 64)
@pytest.mark.usefixtures("careless_mask")
def test_the_key_is_not_in_what_an_unreachable_server_leads_to(tmp_path: Path) -> None:
    with in_window(
        tmp_path, "-m", "tui", "--debug", environment=environment(tmp_path, "http://127.0.0.1:1")
    ) as terminal:
        terminal.wait_for("refused")
        terminal.send(CTRL_Q)
        assert terminal.wait_for_exit() == 0
    nothing_holds_the_key(tmp_path, terminal)


@pytest.mark.fault(11, 64)
@pytest.mark.usefixtures("careless_mask")
def test_no_file_that_is_exported_holds_the_key_or_lies_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    with (
        hostile_api("text") as base_url,
        in_window(tmp_path, "-m", "tui", "--debug", environment=environment(tmp_path, base_url)) as terminal,
    ):
        terminal.wait_for("Title")
        terminal.send(CTRL_S)
        terminal.wait_for("Filter")
        terminal.send(ENTER)
        terminal.wait_for("Answer")
        terminal.send(REFUSED + ENTER)
        terminal.wait_for("Refused")
        terminal.send(SHIFT_TAB)
        for number, made in enumerate(FORMATS.values()):
            terminal.send("e")
            terminal.wait_for("Export as")
            read_on(terminal, IGNORE_KEYS_SECONDS)
            terminal.send(DOWN * number + ENTER)
            terminal.wait_until(lambda suffix=made.suffix: any(path.suffix == suffix for path in here.iterdir()))
            terminal.wait_until(lambda: not any("Export as" in line for line in terminal.lines()))
        terminal.send(CTRL_Q)
        assert terminal.wait_for_exit() == 0
    assert sorted(path.suffix for path in here.iterdir()) == sorted(made.suffix for made in FORMATS.values())
    assert all("Passage text" in path.read_text() for path in here.iterdir())
    nothing_holds_the_key(tmp_path, terminal)
    assert [path for path in files_under(tmp_path) if "page_7" in path.name] == []
