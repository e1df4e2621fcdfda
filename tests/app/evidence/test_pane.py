"""What an answer was built from: shown beside it, in its document, over the session and step by step."""

from collections.abc import Generator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from tests.app.user import User, driven
from tests.local.documents import pdf
from tui.conversation import evidence
from tui.conversation.evidence import Evidence, gathering
from tui.conversation.transcript import Answer, Transcript, Turn
from tui.settings import Settings
from tui.widgets.composer import Composer
from tui.widgets.conversation_pane import ConversationPane
from tui.widgets.evidence.evidence_pane import EvidencePane
from tui.widgets.evidence.pane_head import PaneHead
from tui.widgets.evidence.source_list import SourceList

BROAD, NARROW = (160, 45), (80, 24)
FILLER = "\n\n".join(f"Line {number} of the log tells of moss and rain." for number in range(400))


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "heron.md").write_text(
        f"# Heron\n\n{FILLER}\n\n## Budget\n\nThe **budget** of the heron is 40 million euros.\n\n## Rest\n\n{FILLER}\n"
    )
    (folder / "budget.md").write_text("# Budget rules\n\nEvery budget is checked twice.\n")
    (folder / "report.pdf").write_bytes(
        pdf([["The first page is about moss."], ["The heron was seen on the second page."], ["The third page ends."]])
    )
    return folder


async def asked(user: User, question: str = "What is the budget of the heron?") -> ConversationPane:
    await user.ask_in_new_session(question)
    await user.read_to_end_of_turn()
    await user.press("shift+tab", "g")
    return user.app.chat.query_one(ConversationPane)


async def test_evidence_stands_beside_the_answer_and_opens_on_what_it_cites(settings: Settings) -> None:
    async with driven(settings, *BROAD) as user:
        pane = await asked(user)
        before = user.lines
        await user.press("s")
        await user.see("Cited ·")
        assert any("What is the budget" in line and "Evidence" in line for line in user.lines[:4])
        sources = user.app.chat.query_one(SourceList)
        await user.until(lambda: sources.has_focus and sources.source_at_cursor is not None)
        source = sources.source_at_cursor
        assert source is not None
        assert source.is_cited
        await user.see("The budget of the heron is 40 million euros.")
        await user.press("escape")
        await user.until(lambda: pane.has_focus)
        await user.until(lambda: user.lines == before)


async def test_on_a_narrow_terminal_it_takes_the_answer_s_place_and_gives_it_back(settings: Settings) -> None:
    async with driven(settings, *NARROW) as user:
        pane = await asked(user)
        await user.press("j", "j")
        before = user.lines
        await user.press("s")
        await user.see("Cited ·")
        await user.see_no("▸ retrieve")
        await user.press("j", "j", "space", "J", "escape")
        await user.until(lambda: user.lines == before)
        assert pane.has_focus


async def test_a_passage_is_read_on_in_its_document_both_ways(settings: Settings) -> None:
    async with driven(settings, *BROAD) as user:
        await asked(user)
        await user.press("s")
        await user.see("Cited ·")
        place = user.lines
        await user.press("enter")
        await user.see("Line 399 of the log")
        await user.press("g")
        await user.until(lambda: user.app.chat.query_one(EvidencePane).document.position.top.section > 0)
        for _ in range(40):
            if "The document begins here." in user.screen:
                break
            await user.press("g")
            await user.pilot.pause(0.02)
        await user.see("The document begins here.")
        await user.see("Line 0 of the log")
        for _ in range(40):
            if "The document ends here." in user.screen:
                break
            await user.press("G")
            await user.pilot.pause(0.02)
        await user.see("The document ends here.")
        await user.press("escape")
        await user.until(lambda: user.lines == place)


async def test_what_its_document_has_no_more_is_said_to_be_quoted_as_it_was(settings: Settings, notes: Path) -> None:
    rules = notes / "budget.md"
    async with driven(settings, *BROAD) as user:
        await asked(user, "How often is every budget checked?")
        await user.press("1")
        await user.press("enter")
        await user.see("The document begins here.")
        await user.see_no("as it was found")
        await user.press("escape", "escape", "tab")
        rules.write_text(rules.read_text().replace("twice", "by three people"))
        await user.type("Who checks every budget?")
        await user.press("enter")
        await user.see("by three people")
        await user.press("shift+tab", "g", "J", "1", "enter")
        await user.see("The document begins here.")
        await user.see("This is quoted as it was found.")
        assert user.screen.count("Every budget is checked twice.") == len(["answer", "quotation"])
        assert user.screen.count("Every budget is checked by three people.") == len(["answer", "document"])


