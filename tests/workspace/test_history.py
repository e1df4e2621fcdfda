from pathlib import Path

from tui.store.store import Store
from tui.workspace.history import QuestionHistory


def test_own_questions_come_last_and_those_of_other_sessions_before_them(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "store.sqlite3")
    for question in ("Who?", "When?", "Where?"):
        store.journal.begin("account", "s1", question, 0)
    history = QuestionHistory(store.journal, "account")

    assert history.of("s2", ["When?", "Why?"]) == ["Who?", "Where?", "When?", "Why?"]
    assert QuestionHistory(store.journal, "another").of("s2", ["Why?"]) == ["Why?"]
    store.close()


def test_what_was_cleared_is_the_latest_until_the_next_question_and_survives_a_restart(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "store.sqlite3")
    history = QuestionHistory(store.journal, "account")
    history.keep_cleared("s1", ["Why?"], "half")
    history.keep_cleared("s1", ["Why?"], "another half")

    assert history.of("s1", ["Why?"]) == ["Why?", "half", "another half"]
    assert history.of("s1", ["Why?", "When?"])[-1] == "When?"
    assert history.of("s2", [])[-2:] == ["half", "another half"]
    store.close()
    reopened = Store.open(tmp_path / "store.sqlite3")
    assert QuestionHistory(reopened.journal, "account").of("s1", ["Why?"]) == ["half", "another half", "Why?"]
    reopened.close()
