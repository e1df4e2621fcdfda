"""The tables, and how an older file becomes the newest. `PRAGMA user_version` counts the migrations done.

What the migrations together make: `sessions` with their `turns`, the full-text indexes `titles_fts` and `turns_fts`
over these, `unspaced_fts` over turns in scripts without spaces with those to be read for it (`unspaced_to_read`), and
where more sessions are fetched for the search (`gathering`); the journal's `open_turns` with their
`turn_events`; the user's `notes` of a session; the `questions` asked; the `trusted_servers`; the `deletions` that are
not done yet, the `creations` of sessions that have no question yet, and the `saved_sets` of indexes.
"""

import sqlite3
from zlib import crc32

from tui.sqlite_errors import has_other_tables
from tui.store.files import StoreError
from tui.unspaced import UNSPACED_LETTERS

TOKENIZER = "unicode61 remove_diacritics 2"
"""Words without case, and Latin letters without marks (https://www.sqlite.org/fts5.html#unicode61_tokenizer)."""

UNSPACED_TITLE = f"title GLOB '*[{UNSPACED_LETTERS}]*'"
"""That a title has letters of a script without spaces."""

_TEXTS = "question, answer, thinking, evidence, tools, failure"
_OF_NEW, _OF_OLD = (", ".join(f"{row}.{name}" for name in _TEXTS.split(", ")) for row in ("new", "old"))

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        # A session as last listed. `turns` is how many of its turns are stored; NULL: its history is not stored.
        """CREATE TABLE sessions (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            account TEXT NOT NULL,
            session_id TEXT NOT NULL,
            updated TEXT,
            title TEXT,
            index_ids TEXT,
            job TEXT,
            shared_access TEXT,
            turns INTEGER,
            UNIQUE (account, session_id)
        ) STRICT""",
        # A row per turn, so that the end of a long history is read alone. `question` and `answer` are for the search.
        """CREATE TABLE turns (
            id INTEGER PRIMARY KEY,
            session INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            question TEXT NOT NULL,
            answer TEXT NOT NULL,
            events TEXT NOT NULL,
            UNIQUE (session, number)
        ) STRICT""",
        f"""CREATE VIRTUAL TABLE found USING fts5 (
            question, answer, content = 'turns', content_rowid = 'id', tokenize = '{TOKENIZER}'
        )""",
        """CREATE TRIGGER turn_added AFTER INSERT ON turns BEGIN
            INSERT INTO found (rowid, question, answer) VALUES (new.id, new.question, new.answer);
        END""",
        """CREATE TRIGGER turn_removed AFTER DELETE ON turns BEGIN
            INSERT INTO found (found, rowid, question, answer) VALUES ('delete', old.id, old.question, old.answer);
        END""",
        """CREATE TRIGGER turn_changed AFTER UPDATE ON turns BEGIN
            INSERT INTO found (found, rowid, question, answer) VALUES ('delete', old.id, old.question, old.answer);
            INSERT INTO found (rowid, question, answer) VALUES (new.id, new.question, new.answer);
        END""",
        # The journal: questions that were about to be sent, and what has arrived since, a row per batch.
        """CREATE TABLE open_turns (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            account TEXT NOT NULL,
            session_id TEXT NOT NULL,
            prompt TEXT NOT NULL,
            questions_before INTEGER NOT NULL,
            started TEXT NOT NULL
        ) STRICT""",
        """CREATE TABLE arrived (
            id INTEGER PRIMARY KEY,
            turn INTEGER NOT NULL REFERENCES open_turns (id) ON DELETE CASCADE,
            events TEXT NOT NULL
        ) STRICT""",
        "CREATE INDEX arrived_in ON arrived (turn, id)",
        # What the user made of a session. The session "" is the one that is not there yet.
        """CREATE TABLE notes (
            account TEXT NOT NULL,
            session_id TEXT NOT NULL,
            draft TEXT,
            queue TEXT,
            name TEXT,
            view TEXT,
            seen TEXT,
            PRIMARY KEY (account, session_id)
        ) STRICT, WITHOUT ROWID""",
        """CREATE TABLE questions (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            account TEXT NOT NULL,
            text TEXT NOT NULL,
            UNIQUE (account, text)
        ) STRICT""",
    ),
    (
        # FTS5 calls a table's command column after the table, so the triggers that write to it are made anew.
        *(f"DROP TRIGGER {name}" for name in ("turn_added", "turn_removed", "turn_changed")),
        "ALTER TABLE found RENAME TO turns_fts",
        """CREATE TRIGGER turn_added AFTER INSERT ON turns BEGIN
            INSERT INTO turns_fts (rowid, question, answer) VALUES (new.id, new.question, new.answer);
        END""",
        """CREATE TRIGGER turn_removed AFTER DELETE ON turns BEGIN
            INSERT INTO turns_fts (turns_fts, rowid, question, answer)
            VALUES ('delete', old.id, old.question, old.answer);
        END""",
        """CREATE TRIGGER turn_changed AFTER UPDATE ON turns BEGIN
            INSERT INTO turns_fts (turns_fts, rowid, question, answer)
            VALUES ('delete', old.id, old.question, old.answer);
            INSERT INTO turns_fts (rowid, question, answer) VALUES (new.id, new.question, new.answer);
        END""",
        "ALTER TABLE arrived RENAME TO turn_events",
        "DROP INDEX arrived_in",
        "CREATE INDEX turn_events_of ON turn_events (turn, id)",
        # Nothing has ever read these.
        "ALTER TABLE sessions DROP COLUMN job",
        "ALTER TABLE open_turns DROP COLUMN started",
        "ALTER TABLE notes DROP COLUMN view",
        "ALTER TABLE notes DROP COLUMN seen",
    ),
    # Of the sessions of an account, the one with the greatest number was opened last.
    ("ALTER TABLE notes ADD COLUMN opened INTEGER",),
    (
        "CREATE TABLE trusted_servers (base_url TEXT PRIMARY KEY) STRICT, WITHOUT ROWID",
        """CREATE TABLE deletions (
            account TEXT NOT NULL,
            session_id TEXT NOT NULL,
            PRIMARY KEY (account, session_id)
        ) STRICT, WITHOUT ROWID""",
    ),
    ("CREATE TABLE creations (account TEXT PRIMARY KEY) STRICT, WITHOUT ROWID",),
    (
        # All the texts of a turn are searched. Where `evidence` is NULL a turn is still to be read for it: see
        # `SearchIndexing`, because that takes longer than a start may.
        *(f"DROP TRIGGER {name}" for name in ("turn_added", "turn_removed", "turn_changed")),
        "DROP TABLE turns_fts",
        *(f"ALTER TABLE turns ADD COLUMN {name} TEXT" for name in ("thinking", "evidence", "tools", "failure")),
        "CREATE INDEX turns_to_read ON turns (session) WHERE evidence IS NULL",
        f"""CREATE VIRTUAL TABLE turns_fts USING fts5 (
            {_TEXTS}, content = 'turns', content_rowid = 'id', tokenize = '{TOKENIZER}'
        )""",
        f"""CREATE TRIGGER turn_added AFTER INSERT ON turns WHEN new.evidence IS NOT NULL BEGIN
            INSERT INTO turns_fts (rowid, {_TEXTS}) VALUES (new.id, {_OF_NEW});
        END""",
        f"""CREATE TRIGGER turn_removed AFTER DELETE ON turns WHEN old.evidence IS NOT NULL BEGIN
            INSERT INTO turns_fts (turns_fts, rowid, {_TEXTS}) VALUES ('delete', old.id, {_OF_OLD});
        END""",
        f"""CREATE TRIGGER turn_changed AFTER UPDATE ON turns BEGIN
            INSERT INTO turns_fts (turns_fts, rowid, {_TEXTS})
            SELECT 'delete', old.id, {_OF_OLD} WHERE old.evidence IS NOT NULL;
            INSERT INTO turns_fts (rowid, {_TEXTS}) SELECT new.id, {_OF_NEW} WHERE new.evidence IS NOT NULL;
        END""",
        f"""CREATE VIRTUAL TABLE titles_fts USING fts5 (
            title, content = 'sessions', content_rowid = 'id', tokenize = '{TOKENIZER}'
        )""",
        "INSERT INTO titles_fts (titles_fts) VALUES ('rebuild')",
        """CREATE TRIGGER title_added AFTER INSERT ON sessions BEGIN
            INSERT INTO titles_fts (rowid, title) VALUES (new.id, new.title);
        END""",
        """CREATE TRIGGER title_removed AFTER DELETE ON sessions BEGIN
            INSERT INTO titles_fts (titles_fts, rowid, title) VALUES ('delete', old.id, old.title);
        END""",
        """CREATE TRIGGER title_changed AFTER UPDATE OF title ON sessions WHEN old.title IS NOT new.title BEGIN
            INSERT INTO titles_fts (titles_fts, rowid, title) VALUES ('delete', old.id, old.title);
            INSERT INTO titles_fts (rowid, title) VALUES (new.id, new.title);
        END""",
        # How the histories of sessions that were never opened here are fetched for the search: a row where they are.
        """CREATE TABLE gathering (
            account TEXT PRIMARY KEY,
            is_paused INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID""",
    ),
    # 1: the session is pinned.
    ("ALTER TABLE notes ADD COLUMN pinned INTEGER",),
    (
        "DROP TABLE creations",
        """CREATE TABLE creations (
            account TEXT NOT NULL,
            bound_to TEXT NOT NULL,
            session_id TEXT,
            PRIMARY KEY (account, bound_to)
        ) STRICT, WITHOUT ROWID""",
    ),
    (
        """CREATE TABLE saved_sets (
            account TEXT NOT NULL,
            name TEXT NOT NULL,
            index_ids TEXT NOT NULL,
            PRIMARY KEY (account, name)
        ) STRICT, WITHOUT ROWID""",
    ),
    (
        # In scripts without spaces a run of letters is one token, so turns that have such letters are indexed once
        # more, each of these by itself: see `SearchIndexing`, which reads what triggers, being SQL alone, only name.
        f"""CREATE VIRTUAL TABLE unspaced_fts USING fts5 ({_TEXTS}, tokenize = '{TOKENIZER}')""",
        f"CREATE INDEX unspaced_titles ON sessions (account) WHERE {UNSPACED_TITLE}",
        "CREATE TABLE unspaced_to_read (turn INTEGER PRIMARY KEY) STRICT",
        "INSERT INTO unspaced_to_read SELECT id FROM turns",
        """CREATE TRIGGER unspaced_added AFTER INSERT ON turns BEGIN
            INSERT INTO unspaced_to_read
            SELECT new.id WHERE NOT EXISTS (SELECT 1 FROM unspaced_to_read WHERE turn = new.id);
        END""",
        """CREATE TRIGGER unspaced_removed AFTER DELETE ON turns BEGIN
            DELETE FROM unspaced_fts WHERE rowid = old.id;
            DELETE FROM unspaced_to_read WHERE turn = old.id;
        END""",
        """CREATE TRIGGER unspaced_changed AFTER UPDATE ON turns BEGIN
            DELETE FROM unspaced_fts WHERE rowid = old.id;
            INSERT INTO unspaced_to_read
            SELECT new.id WHERE NOT EXISTS (SELECT 1 FROM unspaced_to_read WHERE turn = new.id);
        END""",
    ),
)


