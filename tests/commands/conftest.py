from collections.abc import Generator
from pathlib import Path

import pytest

from tests.commands.calling import Command
from tests.commands.serving import ServedCloud, served
from tests.workspace.cloud import Cloud
from tui.credentials import ENVIRONMENT


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Command:
    """`llamachat-tui NAME` in this process, with a home of its own and no keyring."""
    for name in ("LLAMACHAT_STATE_DIR", "XDG_CONFIG_HOME", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    for name in (*ENVIRONMENT, "LLAMACHAT_CONFIG", "TMUX", "STY"):
        monkeypatch.delenv(name, raising=False)
    return Command(monkeypatch, capfd)


@pytest.fixture
def online(command: Command, monkeypatch: pytest.MonkeyPatch) -> Generator[ServedCloud]:
    """A server with one index, "notes", which the commands reach, also those of other processes."""
    assert command
    monkeypatch.setenv("LLAMA_CLOUD_API_KEY", "llx-abcdefgh1234")
    with served(Cloud()) as serving:
        monkeypatch.setenv("LLAMA_CLOUD_BASE_URL", serving.base_url)
        yield serving
