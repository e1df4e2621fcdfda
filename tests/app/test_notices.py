"""What the program says in the line above the composer."""

import asyncio
from itertools import product
from pathlib import Path
from time import sleep

import pytest

from tests.app.user import User, driven
from tui.screens.palette import CommandPalette
from tui.settings import Settings
from tui.widgets import notice_line
from tui.widgets.composer import Composer
from tui.widgets.notice_line import NoticeLine

ELSEWHERE = "http://0.0.0.0:9/v1"
"""No address of this machine's by its looks, where nobody answers."""


def row_of(user: User, text: str) -> int:
    return next(row for row, line in enumerate(user.lines) if text in line)


async def show_whole_notice(user: User) -> None:
    """By the command of the palette."""
    await user.press("ctrl+p")
    await user.until(lambda: isinstance(user.app.screen, CommandPalette) and user.app.screen.takes_keys)
    await user.type("notice")
    await user.press("enter")


async def test_a_notice_stands_above_the_composer_and_escape_closes_it_before_it_stops_a_turn(
    settings: Settings,
) -> None:
    async with driven(settings, columns=80, rows=24) as user:
        composer = user.app.chat.query_one(Composer)
        composer.put("why? " * 250)
        await user.press("enter")
        await user.see("has 1,249 characters")
        await user.until(lambda: row_of(user, "has 1,249 characters") < row_of(user, "╭"))
        assert any("why?" in line for line in user.lines[row_of(user, "╭") :])
        await user.press("escape")
        await user.see_no("has 1,249 characters")
        assert len(composer.text) == 1250
        await user.press("enter")
        await user.see("has 1,249 characters")
        await user.press("ctrl+w")
        await user.see_no("has 1,249 characters")


async def test_a_newer_notice_replaces_an_older_one_of_its_kind_and_uncovers_one_of_another(
    settings: Settings,
) -> None:
    async with driven(settings) as user:
        chat = user.app.chat
        chat.say("The disk is full.", kind="program", severity="problem")
        chat.say("Written to a.md", kind="writing")
        chat.say("Written to b.md", kind="writing")
        await user.see("Written to b.md")
        assert "a.md" not in user.screen
        assert "· 1 more" in user.screen
        await user.press("escape")
        await user.see("The disk is full.")
        await user.press("escape")
        await user.see_no("The disk is full.")


async def test_a_notice_that_tells_of_no_problem_goes_by_itself(settings: Settings) -> None:
    async with driven(settings) as user:
        user.app.chat.say("Written to a.md", kind="writing", seconds=0.3)
        user.app.chat.say("The disk is full.", kind="program", severity="problem")
        assert user.app.chat.query_one(NoticeLine).render().plain.startswith("! The disk is full. · 1 more")
        await user.until(lambda: "The disk is full." in user.screen and "· 1 more" not in user.screen)


async def test_a_wait_that_ends_while_its_seconds_are_counted_is_told_no_more(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notice_line, "COUNT_SECONDS", 0.001)
    async with driven(settings) as user:
        line = user.app.chat.notice_line
        for steps_before, steps_after in product(range(4), range(6)):
            line.say_wait("Slow down.", "retry", 1, "Trying again…")
            for _ in range(steps_before):
                await asyncio.sleep(0)
            sleep(0.002)
            for _ in range(steps_after):
                await asyncio.sleep(0)
            line.take_back("retry")
            await user.pilot.pause()
            assert not line.said


@pytest.mark.parametrize(("columns", "rows"), [(120, 40), (80, 24)])
async def test_a_long_notice_can_be_read_whole(settings: Settings, columns: int, rows: int) -> None:
    store = Path("/home/somebody") / ("a long name of a folder " * 5) / "store.sqlite3"
    async with driven(settings, columns=columns, rows=rows) as user:
        user.app.chat.warn(
            f"Nothing more can be kept in {store}: database disk image is malformed. What you do now is kept only "
            "until the program ends. What was kept on this machine could not be read. It was set aside as "
            f"{store}.broken-1; a fresh store is begun."
        )
        await user.until(lambda: "a fresh store is begun. · Esc closes" in " ".join(user.screen.split()))
        await user.press("w", "h", "y")
        await user.see("why")


@pytest.mark.parametrize(("columns", "rows"), [(120, 40), (80, 24)])
async def test_a_notice_that_is_cut_is_shown_whole_by_a_command(settings: Settings, columns: int, rows: int) -> None:
    folder = Path("/home") / "/".join(f"folder {number}" for number in range(90))
    async with driven(settings, columns=columns, rows=rows) as user:
        user.app.chat.say(f"Written to {folder}/the_end", kind="writing", seconds=0.01)
        await user.until(lambda: "… · Ctrl+P “Show the notice whole” · Esc closes" in " ".join(user.screen.split()))
        assert "the_end" not in user.screen
        await show_whole_notice(user)
        await user.see("the_end")


async def test_a_notice_that_has_gone_can_still_be_read_whole(settings: Settings) -> None:
    async with driven(settings) as user:
        user.app.chat.say("Nothing was copied.", kind="copying", seconds=0.01)
        await user.until(lambda: not user.app.chat.query_one(NoticeLine).said)
        await show_whole_notice(user)
        await user.see("Nothing was copied.")


async def test_what_is_said_is_no_markup_and_sends_nothing_to_the_terminal(settings: Settings) -> None:
    async with driven(settings) as user:
        user.app.chat.say("[red]a[/red] \x1b]52;c;QQ==\x07 b", kind="program")
        await user.see("[red]a[/red]")
        assert "\x1b" not in user.screen


async def test_after_an_undo_nothing_says_that_it_is_deleted(settings: Settings) -> None:
    async with driven(settings) as user:
        await user.ask_in_new_session("Who leads science?")
        await user.read_to_end_of_turn()
        await user.press("ctrl+s", "delete", "delete")
        await user.see("Deleted: ")
        await user.press("u")
        await user.see_no("Deleted: ")


async def test_what_leaves_this_machine_is_said_at_the_start(notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLAMACHAT_MODEL_BASE_URL", ELSEWHERE)
    monkeypatch.setenv("LLAMACHAT_EMBEDDING_MODEL", "nomic")
    async with driven(Settings(local=(notes,))) as user:
        await user.see("The passages of your documents are sent to 0.0.0.0")