async def test_the_next_passage_of_the_document_and_a_number_lead_on(settings: Settings) -> None:
    async with driven(settings, *BROAD) as user:
        await asked(user)
        await user.press("s")
        await user.see("Cited ·")
        sources = user.app.chat.query_one(SourceList)
        await user.until(lambda: sources.source_at_cursor is not None)
        first = sources.source_at_cursor
        assert first is not None
        await user.press("n")
        await user.until(lambda: sources.source_at_cursor not in (None, first))
        second = sources.source_at_cursor
        assert second is not None
        assert second.passage.file == first.passage.file
        await user.press("N")
        await user.until(lambda: sources.source_at_cursor == first)
        await user.press(str(second.numbers[0]))
        await user.until(lambda: sources.source_at_cursor == second)
        await user.press("9")
        await user.see("[9] leads nowhere")


async def test_a_passage_is_copied_with_its_citation(settings: Settings) -> None:
    async with driven(settings) as user:
        await asked(user, "Where was the heron seen?")
        await user.press("1", "y")
        await user.see("Sent the passage with its citation")
        assert user.app.clipboard.startswith("The heron was seen on the second page.\n\n— report.pdf")
        assert user.app.clipboard.endswith("p. 2")


async def test_a_file_that_is_not_on_this_machine_says_so(settings: Settings) -> None:
    async with driven(settings) as user:
        await asked(user)
        await user.press("s", "o")
        await user.see("not on this machine")


