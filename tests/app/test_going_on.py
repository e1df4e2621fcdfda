"""Going on with a session of an earlier run."""

from tests.app.user import User, driven
from tests.local.server import Connection, connected
from tui.app import LlamaChat
from tui.command_line import command_to_go_on
from tui.settings import LAST_SESSION, Settings


async def ask_two(settings: Settings) -> list[str]:
    """Ask in two sessions; their ids, that of the one left open last."""
    async with driven(settings) as user:
        await user.ask_in_new_session("Who leads science?")
        await user.read_to_end_of_turn()
        first = user.app.chat.open_id
        await user.press("ctrl+n")
        await user.in_dialog("enter")
        await user.until(lambda: user.app.chat.open_id is None)
        await user.type("Who leads navigation?")
        await user.press("enter")
        await user.read_to_end_of_turn()
        second = user.app.chat.open_id
        assert first is not None
        assert second is not None
        await user.press("ctrl+s", "j", "enter")
        await user.until(lambda: user.app.chat.open_id == first)
        return [first, second]


async def test_the_session_that_was_open_last_is_opened(settings: Settings) -> None:
    first, second = await ask_two(settings)
    for session, opened in ((LAST_SESSION, first), (second, second), (LAST_SESSION, second)):
        app = LlamaChat(settings, session)
        async with app.run_test(size=(120, 36)) as pilot:
            user = User(app, pilot)
            await user.until(lambda app=app, opened=opened: app.chat.open_id == opened)
            if opened == first:
                await user.see("Bo Lin leads science.")
            await app.action_quit()


async def test_a_session_that_this_machine_has_not_seen_is_asked_of_the_server(
    settings: Settings, server: Connection
) -> None:
    with connected(server) as http:
        made = http.post("/api/v1/chat", json={}).raise_for_status().json()
    app = LlamaChat(settings, made["session_id"])
    async with app.run_test(size=(120, 36)) as pilot:
        await User(app, pilot).until(lambda: app.chat.open_id == made["session_id"])
        await app.action_quit()


async def test_a_session_that_is_nowhere_is_told_in_words(settings: Settings) -> None:
    app = LlamaChat(settings, "ses-nowhere")
    async with app.run_test(size=(120, 36)) as pilot:
        await User(app, pilot).see("There is no session ses-nowhere here.")
        await app.action_quit()


def test_a_session_of_a_profile_that_was_switched_to_is_opened_in_it() -> None:
    started = ["--local", "/papers", "--session", "s-0"]
    assert command_to_go_on(started, "s-1") == "llamachat-tui --session s-1 --local /papers"
    assert command_to_go_on(started, "s-1", "work") == "llamachat-tui --session s-1 --profile work"
