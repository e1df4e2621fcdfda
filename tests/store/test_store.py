import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from tests.store.sample import ACCOUNT, filled, history, session, turn
from tui.store.files import StoreError, store_path
from tui.store.schema import MIGRATIONS
from tui.store.store import Store


@pytest.fixture(params=[0o000, 0o077, 0o777])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_file_is_where_the_environment_says_or_in_the_state_folder(tmp_path: Path) -> None:
    assert store_path({"LLAMACHAT_STATE_DIR": str(tmp_path)}) == tmp_path / "llamachat.sqlite3"
    assert store_path({}).parent.name == "llamachat"


def test_everything_is_there_after_opening_again(path: Path) -> None:
    filled(path).close()
    store = Store.open(path)

    kept = store.sessions.history(ACCOUNT, "s1")
    assert kept is not None
    assert kept.events == history(20)
    assert store.notes.draft(ACCOUNT, "s1") == "half a thought"
    assert [entry.prompt for entry in store.journal.entries(ACCOUNT)] == ["Why?"]
    assert (store.warning, store.check()) == ("", "")
    store.close()


@pytest.mark.fault(64)
@pytest.mark.usefixtures("umask")
def test_all_files_are_the_user_own_whatever_the_umask(path: Path) -> None:
    store = filled(path)
    store.hold(ACCOUNT, "s1")

    files = sorted(path.parent.iterdir())
    assert {file.name.removeprefix(path.name) for file in files} == {"", "-wal", "-shm", ".lock"}
    assert {mode(file) for file in files} == {0o600}
    assert mode(path.parent) == 0o700
    store.close()
    below = path.parent / "one" / "two"
    Store.open(below / path.name).close()
    assert mode(below) == mode(below.parent) == 0o700


@pytest.mark.fault(64)
def test_what_others_could_read_is_closed_to_them(path: Path) -> None:
    filled(path).close()
    path.chmod(0o644)
    path.parent.chmod(0o755)
    Store.open(path).close()

    assert (mode(path), mode(path.parent)) == (0o600, 0o700)


def refuse_folder_others_can_change(path: Path) -> None:
    path.parent.mkdir()
    path.parent.chmod(0o777)


def refuse_file_others_can_change(path: Path) -> None:
    Store.open(path).close()
    path.chmod(0o620)


def refuse_link(path: Path) -> None:
    path.parent.mkdir(mode=0o700)
    path.symlink_to(path.parent / "elsewhere")


def refuse_folder_in_place_of_file(path: Path) -> None:
    path.mkdir(parents=True)
    path.parent.chmod(0o700)


def refuse_file_in_place_of_folder(path: Path) -> None:
    path.parent.write_text("")


def refuse_newer_version(path: Path) -> None:
    Store.open(path).close()
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    connection.close()


@pytest.mark.fault(54)
@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (refuse_folder_others_can_change, "Others can change the folder"),
        (refuse_file_others_can_change, "Others can change the file"),
        (refuse_link, "is a link, or not a file"),
        (refuse_folder_in_place_of_file, "is a link, or not a file"),
        (refuse_file_in_place_of_folder, "Nothing can be kept in"),
        (refuse_newer_version, "newer version"),
    ],
)
def test_an_unsafe_place_is_refused_and_work_goes_on_without_it(
    path: Path, spoil: Callable[[Path], None], words: str
) -> None:
    spoil(path)
    with pytest.raises(StoreError, match=words) as refused:
        Store.open(path)
    store = Store.open_or_in_memory(path)

    assert str(refused.value).endswith((".", f"'{path}'", f"'{path.parent}'"))
    assert store.warning == str(refused.value)
    store.notes.save_draft(ACCOUNT, "s1", "kept for now")
    assert store.notes.draft(ACCOUNT, "s1") == "kept for now"
    assert not (path.parent / "elsewhere").exists()
    store.close()


@pytest.mark.fault(44)
def test_a_question_is_on_the_disk_before_it_is_sent(path: Path) -> None:
    store = filled(path)

    statements: list[str] = []
    store.database.read(lambda connection: connection.set_trace_callback(statements.append))
    store.journal.begin(ACCOUNT, "s1", "And why not?", 21)
    begun = next(at for at, each in enumerate(statements) if each.startswith("INSERT INTO open_turns"))
    committed = statements.index("COMMIT", begun)
    levels = [each.rpartition(" ")[2] for each in statements[:committed] if each.startswith("PRAGMA synchronous")]
    assert levels == ["FULL"]
    store.close()