async def test_the_file_of_a_passage_is_opened_where_it_is_on_this_machine(
    notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []

    def open_file(path: Path, _: str) -> None:
        opened.append(path)

    monkeypatch.setattr("tui.workspace.opening_files.open_file", open_file)
    async with driven(Settings(local=(notes,))) as user:
        await asked(user)
        await user.press("1", "o")
        await user.until(lambda: opened == [notes / "heron.md"])
        await user.see("· Opened")


async def test_the_evidence_follows_the_cursor_to_another_turn(settings: Settings) -> None:
    async with driven(settings, *BROAD) as user:
        pane = await asked(user)
        await user.press("tab")
        await user.type("Where was the heron seen?")
        await user.press("enter")
        await user.until(lambda: len(pane.transcript) == 2 and not user.app.chat.workspace.turns.busy)
        await user.press("shift+tab", "G", "s")
        await user.see("p. 2 · score")
        await user.press("shift+tab", *"KKKKKKKK")
        await user.until(lambda: pane.has_focus)
        await user.see("2 cited")
        await user.see_no("p. 2 · score")


async def test_the_evidence_of_a_new_question_comes_by_itself(settings: Settings) -> None:
    async with driven(settings, *BROAD) as user:
        await asked(user)
        await user.press("s")
        await user.see("Cited ·")
        user.app.chat.set_focus(user.app.chat.composer)
        await user.type("Where was the heron seen?")
        await user.press("enter")
        await user.see("p. 2 · score")
        assert user.app.chat.area.is_checking


async def test_on_a_narrow_terminal_a_new_question_uncovers_the_conversation(settings: Settings) -> None:
    async with driven(settings, *NARROW) as user:
        pane = await asked(user)
        await user.press("s")
        await user.see("Cited ·")
        await user.press("W")
        await user.type("ho was seen?")
        await user.press("enter")
        await user.see("Who was seen?")
        await user.until(lambda: pane.display and not user.app.chat.area.is_checking)


async def test_a_resized_terminal_moves_the_evidence_beside_or_over_the_answer(settings: Settings) -> None:
    async with driven(settings, *NARROW) as user:
        await asked(user)
        await user.press("s")
        await user.see("Cited ·")
        await user.see_no("▸ retrieve")
        await user.pilot.resize_terminal(*BROAD)
        await user.see("▸ retrieve")
        await user.see("Cited ·")
        await user.pilot.resize_terminal(*NARROW)
        await user.see_no("▸ retrieve")


async def go_down_to(user: User, row: str) -> None:
    """Press j until a row is under the cursor."""
    for _ in user.lines:
        if row in user.screen:
            return
        await user.press("j")
    raise AssertionError(f"{row!r} is on none of the rows:\n{user.screen}")


async def test_the_ledger_leads_to_a_turn_and_its_passage(settings: Settings) -> None:
    async with driven(settings) as user:
        pane = await asked(user)
        await user.press("tab")
        await user.type("Where was the heron seen?")
        await user.press("enter")
        await user.until(lambda: len(pane.transcript) == 2 and not user.app.chat.workspace.turns.busy)
        await user.press("shift+tab", "l")
        await user.see("Ledger of this session · 2 turns")
        await user.see("report.pdf")
        row = next(line for line in user.lines if "p. 2" in line)
        assert "turn 2" in row
        await go_down_to(user, "▌   p. 2")
        await user.in_dialog("enter")
        await user.see("The heron was seen on the second page.")
        assert user.app.chat.area.is_checking


async def test_the_trace_tells_the_steps_and_leads_to_them(settings: Settings) -> None:
    async with driven(settings) as user:
        pane = await asked(user)
        await user.press("t")
        await user.see("Turn 1 · What is the budget of the heron?")
        await user.see("thought → retrieve")
        await user.see("only their order is known")
        await user.press("j")
        await user.in_dialog("enter")
        await user.until(lambda: pane.has_focus and user.app.screen is user.app.chat)
        await user.press("enter")
        await user.see("▾ retrieve")


async def test_typing_in_the_evidence_goes_on_in_the_composer(settings: Settings) -> None:
    async with driven(settings, *NARROW) as user:
        await asked(user)
        await user.press("s")
        await user.see("Cited ·")
        await user.press("W")
        await user.until(lambda: user.app.chat.composer.text == "W")


@pytest.mark.parametrize("way", ["by its key", "from the ledger"])
async def test_evidence_that_is_ready_late_leaves_the_reader_where_they_went(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    is_ready = False

    def late(turn: Turn) -> Generator[None, None, Evidence]:
        while not is_ready:
            yield
        return (yield from gathering(turn))

    async with driven(settings) as user:
        await asked(user)
        composer = user.app.chat.query_one(Composer)
        if way == "from the ledger":
            await user.press("l")
            await user.see("Ledger of this session")
        monkeypatch.setattr(evidence, "gathering", late)
        if way == "by its key":
            await user.press("s")
        else:
            await go_down_to(user, "▌   ")
            await user.in_dialog("enter")
        await user.until(lambda: is_gathering(user))
        await user.press("tab")
        await user.until(lambda: composer.has_focus)
        is_ready = True
        await user.until(lambda: not is_gathering(user))
        await user.type("what, so?")
        await user.until(lambda: composer.text == "what, so?")
        assert not user.app.chat.area.is_checking


def always(transcript: Transcript, _: str | None) -> Transcript:
    return transcript


def is_gathering(user: User) -> bool:
    return any(worker.group == "gathering" for worker in user.app.workers)


class Gatherings:
    """Counts how often evidence is gathered, and holds it up while `is_held`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        self.is_held = False
        monkeypatch.setattr(evidence, "gathering", self._gathering)

    def _gathering(self, turn: Turn) -> Generator[None, None, Evidence]:
        self.count += 1
        while self.is_held:
            yield
        return (yield from gathering(turn))


async def test_evidence_is_gathered_once_however_often_it_is_asked_for(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with driven(settings, *BROAD) as user:
        pane = await asked(user)
        gatherings = Gatherings(monkeypatch)
        gatherings.is_held = True
        await user.press("s", "s")
        assert gatherings.count == 1
        gatherings.is_held = False
        await user.see("Cited ·")
        await user.press("s")
        await user.until(lambda: pane.has_focus)
        await user.press("s")
        await user.until(lambda: not pane.has_focus)
        user.app.chat.show_transcript()
        assert gatherings.count == 1


async def test_evidence_that_comes_while_some_is_gathered_is_shown_in_the_end(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with driven(settings, *BROAD) as user:
        pane = await asked(user)
        await user.press("s")
        await user.see("Cited ·")
        gatherings = Gatherings(monkeypatch)
        chat, turn, head = user.app.chat, pane.transcript[0], user.app.chat.query_one(PaneHead)
        before = head.about
        gatherings.is_held = True
        for parts in ((), tuple(part for part in turn.parts if isinstance(part, Answer)), turn.parts):
            state = replace(pane.transcript, past=(replace(turn, parts=parts),))
            monkeypatch.setattr(chat.workspace, "transcript", partial(always, state))
            chat.show_transcript()
            await user.until(lambda state=state: pane.transcript is state and gatherings.count == 1)
        gatherings.is_held = False
        await user.until(lambda: gatherings.count == 2 and not is_gathering(user))
        assert head.about == before
