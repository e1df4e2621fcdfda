"""Finding the passages for a question: the one search behind the retrieval route, the agents' tool and the answers.

They are found by their words; where an embedding model is set also by what they mean.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from tui.local.library.passages import FoundPassage, NearPassages, Passage, Passages
from tui.local.library.vocabulary import Vocabulary
from tui.local.search.fusion import fused
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
MAX_FILTERED_NEAR = 500
"""How many of those that are near in meaning."""


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
    return replace(query, terms=(*query.terms, *lent), question=f"{before.question}\n{question}")


def finds(passages: Passages, query: Query) -> bool:
    """Whether there is anything to search for: words that occur, or with an embedding model any that mean something."""
    return bool(query.terms or (query.missing and passages.nearest))


class Retrieved(NamedTuple):
    """The passages that were found, best first, and why there may be others that are near in meaning, for the user."""

    passages: list[Passage]
    problem_of_near: str | None = None


def retrieve(
    passages: Passages,
    query: Query,
    index_ids: Sequence[str],
    top_k: int,
    wanted: Callable[[Passage], bool] | None = None,
) -> Retrieved:
    """The passages that answer best, by their words and their meaning; only those that are `wanted`, where that is
    asked.

    Without an embedding model the scores are those of the words, else those of `fused`, also while it does not answer.
    """
    if passages.nearest is None:
        return Retrieved(by_words(passages, query, index_ids, top_k, wanted))
    depth = max(CANDIDATES, top_k)
    near = _near(passages, query, index_ids, depth, wanted)
    best = fused(_by_words(passages, query, index_ids, depth, wanted), near.found)[:top_k]
    return Retrieved(passages.load(best), near.problem)


def by_words(
    passages: Passages,
    query: Query,
    index_ids: Sequence[str],
    top_k: int,
    wanted: Callable[[Passage], bool] | None = None,
) -> list[Passage]:
    """The passages whose words answer best, best first; only those that are `wanted`, where that is asked."""
    return passages.load(_by_words(passages, query, index_ids, max(CANDIDATES, top_k), wanted)[:top_k])


def _by_words(
    passages: Passages,
    query: Query,
    index_ids: Sequence[str],
    depth: int,
    wanted: Callable[[Passage], bool] | None,
) -> Sequence[FoundPassage]:
    if not query.terms or not index_ids:
        return []
    if wanted is not None:
        found = rerank(_wanted(passages, query, index_ids, depth, wanted), query.terms)
        return [FoundPassage(*passage.key, passage.score) for passage in found]
    return ranked(passages.candidates(query.expression(MAX_MATCHES), index_ids, depth), query.terms)


def by_meaning(
    passages: Passages,
    query: Query,
    index_ids: Sequence[str],
    top_k: int,
    wanted: Callable[[Passage], bool] | None = None,
) -> Retrieved:
    """The passages whose meaning is nearest to the question's; none without an embedding model."""
    near = _near(passages, query, index_ids, top_k, wanted)
    return Retrieved(passages.load(near.found[:top_k]), near.problem)


def _near(
    passages: Passages,
    query: Query,
    index_ids: Sequence[str],
    depth: int,
    wanted: Callable[[Passage], bool] | None,
) -> NearPassages:
    if passages.nearest is None or not index_ids or not finds(passages, query):
        return NearPassages()
    if wanted is None:
        return passages.nearest(query.question, index_ids, depth)
    near, problem = passages.nearest(query.question, index_ids, MAX_FILTERED_NEAR)
    found = [FoundPassage(*passage.key, passage.score) for passage in passages.load(near) if wanted(passage)]
    return NearPassages(found[:depth], problem)


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
