import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store.sample import ACCOUNT, NOON, found, history, index_all, session, turn
from tui.api.models import Event, Session, Stop, Text, TextDelta, Thinking, ToolCall, ToolResult, UserInput
from tui.store.search import EVIDENCE_SIGNS, MARKDOWN_SIGNS, SessionSearch, Snippet, snippet
from tui.store.search_query import parse
from tui.store.store import Store
from tui.store.turn_texts import INDEXED_CHARS, texts_of

LEASE: list[Event] = [
    UserInput("Über Mieten?"),
    Thinking("The landlord wants to know."),
    ToolCall("1", "find_files", {"pattern": "*.pdf", "limit": 20}),
    ToolResult("1", "find_files", {"files": [{"name": "Mietvertrag Süd.pdf", "score": 0.25, "whole": True}]}),
    Text("Die Kaution beträgt drei Monatsmieten."),
    Stop(),
]


@pytest.mark.parametrize(
    "typed",
    [
        "uber miet",
        "landlord in:thinking",
        "kaut in:answer",
        "mietvertrag in:evidence",
        "pdf 0.25",
        '"drei monatsmieten"',
        "tool:find kaution",
        "kaution landlord sud",
        "KAUTION after:2026-03-01 before:2026-03-02",
    ],
)
def test_a_turn_is_found_by_each_of_its_texts(store: Store, typed: str) -> None:
    store.sessions.save_history(ACCOUNT, session(1), turn(5))
    store.sessions.save_history(ACCOUNT, session(2), [*turn(6), *LEASE])
    store.sessions.save_history("local", session(3), LEASE)

    assert found(store, typed) == [("s2", [1])]


@pytest.mark.parametrize(
    "typed",
    [
        "kaution in:question",
        "kaution notice",
        '"monatsmieten drei"',
        '"mietvert"',
        "tool:grep kaution",
        "has:error",
        "kaution before:2026-03-01",
        "kaution after:2026-03-02",
        "score",
        "???",
        "",
    ],
)
def test_a_turn_is_not_found_by_what_it_does_not_have(store: Store, typed: str) -> None:
    store.sessions.save_history(ACCOUNT, session(2), LEASE)

    assert found(store, typed) == []


@pytest.mark.parametrize(
    "typed",
    ["三个月", "通知 到期", "python", "用Python", "前 in:answer", '"三个月"', "解約 in:question", "วันที่", "通知 notice"],
)
def test_a_word_is_found_in_the_middle_of_a_run_of_letters(store: Store, typed: str) -> None:
    said = [UserInput("解約通知はいつ。 ส่งวันที่ไหน"), Text("合同到期前三个月通知、请用Python写。Notice.")]
    store.sessions.save_history(ACCOUNT, session(1), [*turn(1), *said])
    store.sessions.save_history(ACCOUNT, session(2), turn(2))
    index_all(store)

    assert found(store, typed) == [("s1", [1])]
    (one,) = SessionSearch(store.database).find(ACCOUNT, parse(typed, NOON.date())).sessions
    assert one.hits[0].snippet.marks


@pytest.mark.parametrize("typed", ["三月", "月三", "ython", "三个月 in:question", "到期 lease"])
def test_letters_that_do_not_follow_each_other_are_not_found(store: Store, typed: str) -> None:
    store.sessions.save_history(
        ACCOUNT, session(2), [UserInput("いつ。"), Text("合同到期前三个月通知、请用Python写。")]
    )
    index_all(store)

    assert found(store, typed) == []


def test_what_is_replaced_or_deleted_is_not_found_by_its_letters(store: Store) -> None:
    store.sessions.save_history(ACCOUNT, session(1), [UserInput("合同到期"), Text("三个月")])
    index_all(store)
    store.sessions.save_history(ACCOUNT, session(1), [UserInput("合同到期"), Text("四个月")])
    assert found(store, "三个") == []
    index_all(store)
    assert found(store, "个月") == [("s1", [0])]
    store.sessions.remove(ACCOUNT, "s1")
    assert found(store, "个月") == []


def test_a_title_and_a_name_are_found_by_letters_in_their_middle(store: Store) -> None:
    store.sessions.save(ACCOUNT, [Session("s1", NOON, "租赁合同的Python解約"), Session("s2", NOON)], complete=True)
    store.notes.save_name(ACCOUNT, "s2", "我的租赁合同")

    assert found(store, "解約 合同") == found(store, "python") == [("s1", [])]
    assert sorted(found(store, "合同")) == [("s1", []), ("s2", [])]


