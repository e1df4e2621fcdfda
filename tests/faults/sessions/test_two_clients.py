"""Two programs on two machines, as far as they can tell, in one session of one server."""

from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from tests.app.user import User, driven
from tests.faults.driving import ask, words_on
from tests.local.chat.test_turns import Gate
from tests.local.inprocess import KEY, Stage, served
from tui.settings import Settings
from tui.widgets.composer import Composer

PROMPT = "\N{HEAVY RIGHT-POINTING ANGLE QUOTATION MARK ORNAMENT}"
FIRST, SECOND, THIRD = "Who leads navigation?", "When was the probe launched?", "Who leads science?"


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def server(stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[httpx.Client]:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "crew.md").write_text("# Crew\n\n- Ada Sol leads navigation.\n- Bo Lin leads science.\n")
    monkeypatch.setenv("LLAMA_CLOUD_API_KEY", KEY)
    with served(folder, tmp_path / "data", stage) as http:
        yield http


@asynccontextmanager
async def machine(name: str, server: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[User]:
    monkeypatch.setenv("LLAMACHAT_STATE_DIR", str(Path.home() / name))
    async with driven(Settings(base_url=str(server.base_url)), rows=90) as user:
        await user.until(lambda: user.app.chat.workspace.is_live)
        yield user


async def open_newest(user: User) -> None:
    await user.press("ctrl+s", "enter")


def questions_on(user: User) -> list[str]:
    return [line.partition(PROMPT)[2].strip() for line in user.lines if PROMPT in line]


@pytest.mark.fault(31, 57)
async def test_two_programs_in_one_session_see_each_other_s_turns_in_the_order_of_the_server(
    server: httpx.Client, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with machine("here", server, monkeypatch) as here, machine("there", server, monkeypatch) as there:
        await here.ask_in_new_session(FIRST)
        await here.see("Ada Sol")
        await here.until(lambda: not here.app.chat.workspace.turns.busy)
        await there.press("f5")
        await there.see(FIRST)
        await open_newest(there)
        await there.see("Ada Sol")

        quoting, gate = stage.agent, Gate()
        stage.agent = gate
        await ask(here, SECOND)
        await here.see("Half")
        await ask(there, THIRD)
        await there.until(lambda: "still running" in words_on(there))
        assert "check again in a moment" in words_on(there)
        assert there.app.chat.query_one(Composer).text == THIRD
        gate.open.set()
        await here.see("Half and half.")

        stage.agent = quoting
        await there.press("enter")
        await there.see("Bo Lin leads science. [1]")
        await there.until(lambda: not there.app.chat.workspace.turns.busy)
        for user in (here, there):
            await open_newest(user)
            await user.until(lambda user=user: questions_on(user) == [FIRST, SECOND, THIRD])
            assert "Half and half." in user.screen
    (session,) = server.get("/api/v1/chat").json()["items"]
    events = server.get(f"/api/v1/chat/{session['session_id']}").json()["events"]
    asked = [event["content"] for event in events if event["type"] == "user_input"]
    assert asked == [FIRST, SECOND, THIRD]
