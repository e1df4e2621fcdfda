"""`llamachat-tui config`: the settings in force, and a file to begin with."""

import tomllib
from pathlib import Path

import pytest

from tests.commands.calling import Command
from tui.keys.actions import ACTIONS
from tui.keys.choice import read_keys
from tui.settings import FILE_SETTINGS, Settings, load


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "folder" / "config.toml"
    monkeypatch.setenv("LLAMACHAT_CONFIG", str(path))
    return path


def test_each_setting_is_shown_with_where_it_was_given(
    command: Command, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.parent.mkdir()
    path.write_text('theme = "nord"\n[profiles.work]\nregion = "eu"\n')
    monkeypatch.setenv("LLAMACHAT_BELL", "false")
    first, *lines = command("config", "--project", "p-1", "--profile", "work").out.splitlines()
    assert first == str(path)
    assert [line.partition(" ")[0] for line in lines] == list(FILE_SETTINGS)
    assert command("config", "profiles").out == "work\n"
    told = dict(line.split("  # ") for line in lines)
    assert told['theme = "nord"'] == f"in {path}"
    assert told['region = "eu"'] == f"in the profile work of {path}"
    assert told["bell = false"] == "in the environment"
    assert told['project = "p-1"'] == "on the command line"
    assert told["keep = true"] == "as it is by itself"


@pytest.mark.parametrize("name", ["config", "list", "status"])
def test_what_is_no_utf_8_is_refused(command: Command, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    outcome = command(name, "--base-url", "api.test\udcff")
    assert (outcome.code, "What --base-url gives cannot be read" in outcome.err) == (2, True), outcome.err
    monkeypatch.setenv("LLAMA_CLOUD_ORGANIZATION_ID", "\udcff")
    outcome = command(name)
    assert (outcome.code, "What LLAMA_CLOUD_ORGANIZATION_ID gives" in outcome.err) == (2, True), outcome.err


def test_keys_that_were_changed_are_shown(command: Command, path: Path) -> None:
    path.parent.mkdir()
    path.write_text('[keys]\nsession.new = "F9"\nlist.filter = ["/", "x"]\n')
    assert command("config").out.splitlines()[-2:] == [
        f'keys."session.new" = "f9"  # in {path}',
        f'keys."list.filter" = ["slash", "x"]  # in {path}',
    ]


def test_without_a_file_it_is_said_what_makes_one(command: Command) -> None:
    assert "(not there; `llamachat-tui config write` makes it)" in command("config").out


def test_a_file_is_written_in_which_every_setting_is_explained(command: Command, path: Path) -> None:
    assert "there is no such file" in command("config").err
    assert command("config", "write").code == 0
    assert load({}, {}, path) == Settings()
    keys = path.read_text().partition("# [keys]\n")[2]
    table = tomllib.loads("\n".join(line.removeprefix("# ") for line in keys.splitlines()))
    assert read_keys(table) == {action.id: action.keys for action in ACTIONS.values()}
    text = path.read_text().partition("# A profile")[0]
    assert '# theme = "auto"\n' in text
    uncommented = "\n".join(
        line[2:] if line.startswith("# ") and " = " in line and line[2:].partition(" ")[0] in FILE_SETTINGS else line
        for line in text.splitlines()
    )
    assert set(tomllib.loads(uncommented)) == set(FILE_SETTINGS)
    path.write_text(uncommented)
    assert load({}, {}, path) == Settings()
    assert command("config", "write").code == 2
    assert path.read_text() == uncommented
