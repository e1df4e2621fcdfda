"""Going on with a session of an earlier run."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from tests.app.one_session import SESSION_ID, OneSession, one_session
from tests.app.user import User, driven
from tests.local.server import Connection, connected
from tui.api.models import Stop, Text, UserInput
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


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLAMA_CLOUD_API_KEY", "llx-key")


@asynccontextmanager
async def looking_for_one() -> AsyncGenerator[tuple[User, OneSession]]:
    """The app, which was started with a session that it has never seen, and the server, which takes its time."""
    with one_session([UserInput("Who leads science?"), Text("Bo Lin."), Stop()], ["two"]) as server:
        server.may_answer.clear()
        app = LlamaChat(Settings(base_url=server.base_url), SESSION_ID)
        async with app.run_test(size=(120, 36)) as pilot:
            user = User(app, pilot)
            await user.see("Looking for the session…")
            await user.see("Session two")
            await user.type("And who before?")
            yield user, server
            server.may_answer.set()
            await app.action_quit()


@pytest.mark.usefixtures("key")
async def test_what_is_typed_while_the_session_is_looked_for_is_meant_for_it() -> None:
    async with looking_for_one() as (user, server):
        composer = user.app.chat.composer
        await user.press("enter")
        await user.see("The session is still being looked for.")
        assert composer.text == "And who before?"
        server.may_answer.set()
        await user.see("Bo Lin.")
        assert composer.text == "And who before?"
        assert "still being looked for" not in user.screen
        await user.press("ctrl+s", "j", "enter")
        await user.until(lambda: user.app.chat.open_id == "two" and not composer.text)
        await user.press("ctrl+n")
        await user.in_dialog("enter")
        await user.see("New session")
        assert not composer.text


@pytest.mark.usefixtures("key")
async def test_who_goes_elsewhere_while_the_session_is_looked_for_stays_there() -> None:
    async with looking_for_one() as (user, server):
        await user.press("ctrl+s", "j", "enter")
        await user.until(lambda: user.app.chat.open_id == "two")
        server.may_answer.set()
        await user.see("Bo Lin.")
        assert user.app.chat.open_id == "two"
        assert not user.app.chat.composer.text
        await user.press("ctrl+s", "k", "enter")
        await user.until(lambda: user.app.chat.composer.text == "And who before?")


@pytest.mark.usefixtures("key")
async def test_a_new_session_takes_along_what_was_written_for_the_one_that_was_looked_for() -> None:
    async with looking_for_one() as (user, server):
        await user.press("ctrl+n")
        await user.in_dialog("enter")
        await user.see("New session")
        assert user.app.chat.composer.text == "And who before?"
        server.may_answer.set()
        await user.see("The one session")
        assert user.app.chat.open_id is None


async def test_where_the_session_is_nowhere_what_was_typed_stays(settings: Settings) -> None:
    app = LlamaChat(settings, "ses-nowhere")
    async with app.run_test(size=(120, 36)) as pilot:
        user = User(app, pilot)
        await user.type("And who before?")
        await user.see("There is no session ses-nowhere here.")
        assert app.chat.composer.text == "And who before?"
        await app.action_quit()


def test_a_session_of_a_profile_that_was_switched_to_is_opened_in_it() -> None:
    started = ["--local", "/papers", "--session", "s-0"]
    assert command_to_go_on(started, "s-1") == "llamachat-tui --session s-1 --local /papers"
    assert command_to_go_on(started, "s-1", "work") == "llamachat-tui --session s-1 --profile work"
