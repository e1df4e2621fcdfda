import pytest

from tests.store.sample import ACCOUNT, history, session, turn
from tui.api.models import Event, TextDelta, UserInput
from tui.store import journal
from tui.store.notes import NO_SESSION
from tui.store.store import Store


@pytest.mark.fault(60)
def test_each_session_has_a_draft_of_its_own(store: Store) -> None:
    store.notes.save_draft(ACCOUNT, "s1", "What is\nthe rent?")
    store.notes.save_draft(ACCOUNT, NO_SESSION, "Before there is a session")
    store.notes.save_draft("local", "s1", "elsewhere")

    assert store.notes.drafts(ACCOUNT) == {"s1": "What is\nthe rent?", NO_SESSION: "Before there is a session"}
    store.notes.save_draft(ACCOUNT, "s1", "")
    assert store.notes.draft(ACCOUNT, "s1") == ""
    assert store.notes.draft(ACCOUNT, "s2") == ""


def test_notes_of_one_session_do_not_touch_each_other(store: Store) -> None:
    store.notes.save_name(ACCOUNT, "s1", "Lease")
    store.notes.save_queue(ACCOUNT, "s1", ["And then?", "Why?"])
    store.notes.save_draft(ACCOUNT, "s1", "half")

    assert store.notes.names(ACCOUNT) == {"s1": "Lease"}
    assert store.notes.queues(ACCOUNT) == {"s1": ["And then?", "Why?"]}
    assert store.notes.draft(ACCOUNT, "s1") == "half"


def test_a_name_and_a_queue_can_be_taken_back(store: Store) -> None:
    store.notes.save_name(ACCOUNT, "s1", "Lease")
    store.notes.save_queue(ACCOUNT, "s1", ["Why?"])
    store.notes.save_name(ACCOUNT, "s1", "")
    store.notes.save_queue(ACCOUNT, "s1", [])

    assert store.notes.names(ACCOUNT) == {}
    assert store.notes.queues(ACCOUNT) == {}


@pytest.mark.fault(9)
@pytest.mark.parametrize("text", ["\ud800", "a\0b", "👩‍👩‍👧", "'; DROP TABLE notes --"])
def test_any_text_can_be_a_draft(store: Store, text: str) -> None:
    store.notes.save_draft(ACCOUNT, "s1", text)

    assert store.notes.draft(ACCOUNT, "s1") == text.replace("\ud800", "�")


def test_an_open_turn_has_the_question_and_what_arrived_in_order(store: Store) -> None:
    turn_id = store.journal.begin(ACCOUNT, "s1", "What is the rent?", 4)
    store.journal.append(turn_id, turn(1)[1:3])
    store.journal.append(turn_id, [])
    store.journal.append(turn_id, turn(1)[3:5])

    [entry] = store.journal.entries(ACCOUNT)
    assert (entry.turn_id, entry.session_id, entry.prompt) == (turn_id, "s1", "What is the rent?")
    assert entry.questions_before == 4
    assert store.journal.events(turn_id) == turn(1)[1:5]
    assert store.journal.entries("local") == []


@pytest.mark.fault(60)
def test_a_question_leaves_the_draft_and_the_queue_with_the_journal_entry(store: Store) -> None:
    store.notes.save_draft(ACCOUNT, "s1", "What is the ren")
    store.notes.save_queue(ACCOUNT, "s1", ["Why?", "How?"])
    store.journal.begin(ACCOUNT, "s1", "What is the rent?", 0)
    assert store.notes.draft(ACCOUNT, "s1") == ""
    assert store.notes.queues(ACCOUNT) == {"s1": ["Why?", "How?"]}

    store.journal.begin(ACCOUNT, "s1", "Why?", 1, draft="typed meanwhile", queue=["How?"])
    assert store.notes.draft(ACCOUNT, "s1") == "typed meanwhile"
    assert store.notes.queues(ACCOUNT) == {"s1": ["How?"]}


def test_an_ended_turn_becomes_the_last_of_the_history(store: Store) -> None:
    store.sessions.save_history(ACCOUNT, session(1), history(3))
    turn_id = store.journal.begin(ACCOUNT, "s1", "Question 3: what is the notice period?", 3)
    store.journal.append(turn_id, turn(3)[1:])
    store.journal.end(turn_id)

    assert store.journal.entries(ACCOUNT) == []
    kept = store.sessions.history(ACCOUNT, "s1")
    assert kept is not None
    assert kept.events == history(4)


