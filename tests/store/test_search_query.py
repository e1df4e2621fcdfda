import sqlite3
from contextlib import closing
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tui.store.schema import TOKENIZER
from tui.store.search_query import FILTERS, Phrase, SessionQuery, fold, parse, pattern
from tui.unspaced import parted

COLUMNS = ("question", "answer", "thinking", "evidence", "tools", "failure")
TODAY = date(2026, 3, 10)


def of(text: str) -> SessionQuery:
    return parse(text, TODAY)


def test_words_are_beginnings_and_quoted_ones_stand_in_a_row() -> None:
    assert of('Kündig "notice  Period"').terms == (Phrase(("kundig",)), Phrase(("notice", "period"), is_exact=True))
    assert of("top-level").terms == (Phrase(("top", "level")),)
    assert of('an "open end').terms == (Phrase(("an",)), Phrase(("open", "end"), is_exact=True))


def test_two_letters_are_a_whole_word_and_one_character_of_another_script_a_beginning() -> None:
    assert [term.may_go_on for term in of("a м ab abc").terms] == [False, True, False, True]


def test_letters_of_scripts_without_spaces_are_looked_for_one_after_another() -> None:
    assert of("合同Python").terms == (Phrase(("合", "同", "python")),)
    assert of("解約通知").expression.endswith('("解 約 通 知")')


def test_each_filter_is_read() -> None:
    assert of("index:contracts index:Leases").indexes == ("contracts", "Leases")
    assert of("tool:find_files").tools == (Phrase(("find", "files")),)
    assert of("has:error").has_error
    assert of("in:answer IN:quest").parts == {"answer", "question"}
    assert of('index:"my contracts" rent') == SessionQuery(terms=(Phrase(("rent",)),), indexes=("my contracts",))


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2026", date(2026, 1, 1)),
        ("2026-02", date(2026, 2, 1)),
        ("2026-2-9", date(2026, 2, 9)),
        ("today", TODAY),
        ("Yesterday", date(2026, 3, 9)),
    ],
)
def test_days_months_and_years_are_read(value: str, day: date) -> None:
    assert of(f"after:{value}").after == of(f"before:{value}").before == day


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("index:a nonsense:b", "There is no filter nonsense:, only " + FILTERS),
        ("in:nowhere", "in: takes title, question, answer, thinking, evidence."),
        ("has:fun", "has: takes error"),
        ("after:2026-02-31", "after: takes a day, a month or a year"),
        ("before:soon", "before: takes a day"),
        ("after:0001", "after: takes a day"),
        ("before:9999-12-31", "before: takes a day"),
        ("???", "There is no word in this"),
    ],
)
def test_what_is_not_understood_is_told_in_one_sentence(text: str, sentence: str) -> None:
    (problem,) = of(text).problems
    assert problem.startswith(sentence)


@pytest.mark.parametrize("text", ["", "  ", "in:", "tool:", '"', "12:30", "https://example.test/a", "note:"])
def test_what_is_still_being_typed_is_no_problem(text: str) -> None:
    assert of(text).problems == ()


def test_an_unknown_filter_is_searched_as_words() -> None:
    assert of("note:this").terms == (Phrase(("note",)), Phrase(("this",)))


@given(st.text(max_size=60) | st.from_regex(r"((in|has|tool|index|after|x):)?[\"a\u0301-]{0,3}( \w{1,3}\"?){0,4}"))
def test_any_text_is_a_query_that_the_index_takes(text: str) -> None:
    query = of(text)
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"CREATE VIRTUAL TABLE texts USING fts5 ({', '.join(COLUMNS)}, tokenize = '{TOKENIZER}')")
        connection.execute(f"CREATE VIRTUAL TABLE titles USING fts5 (title, tokenize = '{TOKENIZER}')")
        if query.expression:
            connection.execute("SELECT rowid FROM texts WHERE texts MATCH ?", (query.expression,)).fetchall()
        if query.title_expression:
            connection.execute("SELECT rowid FROM titles WHERE titles MATCH ?", (query.title_expression,)).fetchall()


@given(st.text(max_size=30))
def test_a_folded_text_keeps_its_places(text: str) -> None:
    assert len(fold(text)) == len(text)


LETTERS, UNSPACED_LETTERS = "abÄéøмйёλάبآהनम", "한국が漢ไท"
WORDS = st.text(LETTERS, min_size=3, max_size=8) | st.text(UNSPACED_LETTERS, min_size=3, max_size=8)


@given(WORDS)
@example("мой")
@example("ελληνικά")
@example("한국어")
@example("がんばる")
@example("آخر")
@example("हिन्दी")
def test_a_word_is_found_by_itself_and_by_its_beginning_in_the_index_and_in_the_text(word: str) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"CREATE VIRTUAL TABLE texts USING fts5 ({', '.join(COLUMNS)}, tokenize = '{TOKENIZER}')")
        connection.execute("INSERT INTO texts (answer) VALUES (?)", (parted(f"({word})"),))
        for typed in (word, word.upper(), word[:3], f'"{word}"'):
            query = of(typed)
            matched = connection.execute("SELECT rowid FROM texts WHERE texts MATCH ?", (query.expression,)).fetchall()
            assert len(matched) == 1
            found = pattern(query.terms)
            assert found is not None
            assert found.search(fold(f"({word})"))
