"""The journal of running turns: each question from before it is sent, and every event as it arrives.

An entry stays until what became of its turn is known and kept elsewhere. So whatever ends the program, the next start
finds what was asked and what had arrived, and can ask the server for the rest: see `tui.conversation.reconcile`.

The questions asked are remembered beyond that, as the history that the reader can bring back.
"""

import sqlite3
from collections.abc import Sequence

from tui.api.models import Event, UserInput
from tui.lazy_dataclass import dataclass
from tui.sanitize import well_formed
from tui.store.creations import finish_creation
from tui.store.database import Database
from tui.store.event_codec import encode_events, to_json
from tui.store.notes import put_note
from tui.store.session_cache import add_turn, kept_turn, read_events

MAX_QUESTIONS = 500
"""Questions asked that are remembered for each account: the latest."""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A question that was about to be sent, or was.

    `questions_before` counts the questions that the session was known to have on the server before this one; it is
    negative where the session was not seen before.
    """

    turn_id: int
    session_id: str
    prompt: str
    questions_before: int


class Journal:
    """The turns that are not over yet as far as this machine knows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(
        self,
        account: str,
        session_id: str,
        prompt: str,
        questions_before: int,
        *,
        draft: str = "",
        queue: Sequence[str] | None = None,
        written_in: str | None = None,
    ) -> int:
        """Enter a question that is about to be sent; it is on the disk when this returns. Returns the turn's id.

        In the same transaction the question leaves the draft, which becomes what is given here, the queue if one is
        given, and the draft of another session if it was written there. The creation of this one is finished.
        """
        prompt = well_formed(prompt)

        def begin(connection: sqlite3.Connection) -> int:
            if written_in is not None:
                put_note(connection, account, written_in, "draft", None)
            finish_creation(connection, account, session_id)
            put_note(connection, account, session_id, "draft", well_formed(draft) or None)
            if queue is not None:
                put_note(connection, account, session_id, "queue", to_json(list(queue)) if queue else None)
            _remember(connection, account, prompt)
            cursor = connection.execute(
                "INSERT INTO open_turns (account, session_id, prompt, questions_before) VALUES (?, ?, ?, ?)",
                (account, session_id, prompt, questions_before),
            )
            assert cursor.lastrowid is not None
            return cursor.lastrowid

        return self._database.write_durably(begin)

    @property
    def is_busy(self) -> bool:
        """Whether to enter something now would wait for something else that is being written."""
        return self._database.is_busy

    def append(self, turn_id: int, events: Sequence[Event]) -> None:
        """Enter events that have arrived. Nothing happens where the turn is over already."""
        if events:
            text = encode_events(events)
            query = "INSERT INTO turn_events (turn, events) SELECT id, ? FROM open_turns WHERE id = ?"
            self._database.write(lambda connection: connection.execute(query, (text, turn_id)))

    def replace(self, turn_id: int, events: Sequence[Event]) -> None:
        """Enter what is known of a turn in place of what had arrived. Nothing happens where the turn is over."""
        text = encode_events(events)

        def replace(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM turn_events WHERE turn = ?", (turn_id,))
            query = "INSERT INTO turn_events (turn, events) SELECT id, ? FROM open_turns WHERE id = ?"
            connection.execute(query, (text, turn_id))

        self._database.write(replace)

    def end(self, turn_id: int) -> None:
        """The turn is over, with what has arrived: it becomes the last turn of the stored history.

        It does not where there is no room for it, or where that history lacks turns before it (see `add_turn`).

        Its events are decoded and encoded between two short transactions. Not for the event loop: they may be many.
        """

        def find(connection: sqlite3.Connection) -> tuple[sqlite3.Row | None, list[str]]:
            return _row(connection, turn_id), _texts(connection, turn_id)

        row, texts = self._database.read(find)
        if row is None:
            return
        events = self._decoded(texts)
        if not isinstance(next(iter(events), None), UserInput):
            events.insert(0, UserInput(row["prompt"]))
        turn = kept_turn(0, events) if self._database.has_room() else None

        def end(connection: sqlite3.Connection) -> None:
            if _row(connection, turn_id) is not None:
                if turn is not None:
                    add_turn(connection, (row["account"], row["session_id"]), turn, row["questions_before"])
                _delete(connection, turn_id)

        self._database.write(end)

    def drop(self, turn_id: int) -> None:
        """The turn is over, and what became of it is kept already: see `SessionCache.save_history`."""
        self._database.write(lambda connection: _delete(connection, turn_id))

    def give_back(self, turn_id: int) -> None:
        """The question was not taken, or may not have been: it goes back into the draft, before what is there."""

        def give_back(connection: sqlite3.Connection) -> None:
            row = _row(connection, turn_id)
            if row is not None:
                key = row["account"], row["session_id"]
                note = connection.execute(
                    "SELECT draft FROM notes WHERE account = ? AND session_id = ?", key
                ).fetchone()
                draft = "\n\n".join(filter(None, [row["prompt"], note["draft"] if note else None]))
                put_note(connection, *key, "draft", draft)
                _delete(connection, turn_id)

        self._database.write(give_back)

    def entries(self, account: str) -> list[JournalEntry]:
        """The open turns of an account, oldest first."""
        query = "SELECT * FROM open_turns WHERE account = ? ORDER BY id"
        return [_entry(row) for row in self._database.read(lambda c: c.execute(query, (account,)).fetchall())]

    def events(self, turn_id: int) -> list[Event]:
        """What has arrived of an open turn. Not for the event loop: the events may be many."""
        return self._decoded(self._database.read(lambda connection: _texts(connection, turn_id)))

    def _decoded(self, texts: Sequence[str]) -> list[Event]:
        return [event for text in texts for event in read_events(self._database, text)]

    def remember(self, account: str, text: str) -> None:
        """Remember what was written and not asked among the questions that were."""
        self._database.write(lambda connection: _remember(connection, account, well_formed(text)))

    def forget_question(self, account: str, text: str) -> None:
        """Remember a question no more."""
        query = "DELETE FROM questions WHERE account = ? AND text = ?"
        self._database.write(lambda connection: connection.execute(query, (account, well_formed(text))))

    def questions(self, account: str) -> list[str]:
        """The questions asked or remembered, each once, the latest last."""
        query = "SELECT text FROM questions WHERE account = ? ORDER BY id"
        return [row["text"] for row in self._database.read(lambda c: c.execute(query, (account,)).fetchall())]


def _remember(connection: sqlite3.Connection, account: str, question: str) -> None:
    connection.execute("DELETE FROM questions WHERE account = ? AND text = ?", (account, question))
    connection.execute("INSERT INTO questions (account, text) VALUES (?, ?)", (account, question))
    connection.execute(
        "DELETE FROM questions WHERE account = ?1 AND id <="
        " (SELECT id FROM questions WHERE account = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
        (account, MAX_QUESTIONS),
    )


def _row(connection: sqlite3.Connection, turn_id: int) -> sqlite3.Row | None:
    return connection.execute("SELECT * FROM open_turns WHERE id = ?", (turn_id,)).fetchone()


def _texts(connection: sqlite3.Connection, turn_id: int) -> list[str]:
    rows = connection.execute("SELECT events FROM turn_events WHERE turn = ? ORDER BY id", (turn_id,))
    return [row["events"] for row in rows]


def _entry(row: sqlite3.Row) -> JournalEntry:
    return JournalEntry(row["id"], row["session_id"], row["prompt"], row["questions_before"])


def _delete(connection: sqlite3.Connection, turn_id: int) -> None:
    connection.execute("DELETE FROM open_turns WHERE id = ?", (turn_id,))