def test_an_echoed_question_is_in_the_history_once(store: Store) -> None:
    turn_id = store.journal.begin(ACCOUNT, "s1", "Why?", 0)
    echoed: list[Event] = [UserInput("Why?"), TextDelta("Be")]
    store.journal.append(turn_id, echoed)
    store.journal.end(turn_id)

    kept = store.sessions.history(ACCOUNT, "s1")
    assert kept is not None
    assert kept.events == echoed


def test_a_dropped_turn_changes_no_history(store: Store) -> None:
    store.sessions.save_history(ACCOUNT, session(1), history(1))
    turn_id = store.journal.begin(ACCOUNT, "s1", "Why?", 0)
    store.journal.drop(turn_id)

    assert store.journal.entries(ACCOUNT) == []
    kept = store.sessions.history(ACCOUNT, "s1")
    assert kept is not None
    assert kept.events == history(1)


def test_a_question_that_was_not_taken_goes_back_before_what_was_typed_since(store: Store) -> None:
    first = store.journal.begin(ACCOUNT, "s1", "Why?", 0)
    store.journal.give_back(first)
    assert store.notes.draft(ACCOUNT, "s1") == "Why?"

    second = store.journal.begin(ACCOUNT, "s1", "Why?", 0, draft="And how")
    store.journal.give_back(second)
    assert store.notes.draft(ACCOUNT, "s1") == "Why?\n\nAnd how"
    assert store.journal.entries(ACCOUNT) == []


def test_nothing_happens_to_a_turn_that_is_over_already(store: Store) -> None:
    turn_id = store.journal.begin(ACCOUNT, "s1", "Why?", 0)
    store.journal.end(turn_id)
    store.journal.append(turn_id, turn(1))
    store.journal.end(turn_id)
    store.journal.give_back(turn_id)

    assert store.journal.entries(ACCOUNT) == []
    assert store.notes.draft(ACCOUNT, "s1") == ""


def test_questions_are_remembered_once_each_the_latest_last(store: Store) -> None:
    for prompt in ("a", "b", "a"):
        store.journal.begin(ACCOUNT, "s1", prompt, 0)

    assert store.journal.questions(ACCOUNT) == ["b", "a"]
    assert store.journal.questions("local") == []


def test_only_the_last_questions_are_remembered(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "MAX_QUESTIONS", 20)
    for number in range(23):
        store.journal.begin(ACCOUNT, "s1", f"{number}", 0)

    assert store.journal.questions(ACCOUNT) == [f"{number}" for number in range(3, 23)]


def test_the_session_that_was_opened_last_is_known_for_each_account(store: Store) -> None:
    assert store.notes.last_opened(ACCOUNT) is None
    for session_id in ("s1", "s2", "s1"):
        store.notes.save_opened(ACCOUNT, session_id)
    store.notes.save_opened("local", "s3")

    assert store.notes.last_opened(ACCOUNT) == "s1"
    assert store.notes.last_opened("local") == "s3"


def test_what_was_cleared_is_remembered_among_the_questions(store: Store) -> None:
    store.journal.begin(ACCOUNT, "s1", "What is the rent?", 0)
    store.journal.remember(ACCOUNT, "half a question")

    assert store.journal.questions(ACCOUNT) == ["What is the rent?", "half a question"]


def test_a_set_of_indexes_is_saved_renamed_and_removed_for_its_account(store: Store) -> None:
    sets = store.saved_sets
    sets.save(ACCOUNT, "Tenants", ["a", "b"])
    sets.save(ACCOUNT, "leases", ["c"])
    sets.save(ACCOUNT, "Tenants", ["b"])
    sets.save("local", "Tenants", ["z"])
    assert list(sets.all(ACCOUNT).items()) == [("leases", ["c"]), ("Tenants", ["b"])]
    assert not sets.rename(ACCOUNT, "leases", "Tenants")
    assert sets.rename(ACCOUNT, "leases", "2026")
    assert list(sets.all(ACCOUNT)) == ["2026", "Tenants"]
    sets.remove(ACCOUNT, "Tenants")
    assert sets.all(ACCOUNT) == {"2026": ["c"]}
    assert sets.all("local") == {"Tenants": ["z"]}
