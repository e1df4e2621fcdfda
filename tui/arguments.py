"""A parser of arguments that can tell what it takes, for completions and the manual page."""

from argparse import SUPPRESS, Action, ArgumentParser
from collections.abc import Sequence
from typing import NoReturn


class CommandParser(ArgumentParser):
    """As its base class, but that a flag is written out, and `taken` can be read."""

    def __init__(self, prog: str, description: str, epilog: str | None = None) -> None:
        super().__init__(prog, description=description, epilog=epilog, allow_abbrev=False)
        self.on_more = ""
        """What is told where there are more arguments than it takes."""

    def error(self, message: str) -> NoReturn:
        super().error(f"{message}. {self.on_more}" if self.on_more and "unrecognized" in message else message)

    @property
    def taken(self) -> Sequence[Action]:
        """The options and arguments that the help shows, in its order."""
        return [action for action in self._actions if action.help != SUPPRESS]
