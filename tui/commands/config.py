"""`llamachat-tui config`: the settings in force and where they come from, and a config file to begin with."""

import os
from argparse import Namespace
from pathlib import Path

from tui.arguments import CommandParser
from tui.commands.options import project_command_parser, settings_of
from tui.files.private_files import make_private_folder, write_file
from tui.keys.actions import ACTIONS
from tui.sanitize import clean_line
from tui.settings import ENVIRONMENT, FILE_SETTINGS, Settings, SettingsError, config_path, origins, profile_names
from tui.workspace.settings.described import ABOUT

MAX_CHARS = 1000
"""Of a path or a value, so much is shown."""

_PROFILE = """\
# A profile has a base_url, region, project, organization or allow_http of its own, and a key, which is never in this
# file: llamachat-tui login --profile work
# [profiles.work]
# region = "eu"
"""

_KEYS = """\
# The keys of actions: one key, or a list of keys. Each stands here with what it has by itself.
# [keys]
"""


def parser() -> CommandParser:
    """The options of `config`."""
    made = project_command_parser("config", "Show the settings in force, and where each of them was given.")
    made.add_argument(
        "action",
        nargs="?",
        choices=["show", "write", "profiles"],
        default="show",
        help="write: make a config file with all settings in it, commented out; profiles: list those of the file",
    )
    return made


def main(arguments: list[str]) -> int:
    """Show the settings, list the profiles, or write a file; the exit code."""
    options = parser().parse_args(arguments)
    match options.action:
        case "write":
            return _written(config_path())
        case "profiles":
            return _listed(config_path())
        case _:
            return _shown(options)


def _listed(path: Path) -> int:
    for name in profile_names(path):
        print(clean_line(name, MAX_CHARS))
    return 0


def _shown(options: Namespace) -> int:
    path = config_path()
    settings = settings_of(options)
    given = origins({name: getattr(options, name, None) for name in FILE_SETTINGS}, os.environ, path)
    missing = "" if path.exists() else " (not there; `llamachat-tui config write` makes it)"
    print(f"{clean_line(str(path), MAX_CHARS)}{missing}")
    for name in FILE_SETTINGS:
        where = clean_line(given[name].where if name in given else "as it is by itself", MAX_CHARS)
        print(f"{name} = {_as_toml(getattr(settings, name))}  # {where}")
    for action_id, keys in settings.keys.items():
        print(f"keys.{_as_toml(action_id)} = {_keys_as_toml(keys)}  # in {clean_line(str(path), MAX_CHARS)}")
    return 0


def _written(path: Path) -> int:
    try:
        make_private_folder(path.parent)
        write_file(path, commented_file())
    except FileExistsError as error:
        raise SettingsError(f"There is a config file already: {clean_line(str(path))}. It was left alone.") from error
    except OSError as error:
        raise SettingsError(f"{clean_line(str(path))} was not written: {error.strerror}.") from error
    print(f"Written: {clean_line(str(path))}. Each setting in it is commented out.")
    return 0


def commented_file() -> str:
    """A config file in which every setting is explained, and stands with its usual value behind a `#`."""
    usual = Settings()
    blocks = ["# The settings of llamachat-tui. A flag or an environment variable is stronger than this file.\n"]
    for name in FILE_SETTINGS:
        variable = ENVIRONMENT[name]
        blocks.append(f"# {ABOUT[name]} ({variable})\n# {name} = {_as_toml(getattr(usual, name))}\n")
    keys = (f"# {_as_toml(action.id)} = {_keys_as_toml(action.keys)}\n" for action in ACTIONS.values())
    return "\n".join([*blocks, _PROFILE, _KEYS + "".join(keys)])


def _keys_as_toml(keys: str) -> str:
    """Keys, with commas between, as the file has them."""
    each = [_as_toml(key) for key in keys.split(",")]
    return each[0] if len(each) == 1 else f"[{', '.join(each)}]"


def _as_toml(value: object) -> str:
    """A setting as the file has it; one that is not set is an empty text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    escaped = clean_line(str(value or ""), MAX_CHARS).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
