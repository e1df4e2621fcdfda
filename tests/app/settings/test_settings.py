"""The settings, by keys in the whole app."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.app.user import User, driven
from tui.screens.settings.settings_dialog import NAME_COLUMNS, SettingsDialog
from tui.settings import FILE_SETTINGS, load
from tui.workspace.settings.described import ABOUT, GROUPS


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "config" / "config.toml"
    path.parent.mkdir()
    path.write_text('# Mine.\ntheme = "nord"  # blue\n')
    path.chmod(0o600)
    monkeypatch.setenv("LLAMACHAT_CONFIG", str(path))
    return path


@asynccontextmanager
async def started(path: Path, flags: dict[str, str | None] | None = None) -> AsyncGenerator[User]:
    """The app on its manual, with the settings of the file."""
    settings = replace(load(flags or {}, os.environ, path), local=())
    async with driven(settings, 80, 24) as user:
        yield user


async def open_settings(user: User) -> None:
    await user.press("f10")
    await user.until(lambda: isinstance(user.app.screen, SettingsDialog) and user.app.screen.takes_keys)


def test_what_a_setting_is_about_fits_into_one_line() -> None:
    assert {name: about for name, about in ABOUT.items() if len(about) > 74} == {}
    assert sorted(name for names in GROUPS.values() for name in names) == sorted(FILE_SETTINGS)


def test_a_name_and_its_value_never_touch() -> None:
    assert [name for name in FILE_SETTINGS if len(name) >= NAME_COLUMNS] == []


def row(user: User, name: str) -> list[str]:
    """Value and place of a setting, as they are shown."""
    return next(line.strip("│ ").split()[1:] for line in user.lines if line.strip("│ ").startswith(f"{name} "))


async def test_settings_are_changed_kept_and_there_at_the_next_start(path: Path) -> None:
    async with started(path) as user:
        await open_settings(user)
        assert row(user, "theme") == ["nord", "file"]
        assert row(user, "animations") == ["on"]
        await user.see("Given in")
        await user.press("right")
        assert user.app.theme != "nord"
        await user.press("left", "down", "space")
        assert user.app.theme == "nord"
        assert user.app.animation_level == "none"
        assert row(user, "animations") == ["off", "file"]
        await user.press(*"notify")
        await user.see("How the terminal notifies")
        await user.press("enter")
        assert row(user, "notify") == ["osc9", "file"]
        await user.press("escape", "escape")
    assert path.read_text() == '# Mine.\ntheme = "nord"  # blue\nanimations = false\nnotify = "osc9"\n'
    async with started(path) as user:
        assert user.app.animation_level == "none"
        await user.press("ctrl+comma")
        await user.in_dialog("down", "f8")
        assert row(user, "animations") == ["on"]
    assert "animations" not in path.read_text()


async def test_a_theme_is_chosen_from_the_list_and_a_text_is_typed(path: Path) -> None:
    async with started(path) as user:
        await open_settings(user)
        await user.press("enter")
        await user.see("Enter keep it")
        await user.in_dialog(*"dracula", "enter")
        await user.until(lambda: row(user, "theme") == ["dracula", "file"])
        await user.press(*"project")
        await user.press("enter")
        await user.see("The id of the project to work in.")
        await user.in_dialog(*"p-1", "enter")
        await user.until(lambda: row(user, "project") == ["p-1", "file"])
        assert user.app.theme == "dracula"
    assert path.read_text() == '# Mine.\ntheme = "dracula"  # blue\nproject = "p-1"\n'


async def test_what_is_given_elsewhere_says_so_and_stays(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLAMACHAT_ANIMATIONS", "on")
    before = path.read_text()
    async with started(path, {"theme": "dracula"}) as user:
        await open_settings(user)
        assert row(user, "theme") == ["dracula", "command", "line"]
        await user.press("right")
        await user.see("which is stronger than the file")
        assert user.app.theme == "dracula"
        await user.press("down", "space")
        await user.see("animations was given in the environment by LLAMACHAT_ANIMATIONS")
        assert row(user, "animations") == ["on", "environment"]
    assert path.read_text() == before


async def test_a_file_that_cannot_be_used_is_told_and_the_change_holds_for_this_run(path: Path) -> None:
    async with started(path) as user:
        path.chmod(0o666)
        await user.press("f10")
        await user.see("Others can change the config file")
        path.chmod(0o600)
        await user.press("escape")
        await open_settings(user)
        path.unlink()
        path.parent.rmdir()
        path.parent.write_text("in the way")
        await user.press("right")
        await user.see("It could not be kept in")
        await user.until(lambda: row(user, "theme")[-2:] == ["this", "run"])
        assert user.app.theme != "nord"
