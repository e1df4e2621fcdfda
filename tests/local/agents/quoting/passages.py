"""Passages to quote from, and answers made of them."""

from collections.abc import Sequence

from tui.local.agents.quoting.answer import compose
from tui.local.agents.tool_output import CitedPassage
from tui.local.library.documents import Format
from tui.local.library.passages import Passage
from tui.local.library.words import fold
from tui.local.search.query import Query, Term, parse


def passage(text: str, document_format: Format = "markdown", heading: str = "", name: str = "harbour.md") -> Passage:
    return Passage(1, "i", "f", name, document_format, heading, text, 0, 0, len(text), 1, None, None, 2.0)


def answered(question: str, *passages: Passage, missing: Sequence[str] = ()) -> str:
    """The answer from these passages, where all the words of the question but the missing ones occur as they are."""
    terms = [Term(term.text, term.words, frozenset(map(fold, term.words)), 4.0) for term in parse(question)]
    query = Query(tuple(term for term in terms if term.text not in missing), tuple(missing))
    cited = [CitedPassage(number, one) for number, one in enumerate(passages, 1)]
    return "".join(compose(question, query, cited, 400))
