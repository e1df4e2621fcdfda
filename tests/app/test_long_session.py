"""A session of many turns: its last ones are shown at once as they were kept, the others when they have arrived.

One that is not in memory any more is opened again, at the place where the reader was.
"""

from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path

import pytest

from tests.app.one_session import SESSION_ID, OneSession, one_session
from tests.app.user import User, driven
from tests.faults.driving import open_session
from tui.api.models import Event, Session, Stop, Text, Thinking, UserInput
from tui.lineview.transcript_lines import TranscriptLines
from tui.lineview.viewport import Place
from tui.rendering.lines import Line
from tui.screens.choice_list import ChoiceList
from tui.settings import Settings
from tui.store.files import store_path
from tui.store.store import Store
from tui.widgets.conversation_pane import ConversationPane

TURNS = 120
OTHERS = ("two", "three")


def turn(number: int) -> Iterator[Event]:
    yield UserInput(f"Part {number}?")
    yield Thinking(f"hidden thought {number}")
    yield Text("\n\n".join(f"Answer {number}, line {line}." for line in range(12)))
    yield Stop()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Generator[OneSession]:
    """A server that keeps silent about a session, of which this machine has a copy."""
    monkeypatch.setenv("LLAMA_CLOUD_API_KEY", "llx-key")
    monkeypatch.setattr("tui.workspace.opening.EARLIER_AFTER_SECONDS", 3600)
    events = [event for number in range(1, TURNS + 1) for event in turn(number)]
    with one_session(events) as server:
        server.may_answer.clear()
        store = Store.open(store_path())
        store.sessions.save_history(Settings(base_url=server.base_url).account, Session(SESSION_ID), events)
        store.close()
        yield server


@pytest.fixture
def settings(server: OneSession) -> Settings:
    return Settings(base_url=server.base_url)


async def open_at_once(user: User) -> ConversationPane:
    await user.press("ctrl+s", "enter")
    await user.see("Answer 120, line 11.")
    await user.press("shift+tab")
    return user.app.chat.query_one(ConversationPane)


def texts(pane: ConversationPane) -> list[str]:
    return [pane.source.line(place).text for place in pane.places]


async def test_place_cursor_and_folds_stay_when_the_rest_arrives(settings: Settings, server: OneSession) -> None:
    async with driven(settings) as user:
        pane = await open_at_once(user)
        await user.press("left_curly_bracket", "left_curly_bracket", "J", "enter")
        await user.see("hidden thought 118")
        before = texts(pane)
        server.may_answer.set()
        await user.until(lambda: len(pane.transcript) == TURNS)
        assert texts(pane) == before
        await user.press("enter")
        await user.see_no("hidden thought 118")
        await user.press("g")
        await user.see("Part 1?")
        await user.see_no("hidden thought")


async def test_it_says_what_is_missing(settings: Settings, server: OneSession) -> None:
    async with driven(settings) as user:
        pane = await open_at_once(user)
        await user.press("g")
        await user.see("… 70 earlier turns are loading")
        await user.see("Part 71?")
        before = texts(pane)[2:12]
        server.may_answer.set()
        await user.see_no("earlier turns")
        assert texts(pane)[1:11] == before


