"""The commands as values, read from their parsers: what completions and the manual page are made from."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path

from tui.arguments import CommandParser
from tui.commands import COMMANDS
from tui.commands.options import app_parser
from tui.lazy_dataclass import dataclass
from tui.themes.names import THEMES

_OF_A_SETTING: Mapping[str, Sequence[str]] = {"theme": THEMES, "grounding": ("on", "off")}
"""What these flags can be: their parsers take anything, since the settings say what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Argument:
    """An option with its flags, or an argument without any.

    `value` is what it is called, "" where an option takes none. `is_many`: it takes several. `choices`: what it can be.
    """

    flags: Sequence[str]
    value: str
    help: str
    choices: Sequence[str] = ()
    is_folder: bool = False
    is_file: bool = False
    is_many: bool = False
    is_profile: bool = False


@dataclass(frozen=True, slots=True)
class DescribedCommand:
    """A command, or the app where `name` is ""."""

    name: str
    description: str
    epilog: str
    arguments: Sequence[Argument]

    @property
    def summary(self) -> str:
        """What it does, in its description's first sentence."""
        return self.description.partition(". ")[0].rstrip(".").partition(":")[0]


def all_commands() -> Sequence[DescribedCommand]:
    """The app and all its commands."""
    return [command_of(name) for name in ("", *COMMANDS)]


def command_of(name: str) -> DescribedCommand:
    """The command of this name; "" is the app."""
    parser: CommandParser = import_module(COMMANDS[name]).parser() if name else app_parser()
    return DescribedCommand(name, parser.description or "", parser.epilog or "", _arguments(parser))


def _arguments(parser: CommandParser) -> Sequence[Argument]:
    found: list[Argument] = []
    for action in parser.taken:
        takes_value = action.nargs != 0
        name = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
        choices = tuple(map(str, action.choices or ()))
        is_path = action.type is Path
        found.append(
            Argument(
                flags=tuple(action.option_strings),
                value=("|".join(choices) or name) if takes_value else "",
                help=(action.help or "") % {"default": action.default},
                choices=choices or _OF_A_SETTING.get(action.dest, ()),
                is_folder=is_path and name == "DIR",
                is_file=is_path and name != "DIR",
                is_many=action.nargs in ("*", "+"),
                is_profile=action.dest == "profile",
            )
        )
    return found