@pytest.mark.fault(44)
def test_what_was_written_stays_whole_when_the_machine_fails(path: Path) -> None:
    store = Store.open(path)

    def settings(connection: sqlite3.Connection) -> tuple[str, int]:
        (journal,) = connection.execute("PRAGMA journal_mode").fetchone()
        (synchronous,) = connection.execute("PRAGMA synchronous").fetchone()
        return journal, synchronous

    normal = 1
    assert store.database.read(settings) == ("wal", normal)
    store.journal.begin(ACCOUNT, "s1", "Why?", 0)
    assert store.database.read(settings) == ("wal", normal)
    store.close()


@pytest.mark.fault(64)
def test_what_was_deleted_is_not_left_in_the_file(path: Path) -> None:
    store = filled(path)
    store.sessions.save_history(ACCOUNT, session(2), turn(77))
    for number in range(5):
        store.notes.save_draft(ACCOUNT, f"s{number}", f"draft {number}")
    store.notes.save_draft(ACCOUNT, "s2", "my heart is broken")
    store.close()
    kept = path.read_bytes()
    assert b"my heart is broken" in kept
    assert b"says clause 77" in kept
    store = Store.open(path)
    store.notes.save_draft(ACCOUNT, "s2", "")
    store.sessions.remove(ACCOUNT, "s2")
    store.close()
    kept = path.read_bytes()
    assert b"my heart is broken" not in kept
    assert b"says clause 77" not in kept


@pytest.mark.fault(54)
def test_a_file_of_another_user_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Store.open(path).close()
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)

    with pytest.raises(StoreError, match="belongs to another user"):
        Store.open(path)


@pytest.mark.fault(54)
def test_a_home_that_is_missing_or_cannot_be_written_leaves_a_store_in_memory() -> None:
    store = Store.open_or_in_memory(Path("/proc/nobody/llamachat/llamachat.sqlite3"))

    assert store.path is None
    assert "Nothing can be kept in /proc/nobody" in store.warning
    assert (store.size(), store.check(), store.hold(ACCOUNT, "s1")) == (0, "", True)
    store.close()


@pytest.mark.fault(54)
def test_without_a_home_folder_none_is_made_in_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(StoreError, match="no home folder"):
        Store.open(Path("~/.local/state/llamachat/llamachat.sqlite3"))
    assert list(tmp_path.iterdir()) == []


