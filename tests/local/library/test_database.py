import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack
from pathlib import Path
from threading import Barrier

import pytest

from tui.local.library.database import MAX_IDLE, IndexFile, LibraryDatabase


@pytest.fixture
def database(tmp_path: Path) -> LibraryDatabase:
    return LibraryDatabase(tmp_path)


def add(database: LibraryDatabase, session_id: str) -> None:
    with database.writing() as connection:
        connection.execute("INSERT INTO sessions (id, updated, shared_access) VALUES (?, '', '')", (session_id,))


def ids(database: LibraryDatabase) -> list[str]:
    with database.reading() as connection:
        return [row["id"] for row in connection.execute("SELECT id FROM sessions ORDER BY id").fetchall()]


def add_and_fail(database: LibraryDatabase) -> None:
    with database.writing() as connection:
        connection.execute("INSERT INTO sessions (id, updated, shared_access) VALUES ('lost', '', '')")
        raise ZeroDivisionError


def test_a_write_that_fails_is_undone_and_the_next_is_kept(database: LibraryDatabase) -> None:
    add(database, "kept")
    with pytest.raises(ZeroDivisionError):
        add_and_fail(database)
    add(database, "kept too")
    assert ids(database) == ["kept", "kept too"]


def test_many_threads_write_and_read_at_once(database: LibraryDatabase) -> None:
    def add_and_read(name: str) -> None:
        add(database, name)
        assert name in ids(database)

    names = [f"ses-{number:03}" for number in range(200)]
    with ThreadPoolExecutor(20) as threads:
        list(threads.map(add_and_read, names))
    assert ids(database) == names


def test_a_read_sees_one_state_and_the_next_what_others_wrote_since(database: LibraryDatabase, tmp_path: Path) -> None:
    other = LibraryDatabase(tmp_path)
    with database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM sessions").fetchone()[0] == 0
        add(other, "ses-1")
        assert connection.execute("SELECT count(*) FROM sessions").fetchone()[0] == 0
    assert ids(database) == ["ses-1"]


def is_open(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("SELECT 1")
    except sqlite3.ProgrammingError:
        return False
    return True


def test_connections_are_used_again_and_few_are_kept(database: LibraryDatabase) -> None:
    with ExitStack() as together:
        used = [together.enter_context(database.reading()) for _ in range(MAX_IDLE + 5)]
    assert sum(map(is_open, used)) == MAX_IDLE
    with database.reading() as connection:
        assert connection in used


def test_a_library_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    database = LibraryDatabase(folder)
    folder.chmod(0o755)
    database.path.chmod(0o644)
    LibraryDatabase(folder)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (folder, database.path)] == [0o700, 0o600]


def test_a_file_that_many_make_at_once_is_made_once_and_loses_nothing(tmp_path: Path) -> None:
    for number in range(20):
        path, at_once = tmp_path / f"{number}.sqlite3", Barrier(6)

        def skip_a_file(name: int, path: Path = path, at_once: Barrier = at_once) -> None:
            file = IndexFile(path)
            at_once.wait()
            with file.reading() as connection:
                connection.execute("SELECT count(*) FROM documents").fetchone()
            with file.writing() as connection:
                connection.execute("INSERT INTO skipped_files VALUES (?, 1, 1, NULL)", (str(name),))

        with ThreadPoolExecutor(6) as pool:
            list(pool.map(skip_a_file, range(6)))
        with IndexFile(path).reading() as connection:
            assert connection.execute("SELECT count(*) FROM skipped_files").fetchone()[0] == 6


def test_a_file_that_was_deleted_is_begun_anew(tmp_path: Path) -> None:
    file = IndexFile(tmp_path / "index.sqlite3")
    with file.writing() as connection:
        connection.execute("INSERT INTO skipped_files VALUES ('gone.md', 1, 1, NULL)")
    file.delete()
    with file.reading() as connection:
        assert connection.execute("SELECT count(*) FROM skipped_files").fetchone()[0] == 0


def test_a_session_goes_with_its_events(database: LibraryDatabase) -> None:
    add(database, "ses-1")
    with database.writing() as connection:
        connection.execute("INSERT INTO events VALUES ('ses-1', 1, '{}')")
    with database.writing() as connection:
        connection.execute("DELETE FROM sessions")
    with database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM events").fetchone()[0] == 0


def test_a_write_waits_for_that_of_another_process(database: LibraryDatabase, tmp_path: Path) -> None:
    other = LibraryDatabase(tmp_path)
    with ThreadPoolExecutor(1) as pool:
        with other.writing() as connection:
            connection.execute("INSERT INTO sessions (id, updated, shared_access) VALUES ('first', '', '')")
            second = pool.submit(add, database, "second")
            assert not wait([second], timeout=0.3).done
        second.result()
    assert ids(database) == ["first", "second"]
