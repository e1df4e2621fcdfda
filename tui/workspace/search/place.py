"""Where in a turn the words of a hit stand."""

from collections.abc import Iterator, Sequence

from tui.conversation.plain_text import SEARCHED_CHARS, plain_text
from tui.conversation.transcript import Answer, Thought, ToolUse, Turn
from tui.store.search import Hit
from tui.store.search_query import Part


def place_in(turn: Turn, hit: Hit) -> tuple[int, str]:
    """The block of the turn (0 is the question) that shows the hit, and the text to mark there, "" where none is."""
    for wanted in _wanted(hit):
        for block, text in _texts(turn, hit.part):
            if wanted.casefold() in text.casefold():
                return block, wanted
    return 0, ""


def _wanted(hit: Hit) -> Sequence[str]:
    """What may stand in the conversation as it does in the snippet: what is marked in a row, or else single words."""
    text, marked = hit.snippet.text, list[str]()
    last = -1
    for start, end in hit.snippet.marks:
        if marked and text[last:start].isspace():
            marked[-1] += text[last:end]
        else:
            marked.append(text[start:end])
        last = end
    words = [word for row in marked for word in row.split()]
    return list(dict.fromkeys([*marked, *sorted(words, key=len, reverse=True)]))


def _texts(turn: Turn, part: Part) -> Iterator[tuple[int, str]]:
    """The blocks of the turn that have this part of it, with their texts."""
    if part == "question":
        yield 0, turn.question or ""
    kinds = {"answer": Answer, "thinking": Thought, "evidence": ToolUse}
    kind = kinds.get(part)
    for number, shown in enumerate(turn.parts, 1):
        if kind is not None and isinstance(shown, kind):
            yield number, plain_text(shown, SEARCHED_CHARS)
