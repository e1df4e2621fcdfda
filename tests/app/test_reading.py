import json
from datetime import datetime
from pathlib import Path

import pytest

from tests.app.one_session import TITLE, one_session
from tests.app.user import User, driven
from tui.api.models import Stop, Text, UserInput
from tui.screens.choice_list import ChoiceList
from tui.screens.pager import Pager
from tui.settings import Settings
from tui.widgets.composer import Composer
from tui.widgets.conversation_pane import ConversationPane


async def read(user: User, question: str = "What is the budget?") -> ConversationPane:
    """Ask, and go to the beginning of the answer."""
    await user.ask_in_new_session(question)
    await user.read_to_end_of_turn()
    await user.press("shift+tab", "g")
    return user.app.chat.query_one(ConversationPane)


async def test_find_marks_goes_to_matches_and_unfolds_the_part_it_finds(settings: Settings) -> None:
    async with driven(settings) as user:
        pane = await read(user)
        await user.see("▸ retrieve")
        await user.press("slash")
        await user.type("score")
        await user.press("enter")
        await user.see("▾ retrieve")
        await user.until(lambda: pane.has_focus)
        await user.press("escape", "g", "slash")
        await user.type("nowhere at all")
        await user.press("enter")
        await user.see("not in this conversation")


async def test_find_goes_forward_from_here_as_one_types_and_counts(settings: Settings) -> None:
    async with driven(settings) as user:
        pane = await read(user)
        for number, question in enumerate(("Who leads science?", "What is the budget of the probe?"), start=2):
            await user.press("tab")
            await user.type(question)
            await user.press("enter")
            await user.until(lambda n=number: len(pane.transcript) == n and not user.app.chat.workspace.turns.busy)
            await user.press("shift+tab")
        await user.press("g", "right_curly_bracket", "slash")
        await user.type("is the budget")
        await user.see("2 of 2")
        y = next(y for y, line in enumerate(user.lines) if "is the budget of" in line)
        assert 4 < y < len(user.lines) - 6
        await user.press("enter")
        await user.until(lambda: pane.has_focus)
        await user.press("n")
        await user.see("1 of 2 · around the end")
        await user.press("n")
        await user.see("2 of 2")
        await user.press("N")
        await user.see("1 of 2")
        await user.press("escape")
        await user.see_no("1 of 2")


async def test_a_part_that_typing_unfolded_is_folded_when_more_is_typed(settings: Settings) -> None:
    async with driven(settings) as user:
        await read(user)
        await user.press("slash")
        await user.type("score")
        await user.see("▾ retrieve")
        await user.type("board")
        await user.see("not in this conversation")
        await user.see("▸ retrieve")


async def test_the_conversation_shows_that_it_has_the_focus(settings: Settings) -> None:
    async with driven(settings) as user:
        await read(user)
        await user.see("━━━━")
        await user.press("tab")
        await user.see_no("━━━━")


async def test_copying_sends_the_text_to_the_terminal_as_it_was_written(settings: Settings) -> None:
    async with driven(settings) as user:
        await read(user)
        await user.press("J", "y")
        assert user.app.clipboard == "What is the budget?"
        await user.press("a")
        assert "40 million euros" in user.app.clipboard
        assert user.app.clipboard.count("\n") < 60
        assert not any(line.endswith(" ") for line in user.app.clipboard.splitlines())
        await user.see("Sent the answer to the terminal")


async def test_an_answer_too_long_for_terminals_is_not_sent_and_can_be_written_to_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LLAMA_CLOUD_API_KEY", "llx-key")
    answer = "word " * 40_000
    with one_session([UserInput("Why?"), Text(answer), Stop()]) as server:
        async with driven(Settings(base_url=server.base_url)) as user:
            await user.see(TITLE)
            await user.press("ctrl+s", "enter")
            await user.see("word word")
            await user.press("shift+tab", "y", "a")
            await user.see("The answer is too long for the terminal's clipboard")
            await user.press("w")
            await user.see("Written to")
    assert (tmp_path / "llamachat-copy.md").read_text().split() == answer.split()


async def test_selecting_by_keys_copies_what_is_marked(settings: Settings) -> None:
    async with driven(settings) as user:
        pane = await read(user)
        await user.press("J", "v", *["right"] * 11)
        assert pane.selected_text == "What is the"[: len(pane.selected_text)]
        assert pane.selected_text.startswith("What is")
        selected = pane.selected_text
        await user.press("y")
        assert user.app.clipboard == selected
        assert not pane.selected_text


async def test_dragging_and_clicking_select_text(settings: Settings) -> None:
    async with driven(settings) as user:
        pane = await read(user)
        await user.pilot.click(ConversationPane, offset=(9, 0), times=2)
        await user.until(lambda: pane.selected_text == "is")
        await user.pilot.click(ConversationPane, offset=(9, 0), times=3)
        await user.until(lambda: pane.selected_text == "What is the budget?")
        await user.press("escape")
        await user.pilot.mouse_down(ConversationPane, offset=(4, 0))
        await user.pilot.hover(ConversationPane, offset=(8, 0))
        await user.pilot.mouse_up(ConversationPane, offset=(8, 0))
        await user.until(lambda: pane.selected_text == "What")


