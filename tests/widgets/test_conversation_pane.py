import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.strip import Strip

from tests.events import advance
from tui.api.models import Event, Stop, Text, TextDelta, Thinking, ThinkingDelta, ToolCall, ToolResult, UserInput
from tui.app import LlamaChat
from tui.conversation.transcript import Transcript
from tui.conversation.transcript_builder import replay
from tui.lineview.selectable_view import SelectableLineView
from tui.settings import Settings
from tui.widgets.conversation_pane import ConversationPane


class PaneApp(App[None]):
    """Only the pane, with the app's own styles."""

    def __init__(self) -> None:
        super().__init__(css_path=[*LlamaChat(Settings(keep=False)).css_path])

    def compose(self) -> ComposeResult:
        self.chosen: list[str] = []
        self.copied: list[str] = []
        yield ConversationPane()

    def on_conversation_pane_copy_requested(self, message: ConversationPane.CopyRequested) -> None:
        self.copied.append(message.excerpt.text)

    def on_selectable_line_view_link_chosen(self, message: SelectableLineView.LinkChosen) -> None:
        self.chosen.append(message.url)


@dataclass
class Reading:
    """A pane under a pilot."""

    app: PaneApp
    pane: ConversationPane
    pilot: "Pilot[None]"

    async def draw(self, transcript: Transcript) -> None:
        self.pane.draw(transcript)
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def settled(self) -> None:
        """Wait until nothing is looked for any more."""
        while any(not worker.is_finished for worker in self.app.workers):
            await self.pilot.pause(0.01)
        await self.pilot.pause()

    @property
    def rows(self) -> list[str]:
        return [self.pane.render_line(y).text.strip() for y in range(self.pane.size.height)]

    @property
    def text(self) -> str:
        return "\n".join(self.rows)


@asynccontextmanager
async def reading(transcript: Transcript, width: int = 80, height: int = 20) -> AsyncGenerator[Reading]:
    app = PaneApp()
    async with app.run_test(size=(width, height)) as pilot:
        pane = app.query_one(ConversationPane)
        pane.focus()
        pane.show("one", transcript)
        await pilot.pause()
        yield Reading(app, pane, pilot)


def turn(number: int, lines: int = 8) -> Iterator[Event]:
    yield UserInput(f"question {number}")
    yield Thinking(f"thinking about {number}")
    yield ToolCall(f"c{number}", "retrieve", {"query": f"topic {number}"})
    yield ToolResult(f"c{number}", "retrieve", {"results": [{"content": f"needle {number}"}]})
    yield Text("\n\n".join(f"answer {number} line {line}" for line in range(lines)))
    yield Stop()


def conversation(turns: int) -> Transcript:
    return replay(event for number in range(turns) for event in turn(number))


async def test_it_opens_at_the_end_and_follows_what_comes() -> None:
    async with reading(conversation(5)) as reader:
        assert "answer 4 line 7" in reader.rows[-1]
        growing = advance(conversation(5), UserInput("and now?"))
        await reader.draw(advance(growing, TextDelta("it goes on")))
        assert "it goes on" in reader.text


async def test_it_stays_where_the_reader_left_it_while_an_answer_streams() -> None:
    async with reading(conversation(5)) as reader:
        await reader.press("pageup")
        before = reader.rows
        growing = advance(conversation(5), UserInput("and now?"))
        for number in range(30):
            growing = advance(growing, TextDelta(f"paragraph {number}\n\n"))
            await reader.draw(growing)
            assert reader.rows == before
        await reader.press("end")
        assert "paragraph 29" in reader.text


async def test_it_stops_following_after_one_row_up_and_follows_again_at_the_bottom() -> None:
    async with reading(conversation(5)) as reader:
        await reader.press("up")
        assert not reader.pane.position.follows
        await reader.press("down")
        assert reader.pane.position.follows


async def test_thinking_that_folds_above_does_not_move_what_is_read() -> None:
    growing = advance(conversation(3), UserInput("q"))
    growing = advance(growing, ThinkingDelta("\n\n".join(f"thought {n}" for n in range(30))))
    growing = advance(growing, TextDelta("\n\n".join(f"text {n}" for n in range(30))))
    async with reading(growing) as reader:
        await reader.press("up", "up")
        before = reader.rows
        await reader.draw(advance(growing, Thinking("\n\n".join(f"thought {n}" for n in range(30)))))
        assert reader.rows == before


