"""Profiles and projects, switched by keys in the whole app."""

import os
from collections.abc import Generator
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.app.settings.test_settings import open_settings, row
from tests.app.user import User, driven
from tests.local.server import Connection, running_server
from tui import credentials
from tui.settings import load


@pytest.fixture
def other(tmp_path: Path) -> Generator[Connection]:
    """The server of another account, on the manual."""
    with running_server([], tmp_path / "other-data") as connection:
        yield connection


@pytest.fixture
def path(server: Connection, other: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A config file with three profiles; that of the third has no key."""
    monkeypatch.delenv("LLAMA_CLOUD_API_KEY")
    path = tmp_path / "config.toml"
    tables = {"home": server.base_url, "work": other.base_url, "keyless": other.base_url}
    path.write_text("".join(f'[profiles.{name}]\nbase_url = "{url}"\n\n' for name, url in tables.items()))
    path.chmod(0o600)
    for name, connection in (("home", server), ("work", other)):
        place = credentials.key_place(connection.base_url, name)
        assert credentials.keep_in_file(place, SecretStr(connection.api_key)) is None
    monkeypatch.setenv("LLAMACHAT_CONFIG", str(path))
    return path


async def switch_to(user: User, profile: str) -> None:
    await user.press("ctrl+p")
    await user.in_dialog(*"switch", "space", *"prof", "enter")
    await user.see("Enter work with it")
    await user.in_dialog(*profile, "enter")


def names(user: User) -> list[str]:
    return [index.name for index in user.app.chat.workspace.indexes]


async def test_switching_keeps_what_is_written_and_shows_nothing_of_one_account_in_the_other(path: Path) -> None:
    async with driven(load({"profile": "home"}, os.environ, path), 100, 30) as user:
        await user.until(lambda: names(user) == ["notes"])
        await user.ask_in_new_session("Who leads science?")
        await user.read_to_end_of_turn()
        await user.type("half a question")
        await switch_to(user, "work")
        await user.until(lambda: names(user) == ["manual"])
        await user.see("work · 127.0.0.1")
        assert "Who leads science?" not in user.screen
        assert "half a question" not in user.screen
        await switch_to(user, "home")
        await user.until(lambda: names(user) == ["notes"])
        await user.see("Who leads science?")
        await user.press("ctrl+s", "enter")
        await user.see("half a question")


async def test_a_start_without_a_profile_can_be_gone_back_to(
    path: Path, server: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLAMA_CLOUD_BASE_URL", server.base_url)
    place = credentials.key_place(server.base_url, None)
    assert credentials.keep_in_file(place, SecretStr(server.api_key)) is None
    async with driven(load({}, os.environ, path), 100, 30) as user:
        await user.until(lambda: names(user) == ["notes"])
        await switch_to(user, "work")
        await user.until(lambda: names(user) == ["manual"])
        await switch_to(user, "start")
        await user.until(lambda: names(user) == ["notes"])
        assert user.app.settings.profile is None


async def test_a_profile_without_a_key_asks_for_it_and_escape_stays(path: Path, other: Connection) -> None:
    async with driven(load({"profile": "home"}, os.environ, path), 100, 30) as user:
        await user.until(lambda: names(user) == ["notes"])
        await switch_to(user, "keyless")
        await user.see("Paste a LlamaCloud key")
        await user.in_dialog("escape")
        await user.see("Still connected to home · 127.0.0.1")
        assert user.app.settings.profile == "home"
        await switch_to(user, "keyless")
        await user.see("Paste a LlamaCloud key")
        await user.in_dialog("enter")
        await user.type(other.api_key)
        await user.press("enter")
        await user.until(lambda: names(user) == ["manual"])
        assert isinstance(credentials.find(other.base_url, {}, "keyless"), credentials.Found)


async def test_a_project_is_chosen_from_those_of_the_account_and_kept_in_the_profile(path: Path) -> None:
    async with driven(load({"profile": "home"}, os.environ, path), 100, 30) as user:
        await user.until(lambda: names(user) == ["notes"])
        await open_settings(user)
        await user.press(*"project", "enter")
        await user.see("2  Default")
        await user.in_dialog(*"default", "enter")
        await user.until(lambda: row(user, "project")[-1] == "profile")
        (project,) = await user.app.projects()
        assert row(user, "project")[0] == project.id
        assert load({"profile": "home"}, {}, path).project == project.id
        assert load({"profile": "work"}, {}, path).project is None
        await user.press("escape", "escape")
        await user.until(lambda: user.app.chat.workspace.account_id == user.app.settings.account)
        assert user.app.settings.project == project.id
