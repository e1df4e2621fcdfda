"""Finding the passages for a question: the one search behind the retrieval route, the agents' tool and the answers."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from tui.local.library.passages import Passage, Passages
from tui.local.library.vocabulary import Vocabulary
from tui.local.search.query import Query, refers_back, resolve
from tui.local.search.ranking import ranked, rerank

CANDIDATES = 100
"""How many passages that BM25 finds are read and ranked again."""
MAX_MATCHES = 15_000
"""How many passages BM25 weighs, where the rarest words of the question alone are not in more."""
ALL_MATCHES = 2**40
"""More passages than any index has."""
MAX_FILTERED = 5000
"""How many passages are looked through where not all are wanted."""


def understand(vocabulary: Vocabulary, question: str, earlier: Sequence[str], index_ids: Sequence[str]) -> Query:
    """The question's terms, with those of the question before it where it leans on that one, which may lean, too.

    `earlier` are the questions before it, oldest first. What is lent weighs half of what it weighs there. A question
    whose own words all occur nowhere is about something else: it is lent nothing, so that nothing is found. Nor is one
    that has no word to search for and leans on nothing: "who are you?".
    """
    query = resolve(vocabulary, question, index_ids)
    if not earlier or not refers_back(question) or query.is_unknown:
        return query
    before = understand(vocabulary, earlier[-1], earlier[:-1], index_ids)
    known = {term.words for term in query.terms}
    lent = tuple(replace(term, weight=term.weight / 2) for term in before.terms if term.words not in known)
    return replace(query, terms=(*query.terms, *lent))


def passages_for(
    passages: Passages,
    query: Query,
    index_ids: Sequence[str],
    top_k: int,
    wanted: Callable[[Passage], bool] | None = None,
) -> list[Passage]:
    """The passages that answer best, best first; only those that are `wanted`, where that is asked."""
    if not query.terms or not index_ids:
        return []
    if wanted is not None:
        return rerank(_wanted(passages, query, index_ids, max(CANDIDATES, top_k), wanted), query.terms)[:top_k]
    found = passages.candidates(query.expression(MAX_MATCHES), index_ids, max(CANDIDATES, top_k))
    return passages.load(ranked(found, query.terms)[:top_k])


def first_passages(
    passages: Passages,
    query: Query,
    index_ids: Sequence[str],
    top_k: int,
    wanted: Callable[[Passage], bool] | None = None,
) -> list[Passage]:
    """The passages that BM25 likes best, best first; only those that are `wanted`, where that is asked."""
    if not query.terms or not index_ids:
        return []
    if wanted is not None:
        return _wanted(passages, query, index_ids, top_k, wanted)
    return passages.search(query.expression(MAX_MATCHES), index_ids, top_k)


def _wanted(
    passages: Passages, query: Query, index_ids: Sequence[str], limit: int, wanted: Callable[[Passage], bool]
) -> list[Passage]:
    found = passages.search(query.expression(ALL_MATCHES), index_ids, MAX_FILTERED)
    return [passage for passage in found if wanted(passage)][:limit]


def retrieve(
    passages: Passages, vocabulary: Vocabulary, question: str, index_ids: Sequence[str], top_k: int
) -> list[Passage]:
    """The passages that answer a question which stands alone, best first."""
    return passages_for(passages, resolve(vocabulary, question, index_ids), index_ids, top_k)
