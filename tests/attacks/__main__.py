"""Attacks the program with each hostile answer in turn, and measures what that does to it. `make attacks`.

Prints a line for each, with what misses its bound; 1 where something does.
"""

import argparse
import sys
from collections.abc import Sequence

from tests.attacks.attacked import Figures, attacked
from tests.attacks.attacks import ATTACKS
from tests.attacks.result import keep, row


def _show(screen: Sequence[str]) -> None:
    print(*(shown for line in screen if (shown := line.rstrip())), sep="\n")


def main() -> int:
    """Attack; 1 where a bound is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*", help="only the attacks whose name has one of these")
    parser.add_argument("--keep", action="store_true", help="keep the result for docs/reliability.md")
    parser.add_argument("--show", action="store_true", help="print the last screen of each")
    options = parser.parse_args()
    names = [name for name in ATTACKS if not options.words or any(word in name for word in options.words)]
    figures: list[Figures] = []
    for name in names:
        figures.append(attacked(name, ATTACKS[name], look_at=_show if options.show else len))
        print(row(figures[-1]), *(f"MISSED: {miss}" for miss in figures[-1].misses), flush=True)
    if options.keep:
        keep(figures)
    return 1 if any(each.misses for each in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