async def test_thinking_that_is_being_read_stays_open_when_it_is_over() -> None:
    growing = advance(Transcript(), UserInput("q"))
    growing = advance(growing, ThinkingDelta("\n\n".join(f"thought {n}" for n in range(60))))
    async with reading(growing) as reader:
        await reader.press("pageup")
        before = reader.rows
        await reader.draw(advance(growing, Thinking("\n\n".join(f"thought {n}" for n in range(60)))))
        assert reader.rows == before


async def test_unfolding_keeps_the_row_above_where_it_was() -> None:
    async with reading(conversation(3)) as reader:
        await reader.press("g", "J", "J", "J")
        place = next(y for y, row in enumerate(reader.rows) if "retrieve" in row)
        await reader.press("enter")
        assert "▾ retrieve" in reader.rows[place]
        assert "needle 0" in reader.text
        await reader.press("enter")
        assert "▸ retrieve" in reader.rows[place]


async def test_a_resize_keeps_the_reader_at_the_same_turn() -> None:
    async with reading(conversation(30)) as reader:
        await reader.press("g", "right_curly_bracket", "right_curly_bracket", "right_curly_bracket")
        assert "question 3" in reader.rows[0]
        await reader.pilot.resize_terminal(50, 12)
        await reader.pilot.pause()
        assert "question 3" in reader.rows[0]


async def test_each_conversation_keeps_its_own_place_and_folds() -> None:
    async with reading(conversation(20)) as reader:
        await reader.press("g", "J", "J", "enter")
        before = reader.rows
        reader.pane.show("two", conversation(2))
        await reader.pilot.pause()
        assert "answer 1 line 7" in reader.text
        reader.pane.show("one", conversation(20))
        await reader.pilot.pause()
        assert reader.rows == before


async def test_a_click_on_a_link_chooses_it_once() -> None:
    told = replay([UserInput("q"), Text("See [the manual](https://example.com/)."), Stop()])
    async with reading(told) as reader:
        y = next(y for y, row in enumerate(reader.rows) if "the manual" in row)
        x = reader.pane.render_line(y).text.index("manual")
        await reader.pilot.click(ConversationPane, offset=(x, y))
        await reader.pilot.pause()
        assert reader.app.chosen == ["https://example.com/"]


async def test_a_running_turn_says_what_it_does_and_for_how_long() -> None:
    running = advance(Transcript(), UserInput("q"))
    async with reading(running) as reader:
        assert "asking · 0 s · Esc stops" in reader.text
        for event in (ToolCall("a", "find", {}), ToolResult("a", "find", {}), ToolCall("b", "grep", {})):
            running = advance(running, event)
        reader.pane.waits_for = "no data for 12 s"
        await reader.draw(running)
        assert "searching · 0 s · 1 of 2 tools · no data for 12 s · Esc stops" in reader.text
        await until(lambda: "searching · 1 s" in reader.text)
        await reader.draw(advance(running, TextDelta("It is")))
        assert "answering · " in reader.text


