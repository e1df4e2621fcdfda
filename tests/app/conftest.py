"""The whole app, driven by keys against the real embedded server on loopback."""

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.local.server import Connection, running_server
from tui.settings import Settings


@pytest.fixture(autouse=True)
def own_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the real user's is read or written, and frames are Textual's own: there is no terminal to pace by."""
    for variable in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "LLAMACHAT_STATE_DIR"):
        monkeypatch.setenv(variable, str(tmp_path / "home"))
    monkeypatch.setenv("LLAMACHAT_FULL_REFRESH", "1")
    monkeypatch.setenv("COLORTERM", "truecolor")
    for variable in ("NO_COLOR", "LLAMA_CLOUD_API_KEY", "SSH_CONNECTION", "SSH_TTY"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """A folder of notes about an invented project."""
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "heron.md").write_text(
        "# Heron\n\nThe Heron probe was launched in March 2031.\n\n## Budget\n\nThe budget is 40 million euros.\n\n"
        "| Item | Cost |\n|---|---|\n| Probe | 25 |\n| Launch | 15 |\n"
    )
    (folder / "crew.md").write_text("# Crew\n\n- Ada Sol leads navigation.\n- Bo Lin leads science.\n")
    return folder


@pytest.fixture
def server(notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Connection]:
    """A server over the notes, reached as LlamaCloud would be: by address and key."""
    with running_server([notes], tmp_path / "data") as connection:
        monkeypatch.setenv("LLAMA_CLOUD_API_KEY", connection.api_key)
        yield connection


@pytest.fixture
def settings(server: Connection) -> Settings:
    return Settings(base_url=server.base_url)
