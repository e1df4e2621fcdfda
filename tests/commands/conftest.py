from pathlib import Path

import keyring
import pytest
from keyring.backends.fail import Keyring as NoKeyring

from tests.commands.calling import Command
from tui.credentials import ENVIRONMENT


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """`llamachat-tui NAME` in this process, with a home of its own and no keyring."""
    for name in ("LLAMACHAT_STATE_DIR", "XDG_CONFIG_HOME", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    for name in (*ENVIRONMENT, "LLAMACHAT_CONFIG", "TMUX", "STY"):
        monkeypatch.delenv(name, raising=False)
    keyring.set_keyring(NoKeyring())
    return Command(monkeypatch, capsys)
