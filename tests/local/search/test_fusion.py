"""One ranking out of two."""

from tui.local.library.passages import FoundPassage
from tui.local.search.fusion import fused


def ranking(*chunk_ids: int) -> list[FoundPassage]:
    return [FoundPassage("idx", chunk_id, 7.0) for chunk_id in chunk_ids]


def order(by_words: list[FoundPassage], by_meaning: list[FoundPassage]) -> list[int]:
    return [found.chunk_id for found in fused(by_words, by_meaning)]


def test_what_is_in_both_rankings_comes_before_what_is_in_one() -> None:
    assert order(ranking(1, 2, 3), ranking(3, 8, 9)) == [3, 1, 2, 8, 9]


def test_a_passage_with_the_words_stays_before_those_that_only_sound_like_it() -> None:
    assert order(ranking(1), ranking(*range(10, 60)))[:2] == [1, 10]


def test_one_ranking_alone_is_kept() -> None:
    assert order(ranking(3, 1, 2), []) == [3, 1, 2]
    assert order([], ranking(3, 1, 2)) == [3, 1, 2]


def test_the_first_of_both_has_the_score_1_and_passages_of_other_indexes_are_others() -> None:
    best, *others = fused(ranking(1), [*ranking(1), FoundPassage("other", 1, 0.5)])
    assert (best.key, best.score) == (("idx", 1), 1.0)
    assert [other.key for other in others] == [("other", 1)]
