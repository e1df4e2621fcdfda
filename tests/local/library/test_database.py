"""The library's file and folder."""

import stat
from pathlib import Path

import pytest

from tui.local.library.database import LibraryDatabase


def test_a_library_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    database = LibraryDatabase(folder)
    folder.chmod(0o755)
    database.path.chmod(0o644)
    LibraryDatabase(folder)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (folder, database.path)] == [0o700, 0o600]


def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    database = LibraryDatabase(tmp_path)

    def fail() -> None:
        with database.writing() as connection:
            connection.execute("INSERT INTO added_folders VALUES ('a', 'a', 'a', 'a')")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM added_folders").fetchone()[0] == 0