async def test_export_find_and_outline_wait_for_the_rest(
    settings: Settings, server: OneSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with driven(settings) as user:
        pane = await open_at_once(user)
        await user.press("e")
        await user.see("earlier turns are still loading")
        server.may_answer.set()
        await user.see("Export as")
        await user.in_dialog("enter")
        await user.see("Written to")
        [path] = tmp_path.glob("the-one-session-*.md")
        assert path.read_text().count("## Part ") == TURNS
        await user.press("o")
        await user.until(lambda: isinstance(user.app.screen, ChoiceList))
        await user.see("120  Part 120?")
        assert len(pane.transcript) == TURNS


async def test_the_rest_comes_from_this_machine_where_the_server_is_slow(
    settings: Settings, server: OneSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.workspace.opening.EARLIER_AFTER_SECONDS", 0)
    async with driven(settings) as user:
        pane = await open_at_once(user)
        await user.until(lambda: len(pane.transcript) == TURNS)
        assert not server.may_answer.is_set()
        await user.press("slash")
        await user.type("Answer 2, line 3")
        await user.press("enter")
        await user.see("Answer 2, line 3.")


@pytest.fixture
def one_answer(monkeypatch: pytest.MonkeyPatch) -> Generator[Settings]:
    """A server with a session that has one very long answer."""
    monkeypatch.setenv("LLAMA_CLOUD_API_KEY", "llx-key")
    hay = "hay " * 40_000
    answer = f"The first needle. {hay} The second needle. {hay} The third needle."
    with one_session([UserInput("Where is it?"), Text(answer), Stop()]) as server:
        yield Settings(base_url=server.base_url)


async def test_a_very_long_answer_is_read_once_for_all_keys_that_find_in_it(
    one_answer: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with driven(one_answer) as user:
        await user.press("ctrl+s", "enter")
        await user.see("The third needle.")
        await user.press("shift+tab", "g")
        await user.see("The first needle.")
        pane = user.app.chat.query_one(ConversationPane)
        read, lines = Counter[Place](), TranscriptLines.lines

        def reading(self: TranscriptLines, places: Iterable[Place]) -> Iterator[Line]:
            taken = [*places]
            read.update(taken)
            return lines(self, taken)

        monkeypatch.setattr(TranscriptLines, "lines", reading)
        await user.press("slash")
        await user.type("needle")
        await user.see("1 of 3")
        await user.press("enter")
        await user.until(lambda: pane.has_focus)
        for key, told in (("n", "2 of 3"), ("n", "3 of 3"), ("N", "2 of 3"), ("N", "1 of 3")):
            await user.press(key)
            await user.see(told)
        assert len(read) > 2000
        assert read.total() < 2 * len(read), read.total()


@pytest.fixture
def several(monkeypatch: pytest.MonkeyPatch) -> Generator[OneSession]:
    """A server with long sessions, before a program that keeps but one in memory."""
    monkeypatch.setenv("LLAMA_CLOUD_API_KEY", "llx-key")
    monkeypatch.setattr("tui.workspace.opening.EARLIER_AFTER_SECONDS", 3600)
    for module in ("tui.workspace.state", "tui.widgets.transcript_view"):
        monkeypatch.setattr(f"{module}.KEPT_CONVERSATIONS", 1)
    events = [event for number in range(1, TURNS + 1) for event in turn(number)]
    with one_session(events, OTHERS) as server:
        yield server


async def shown(user: User, session_id: str) -> ConversationPane:
    """Turn to a session, and wait until all of it is shown."""
    await open_session(user, session_id)
    pane = user.app.chat.query_one(ConversationPane)
    await user.until(lambda: user.app.chat.open_id == session_id and len(pane.transcript) == TURNS)
    return pane


async def look_at_others(user: User) -> None:
    for other in OTHERS:
        await shown(user, other)
    assert user.app.chat.workspace.transcript(SESSION_ID) is None


@pytest.mark.parametrize("keys", [("left_curly_bracket",) * 3, ("g", "right_curly_bracket")], ids=["late", "early"])
async def test_place_cursor_and_folds_are_as_they_were(several: OneSession, keys: tuple[str, ...]) -> None:
    async with driven(Settings(base_url=several.base_url)) as user:
        await user.until(lambda: len(user.app.chat.workspace.catalogue) == 1 + len(OTHERS))
        pane = await shown(user, SESSION_ID)
        await user.press("shift+tab", *keys, "J", "enter")
        await user.see("hidden thought")
        before = texts(pane)
        await look_at_others(user)
        several.may_answer.clear()
        await open_session(user, SESSION_ID)
        await user.until(lambda: pane.transcript.turns_before > 0)
        several.may_answer.set()
        await user.until(lambda: len(pane.transcript) == TURNS)
        await user.until(lambda: texts(pane) == before)
        await user.press("shift+tab", "enter")
        await user.see_no("hidden thought")


async def test_a_reader_who_goes_elsewhere_meanwhile_stays_there(several: OneSession) -> None:
    async with driven(Settings(base_url=several.base_url)) as user:
        await user.until(lambda: len(user.app.chat.workspace.catalogue) == 1 + len(OTHERS))
        pane = await shown(user, SESSION_ID)
        await user.press("shift+tab", "g")
        await user.see("Part 1?")
        await look_at_others(user)
        several.may_answer.clear()
        await open_session(user, SESSION_ID)
        await user.until(lambda: pane.transcript.turns_before > 0)
        await user.press("shift+tab", "g", "right_curly_bracket")
        await user.see("Part 72?")
        several.may_answer.set()
        await user.until(lambda: len(pane.transcript) == TURNS)
        await user.see("Part 72?")
        assert any("Part 72?" in text for text in texts(pane)[:3])
