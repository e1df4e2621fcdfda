"""Passages to quote from, and answers made of them."""

from collections.abc import Sequence
from dataclasses import replace

from tui.local.agents.quoting.answer import compose
from tui.local.agents.tool_output import CitedPassage
from tui.local.library.documents import Format
from tui.local.library.languages import stem
from tui.local.library.passages import Passage
from tui.local.search.query import Query, parse


def passage(text: str, document_format: Format = "markdown", heading: str = "", name: str = "harbour.md") -> Passage:
    return Passage(
        chunk_id=1,
        index_id="i",
        file_id=name,
        file_name=name,
        format=document_format,
        language="english",
        heading=heading,
        text=text,
        number=0,
        start_char=0,
        end_char=len(text),
        first_line=1,
        first_page=None,
        last_page=None,
        anchor="",
        score=2.0,
    )


def answered(question: str, *passages: Passage, missing: Sequence[str] = (), collection: int = 400) -> str:
    """The answer from these passages, where all the words of the question but the missing ones occur as they are."""
    terms = [replace(term, stems=frozenset((tuple(map(stem, term.words)),)), weight=4.0) for term in parse(question)]
    query = Query(tuple(term for term in terms if term.text not in missing), tuple(missing))
    cited = [CitedPassage(number, one) for number, one in enumerate(passages, 1)]
    return "".join(compose(question, query, cited, collection))
