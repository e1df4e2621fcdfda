"""A parser of arguments that can tell what it takes, for completions and the manual page."""

from argparse import SUPPRESS, Action, ArgumentParser
from collections.abc import Sequence


class CommandParser(ArgumentParser):
    """As its base class, but that a flag is written out, and `taken` can be read."""

    def __init__(self, prog: str, description: str, epilog: str | None = None) -> None:
        super().__init__(prog, description=description, epilog=epilog, allow_abbrev=False)

    @property
    def taken(self) -> Sequence[Action]:
        """The options and arguments that the help shows, in its order."""
        return [action for action in self._actions if action.help != SUPPRESS]
