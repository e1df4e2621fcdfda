"""Dialogs by keys: they fit where there is little room, and what they show stays in sight."""

from collections.abc import Callable
from typing import Any

import pytest
from textual.screen import Screen
from textual.widgets import OptionList

from tests.app.user import User, driven
from tui.api.models import Index
from tui.screens.choice_list import ChoiceList
from tui.screens.index_picker import IndexPicker
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

DIALOGS: dict[str, tuple[Callable[[], "Screen[Any]"], str, str]] = {
    "picker": (lambda: IndexPicker(INDEXES, keeps_folders=True), "New session", "Esc close"),
    "questions": (lambda: ChoiceList("Questions", QUESTIONS), "Questions", "Esc close"),
    "name": (lambda: TextPrompt("Name of this session", "Enter take · Esc close"), "Name of", "Esc close"),
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
        await user.see("Esc close")
