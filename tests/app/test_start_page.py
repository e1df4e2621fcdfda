"""What stands there before there is a conversation."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.app.one_session import one_session
from tests.app.user import driven
from tui.api.models import UserInput
from tui.conversation.catalogue import now
from tui.settings import Settings
from tui.widgets.composer import Composer
from tui.widgets.conversation_pane import ConversationPane


async def test_the_start_page_says_what_is_open_and_offers_questions_from_its_headings(settings: Settings) -> None:
    async with driven(settings) as user:
        await user.see("notes · 2 documents · read just now")
        await user.see("What does heron.md say about “Budget”?")
        composer = user.app.chat.query_one(Composer)
        await user.press("up")
        await user.until(lambda: not composer.has_focus)
        await user.press("enter")
        await user.until(lambda: composer.has_focus and "say about" in composer.text)
        await user.press("enter")
        await user.read_to_end_of_turn()


async def test_the_first_conversation_finds_its_pane_mounted(settings: Settings) -> None:
    async with driven(settings) as user:
        view = user.app.chat.view
        await user.until(lambda: bool(view.body.query(ConversationPane)))
        assert view.start_page.display
        assert not view.body.display
        await user.ask_in_new_session("Who leads science?")


async def test_ages_go_on_while_nothing_happens(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.screens.browsing.AGES_AFTER_SECONDS", 0.05)
    async with driven(settings) as user:
        await user.ask_in_new_session("Who leads science?")
        await user.press("ctrl+n")
        await user.in_dialog("enter")
        await user.see("read just now")
        assert any("Who leads science?" in line and "now" in line for line in user.lines)
        for module in ("tui.screens.starting", "tui.widgets.sessions.session_list"):
            monkeypatch.setattr(f"{module}.now", lambda: now() + timedelta(minutes=5))
        await user.see("read 5 min ago")
        assert any("Who leads science?" in line and "5 min" in line for line in user.lines)


async def test_what_is_typed_on_the_questions_goes_to_the_composer(settings: Settings) -> None:
    async with driven(settings) as user:
        await user.see("heron.md say about")
        await user.press("up", "W", "h", "o")
        composer = user.app.chat.query_one(Composer)
        await user.until(lambda: composer.text == "Who")


async def test_of_many_indexes_some_are_named(tmp_path: Path) -> None:
    folders = [tmp_path / f"folder-{number}" for number in range(12)]
    for folder in folders:
        folder.mkdir()
        (folder / "heron.md").write_text("A heron waits.")
    async with driven(Settings(local=tuple(folders))) as user:
        await user.see("12 indexes: folder-")
        await user.see("and 2 more")


async def test_a_question_is_clicked(settings: Settings) -> None:
    async with driven(settings) as user:
        await user.see("heron.md say about")
        await user.pilot.click(offset=user.place_of("heron.md say about"))
        await user.until(lambda: "heron.md" in user.app.chat.query_one(Composer).text)


async def test_with_one_index_a_question_is_asked_at_once(settings: Settings) -> None:
    async with driven(settings) as user:
        await user.until(lambda: bool(user.app.chat.workspace.indexes))
        await user.type("Who leads science?")
        await user.press("enter")
        await user.see("Bo Lin")


async def test_offline_the_problem_is_told_once_and_tried_again_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLAMA_CLOUD_API_KEY", "llx-test-key-0000")
    monkeypatch.setattr("tui.widgets.start_page.RETRY_SECONDS", (2,))
    async with driven(Settings(base_url="http://127.0.0.1:1")) as user:
        await user.see("Trying again in 2 s · F5 tries now")
        assert user.screen.count("refused") == 1
        await user.see("Trying again in 1 s")
        await user.see_no("refused")
        await user.see("Trying again in 2 s")
        await user.press("ctrl+n")
        await user.see("Not connected")


async def test_the_list_over_the_start_page_shows_wide_letters_whole(settings: Settings) -> None:
    async with driven(settings, columns=80, rows=16) as user:
        await user.ask_in_new_session("東京の庭 桜")
        await user.read_to_end_of_turn()
        await user.press("ctrl+n")
        await user.in_dialog("enter")
        await user.until(lambda: user.app.chat.open_id is None)
        await user.press("ctrl+s")
        await user.see("東京の庭 桜")


async def test_while_the_server_wants_to_be_waited_for_it_is_said_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLAMA_CLOUD_API_KEY", "llx-test-key-0000")
    with one_session([UserInput("Why?")]) as server:
        server.refusals = 1
        async with driven(Settings(base_url=server.base_url)) as user:
            await user.see("s left")
            assert "Too many requests in a short time" in user.screen
            assert "No sessions yet." not in user.screen
            await user.see("The one session")
            await user.see_no("Too many requests")
