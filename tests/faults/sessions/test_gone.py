"""Sessions and indexes that another client deletes on the server while the app works with them."""

from pathlib import Path

import pytest

from tests.faults.driving import ask, behind, in_session, words_on
from tests.faults.proxy import FaultProxy
from tests.faults.test_asleep import InTwoHalves
from tests.local.server import Connection, connected, until_synced
from tui.widgets.composer import Composer

QUESTION = "When was the Heron probe launched?"
ANSWER = "March 2031"


def asked_in(proxy: FaultProxy, session_id: str) -> int:
    return sum(target.startswith(f"POST /api/v1/chat/{session_id}/messages") for target in proxy.requests)


@pytest.mark.fault(55)
async def test_a_session_deleted_elsewhere_while_it_is_read_and_written_in_goes_on_in_a_new_one(
    proxy: FaultProxy, server: Connection
) -> None:
    async with behind(proxy) as user:
        session_id = await in_session(user)
        await user.type(QUESTION)
        with connected(server) as http:
            http.delete(f"/api/v1/chat/{session_id}").raise_for_status()
        await user.press("ctrl+s", "enter")
        await user.until(lambda: "questions need a new session" in words_on(user))
        assert "Ada Sol" in user.screen
        assert user.app.chat.query_one(Composer).text == QUESTION
        await user.press("enter")
        await user.see(ANSWER)
        assert asked_in(proxy, session_id) == 1
        assert user.app.chat.open_id != session_id
        assert proxy.prompts.count(QUESTION) == 1


@pytest.mark.fault(55)
async def test_a_session_deleted_elsewhere_in_mid_turn_keeps_what_came_and_what_is_typed(
    proxy: FaultProxy, server: Connection
) -> None:
    async with behind(proxy) as user:
        session_id = await in_session(user)
        half = InTwoHalves(is_cut=True)
        proxy.next_turns.append(half.fault)
        await ask(user, QUESTION)
        await user.until(lambda: half.is_half_given)
        await user.type("and then")
        with connected(server) as http:
            http.delete(f"/api/v1/chat/{session_id}").raise_for_status()
        half.goes_on = True
        await user.until(lambda: "questions need a new session" in words_on(user))
        assert QUESTION in user.screen
        assert "retrieve" in user.screen.rpartition(QUESTION)[2]
        assert user.app.chat.query_one(Composer).text == "and then"
        await user.until(lambda: not user.app.chat.workspace.turns.busy)
        assert asked_in(proxy, session_id) == 2


@pytest.mark.fault(59)
async def test_an_index_that_is_gone_is_told_in_the_server_s_words_and_the_question_stays(
    proxy: FaultProxy, server: Connection, tmp_path: Path
) -> None:
    folder = tmp_path / "more"
    folder.mkdir()
    (folder / "moss.md").write_text("# Moss\n\nMoss grows in the shade.\n")
    with connected(server) as http:
        index_id = http.post("/api/v1/indexes", json={"source_directory_id": str(folder)}).json()["id"]
        until_synced(http)
        async with behind(proxy) as user:
            await user.until(lambda: len(user.app.chat.workspace.indexes) == 2)
            await user.press("ctrl+n")
            await user.see("☐ more")
            await user.in_dialog("m", "o", "r", "e", "enter")
            await ask(user, "Where does moss grow?")
            await user.see("in the shade")
            await user.until(lambda: not user.app.chat.workspace.turns.busy)
            http.delete(f"/api/v1/indexes/{index_id}").raise_for_status()
            await ask(user, "Where does moss grow, again?")
            await user.until(lambda: "not known here any more. Start a session on another" in words_on(user))
            assert user.app.chat.query_one(Composer).text == "Where does moss grow, again?"
            assert "in the shade" in user.screen