BESIDE_HISTORIES = (
    *("sessions", "notes", "questions", "trusted_servers", "deletions", "creations", "saved_sets", "gathering"),
    *("open_turns", "turn_events"),
)
"""The tables of all but the histories of sessions, which the server has too. The ones that may hold much come last."""

MADE = 0x8F1604BF
"""The checksum of the names of what the migrations make: see `check`."""

# The text that makes a table is left out, because each version of SQLite writes it in its own way. The tables behind
# those of FTS5 are SQLite's own business, so they only have to be there; so are the statistics, which need not be.
_NAMES = """SELECT CAST(type || ' ' || name || ' ' || tbl_name || ' ' || iif(rootpage = 0 OR name GLOB '*_fts_*', '',
        (SELECT ifnull(group_concat(field.name), '') FROM pragma_table_info(made.name) AS field)) AS BLOB)
    FROM sqlite_master AS made WHERE name NOT GLOB 'sqlite_*' ORDER BY type, name"""


class SchemaError(Exception):
    """The tables in a file are not those that the migrations make: it is damaged, or it is no store."""


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the tables up to date, in one transaction. Raises what `check` raises."""
    if _version(connection) < len(MIGRATIONS):
        _bring_up_to_date(connection)
    check(connection)


def check(connection: sqlite3.Connection) -> None:
    """See that there are the tables with their columns, indexes and triggers that the migrations make, and no others.

    `StoreError` where a newer version of the program made them, `SchemaError` where they are not what was made.
    """
    connection.execute("BEGIN")  # another instance, of a newer version, may change both between
    try:
        version, names = _version(connection), connection.execute(_NAMES).fetchall()
    finally:
        connection.rollback()
    if version > len(MIGRATIONS):
        raise StoreError(
            "What is kept on this machine was written by a newer version of llamachat-tui. "
            "Update the program, or set LLAMACHAT_STATE_DIR to another folder."
        )
    if version < len(MIGRATIONS) or crc32(b"\n".join(name for (name,) in names)) != MADE:
        raise SchemaError("its tables are not those that were made in it")


def _bring_up_to_date(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _version(connection)
        for statements in MIGRATIONS[version:]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {max(version, len(MIGRATIONS))}")
    except BaseException as error:
        connection.rollback()
        if has_other_tables(error):
            raise SchemaError(str(error)) from error  # what a migration changes is not there, or what it makes is
        raise
    connection.commit()


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