def test_a_title_in_two_scripts_is_found_by_words_that_are_written_otherwise(store: Store) -> None:
    titles = [Session("s1", NOON, "Résumé日本語"), Session("s2", NOON, "ПРИВЕТ 日本")]
    store.sessions.save(ACCOUNT, titles, complete=True)

    assert found(store, "résumé") == found(store, "resume 日本") == [("s1", [])]
    assert found(store, "привет 日本") == [("s2", [])]


def test_a_session_is_found_by_its_title_and_by_the_users_name(store: Store) -> None:
    store.sessions.save(ACCOUNT, [session(number) for number in range(4)], complete=True)
    store.notes.save_name(ACCOUNT, "s2", "Mein Vertrag")

    assert found(store, "lease part 3") == [("s3", [])]
    assert found(store, "vertr") == [("s2", [])]
    assert found(store, "lease in:answer") == []
    store.sessions.save(ACCOUNT, [Session("s3", NOON, "Another title")], complete=False)
    assert found(store, "part 3") == []
    assert found(store, "another title in:title") == [("s3", [])]


def test_what_a_session_is_called_comes_before_what_was_asked_and_that_before_what_was_found(store: Store) -> None:
    histories = {
        1: [UserInput("And now?"), Text("A gasket.")],
        2: [UserInput("Which gasket?"), Text("That one.")],
        3: [UserInput("Gasket?")],
    }
    for number, events in histories.items():
        store.sessions.save_history(ACCOUNT, session(number), events)
    store.sessions.save(ACCOUNT, [session(4), Session("s5", session(5).last_updated_at, "Gaskets")], complete=False)
    store.notes.save_name(ACCOUNT, "s4", "The gasket")

    assert [session_id for session_id, _ in found(store, "gasket")] == ["s4", "s5", "s2", "s3", "s1"]


def test_sessions_come_newest_first_with_their_turns_in_order(store: Store) -> None:
    for number in (3, 1, 2):
        store.sessions.save_history(ACCOUNT, session(number), history(6))

    assert found(store, "clause") == [(f"s{number}", [0, 1, 2]) for number in (1, 2, 3)]
    first = SessionSearch(store.database).find(ACCOUNT, parse("clause", NOON.date())).sessions[0]
    assert first.more == 3


def test_sessions_are_listed_by_their_indexes_alone(store: Store) -> None:
    store.sessions.save(ACCOUNT, [session(number) for number in range(4)], complete=True)
    sessions = SessionSearch(store.database).find(ACCOUNT, parse("index:x", NOON.date()), ["index-2"]).sessions

    assert [one.session.session_id for one in sessions] == ["s1", "s3"]
    assert SessionSearch(store.database).find(ACCOUNT, parse("lease index:x", NOON.date()), []).sessions == ()


def test_turns_that_ended_with_an_error_are_found_with_the_servers_words(store: Store) -> None:
    store.sessions.save_history(ACCOUNT, session(1), [*turn(1), UserInput("Why?"), Stop(True, "overloaded, try later")])

    assert found(store, "has:error") == [("s1", [1])]
    (one,) = SessionSearch(store.database).find(ACCOUNT, parse("has:error overl", NOON.date())).sessions
    assert one.hits[0].snippet == Snippet("error: overloaded, try later", ((7, 17),))


def test_a_session_that_is_about_to_be_deleted_is_found_no_more(store: Store) -> None:
    store.sessions.save_history(ACCOUNT, session(1), LEASE)
    store.deletions.begin(ACCOUNT, "s1")

    assert found(store, "kaution") == found(store, "lease") == []
    store.deletions.end(ACCOUNT, "s1")
    assert found(store, "kaution") == [("s1", [0])]


def test_what_was_replaced_is_no_longer_found(store: Store) -> None:
    store.sessions.save_history(ACCOUNT, session(1), [UserInput("rent"), Text("old")])
    store.sessions.save_history(ACCOUNT, session(1), [UserInput("rent"), TextDelta("n"), TextDelta("ew")])

    assert found(store, "old") == []
    assert found(store, "new") == [("s1", [0])]


