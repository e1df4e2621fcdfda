"""Joining what was found by words and what was found by meaning into one ranking. Pure."""

from collections.abc import Sequence

from tui.local.library.passages import FoundPassage

RANK_OFFSET = 60
"""How little the first places differ: the usual value of reciprocal rank fusion (Cormack, Clarke, Buettcher: SIGIR
2009)."""
MEANING_WEIGHT = 0.6
"""What a place by meaning counts beside the same place by words. It is less, for there is a nearest meaning to every
question: a passage that has a number or a name of the question stays before those that only sound like it."""

_BEST = (1 + MEANING_WEIGHT) / (RANK_OFFSET + 1)


def fused(by_words: Sequence[FoundPassage], by_meaning: Sequence[FoundPassage]) -> list[FoundPassage]:
    """All that is in either ranking, best first, with scores from 0 to 1, which is the first of both.

    Of two with one score the one that is better by its words comes first, then the one whose meaning is nearer.
    """
    scores: dict[tuple[str, int], float] = {}
    for weight, ranking in ((1.0, by_words), (MEANING_WEIGHT, by_meaning)):
        for place, found in enumerate(ranking, 1):
            scores[found.key] = scores.get(found.key, 0.0) + weight / (RANK_OFFSET + place)
    best = sorted(scores.items(), key=lambda scored: -scored[1])  # what is equal stays in its order
    return [FoundPassage(*key, round(score / _BEST, 4)) for key, score in best]