async def test_finding_ends_where_another_session_is_turned_to(settings: Settings) -> None:
    async with driven(settings) as user:
        pane = await read(user)
        await user.press("slash")
        await user.type("budget")
        await user.press("enter")
        await user.see("1 of ")
        await user.press("ctrl+n")
        await user.in_dialog("enter")
        await user.see_no("1 of ")
        assert not pane.is_finding
        await user.type("Who leads science?")
        await user.press("enter")
        await user.see("Bo Lin")
        await user.until(lambda: not user.app.chat.workspace.turns.busy)
        await user.press("shift+tab", "slash")
        await user.type("Bo Lin")
        await user.see("1 of ")
        await user.press("enter", "ctrl+s", "j", "enter")
        await user.see("40 million")
        await user.see_no("1 of ")
        assert not pane.is_finding


async def test_the_outline_goes_to_a_question(settings: Settings) -> None:
    async with driven(settings) as user:
        pane = await read(user)
        await user.press("tab")
        await user.type("Who leads science?")
        await user.press("enter")
        await user.see("Bo Lin")
        await user.until(lambda: not user.app.chat.workspace.turns.busy)
        await user.press("shift+tab", "o")
        await user.until(lambda: isinstance(user.app.screen, ChoiceList))
        await user.see("2  Who leads science?")
        await user.in_dialog("up", "enter")
        await user.until(lambda: pane.position.top.section == 0)
        await user.press("right_curly_bracket")
        await user.until(lambda: pane.position.top.section == 1 or pane.position.follows)


async def export(user: User, *keys: str) -> None:
    """Export the conversation in the format that the keys choose in the dialog."""
    await user.press("e")
    await user.see("Export as")
    await user.in_dialog(*keys, "enter")


async def test_a_conversation_is_written_to_a_file(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with driven(settings) as user:
        await read(user)
        await export(user)
        await user.see("Written to")
        await export(user, "down")
        await user.until(lambda: bool([*tmp_path.glob("*.html")]))
        await export(user, "down", "down")
        await user.until(lambda: bool([*tmp_path.glob("*.jsonl")]))
        await export(user, "up")
        await user.until(lambda: bool([*tmp_path.glob("*.json")]))
    [events] = tmp_path.glob("*.jsonl")
    _, question, *_, stop = map(json.loads, events.read_text().splitlines())
    assert (question["content"], stop["type"]) == ("What is the budget?", "stop")
    [path] = tmp_path.glob("what-is-the-budget-*.md")
    assert path.stat().st_mode & 0o777 == 0o600
    text = path.read_text()
    assert text.startswith("# What is the budget?\n\n## What is the budget?\n")
    assert "heron.md" in text.partition("## Evidence")[2]


async def test_a_file_that_exists_is_never_written_to(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tui.screens.reading.now", lambda: datetime(2031, 3, 4, 12).astimezone())
    mine, linked_to = tmp_path / "what-is-the-budget-2031-03-04.md", tmp_path / "elsewhere.md"
    mine.write_text("mine")
    linked_to.write_text("mine, too")
    (tmp_path / "llamachat-copy.md").symlink_to(linked_to)
    async with driven(settings) as user:
        await read(user)
        await export(user)
        await user.until((tmp_path / "what-is-the-budget-2031-03-04-2.md").exists)
        await user.press("J", "y", "w")
        await user.until((tmp_path / "llamachat-copy-2.md").exists)
    assert mine.read_text() == "mine"
    assert linked_to.read_text() == "mine, too"
    assert "40 million euros" in (tmp_path / "what-is-the-budget-2031-03-04-2.md").read_text()
    assert (tmp_path / "llamachat-copy-2.md").read_text() == "What is the budget?"


async def test_where_nothing_can_be_written_it_says_why(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    async with driven(settings) as user:
        await read(user)
        await export(user)
        await user.see("It could not be written: No such file or directory")


async def test_help_shows_the_keys_of_the_conversation(settings: Settings) -> None:
    async with driven(settings) as user:
        await read(user)
        await user.press("f1")
        await user.see("Everywhere")
        await user.see("Questions asked before")


async def test_questions_asked_before_are_found_again(settings: Settings) -> None:
    async with driven(settings) as user:
        await read(user)
        await user.press("tab", "ctrl+r")
        await user.in_dialog("enter")
        await user.until(lambda: user.app.chat.query_one(Composer).text == "What is the budget?")


async def test_a_part_is_opened_whole(settings: Settings) -> None:
    async with driven(settings) as user:
        await read(user)
        await user.press("J", "J", "J", "p")
        await user.until(lambda: isinstance(user.app.screen, Pager))
        await user.see('"results"')
