"""The passages of a turn under the numbers that its answer cites them by."""

from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from tui.conversation.citations import CITATION, numbers_in
from tui.conversation.passages import Passage, given_passages, passages_of
from tui.conversation.plain_text import answer_text
from tui.conversation.transcript import Turn
from tui.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class NumberedPassage:
    """A passage, the number that it has in its turn, and whether the turn's answer cites it."""

    number: int
    passage: Passage
    is_cited: bool


def markdown_parser() -> MarkdownIt:
    """CommonMark with tables and strikethrough. HTML is text."""
    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def numbered_passages(turn: Turn) -> Sequence[NumberedPassage]:
    """The passages by their numbers: those that the results give, else their places among all."""
    given = {passage.citation: passage for passage in reversed(list(given_passages(turn)))}
    own = {number: passage for number, passage in given.items() if number is not None}
    by_number = own or dict(enumerate(passages_of(turn), 1))
    cited = _cited_numbers(turn) if by_number else frozenset[int]()
    return [NumberedPassage(number, by_number[number], number in cited) for number in sorted(by_number)]


def _cited_numbers(turn: Turn) -> frozenset[int]:
    tokens = markdown_parser().parse(answer_text(turn))
    citations = (found.group() for text in _texts(tokens) for found in CITATION.finditer(text))
    return frozenset(number for citation in citations for number in numbers_in(citation))


def _texts(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "text":
            yield token.content
        yield from _texts(token.children or ())
