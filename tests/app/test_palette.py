"""The command palette and the themes, by keys."""

import pytest

from tests.app.user import User, driven
from tui.app import LlamaChat
from tui.keys.names import key_name
from tui.screens.palette import CommandPalette
from tui.screens.palette_commands import COMMANDS, found_by
from tui.settings import Settings, SettingsError, config_path
from tui.widgets.own_keys import own_bindings


async def open_palette(user: User) -> None:
    await user.press("ctrl+p")
    await user.until(lambda: isinstance(user.app.screen, CommandPalette) and user.app.screen.takes_keys)


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("export", "Export conversation"),
        ("folder", "Add a folder"),
        ("account", "Switch account or key"),
        ("index", "Choose indexes"),
        ("session", "New session"),
        ("new", "New session"),
        ("search", "Find in the conversation"),
        ("colour", "Theme"),
        ("exit", "Quit"),
    ],
)
def test_a_command_is_found_by_what_a_user_would_type(typed: str, title: str) -> None:
    assert title in [command.title for command in COMMANDS if found_by(command, typed)]


async def test_every_command_has_an_action_and_its_key_does_the_same(settings: Settings) -> None:
    async with driven(settings) as user:
        chat = user.app.chat
        owners = {
            "app": user.app,
            "screen": chat,
            "composer": chat.composer,
            "conversation": chat.view.pane,
            "list": chat.session_list,
        }
        for command in COMMANDS:
            owner = owners[command.owner]
            assert hasattr(owner, f"action_{command.action.partition('(')[0]}"), command
            if command.key:
                bound = {binding.id or key_name(binding.key): binding.action for binding in own_bindings(type(owner))}
                assert bound[command.key] == command.action, command


async def test_the_palette_lists_our_commands_with_their_keys_and_none_of_textuals(settings: Settings) -> None:
    async with driven(settings, 80, 24) as user:
        await open_palette(user)
        await user.see("New session")
        assert any("Export conversation" in line and line.rstrip(" │").endswith("e") for line in user.lines)
        assert "Maximize" not in user.screen
        assert "Screenshot" not in user.screen
        await user.type("help")
        await user.see("Help  ")
        await user.pilot.click(offset=user.place_of("Help  "))
        await user.see("F1 or Esc close")


async def test_a_theme_is_shown_under_the_cursor_and_the_chosen_one_is_there_at_the_next_start() -> None:
    path = config_path()
    async with driven(Settings(local=())) as user:
        await open_palette(user)
        await user.type("theme")
        await user.press("enter")
        await user.see("Enter keep it")
        await user.in_dialog("n", "o", "r", "d")
        await user.until(lambda: user.app.theme == "nord")
        await user.press("escape", "escape")
        await user.until(lambda: user.app.theme == "llama-dark")
        await open_palette(user)
        await user.type("theme")
        await user.press("enter")
        await user.see("Enter keep it")
        await user.in_dialog("n", "o", "r", "d", "enter")
        await user.until(lambda: user.app.screen is user.app.chat)
    assert path.read_text() == 'theme = "nord"\n'


def test_an_unknown_theme_is_named() -> None:
    with pytest.raises(SettingsError, match=r"The theme 'neon' is unknown. It is one of: .*llama-dark"):
        LlamaChat(Settings(theme="neon"))