async def until(fact: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = monotonic() + 8
    while not fact():
        assert monotonic() < deadline
        await asyncio.sleep(0.02)


async def test_many_tool_calls_in_a_row_are_one_line_that_unfolds() -> None:
    calls = [
        event
        for n in range(40)
        for event in (
            ToolCall(f"c{n}", "retrieve", {"query": f"topic {n}"}),
            ToolResult(f"c{n}", "retrieve", {"results": [{"content": f"found {n}", "file_name": f"{n % 3}.md"}] * 5}),
        )
    ]
    async with reading(replay([UserInput("q"), *calls, Text("It is."), Stop()]), height=60) as reader:
        assert "▸ 40 searches · 200 passages · 3 documents" in reader.text
        assert "topic" not in reader.text
        await reader.press("g", "J", "J", "enter")
        assert "▾ 40 searches" in reader.text
        assert "topic 0" in reader.text
        assert "topic 39" in reader.text
        await reader.press("enter")
        assert "found 0" in reader.text
        await reader.press("enter")
        assert "▸ 40 searches" in reader.text
        assert "topic" not in reader.text


async def test_text_is_no_wider_than_can_be_read() -> None:
    told = replay([UserInput("q"), Text("word " * 100), Stop()])
    async with reading(told, width=200) as reader:
        rows = [row for row in reader.rows if row.startswith("word")]
        assert len(rows) > 4
        assert max(map(len, rows)) <= 110


async def test_only_what_is_near_the_screen_is_rendered() -> None:
    async with reading(conversation(5000)) as reader:
        source: Any = reader.pane.source
        assert len(source._rendered) < 12
        await reader.press("g")
        await reader.press("end")
        assert len(source._rendered) < 24


async def test_a_delta_repaints_only_the_rows_it_changes() -> None:
    growing = advance(conversation(3), UserInput("q"))
    growing = advance(growing, TextDelta("first "))
    async with reading(growing) as reader:
        before: list[Strip] = [reader.pane.render_line(y) for y in range(20)]
        await reader.draw(advance(growing, TextDelta("second")))
        after = [reader.pane.render_line(y) for y in range(20)]
        assert sum(old is not new for old, new in zip(before, after, strict=True)) == 1


async def test_nothing_is_drawn_again_when_nothing_changed() -> None:
    transcript = conversation(5)
    async with reading(transcript) as reader:
        before = [reader.pane.render_line(y) for y in range(20)]
        await reader.draw(transcript)
        assert all(old is new for old, new in zip(before, [reader.pane.render_line(y) for y in range(20)], strict=True))


async def test_a_huge_result_shows_its_beginning_and_says_how_much_there_is() -> None:
    huge = replay([UserInput("q"), ToolCall("a", "read", {}), ToolResult("a", "read", "line\n" * 2_000_000), Stop()])
    async with reading(huge, height=30) as reader:
        await reader.press("g", "J", "J", "enter", "end")
        assert "the beginning of 2,000,000 lines" in reader.text


@pytest.mark.fault(1)
async def test_control_sequences_in_a_conversation_are_shown_and_not_sent() -> None:
    hostile = "\x1b]52;c;eA==\x07 \x9b31m \x1b[2J"
    events = [UserInput(hostile), Thinking(hostile), ToolCall("a", hostile, {hostile: hostile})]
    told = replay([*events, ToolResult("a", "x", {"k": hostile}), Text(hostile), Stop(is_error=True, error=hostile)])
    async with reading(told, height=40) as reader:
        await reader.press("ctrl+o")
        assert not any(char < " " or "\x7f" <= char < "\xa0" for row in reader.rows for char in row)
        assert "␛]52" in reader.text


async def test_what_is_taken_back_is_looked_for_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    async def slowly(steps: Iterator[None]) -> None:
        for _ in steps:
            await asyncio.sleep(0)

    monkeypatch.setattr("tui.widgets.conversation_pane.run_in_slices", slowly)
    told = replay([event for number in range(40) for event in turn(number)])
    async with reading(told) as reader:
        before = reader.rows
        for begun in (False, True):
            reader.pane.find("answer 39 line 1")
            for _ in range(10 * begun):
                await asyncio.sleep(0)
            reader.pane.find("")
            await reader.settled()
            assert reader.rows == before


async def test_what_is_found_in_one_conversation_is_not_gone_to_in_another() -> None:
    one, other = (replay([event for number in numbers for event in turn(number)]) for numbers in (range(40), (7, 8)))
    async with reading(one) as reader:
        reader.pane.find("answer 3")
        reader.pane.show("other", other)
        await reader.settled()
        before = reader.rows
        await reader.press("n")
        assert (reader.rows, reader.pane.is_finding) == (before, False)
        reader.pane.find("answer 8 line 2")
        await reader.settled()
        assert "answer 8 line 2" in reader.text
        reader.pane.show("one", one)
        await reader.settled()
        assert not reader.pane.is_finding


async def test_what_was_copied_in_one_conversation_is_not_gone_on_with_in_another() -> None:
    one, other = (replay([UserInput("q"), Text(f"```\n{code}()\n```"), Stop()]) for code in ("one", "other"))
    async with reading(one) as reader:
        await reader.press("y", "c")
        assert reader.app.copied[1:] == ["one()\n"]
        for session_id, transcript in (("other", other), ("one", one)):
            reader.pane.show(session_id, transcript)
            await reader.press("c")
            assert len(reader.app.copied) == 2


async def test_letters_of_one_conversation_lead_nowhere_in_another() -> None:
    one, other = (replay([UserInput("q"), Text(f"[{at}](https://{at}/) [it](https://it/)"), Stop()]) for at in "xy")
    async with reading(one) as reader:
        before = reader.text
        await reader.press("f")
        assert reader.text != before
        for session_id, transcript in (("other", other), ("one", one)):
            reader.pane.show(session_id, transcript)
            await reader.press("a")
            assert reader.app.chosen == []
        assert reader.text == before
