"""What the pane keeps of the conversations that it has shown."""

import asyncio
import gc
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from textual.timer import Timer

from tests.widgets.test_conversation_pane import reading, until
from tui.api.models import Stop, Text, UserInput
from tui.conversation.transcript import KEPT_CONVERSATIONS, Transcript, Turn
from tui.conversation.transcript_builder import replay
from tui.lineview.transcript_lines import HEAVY_ROWS
from tui.rendering.lines import Line
from tui.widgets.conversation_pane import ConversationPane

LONG_ROWS = HEAVY_ROWS + 200
LONG_TABLE = "|a|b|\n|-|-|\n" + "".join(f"|row {number}|2|\n" for number in range(LONG_ROWS))


def conversation(number: int) -> Transcript:
    return replay([UserInput(f"Drawn question {number}?"), Text("Yes."), Stop()])


def turns_in_memory() -> int:
    gc.collect()
    return sum(isinstance(each, Turn) and (each.question or "").startswith("Drawn") for each in gc.get_objects())


async def test_of_many_conversations_only_the_last_stay_drawn() -> None:
    many = 2 * KEPT_CONVERSATIONS
    async with reading(Transcript()) as reader:
        for number in range(many):
            reader.pane.show(str(number), conversation(number))
            await reader.pilot.pause()
        assert f"Drawn question {many - 1}?" in reader.text
        assert 0 < turns_in_memory() <= KEPT_CONVERSATIONS
        reader.pane.show("0", conversation(0))
        await reader.pilot.pause()
        assert "Drawn question 0?" in reader.text


def rows_in_memory() -> int:
    gc.unfreeze()
    gc.collect()
    return sum(isinstance(each, Line) for each in gc.get_objects())


async def test_the_rows_of_a_long_answer_are_let_go_of_but_not_the_place_in_it() -> None:
    long_one = replay([UserInput("Long?"), Text(LONG_TABLE), Stop()])
    others = rows_in_memory()
    async with reading(long_one) as reader:
        await until(lambda: f"row {LONG_ROWS - 1}" in reader.text)
        await reader.press("home")
        await reader.press(*["pagedown"] * 20)
        before, long = reader.rows, rows_in_memory()
        reader.pane.show("another", conversation(1))
        await reader.pilot.pause()
        assert "Drawn question 1?" in reader.text
        assert long > others + LONG_ROWS
        assert rows_in_memory() < others + LONG_ROWS // 3
        reader.pane.show("one", long_one)
        await until(lambda: reader.rows == before)


async def test_the_place_in_a_long_answer_is_found_after_earlier_turns_came() -> None:
    whole = replay([UserInput("First?"), Text("Yes."), Stop(), UserInput("Long?"), Text(LONG_TABLE), Stop()])
    last = replace(replay([UserInput("Long?"), Text(LONG_TABLE), Stop()]), turns_before=1)
    async with reading(last) as reader:
        await until(lambda: f"row {LONG_ROWS - 1}" in reader.text)
        await reader.press(*["pageup"] * 20)
        before = reader.rows
        reader.pane.show("another", conversation(1))
        await reader.pilot.pause()
        reader.pane.show("one", whole)
        await until(lambda: reader.rows == before)


async def test_where_nothing_happens_nothing_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.widgets.transcript_view.TICK_SECONDS", 0.01)
    set_timer, looks = ConversationPane.set_timer, Counter[bool]()

    def counted(pane: ConversationPane, *timer: Any, **options: Any) -> Timer:
        looks[pane.transcript.is_busy] += 1
        return set_timer(pane, *timer, **options)

    monkeypatch.setattr(ConversationPane, "set_timer", counted)
    async with reading(replay([UserInput("Why?")])) as reader:
        await until(lambda: looks[True] > 10)
        await reader.draw(conversation(1))
        await reader.settled()
        await asyncio.sleep(0.1)
        until_now = looks.copy()
        await asyncio.sleep(0.1)
        assert looks == until_now
