from tui.conversation.cited_stretch import cited_stretch

PASSAGE = (
    "Report of the second review.\n"
    "1. The review has nothing to say about item 1 of the list.\n"
    "The Heron probe was launched in March 2031, four weeks\nlate, because the pad was not free. "
    "It reached its orbit on the first attempt.\n"
    "2. The review has nothing to say about item 2 of the list.\n"
)


def cited(answer: str) -> str | None:
    stretch = cited_stretch(answer, PASSAGE)
    return None if stretch is None else PASSAGE[slice(*stretch)]


def test_a_sentence_that_is_quoted_is_found_across_its_lines() -> None:
    quoted = 'It says: "The Heron probe was launched in March 2031, four weeks late, because the pad was not free." [1]'
    assert cited(quoted) == (
        "The Heron probe was launched in March 2031, four weeks\nlate, because the pad was not free."
    )


def test_a_sentence_that_is_told_in_nearly_its_words_is_found() -> None:
    assert cited("Yes.\n\nHeron reached its orbit on the very first attempt [1].") == (
        "It reached its orbit on the first attempt."
    )


def test_a_sentence_with_another_number_is_another_sentence() -> None:
    assert cited("The review has nothing to say about item 2 of the list [1].") == (
        "The review has nothing to say about item 2 of the list."
    )


def test_what_the_answer_says_itself_counts_before_what_it_quotes_as_a_block() -> None:
    quoted = "> " + PASSAGE.replace("\n", "\n> ")
    assert cited(f"It reached its orbit on the first attempt [1].\n\n{quoted}") == (
        "It reached its orbit on the first attempt."
    )


def test_what_says_nothing_of_the_passage_or_all_of_it_has_no_part() -> None:
    assert cited("I do not know.") is None
    assert cited("") is None
    assert cited(PASSAGE.replace("\n", " ")) is None
    assert cited_stretch("Anything at all.", "") is None