def test_a_damaged_row_does_not_keep_others_from_being_found(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    store = Store.open(path)
    store.sessions.save_history(ACCOUNT, session(1), LEASE)
    store.sessions.save_history(ACCOUNT, session(3), LEASE)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE sessions SET index_ids = '[\"half', updated = 'soon' WHERE session_id = 's3'")
        connection.execute("UPDATE sessions SET shared_access = CAST(x'ff41fe' AS TEXT) WHERE session_id = 's3'")
    search = SessionSearch(store.database)

    assert {session_id for session_id, _ in found(store, "kaution")} == {"s1", "s3"}
    sessions = search.find(ACCOUNT, parse("kaution index:x", NOON.date()), ["index-1"]).sessions
    assert [one.session.session_id for one in sessions] == ["s1"]
    store.close()


def test_a_search_waits_for_nobody_who_writes_and_can_be_stopped(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "store.sqlite3")
    store.sessions.save_history(ACCOUNT, session(1), LEASE)
    search = SessionSearch(store.database)

    def write(_: sqlite3.Connection) -> bool:
        thread = threading.Thread(target=search.find, args=(ACCOUNT, parse("kaution", NOON.date())))
        thread.start()
        thread.join(20)
        return thread.is_alive()

    assert store.database.write(write) is False
    search.stop()
    store.close()


def test_what_a_tool_gave_is_searched_up_to_a_limit_and_pictures_are_not() -> None:
    picture, long = "iVBOR" * 400, "word " * INDEXED_CHARS
    texts = texts_of([ToolResult("1", "page", {"image": picture, "text": long})])

    assert len(texts.evidence) == INDEXED_CHARS
    assert len(texts_of([Text(long), Text(long)]).answer) == INDEXED_CHARS
    assert picture[:100] not in texts.evidence


def test_a_text_from_outside_is_kept_safe_to_show() -> None:
    texts = texts_of([UserInput("a\x1b[31m"), ToolResult("1", "t\x07", ["\x1b]52;c;\x07", {"deep": [[["\u202e"]]]}])])

    assert not set("".join(texts)) & set("\x1b\x07\u202e")


def test_the_excerpt_is_where_most_of_the_words_stand_together() -> None:
    text = f"The rent.\n{'Nothing of that kind is here. ' * 20}\nThe notice\n  of the rent."
    shown = snippet(text, parse("notice rent", NOON.date()).terms)

    assert [shown.text[start:end] for start, end in shown.marks] == ["notice", "rent"]
    assert "\n" not in shown.text
    assert len(shown.text) < 200


def test_the_excerpt_of_an_answer_is_without_the_signs_of_markdown() -> None:
    text = (
        "## Rent\n\n> The **rent** is `40`:\n\n| what | euro |\n|---|---:|\n| **rent** of a_b | 40 |\n\n```py\nx\n```\n"
    )
    shown = snippet(text, parse("rent", NOON.date()).terms, MARKDOWN_SIGNS)

    assert shown.text == "Rent The rent is 40: what euro rent of a_b 40 x"
    assert [shown.text[start:end].casefold() for start, end in shown.marks] == ["rent"] * 3
    assert snippet("C# | **F#**", ()).text == "C# | **F#**"


def test_the_excerpt_of_a_tools_result_is_its_text_and_what_was_searched_for() -> None:
    text = "dfl-c7ae30c5-f977-5d5d-a4c1-4fd55097c4f2\n0\n0.91\nExclusions\nDamage by frost in 1999\n17"

    shown = snippet(text, parse("exclusions", NOON.date()).terms, EVIDENCE_SIGNS)
    assert shown.text == "Exclusions Damage by frost in 1999"
    assert [shown.text[start:end] for start, end in shown.marks] == ["Exclusions"]
    assert snippet(text, parse("frost 17", NOON.date()).terms, EVIDENCE_SIGNS).text.endswith("in 1999 17")


@given(st.text(alphabet="ab*`#|- \n", max_size=400), st.text(alphabet="ab", min_size=1, max_size=3))
def test_leaving_signs_out_moves_no_mark(text: str, typed: str) -> None:
    terms = parse(typed, NOON.date()).terms
    whole, plain = snippet(text, terms), snippet(text, terms, MARKDOWN_SIGNS)

    assert [plain.text[start:end] for start, end in plain.marks] == [whole.text[a:b] for a, b in whole.marks]


@given(st.text(alphabet="ab \n漢é.", max_size=400), st.text(alphabet="abc 漢", min_size=1, max_size=4))
def test_each_mark_of_an_excerpt_is_one_of_the_words(text: str, typed: str) -> None:
    terms = parse(typed, NOON.date()).terms
    shown = snippet(text, terms)

    assert all(0 <= start < end <= len(shown.text) for start, end in shown.marks)
    beginnings = {term.tokens[0] for term in terms}
    assert {shown.text[start:end][0] for start, end in shown.marks} <= {word[0] for word in beginnings}
