"""What an error of the module `sqlite3` says of the file, by SQLite's result codes (https://www.sqlite.org/rescode.html).

An extended code says more of the same, so it is the primary one that counts: its last eight bits. An error that
Python's module raises by itself has none. No message is read where there is a code: it is for people, and may change.
"""

import sqlite3

_BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_UNUSABLE = _BROKEN | {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
}


def is_broken(error: BaseException) -> bool:
    """Whether the file is damaged, or no SQLite file at all."""
    return _code(error) in _BROKEN


def is_unusable(error: BaseException) -> bool:
    """Whether the file cannot be used: broken, locked, read-only, on a full disk, or not to be opened, or reached."""
    return _code(error) in _UNUSABLE


def is_full(error: BaseException) -> bool:
    """Whether the disk has no room for the file."""
    return _code(error) == sqlite3.SQLITE_FULL


def is_unwritten(error: BaseException) -> bool:
    """Whether the file could not be written: the disk is full, gone, or lets nothing more be written."""
    return _code(error) in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY)


def is_locked(error: BaseException) -> bool:
    """Whether another connection holds the file, and still did when the time to wait for it was over."""
    return _code(error) == sqlite3.SQLITE_BUSY


def is_interrupted(error: BaseException) -> bool:
    """Whether another thread ended what was done, by `Connection.interrupt`."""
    return _code(error) == sqlite3.SQLITE_INTERRUPT


def has_other_tables(error: BaseException) -> bool:
    """Whether the tables, or their columns, are not those that a statement names, or makes.

    SQLite has one code for all that is wrong with a statement; where the statements are right, it is the tables.
    """
    return _code(error) == sqlite3.SQLITE_ERROR


def is_bad_text(error: BaseException) -> bool:
    """Whether a text in the file is no UTF-8, which Python's module says by itself, without a code of SQLite's.

    Its message quotes the text: neither show nor log it.
    """
    return str(error).startswith("Could not decode to UTF-8")


def tolerant(text: bytes) -> str:
    """What can be read of bytes that may be no UTF-8: a `text_factory` for a file in which texts may be damaged."""
    return text.decode("utf-8", "replace")


def _code(error: BaseException) -> int:
    """The primary result code; 0 where the error is not SQLite's."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
