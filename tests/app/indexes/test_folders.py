"""The folders that are open: those of sessions of earlier starts, and their names in the bottom line."""

from pathlib import Path

import pytest

from tests.app.user import User, driven
from tests.local.server import running_server
from tui.settings import Settings


@pytest.fixture
def recipes(tmp_path: Path) -> Path:
    folder = tmp_path / "recipes"
    folder.mkdir()
    (folder / "soup.md").write_text("# Soup\n\nThe soup is made of leeks.\n")
    return folder


async def reopen_and_ask(user: User, question: str) -> None:
    await user.see("When was the Heron")
    await user.press("ctrl+s", "enter")
    await user.read_to_end_of_turn()
    await user.type(question)
    await user.press("enter")


async def test_a_session_goes_on_though_its_folder_was_not_opened_this_time(
    notes: Path, recipes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_server([notes], tmp_path / "data") as first:
        monkeypatch.setenv("LLAMA_CLOUD_API_KEY", first.api_key)
        async with driven(Settings(base_url=first.base_url)) as user:
            await user.ask_in_new_session("When was the Heron probe launched?")
            await user.read_to_end_of_turn()
    with running_server([recipes], tmp_path / "data") as second:
        monkeypatch.setenv("LLAMA_CLOUD_API_KEY", second.api_key)
        async with driven(Settings(base_url=second.base_url)) as user:
            await user.see("recipes · ")
            await reopen_and_ask(user, "What is the budget?")
            await user.see("40 million")
            await user.see("·  notes")
            notes.rename(tmp_path / "away")
    with running_server([recipes], tmp_path / "data") as third:
        monkeypatch.setenv("LLAMA_CLOUD_API_KEY", third.api_key)
        async with driven(Settings(base_url=third.base_url)) as user:
            await reopen_and_ask(user, "Who leads science?")
            await user.see("This session searches")
            await user.see_no("deleted elsewhere")
            (tmp_path / "away").rename(notes)
            await user.press("enter")
            await user.see("Bo Lin")


async def test_the_place_leaves_room_for_keys(notes: Path) -> None:
    folders = [notes.with_name(f"the-notes-of-volume-{number}") for number in range(5)]
    for folder in folders:
        folder.mkdir()
        (folder / "a.md").write_text("# Heron\n\nThe Heron was launched.\n")
    async with driven(Settings(local=tuple(folders)), 80, 24) as user:
        await user.until(lambda: "This machine: the-notes" in user.lines[-1])
        line = user.lines[-1]
        assert "…" in line
        assert "Enter Send" in line
        assert line.endswith("F1 Help")


async def test_the_place_follows_a_folder_that_is_added(notes: Path) -> None:
    more = notes.with_name("plans")
    more.mkdir()
    (more / "a.md").write_text("# Plan\n\nThe plan is to land in June.\n")
    async with driven(Settings(local=(notes,)), 120, 36) as user:
        await user.until(lambda: "This machine: notes " in user.lines[-1])
        await user.press("ctrl+n")
        await user.in_dialog("ctrl+o")
        await user.see("Add a folder of this machine")
        await user.type(str(more))
        await user.in_dialog("enter")
        await user.see("☐ plans")
        await user.in_dialog("escape")
        await user.until(lambda: "This machine: notes, plans" in user.lines[-1])
