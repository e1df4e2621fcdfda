"""Attacks the program with each hostile answer in turn, and measures what that does to it. `make attacks`.

Prints a line for each, with what misses its bound; 1 where something does.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence

from tests.attacks.attacked import Figures, attacked
from tests.attacks.attacked_command import ALL, CommandFigures, attacked_command
from tests.attacks.attacks import ATTACKS
from tests.attacks.result import command_row, keep, row


def _show(screen: Sequence[str]) -> None:
    print(*(shown for line in screen if (shown := line.rstrip())), sep="\n")


def _attack(words: Sequence[str], *, shows: bool) -> Iterator[Figures]:
    for name in ATTACKS:
        if not words or any(word in name for word in words):
            figures = attacked(name, ATTACKS[name], look_at=_show if shows else len)
            _tell(row(figures), figures.misses)
            yield figures


def _attack_commands(words: Sequence[str]) -> Iterator[CommandFigures]:
    for command, attack in ALL:
        if not words or any(word in f"{command}: {attack}" for word in words):
            figures = attacked_command(command, attack)
            _tell(command_row(figures), figures.misses)
            yield figures


def _tell(told: str, misses: Sequence[str]) -> None:
    print(told, *(f"MISSED: {miss}" for miss in misses), flush=True)


def main() -> int:
    """Attack; 1 where a bound is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "words", nargs="*", help='only the attacks whose name has one of these; "export html: " is a command for all'
    )
    parser.add_argument("--keep", action="store_true", help="keep the result for docs/reliability.md")
    parser.add_argument("--show", action="store_true", help="print the last screen of each")
    options = parser.parse_args()
    figures = list(_attack(options.words, shows=options.show))
    commands = list(_attack_commands(options.words))
    if options.keep:
        keep(figures, commands)
    return 1 if any(each.misses for each in (*figures, *commands)) else 0


if __name__ == "__main__":
    sys.exit(main())
