"""The manual names every flag, setting and variable of the program, and none that does not exist."""

import re
import sys
import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest

import tui
from tui import command_line
from tui.commands import COMMANDS, run_command
from tui.commands.described import command_of
from tui.keys.actions import ACTIONS
from tui.keys.choice import read_keys
from tui.settings import FILE_SETTINGS

FLAG = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
VARIABLE = re.compile(r"\bLLAMA[A-Z]*_[A-Z_]+")
SETTING = re.compile(r"^\| `([a-z_]+)` \|", re.MULTILINE)


OF_ALL = {"--profile", "--help", "--base-url", "--allow-http", "--region", "--project", "--organization"}


@cache
def page(name: str) -> str:
    return files("tui.manual").joinpath(name).read_text("utf-8")


@cache
def manual() -> str:
    names = sorted(page.name for page in files("tui.manual").iterdir() if page.name.endswith(".md"))
    return "\n".join(map(page, names))


def flags_of(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: str) -> set[str]:
    """The flags in the help of a command, or of the app ("")."""
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setattr(sys, "argv", ["llamachat-tui", "--help"])
    with pytest.raises(SystemExit):
        run_command(command, ["--help"]) if command else command_line.run()
    return set(FLAG.findall(capsys.readouterr().out))


def test_every_flag_is_in_the_manual_and_no_other(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    flags = {command: flags_of(capsys, monkeypatch, command) for command in ("", *COMMANDS)}
    assert set(FLAG.findall(manual())) == set[str]().union(*flags.values())
    in_table = re.findall(r"^\| `(--[a-z-]+)", page("configuration.md"), re.MULTILINE)
    assert sorted(in_table) == sorted(flags[""])


@pytest.mark.parametrize("name", sorted(COMMANDS.keys() - {"serve"}))
def test_the_section_of_a_command_names_each_flag_of_its_own(name: str) -> None:
    sections = re.split(r"^## ", manual(), flags=re.MULTILINE)
    told = "".join(text for text in sections if re.match(rf".*:.*\b{name}\b", text.partition("\n")[0]))
    flags = {flag for argument in command_of(name).arguments for flag in argument.flags if flag.startswith("--")}
    assert sorted(flags - OF_ALL - set(FLAG.findall(told))) == []


def test_every_command_is_in_the_manual() -> None:
    assert [name for name in COMMANDS if f"`llamachat-tui {name}" not in manual()] == []


def test_every_setting_of_the_file_is_in_its_table_and_no_other() -> None:
    assert tuple(SETTING.findall(page("configuration.md"))) == FILE_SETTINGS


def test_every_action_is_in_the_manual_with_its_keys_and_no_other() -> None:
    lines = page("configuration.md").partition("\n## Actions\n")[2].splitlines()
    table = tomllib.loads("\n".join(line for line in lines if line.startswith("    ")))["keys"]
    assert read_keys(table) == {action.id: action.keys for action in ACTIONS.values()}


def test_every_variable_is_in_the_manual_and_no_other() -> None:
    sources = "\n".join(path.read_text("utf-8") for path in Path(tui.__file__).parent.rglob("*.py"))
    assert set(VARIABLE.findall(manual())) == set(VARIABLE.findall(sources))
