"""Finding text in a conversation: in what was said, so that a folded part is found as well as an open one."""

from collections.abc import Iterator

from tui.conversation.plain_text import SEARCHED_CHARS, plain_text
from tui.conversation.transcript import Turn
from tui.lineview.selection import LineSource
from tui.lineview.viewport import Place


def counts_in(turn: Turn, wanted: str) -> dict[int, int]:
    """How often the blocks of a turn contain the text: those that do, in their order."""
    wanted = wanted.casefold()
    texts = [turn.question or "", *(plain_text(part, SEARCHED_CHARS) for part in turn.parts)]
    counts = {block: text.casefold().count(wanted) for block, text in enumerate(texts)}
    return {block: count for block, count in counts.items() if count}


def rows_with(source: LineSource, section: int, block: int, wanted: str) -> Iterator[Place]:
    """The rows of a block in which an occurrence begins, also one that goes on after a wrap."""
    wanted = wanted.casefold()
    height = source.height(section, block)
    for row in range(height):
        place = Place(section, block, row)
        text = source.line(place).text.casefold()
        following = row + 1
        joined = text
        while following < height and len(joined) < len(text) + len(wanted):
            line = source.line(place._replace(row=following))
            if line.continues is None:
                break
            joined += line.continues + line.text[line.decoration :].casefold()
            following += 1
        if 0 <= joined.find(wanted) < max(1, len(text)):
            yield place


def occurrences(text: str, wanted: str) -> Iterator[tuple[int, int]]:
    """Where a text occurs within one row, as ranges of characters."""
    folded, wanted = text.casefold(), wanted.casefold()
    at = folded.find(wanted) if wanted and len(folded) == len(text) else -1
    while at >= 0:
        yield at, at + len(wanted)
        at = folded.find(wanted, at + len(wanted))
