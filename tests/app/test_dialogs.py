"""Dialogs by keys: they fit where there is little room, and what they show stays in sight."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from textual.screen import Screen
from textual.widgets import OptionList

from tests.app.user import User, driven
from tui.api.models import Index, Session
from tui.screens.choice_list import ChoiceList
from tui.screens.indexes.folder_prompt import FolderPrompt
from tui.screens.indexes.index_picker import Choice, IndexPicker, RemoveIndex
from tui.screens.link import LinkDialog
from tui.screens.pager import Pager
from tui.screens.text_prompt import TextPrompt
from tui.screens.welcome import Welcome
from tui.settings import Settings

SIZES = [(80, 24), (60, 20)]

INDEXES = [
    Index(f"idx-{number}", f"Index {number}", description=f"About things of kind {number}", status="ready")
    for number in range(60)
]
QUESTIONS = [
    f"Question number {number} about something that is long enough to be told at length" for number in range(60)
]


async def nowhere(_: str) -> str:
    return "There is no such folder."


DIALOGS: dict[str, tuple[Callable[[], "Screen[Any]"], str, str]] = {
    "picker": (lambda: IndexPicker(INDEXES, print, keeps_folders=True), "New session", "Esc close"),
    "questions": (lambda: ChoiceList("Questions", QUESTIONS), "Questions", "Esc close"),
    "name": (lambda: TextPrompt("Name of this session", "Enter take · Esc close"), "Name of", "Esc close"),
    "folder": (lambda: FolderPrompt(nowhere), "Add a folder", "Esc close"),
    "link": (lambda: LinkDialog("https://example.com/" + "a" * 200, opens=True), "A link to", "Esc close"),
    "pager": (lambda: Pager("The whole part", lambda: "words\n" * 200), "The whole part", "Esc close"),
    "welcome": (lambda: Welcome("No key was found. " * 3), "llamachat-tui", "Esc close"),
}


def row_under_cursor(user: User) -> str:
    """The first words of the option under the cursor."""
    option = user.app.screen.query_one(OptionList).highlighted_option
    assert option is not None
    return " ".join(str(option.prompt).split("\n")[0].split()[:3])


@pytest.mark.parametrize(("columns", "rows"), SIZES, ids=[f"{columns}x{rows}" for columns, rows in SIZES])
@pytest.mark.parametrize("name", DIALOGS)
async def test_a_dialog_shows_its_title_its_cursor_and_its_keys(name: str, columns: int, rows: int) -> None:
    make, title, keys = DIALOGS[name]
    async with driven(Settings(local=()), columns, rows) as user:
        user.app.push_screen(make())
        await user.until(lambda: title in user.screen and keys in user.screen)
        if user.app.screen.query(OptionList):
            for key in ("pagedown", "pagedown", "pagedown", "down", "pageup"):
                await user.in_dialog(key)
                await user.until(lambda: " ".join(row_under_cursor(user).split()) in " ".join(user.screen.split()))
        await user.see(title)
        await user.see(keys)


async def test_the_welcome_screen_shows_its_choices_in_a_few_rows() -> None:
    async with driven(Settings(), 60, 12) as user:
        await user.see("Paste a LlamaCloud key")
        await user.see("own manual")
        await user.see("Esc quit")


class Requests:
    """What a picker asked for, and at last what was chosen in it."""

    def __init__(self) -> None:
        self.made: list[object] = []

    def __call__(self, request: object) -> None:
        self.made.append(request)


@asynccontextmanager
async def picking(
    indexes: Sequence[Index] | None = INDEXES, earlier: Sequence[Sequence[str]] = (), columns: int = 80
) -> AsyncGenerator[tuple[User, IndexPicker, Requests]]:
    """The picker, open and taking keys."""
    requests = Requests()
    async with driven(Settings(local=()), columns, 24) as user:
        await user.until(lambda: user.app.chat.workspace.is_live)
        for age, index_ids in enumerate(earlier):
            at = datetime(2026, 1, 31 - age, tzinfo=UTC)
            user.app.chat.workspace.list_session(Session(f"s{age}", at, index_ids=index_ids))
        sets = user.app.chat.workspace.index_list.sets
        picker = IndexPicker(indexes, requests, keeps_folders=True, sets=sets)
        user.app.push_screen(picker, requests)
        await user.until(lambda: picker.is_current and picker.takes_keys)
        yield user, picker, requests


async def test_a_click_and_space_tick_until_a_filter_is_typed_and_tab_always() -> None:
    async with picking() as (user, picker, _):
        await user.pilot.click(offset=user.place_of("Index 0"))
        await user.until(lambda: picker.ticked == ["idx-0"])
        await user.press("space", "space")
        assert picker.ticked == ["idx-0"]
        await user.type("kind 41")
        assert picker.filter.value == "kind 41"
        await user.see("☐ Index 41")
        await user.press("tab")
        assert picker.ticked == ["idx-0", "idx-41"]
        await user.see("Enter starts a session on 2 indexes: Index 0, Index 41")


async def test_what_the_last_session_searches_is_ticked_and_enter_takes_it() -> None:
    async with picking(earlier=[["idx-7", "idx-3"], ["idx-1"]]) as (user, _, requests):
        await user.see("☑ Index 7")
        await user.press("down")
        await user.see("Enter starts a session on Index 8 · bound")
        await user.press("up")
        await user.see("Enter starts a session on 2 indexes: Index 7, Index 3 · bound")
        await user.press("enter")
        await user.until(lambda: requests.made == [Choice(("idx-7", "idx-3"), is_bound=True)])


async def test_another_index_that_one_goes_to_is_taken_instead_or_ticked_as_well() -> None:
    async with picking(earlier=[["idx-7"]]) as (user, picker, requests):
        await user.press("down", "space")
        await user.see("Enter starts a session on 2 indexes: Index 7, Index 8 · bound")
        assert picker.ticked == ["idx-7", "idx-8"]
    async with picking(earlier=[["idx-7"]]) as (user, _, requests):
        await user.type("kind 41")
        await user.see("Enter starts a session on Index 41 · bound")
        await user.press("enter")
        await user.until(lambda: requests.made == [Choice(("idx-41",), is_bound=True)])


async def test_enter_says_what_it_takes_where_nothing_is_ticked() -> None:
    async with picking(earlier=[["idx-7"]]) as (user, _, _):
        await user.see("Enter starts a session on Index 7 · bound")
        await user.press("f7", "down")
        await user.see("Nothing is ticked: Enter starts a session on Index 8 · bound")
        await user.press("f4")
        await user.see("Nothing is ticked: Enter starts an unbound session")
        await user.press("escape")
        await user.see_no("Enter starts")


async def test_a_set_is_saved_ticked_again_renamed_and_removed() -> None:
    async with picking(earlier=[["idx-1"], ["idx-2", "idx-3"]], columns=100) as (user, picker, _):
        await user.press("space", "down", "space", "f2")
        await user.see("Name of this set of indexes")
        await user.until(lambda: user.app.screen is not picker)
        await user.type("Odd ones")
        await user.in_dialog("enter")
        await user.see("Saved as Odd ones")
        await user.press("f7", "f6")
        await user.see("Odd ones  Index 2  saved")
        rows = [line for line in user.lines if "an earlier session" in line or "saved" in line]
        assert ["Odd ones" in row for row in rows] == [True, False, False]
        await user.in_dialog("f2")
        await user.see("Name of this set")
        await user.in_dialog("ctrl+u")
        await user.type("Few")
        await user.in_dialog("enter")
        await user.see("Few  Index 2  saved")
        await user.in_dialog("enter")
        await user.see("☑ Index 2")
        assert picker.ticked == ["idx-2"]
        await user.press("f6")
        await user.in_dialog("down", "f8")
        await user.see("only a saved set")
        await user.in_dialog("up", "f8")
        await user.see("F8 again removes the set Few")
        await user.in_dialog("f8")
        await user.see_no("saved")
        assert user.app.chat.workspace.index_list.sets.saved() == {}


async def test_letters_in_their_order_find_an_index_after_those_that_have_the_text() -> None:
    indexes = [Index("far", "Contracts with Hamburg"), Index("near", "Old", description="the cha series")]
    async with picking(indexes) as (user, picker, _):
        await user.type("cha")
        await user.until(lambda: [option.id for option in picker.option_list.options] == ["near", "far"])
        await user.type("z")
        await user.see("No index has this in its name or description.")


async def test_a_refusal_stays_while_indexes_sync_until_the_next_key() -> None:
    async with picking() as (user, picker, _):
        for _ in range(10):
            await user.press("space", "down")
        await user.press("space")
        await user.see("10 indexes at most")
        await user.see("Ctrl+O add a folder")
        await user.see("☐ Index 10")
        picker.indexes = [replace(index, files_done=1, files_total=9) for index in INDEXES]
        await user.see("syncing 1 of 9")
        assert "10 indexes at most" in user.screen
        await user.press("down")
        await user.see_no("10 indexes at most")


async def test_removing_an_index_is_asked_for_until_it_is_answered() -> None:
    async with picking() as (user, picker, requests):
        await user.press("f8")
        picker.indexes = [replace(index, files_done=1, files_total=9) for index in INDEXES]
        await user.see("syncing 1 of 9")
        await user.see("F8 again removes")
        await user.press("down", "up", "f8")
        assert requests.made == []
        await user.press("f8")
        assert requests.made == [RemoveIndex("idx-0")]


async def test_escape_clears_the_filter_and_asks_before_it_forgets_ticks() -> None:
    async with picking() as (user, picker, _):
        await user.press("space", "down", "space")
        await user.type("41")
        await user.press("escape")
        assert picker.filter.value == ""
        assert picker.ticked == ["idx-0", "idx-1"]
        await user.press("escape")
        await user.see("Esc again closes, and forgets what is ticked (2)")
        await user.press("escape")
        await user.until(lambda: not picker.is_attached)


async def test_without_a_connection_the_picker_does_not_say_that_there_is_no_index() -> None:
    async with picking(None) as (user, picker, _):
        await user.see("Not connected")
        picker.indexes = []
        await user.see("No folder is open here. Ctrl+O adds one.")


async def test_an_unbound_session_is_given_other_indexes_by_a_key(notes: Path) -> None:
    async with driven(Settings(local=(notes,))) as user:
        await user.until(lambda: bool(user.app.chat.workspace.indexes))
        await user.press("ctrl+n")
        await user.in_dialog("f4", "enter")
        await user.see("New session  ·  notes")
        await user.see("unbound")
        await user.type("Who leads science?")
        await user.press("enter")
        await user.read_to_end_of_turn()
        await user.press("f4")
        await user.see("☑ notes")
        await user.in_dialog("space")
        await user.see("☐ notes")
        await user.press("escape")
        await user.until(lambda: user.app.screen is user.app.chat)
        await user.press("ctrl+n")
        await user.in_dialog("enter")
        await user.see_no("unbound")
        await user.type("Who leads science?")
        await user.press("enter")
        await user.read_to_end_of_turn()
        await user.press("f4")
        await user.see("bound to its indexes for good: notes")


async def test_the_documents_of_an_index_and_the_skipped_ones_are_named(notes: Path) -> None:
    (notes / "broken.pdf").write_bytes(b"%PDF-1.4 no more than this")
    async with driven(Settings(local=(notes,))) as user:
        await user.until(lambda: bool(user.app.chat.workspace.indexes))
        await user.press("ctrl+n")
        await user.see("ready")
        await user.in_dialog("f3")
        await user.see("The index notes")
        await user.see("Last sync: ")
        await user.see("Size: 2 documents, 1 kB")
        await user.see("broken.pdf: ")
        await user.see("heron.md")
        await user.press("escape")
        await user.see("New session: which indexes?")


async def test_a_wrong_folder_is_told_where_it_is_typed_and_tab_completes_a_right_one(
    notes: Path, tmp_path: Path
) -> None:
    (tmp_path / "pictures").mkdir()
    async with driven(Settings(local=())) as user:
        await user.until(lambda: bool(user.app.chat.workspace.indexes))
        await user.press("ctrl+n")
        await user.in_dialog("ctrl+o")
        await user.see("Add a folder of this machine")
        await user.type(str(tmp_path / "nowhere"))
        await user.in_dialog("enter")
        await user.see("There is no folder")
        assert str(tmp_path / "nowhere") in "".join(user.screen.split()) or "nowhere" in user.screen
        await user.press(*["backspace"] * len("nowhere"))
        await user.type("pict")
        await user.press("tab", "enter")
        await user.see("no document that can be read")
        await user.press("ctrl+u")
        await user.type(f"{notes.parent}/not")
        await user.press("tab", "enter")
        await user.see("☐ notes")


async def test_the_help_has_every_key_in_groups_and_f1_closes_it() -> None:
    async with driven(Settings(local=()), 160, 72) as user:
        await user.press("f1")
        await user.see("Everywhere")
        for group in ("Ask", "Move", "Read", "Copy", "Sessions"):
            assert group in user.screen
        assert any("1 … 9" in line for line in user.lines)
        assert any("y then c" in line for line in user.lines)
        assert any("Ctrl+N" in line for line in user.lines)
        rows = [next(y for y, line in enumerate(user.lines) if name in line) for name in ("Ask", "Sessions")]
        assert rows[1] < 48, "in two columns"
        await user.in_dialog("f1")
        await user.until(lambda: user.app.screen is user.app.chat)


async def test_the_help_says_that_there_is_more_below() -> None:
    async with driven(Settings(local=()), 80, 24) as user:
        await user.press("f1")
        await user.see("↓ more")
        for _ in range(6):
            await user.in_dialog("pagedown")
        await user.see_no("↓ more")
        await user.see("F1 or Esc close")


async def test_what_a_key_does_stands_in_its_column_however_often_it_is_wrapped() -> None:
    async with driven(Settings(local=()), 60, 40) as user:
        await user.press("f1")
        await user.see("Line start, or start of the")
        at = next(y for y, line in enumerate(user.lines) if "Line start, or start of the" in line)
        assert user.lines[at + 1].index("conversation") == user.lines[at].index("Line start")
        at = next(y for y, line in enumerate(user.lines) if "Alt+Enter" in line)
        assert user.lines[at + 1].index("New line") == user.lines[at - 1].index("Send")


async def test_each_line_to_choose_takes_one_row_and_an_empty_list_says_so() -> None:
    async with driven(Settings(local=()), 60, 20) as user:
        user.app.push_screen(ChoiceList("Questions", [f"{'why ' * 40}{number}" for number in range(3)]))
        await user.see("Questions")
        rows = [line for line in user.lines if "why why" in line]
        assert len(rows) == 3
        assert all("…" in row for row in rows)
        await user.type("how")
        await user.see("Nothing here has this in it.")


class Followed(ChoiceList):
    """Counts how often it shows what goes with the line under the cursor."""

    times = 0

    def follow_cursor(self) -> None:
        self.times += 1


async def test_what_goes_with_the_cursor_is_shown_once_for_each_key() -> None:
    async with driven(Settings(local=()), 80, 24) as user:
        dialog = Followed("Questions", ["one", "none", "two"])
        user.app.push_screen(dialog)
        for key, line in [("n", "1 one"), ("down", "2 none"), ("o", "2 none")]:
            await user.until(lambda: dialog.takes_keys)
            before = dialog.times
            await user.press(key)
            await user.until(lambda before=before: dialog.times > before)
            await user.until(lambda line=line: row_under_cursor(user).endswith(line))
            await user.pilot.pause()
            assert dialog.times == before + 1


async def test_a_copy_out_of_the_pager_is_told_in_the_pager() -> None:
    async with driven(Settings(local=()), 80, 24) as user:
        user.app.push_screen(Pager("A text", lambda: "one\ntwo\nthree"))
        await user.see("two")
        await user.in_dialog("v", "y")
        await user.see("Sent the selection to the terminal's clipboard.")
        assert user.app.clipboard == "o"
        await user.press("escape")
        await user.see_no("Sent the selection")
        await user.see("two")


async def test_a_click_on_a_key_of_the_bottom_line_does_what_it_does(settings: Settings) -> None:
    async with driven(settings) as user:
        await user.see("F1 Help")
        await user.pilot.click(offset=(user.lines[-1].index("F1 Help") + 1, 35))
        await user.see("Everywhere")
