"""Texts in a SQLite file that are no UTF-8, as a disk that fails or a program that ended early leaves them."""

import sqlite3


def is_bad_text(error: sqlite3.DatabaseError) -> bool:
    """Whether a text that was read is no UTF-8, which Python's module says by itself, without a code of SQLite's.

    Its message quotes the text: do not show it, nor log it.
    """
    return isinstance(error, sqlite3.OperationalError) and str(error).startswith("Could not decode to UTF-8")


def tolerant(text: bytes) -> str:
    """A `text_factory` that reads what can be read of such a text."""
    return text.decode("utf-8", "replace")
