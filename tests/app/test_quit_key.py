"""Ctrl+C where a dialog is open."""

from functools import partial

import pytest

from tests.app.test_dialogs import DIALOGS
from tests.app.user import driven
from tui.keys import second_press
from tui.screens.pager import Pager
from tui.screens.settings.keys_dialog import KeyPrompt
from tui.screens.text_prompt import TextPrompt
from tui.settings import Settings


async def test_ctrl_c_twice_quits_in_a_dialog(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_press, "SECOND_PRESS_SECONDS", 60.0)
    dialogs = {name: DIALOGS[name][0] for name in ("picker", "pager", "welcome")}
    dialogs["a key"] = lambda: KeyPrompt("The key of Quit", lambda key: f"{key} is taken")
    async with driven(Settings(local=()), 80, 24) as user:
        quit_in: list[str] = []
        for name, make in dialogs.items():
            with monkeypatch.context() as patched:
                patched.setattr(user.app, "action_quit", partial(noted, quit_in, name))
                user.app.push_screen(make())
                await user.in_dialog("ctrl+c")
                await user.see("Press Ctrl+C again to quit.")
                assert name not in quit_in
                await user.press("ctrl+c")
                await user.until(lambda name=name: name in quit_in)
                user.app.pop_screen()
                user.app.clear_notifications()
                await user.see_no("Press Ctrl+C again to quit.")


async def noted(notes: list[str], note: str) -> None:
    notes.append(note)


async def test_ctrl_c_copies_what_is_selected_in_a_dialog() -> None:
    async with driven(Settings(local=()), 80, 24) as user:
        user.app.push_screen(TextPrompt("Name of this session", "Enter take · Esc close", value="Tides"))
        await user.in_dialog("shift+home", "ctrl+c")
        assert user.app.clipboard == "Tides"
        assert "again to quit" not in user.screen
        await user.see("Sent the selection to the terminal's clipboard.")
        await user.in_dialog("ctrl+c")
        await user.see("again to quit")
        user.app.push_screen(Pager("A text", lambda: "one\ntwo\nthree"))
        await user.see("two")
        await user.in_dialog("v", "ctrl+c")
        await user.see("Sent the selection to the terminal's clipboard.")
        assert user.app.clipboard == "o"
