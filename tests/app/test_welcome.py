from pathlib import Path

import pytest

from tests.app.user import driven
from tests.local.server import Connection
from tui.screens.welcome import KeyInput, Welcome
from tui.settings import Settings


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")


async def test_without_a_key_the_welcome_screen_offers_three_ways() -> None:
    async with driven(Settings()) as user:
        await user.see("Paste a LlamaCloud key")
        await user.see("Open a folder")
        await user.see("Try it on the app's own manual")


async def test_the_manual_can_be_tried_and_answers() -> None:
    async with driven(Settings()) as user:
        await user.see("Try it on")
        await user.in_dialog("down", "down", "enter")
        await user.see("This machine: the manual")
        await user.ask_in_new_session("How do I delete a session?")
        await user.read_to_end_of_turn()
        await user.see("sessions.md")


async def test_a_folder_can_be_opened_and_a_missing_one_is_named(notes: Path) -> None:
    async with driven(Settings()) as user:
        await user.see("Open a folder")
        await user.in_dialog("down", "enter")
        for missing in ("/no/such/place", "~nobody-of-this-name/papers"):
            await user.type(missing)
            await user.press("enter")
            await user.see(f"There is no folder {missing}")
            await user.press("ctrl+u")
        await user.type(str(notes))
        await user.press("enter")
        await user.see("This machine: notes")


async def test_without_a_keyring_none_is_offered_and_nothing_is_told_as_wrong() -> None:
    async with driven(Settings()) as user:
        await user.see("Esc quit")
        assert "keyring" not in user.screen
        await user.in_dialog("enter")
        await user.see("No keyring here: kept in a file that only you can read")
        await user.press("ctrl+t", "ctrl+t")
        await user.see("kept in a file that only you can read")


async def test_a_folder_without_documents_is_refused_at_its_field_and_others_can_be_chosen(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    async with driven(Settings()) as user:
        await user.see("Open a folder")
        await user.in_dialog("down", "enter")
        await user.type(str(tmp_path / "empty"))
        await user.press("enter")
        await user.until(lambda: "no document that can be read" in user.screen, 30)
        await user.see("empty")
        await user.press("escape")
        await user.see("Paste a LlamaCloud key")
        assert "no document" not in user.screen


@pytest.mark.fault(63)
async def test_a_key_with_a_space_inside_is_refused_without_showing_it() -> None:
    async with driven(Settings()) as user:
        await user.see("Paste")
        await user.in_dialog("enter")
        await user.type("llx-secret one")
        await user.press("enter")
        await user.until(lambda: "key" in user.screen.lower() and "llx-secret" not in user.screen)
        assert isinstance(user.app.screen, Welcome)


@pytest.mark.fault(64)
async def test_a_typed_key_is_not_in_a_screenshot() -> None:
    async with driven(Settings()) as user:
        await user.see("Paste")
        await user.in_dialog("enter")
        await user.type("llx-CANARY")
        await user.until(lambda: "••••••••••" in user.screen)
        assert "CANARY" not in user.app.export_screenshot()


@pytest.mark.fault(64)
async def test_a_typed_key_can_be_neither_copied_nor_cut() -> None:
    async with driven(Settings()) as user:
        await user.see("Paste a LlamaCloud key")
        await user.in_dialog("enter")
        await user.type("llx-secret")
        await user.press("shift+home", "ctrl+c")
        await user.see("again to quit")
        await user.press("ctrl+x", "super+c")
        assert user.app.clipboard == ""
        await user.press("end")
        await user.type("-key")
        field = user.app.screen.query_one(KeyInput)
        assert field.value == "llx-secret-key"


async def test_a_typed_key_connects(server: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LLAMA_CLOUD_API_KEY")
    async with driven(Settings(base_url=server.base_url)) as user:
        await user.see("Paste")
        await user.in_dialog("enter")
        await user.see("No keyring here: kept in a file")
        await user.press("ctrl+t")
        await user.see("kept for this run only")
        await user.type(f"  {server.api_key}")
        await user.press("enter")
        await user.see("LlamaCloud · 127.0.0.1")
        await user.until(lambda: bool(user.app.chat.workspace.indexes))


async def test_an_unreachable_server_is_explained_and_r_tries_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLAMA_CLOUD_API_KEY", "llx-test-key-0000")
    async with driven(Settings(base_url="http://127.0.0.1:1")) as user:
        await user.see("127.0.0.1:1")
        await user.see("refused")
        await user.press("ctrl+s", "r")
        await user.see_no("refused")
        await user.see("refused")


async def test_a_folder_is_added_read_again_and_removed_from_the_picker(notes: Path) -> None:
    async with driven(Settings(local=())) as user:
        await user.until(lambda: bool(user.app.chat.workspace.indexes))
        await user.press("ctrl+n")
        await user.in_dialog("ctrl+o")
        await user.see("Add a folder of this machine")
        await user.type(str(notes))
        await user.press("enter")
        await user.until(lambda: len(user.app.chat.workspace.indexes) == 2)
        await user.see("☐ notes")
        await user.in_dialog("down", "f5")
        await user.in_dialog("f8")
        await user.see("F8 again removes")
        await user.press("f8")
        await user.until(lambda: len(user.app.chat.workspace.indexes) == 1)


async def test_a_question_asked_before_the_connection_is_there_waits_for_its_index() -> None:
    async with driven(Settings(local=())) as user:
        await user.type("How do I delete a session?")
        await user.press("enter")
        await user.see("☑ manual")
        await user.see("ready")
        await user.in_dialog("enter")
        await user.read_to_end_of_turn()
        await user.see("sessions.md")
