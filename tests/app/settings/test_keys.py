"""Keys that the user chose: from the config file, and by keys in the whole app."""

import os
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.app.settings.test_settings import open_settings
from tests.app.user import User, driven
from tui.keys.keymap import use_keys
from tui.screens.indexes.index_picker import IndexPicker
from tui.screens.palette import CommandPalette
from tui.screens.settings.keys_dialog import KeyPrompt, KeysDialog
from tui.settings import load

MINE = """\
# Mine.
[keys]
session.new = "f9"  # as elsewhere
"composer.send" = "ctrl+j"
composer.new_line = "enter"
picker.tick = "f12"
list.open = "x"
app.help = "f11"
"""


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Path]:
    path = tmp_path / "config.toml"
    path.touch(0o600)
    monkeypatch.setenv("LLAMACHAT_CONFIG", str(path))
    yield path
    use_keys({})


BELL = "# Mine.\nbell = true  # loud\n"


def has_picker(user: User) -> bool:
    return isinstance(user.app.screen, IndexPicker)


async def test_chosen_keys_act_and_are_named_wherever_keys_are_named(path: Path, notes: Path) -> None:
    path.write_text(MINE)
    async with driven(replace(load({}, os.environ, path), local=(notes,)), 80, 24) as user:
        await user.until(lambda: bool(user.app.chat.workspace.indexes))
        assert "F9\u00a0indexes" in user.screen
        assert "F11\u00a0help" in user.screen
        assert user.lines[-1].endswith("F11 Help")
        assert "Ctrl+J Send" in user.lines[-1]
        await user.press("ctrl+n", "a", "enter", "b", "f1")
        assert user.app.chat.composer.text == "a\nb"
        assert user.app.screen is user.app.chat
        await user.press("f11")
        await user.see("F11 or Esc close")
        await user.see("Ctrl+J            Send")
        await user.press("f11")
        await user.press("ctrl+p")
        await user.until(lambda: isinstance(user.app.screen, CommandPalette))
        assert any(line.rstrip(" │").endswith("F9") and "New session" in line for line in user.lines)
        await user.in_dialog("escape")
        await user.press("f9")
        await user.until(lambda: has_picker(user))
        await user.see("F12 tick")
        await user.in_dialog("escape")
        await user.press("ctrl+j")
        await user.until(lambda: user.app.chat.open_id is not None or has_picker(user))


async def open_keys(user: User) -> None:
    await open_settings(user)
    await user.press(*"keys", "enter")
    await user.until(lambda: isinstance(user.app.screen, KeysDialog) and user.app.screen.takes_keys)
    assert "…" not in user.screen
    await user.press(*"session.new")
    await user.see("session.new · by itself Ctrl+N")


async def press_where_a_key_is_asked_for(user: User, key: str) -> None:
    await user.until(lambda: isinstance(user.app.screen, KeyPrompt) and user.app.screen.takes_keys)
    await user.press(key)


async def test_the_conflict_of_a_key_is_named_before_it_is_kept(path: Path) -> None:
    async with driven(replace(load({}, os.environ, path), local=()), 80, 24) as user:
        await open_keys(user)
        await user.press("enter")
        await press_where_a_key_is_asked_for(user, "ctrl+p")
        await user.see("Ctrl+P cannot be the key of session.new: app.commands")
        await user.press("tab")
        await user.see("Tab cannot be the key of session.new: it always leads to the next pane.")
        assert "Settings" not in user.screen
        await user.press("escape", "backspace")
        await user.see("session.ne ")
        await user.see("Ctrl+N")
        assert path.read_text() == ""


async def test_a_chosen_key_acts_at_once_is_kept_and_given_back(path: Path) -> None:
    path.write_text(BELL)
    async with driven(replace(load({}, os.environ, path), local=()), 80, 24) as user:
        await open_keys(user)
        await user.press("enter")
        await press_where_a_key_is_asked_for(user, "f9")
        await user.until(lambda: any("New " in line and "F9" in line for line in user.lines))
        assert path.read_text() == f'{BELL}\n[keys]\n"session.new" = "f9"\n'
        await user.press("escape", "escape")
        await user.see("1 changed")
        await user.press("escape", "escape")
        await user.see("F9\u00a0indexes")
        await user.press("f9")
        await user.until(lambda: has_picker(user))
        await user.in_dialog("escape")
        await open_keys(user)
        await user.press("f8")
        await user.press("escape", "escape", "escape", "escape")
        await user.see("Ctrl+N\u00a0indexes")
        assert path.read_text().startswith(BELL)
        assert load({}, {}, path).keys == {}