def test_work_that_fails_leaves_nothing_and_the_next_works(path: Path) -> None:
    def work(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM notes")
        raise ZeroDivisionError

    store = filled(path)
    with pytest.raises(ZeroDivisionError):
        store.database.write(work)
    assert store.notes.drafts(ACCOUNT) == {"s1": "half a thought"}
    store.close()


def test_a_file_that_is_no_store_is_set_aside_and_a_fresh_one_begun(path: Path) -> None:
    Store.open(path).close()
    path.write_bytes(b"not a database, but long enough to look like one" * 100)
    store = Store.open(path)

    aside = path.with_name("llamachat.sqlite3.broken-1")
    assert aside.read_bytes().startswith(b"not a database")
    assert store.warning == (
        f"What was kept on this machine could not be read. It was set aside as {aside}; a fresh store is begun."
    )
    store.notes.save_draft(ACCOUNT, "s1", "fresh")
    store.close()
    again = Store.open(path)
    assert (again.warning, again.notes.draft(ACCOUNT, "s1")) == ("", "fresh")
    again.close()


@pytest.mark.fault(54)
@pytest.mark.parametrize(
    "damage",
    [
        *("DROP TABLE sessions", "DROP TABLE turns", "DROP TABLE turn_events", "DROP TABLE turns_fts"),
        "DROP TABLE turns_fts_data",
        "ALTER TABLE notes DROP COLUMN queue",
        "DROP TABLE notes; CREATE VIEW notes AS SELECT 1 AS account",
        "CREATE TRIGGER no BEFORE INSERT ON notes BEGIN SELECT raise(ABORT, '\x1b[31mno'); END",
        "CREATE TABLE more (text TEXT)",
        "PRAGMA user_version = 0",
        "DROP TABLE sessions; PRAGMA user_version = 7",
    ],
)
def test_a_file_with_other_tables_is_set_aside_and_a_fresh_one_begun(path: Path, damage: str) -> None:
    filled(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(f"PRAGMA writable_schema = ON; PRAGMA foreign_keys = OFF; {damage}")
    store = Store.open(path)
    assert str(path.with_name("llamachat.sqlite3.broken-1")) in store.warning
    store.sessions.save_history(ACCOUNT, session(1), history(1))
    store.notes.save_draft(ACCOUNT, "s1", "fresh")
    store.close()
    again = Store.open(path)
    assert (again.warning, again.notes.draft(ACCOUNT, "s1")) == ("", "fresh")
    again.close()


def test_statistics_that_sqlite_keeps_are_no_damage(path: Path) -> None:
    store = filled(path)
    store.database.write(lambda connection: connection.execute("ANALYZE"))
    store.close()
    again = Store.open(path)
    assert (again.warning, again.notes.draft(ACCOUNT, "s1")) == ("", "half a thought")
    again.close()


def test_tables_that_another_sqlite_wrote_otherwise_are_no_damage(path: Path) -> None:
    filled(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "PRAGMA writable_schema = ON;"
            "UPDATE sqlite_master SET sql = replace(replace(sql, 'TEXT', '\"text\"'), 'CREATE ', 'create  /* so */ ')"
        )
    store = Store.open(path)
    assert (store.warning, store.notes.draft(ACCOUNT, "s1")) == ("", "half a thought")
    store.sessions.save_history(ACCOUNT, session(2), history(1))
    store.close()


def test_broken_files_are_numbered(path: Path) -> None:
    for _ in range(3):
        Store.open(path).close()
        path.write_bytes(b"x" * 5000)
    Store.open(path).close()

    assert sorted(file.name for file in path.parent.glob("*.broken-*")) == [
        f"llamachat.sqlite3.broken-{number}" for number in (1, 2, 3)
    ]


def test_forgetting_all_removes_every_file_and_keeps_nothing_from_then_on(path: Path) -> None:
    Store.open(path).close()
    path.write_bytes(b"x" * 5000)
    store = filled(path)
    assert store.size() > 5000
    store.forget()
    store.notes.save_draft(ACCOUNT, "s1", "after")

    assert store.hold(ACCOUNT, "s1")
    assert store.notes.drafts(ACCOUNT) == {"s1": "after"}
    assert store.journal.entries(ACCOUNT) == store.sessions.listed(ACCOUNT) == []
    assert (list(path.parent.iterdir()), store.size()) == ([], 0)
    store.close()


def test_forgetting_in_memory_forgets_too() -> None:
    store = Store.in_memory()
    store.notes.save_draft(ACCOUNT, "s1", "a")
    store.forget()

    assert store.notes.drafts(ACCOUNT) == {}
    store.close()


def test_a_copy_of_the_files_taken_in_use_can_be_opened(path: Path, tmp_path: Path) -> None:
    store = filled(path)
    store.journal.append(1, turn(1)[1:])
    copy = tmp_path / "copy"
    shutil.copytree(path.parent, copy)
    store.close()

    copied = Store.open(copy / path.name)
    [entry] = copied.journal.entries(ACCOUNT)
    assert copied.journal.events(entry.turn_id) == turn(1)[1:]
    copied.close()


def test_the_store_needs_only_the_standard_library() -> None:
    program = """
import sys
before = set(sys.modules)
import tui.store.store
tops = {name.partition(".")[0] for name in set(sys.modules) - before if sys.modules[name] is not None}
print(sorted(tops - sys.stdlib_module_names - {"tui"}))
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert run.stdout.strip() == "[]"


def test_the_version_is_another_one_once_somebody_else_has_written(path: Path) -> None:
    store, other = Store.open(path), Store.open(path)
    before = store.database.version()
    store.notes.save_name("cloud", "s1", "The crew")
    other.notes.names("cloud")
    assert store.database.version() == before
    other.notes.save_name("cloud", "s1", "")
    assert store.database.version() != before
    for each in (store, other):
        each.close()


def test_nobody_waits_for_the_version_while_another_thread_writes(path: Path) -> None:
    store = Store.open(path)
    with ThreadPoolExecutor() as threads:
        asked = store.database.write(lambda _: threads.submit(store.database.version).result(20))
    assert asked is None
    store.close()
