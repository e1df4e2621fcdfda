"""Sessions in a library file of which some bytes are damaged: all others are there, and it says what is not."""

from pathlib import Path

import pytest

from tui.local.chat.session_store import DAMAGED, SessionStore
from tui.local.library.database import LibraryDatabase


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A library with two sessions."""
    store = SessionStore(LibraryDatabase(tmp_path))
    for question in ("Is the oak oiled?", "Is the larch dry?"):
        store.begin_turn(store.create(["idx-1"], "private").session_id, question)
    return tmp_path


def damage(data: Path, text: bytes, instead: bytes) -> SessionStore:
    library = data / "library.sqlite3"
    whole = library.read_bytes()
    assert text in whole
    library.write_bytes(whole.replace(text, instead))
    return SessionStore(LibraryDatabase(data))


def test_a_text_that_is_none_hides_no_session(data: Path) -> None:
    store = damage(data, b"the oak", b"the \xffak")
    newest, oldest = store.page(9, None).items
    assert newest.generated_title == "Is the larch dry?"
    assert oldest.generated_title == "Is the \ufffdak oiled?"
    found = store.with_events(oldest.session_id)
    assert found
    assert [event["content"] for event in found[1]] == ["Is the \ufffdak oiled?"]


def test_an_event_that_is_none_is_said_to_be_damaged(data: Path) -> None:
    store = damage(data, b'{"type": "user_input"', b'{\xfftype": "user_input"')
    for session in store.page(9, None).items:
        found = store.with_events(session.session_id)
        assert found
        assert [event["content"] for event in found[1]] == [DAMAGED]


def test_a_session_whose_indexes_cannot_be_read_is_listed(data: Path) -> None:
    store = damage(data, b'["idx-1"]', b'["idx-1"\xff')
    assert [session.index_ids for session in store.page(9, None).items] == [None, None]
