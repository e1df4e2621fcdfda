"""How far the indexing of a folder is, in the index picker."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.app.user import driven
from tests.local.server import running_server
from tui.local.library.database import LibraryDatabase
from tui.local.library.syncing.sync import sole_writer
from tui.settings import Settings


async def test_the_picker_follows_a_sync_until_it_has_ended(
    notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    with ExitStack() as held:
        held.enter_context(sole_writer(LibraryDatabase(data), lambda: False))
        with running_server([notes], data) as connection:
            monkeypatch.setenv("LLAMA_CLOUD_API_KEY", connection.api_key)
            async with driven(Settings(base_url=connection.base_url)) as user:
                await user.until(lambda: bool(user.app.chat.workspace.indexes))
                await user.press("ctrl+n")
                await user.see("syncing")
                held.close()
                await user.see("ready · synced")


async def test_the_start_page_follows_a_sync_also_after_a_conversation(
    notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.workspace.indexes.POLL_SECONDS", 0.01)
    data = tmp_path / "data"
    with ExitStack() as held:
        held.enter_context(sole_writer(LibraryDatabase(data), lambda: False))
        with running_server([notes], data) as connection:
            monkeypatch.setenv("LLAMA_CLOUD_API_KEY", connection.api_key)
            async with driven(Settings(base_url=connection.base_url)) as user:
                await user.ask_in_new_session("Who leads science?")
                await user.until(lambda: user.app.chat.open_id is not None)
                await user.pilot.pause(0.3)
                await user.press("ctrl+n")
                await user.in_dialog("enter")
                held.close()
                await user.see("read just now")
