import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tui.sqlite_errors import (
    has_other_tables,
    is_bad_text,
    is_broken,
    is_full,
    is_interrupted,
    is_locked,
    is_unusable,
    tolerant,
)

KINDS = [has_other_tables, is_bad_text, is_broken, is_full, is_interrupted, is_locked, is_unusable]
MANY_ROWS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) SELECT count(*) FROM n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "a.sqlite3"
    with_rows = sqlite3.connect(path)
    with_rows.execute("CREATE TABLE a (x TEXT)")
    with_rows.execute("INSERT INTO a VALUES (CAST(x'66ff' AS TEXT))")
    with_rows.commit()
    with_rows.close()
    return path


@pytest.fixture
def connection(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path, timeout=0)
    yield connection
    connection.close()


def damaged(connection: sqlite3.Connection, path: Path) -> None:
    path.write_bytes(path.read_bytes()[:4096] + b"\xff" * 4096)
    connection.execute("SELECT * FROM a").fetchall()


def of_another_kind(connection: sqlite3.Connection, path: Path) -> None:
    path.write_text("This is a text, and it is long enough to be looked at as a file of SQLite's. " * 20)
    connection.execute("SELECT * FROM a")


def locked(connection: sqlite3.Connection, path: Path) -> None:
    other = sqlite3.connect(path)
    other.execute("BEGIN EXCLUSIVE")
    try:
        connection.execute("DELETE FROM a")
    finally:
        other.close()


def read_only(_: sqlite3.Connection, path: Path) -> None:
    reader = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    try:
        reader.execute("DELETE FROM a")
    finally:
        reader.close()


def full(connection: sqlite3.Connection, _: Path) -> None:
    connection.execute("PRAGMA max_page_count = 2")
    connection.execute("INSERT INTO a VALUES (?)", ("x" * 100_000,))


def not_to_be_opened(_: sqlite3.Connection, path: Path) -> None:
    sqlite3.connect(path.parent / "none" / "a.sqlite3")


def without_a_column(connection: sqlite3.Connection, _: Path) -> None:
    connection.execute("SELECT y FROM a")


def made_again(connection: sqlite3.Connection, _: Path) -> None:
    connection.execute("CREATE TABLE a (x)")


def ended(connection: sqlite3.Connection, _: Path) -> None:
    connection.set_progress_handler(lambda: 1, 1000)
    connection.execute(MANY_ROWS).fetchall()


def no_utf_8(connection: sqlite3.Connection, _: Path) -> None:
    connection.execute("SELECT x FROM a").fetchall()


@pytest.mark.parametrize(
    ("cause", "told"),
    [
        (damaged, {is_broken, is_unusable}),
        (of_another_kind, {is_broken, is_unusable}),
        (locked, {is_locked, is_unusable}),
        (read_only, {is_unusable}),
        (full, {is_full, is_unusable}),
        (not_to_be_opened, {is_unusable}),
        (without_a_column, {has_other_tables}),
        (made_again, {has_other_tables}),
        (ended, {is_interrupted}),
        (no_utf_8, {is_bad_text}),
    ],
)
def test_an_error_is_told_for_what_it_is(
    cause: Callable[[sqlite3.Connection, Path], None],
    told: set[Callable[[BaseException], bool]],
    connection: sqlite3.Connection,
    path: Path,
) -> None:
    with pytest.raises(sqlite3.Error) as caught:
        cause(connection, path)
    assert {kind for kind in KINDS if kind(caught.value)} == told


def test_what_is_no_error_of_sqlite_is_none_of_them() -> None:
    assert not any(kind(error) for kind in KINDS for error in (OSError("full"), sqlite3.ProgrammingError("closed")))


def test_a_text_that_is_no_utf_8_is_read_as_far_as_it_can_be(connection: sqlite3.Connection) -> None:
    connection.text_factory = tolerant
    assert connection.execute("SELECT x FROM a").fetchall() == [("f\N{REPLACEMENT CHARACTER}",)]
