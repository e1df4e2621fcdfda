"""How long the longest update of one long block takes: `python -m benchmarks.blocks`. Prints milliseconds of CPU."""

import gc
import time
from collections.abc import Callable

from benchmarks.corpus import WORDS
from tui.rendering.markdown import MarkdownBlocks

SIZE = 1_000_000
WIDTH = 110


def _lines(line: Callable[[int], str]) -> str:
    """So many numbered lines as have `SIZE` characters."""
    size = len(line(1000)) + 1
    return "\n".join(map(line, range(SIZE // size)))


def _words(number: int) -> str:
    return " ".join(WORDS[(number * 7 + at) % len(WORDS)] for at in range(10))


BLOCKS = {
    "list": lambda: _lines(lambda number: f"- item **{number}** of the {_words(number)}"),
    "numbered list": lambda: _lines(
        lambda number: f"{number + 1}. word `code`, [a link](https://example.com/{number})"
    ),
    "fence": lambda: f"```python\n{_lines(lambda number: f'def f_{number}(a: int): return str({number})')}\n```",
    "table": lambda: (
        f"| a | b |\n|---|---|\n{_lines(lambda number: f'| row {number} | some **words** for {number} |')}"
    ),
    "paragraph of links": lambda: _lines(lambda number: f"[link {number}](https://example.com/{number})"),
}


def longest_update(text: str, *, settled: bool) -> float:
    """Seconds of CPU of the longest update that draws a text."""
    blocks, longest = MarkdownBlocks(WIDTH), 0.0
    is_behind = True
    while is_behind:
        began = time.thread_time()
        blocks.update(text, settled)
        longest = max(longest, time.thread_time() - began)
        is_behind = blocks.behind > 0
    return longest


def main() -> None:
    """Measure each block as a whole answer, and as one that still grows."""
    longest_update("```python\nx = 1\n```", settled=True)  # loads the highlighter
    gc.disable()
    for name, made in BLOCKS.items():
        text = made()
        told = [f"{longest_update(text, settled=settled) * 1e3:.1f}" for settled in (True, False)]
        print(f"{name}: {told[0]} ms whole, {told[1]} ms while it grows")


if __name__ == "__main__":
    main()
