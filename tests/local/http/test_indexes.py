"""Adding, syncing and deleting indexes, with the official SDK and over HTTP."""

import os
import signal
import sys
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from llama_cloud import (
    ConflictError,
    LlamaCloud,
    NotFoundError,
    PermissionDeniedError,
    UnprocessableEntityError,
)

from tests.local import documents as papers
from tests.local.conftest import added, idle, sdk_for, write_notes
from tests.local.opened import opened
from tests.local.server import Connection, connected, running_server, synced_server, until
from tests.local.turn import answer_to
from tui.local.library.database import LibraryDatabase
from tui.local.library.syncing.sync import sole_writer, sync


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def sdk(workbench: Connection) -> Generator[LlamaCloud]:
    with sdk_for(workbench) as client:
        yield client


@pytest.fixture
def http(workbench: Connection) -> Generator[httpx.Client]:
    with connected(workbench) as client:
        yield client


@pytest.fixture
def moss(tmp_path: Path) -> Path:
    folder = tmp_path / "moss"
    folder.mkdir()
    (folder / "moss.md").write_text("# Moss\n\nMoss grows in the shade.\n")
    return folder


def metadata(sdk: LlamaCloud, index_id: str) -> dict[str, Any]:
    told = sdk.indexes.get(index_id).metadata
    assert told
    return dict(told)


def names(sdk: LlamaCloud) -> list[str]:
    return sorted(index.name for index in sdk.indexes.list())


def test_a_folder_is_added_searched_and_stays_after_a_restart(moss: Path, notes: Path, data: Path) -> None:
    with running_server([notes], data) as server, sdk_for(server) as client, connected(server) as http:
        made = client.indexes.create(source_directory_id=str(moss), name="Bryology", description="on moss")
        assert (made.name, made.description) == ("Bryology", "on moss")
        assert answer_to(http, "Where does moss grow?", [made.id]).startswith("Moss grows in the shade.")
        listed = client.indexes.list(source_directory_id=made.source_directory_id)
        assert [index.id for index in listed] == [made.id]
    with running_server([notes], data) as again, sdk_for(again) as client:
        assert names(client) == ["Bryology", "notes"]
        client.indexes.delete(made.id)
        assert names(client) == ["notes"]
    with running_server([notes], data) as again, sdk_for(again) as client:
        assert names(client) == ["notes"]


@pytest.mark.parametrize(
    ("folder", "reason"),
    [
        ("moss", "whole path"),
        ("/nowhere/at/all", "There is no folder"),
        ("~nobody-at-all/x", "home"),
        ("/\0", "no folder"),
    ],
)
def test_a_folder_that_cannot_be_added(sdk: LlamaCloud, folder: str, reason: str) -> None:
    with pytest.raises(UnprocessableEntityError, match=reason):
        sdk.indexes.create(source_directory_id=folder)


def test_a_folder_is_added_once(sdk: LlamaCloud, notes: Path) -> None:
    with pytest.raises(ConflictError, match="served already"):
        sdk.indexes.create(source_directory_id=f"{notes}/../{notes.name}")


def test_a_server_that_others_can_reach_takes_no_folders(moss: Path, notes: Path, data: Path, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("llx-of-my-own-1234")
    (tmp_path / "key").chmod(0o600)
    options = ("--host", "0.0.0.0", "--api-key-file", str(tmp_path / "key"))
    with running_server([notes], data, *options) as wide, sdk_for(wide) as client:
        with pytest.raises(PermissionDeniedError, match="listens on this machine alone"):
            client.indexes.create(source_directory_id=str(moss))
        assert names(client) == ["notes"]
        (index,) = client.indexes.list()
        assert (client.indexes.get(index.id).metadata or {})["folder"] is None


def test_a_new_index_may_be_synced_at_once_as_the_official_example_does(sdk: LlamaCloud, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(300):
        (folder / f"{number}.md").write_text(f"# Note {number}\n\nMoss grows on stone {number}.\n" * 20)
    index = sdk.indexes.create(source_directory_id=str(folder))
    sdk.indexes.sync(index.id)
    until(lambda: idle(sdk, index.id))
    assert sdk.retrieval.retrieve(index_id=index.id, query="moss on stone").results
    sdk.indexes.delete(index.id)


def test_a_sync_is_asked_for_also_while_one_runs_and_cancelled(
    sdk: LlamaCloud, moss: Path, workbench_data: Path
) -> None:
    index_id = added(sdk, moss)
    with sole_writer(LibraryDatabase(workbench_data), lambda: False):
        sdk.indexes.sync(index_id)
        until(lambda: metadata(sdk, index_id)["status"] == "syncing")
        sdk.indexes.sync(index_id)
        assert not idle(sdk, index_id)
        assert metadata(sdk, index_id)["status"] == "syncing"
        sdk.indexes.cancel_sync(index_id)
        until(lambda: idle(sdk, index_id))
        assert metadata(sdk, index_id)["status"] == "ready"
    (moss / "lichen.md").write_text("# Lichen\n")
    (moss / "fern.md").write_text("# Fern\n")
    sdk.indexes.sync(index_id)
    until(lambda: idle(sdk, index_id))
    assert metadata(sdk, index_id)["files"] == 3


def test_what_was_stored_of_a_deleted_index_is_forgotten(notes: Path, data: Path) -> None:
    database = LibraryDatabase(data)

    def stored() -> int:
        with database.reading() as connection:
            return connection.execute("SELECT count(*) FROM indexes").fetchone()[0] + len(list(data.glob("idx-*")))

    with synced_server([notes], data) as server, sdk_for(server) as sdk:
        (index,) = sdk.indexes.list()
        assert stored() > 0
        sdk.indexes.delete(index.id)
        for call in (sdk.indexes.get, sdk.indexes.sync, sdk.indexes.cancel_sync, sdk.indexes.delete):
            with pytest.raises(NotFoundError):
                call(index.id)
        until(lambda: stored() == 0)


def test_files_that_cannot_be_read_are_listed_with_the_reason(sdk: LlamaCloud, moss: Path) -> None:
    (moss / "locked.pdf").write_bytes(papers.pdf([["x"]], encrypted=True))
    (moss / "scan.pdf").write_bytes(papers.pdf([[]]))
    (moss / "picture.png").write_bytes(b"\x89PNG\0")
    (moss / "program").write_bytes(b"\x7fELF\0")
    told = metadata(sdk, added(sdk, moss))
    assert (told["files"], told["skipped_files"]) == (1, 2)
    assert [(file["name"], "encrypted" in file["reason"]) for file in told["skipped"]] == [
        ("locked.pdf", True),
        ("scan.pdf", False),
    ]


def test_what_is_missing_of_a_document_is_told(sdk: LlamaCloud, moss: Path) -> None:
    (moss / "old.txt").write_bytes("Уровень воды понизился на три метра, и рыбаки жалуются.".encode("koi8_r"))
    told = metadata(sdk, added(sdk, moss))
    assert told["remarks"] == [{"name": "old.txt", "remark": "its letters were taken for KOI8-R"}]


def test_a_folder_that_is_away_keeps_what_was_read_from_it(
    sdk: LlamaCloud, http: httpx.Client, moss: Path, tmp_path: Path
) -> None:
    index_id = added(sdk, moss)
    moss.rename(tmp_path / "elsewhere")
    assert answer_to(http, "Where does moss grow?", [index_id]).startswith("Moss grows in the shade.")
    told = metadata(sdk, index_id)
    assert told["status"] == "failed"
    assert "No such file" in told["error_message"]
    (tmp_path / "elsewhere").rename(moss)
    answer_to(http, "Where does moss grow?", [index_id])
    until(lambda: metadata(sdk, index_id)["status"] == "ready")


def many(folder: Path, count: int) -> Path:
    for n in range(count):
        part = folder / f"part{n % 10}"
        part.mkdir(parents=True, exist_ok=True)
        (part / f"{n}.md").write_text(f"# Note {n}\n\n" + f"The number is {n}.\n\n" * 20)
    return folder


def test_progress_is_told_and_an_end_in_the_middle_loses_nothing(tmp_path: Path, data: Path) -> None:
    folder = many(tmp_path / "many", 1500)
    with running_server([folder], data) as server, sdk_for(server) as client:
        (index,) = client.indexes.list()

        def is_under_way() -> bool:
            told = metadata(client, index.id)
            return told["files_total"] == 1500 and 0 < told["files_done"] < 1500

        until(is_under_way)
        until(lambda: metadata(client, index.id)["files"] > 0)
        os.kill(server.process.pid, signal.SIGKILL)
    database = LibraryDatabase(data).index(index.id)
    with database.reading() as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        kept = {row["id"] for row in connection.execute("SELECT id FROM documents")}
    with running_server([folder], data) as server, sdk_for(server) as client:
        (index,) = client.indexes.list()
        until(lambda: idle(client, index.id), 60)
        assert metadata(client, index.id)["files"] == 1500
    with database.reading() as connection:
        assert kept <= {row["id"] for row in connection.execute("SELECT id FROM documents")}
        chunks, stems = (connection.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in ("chunks", "stems"))
        assert chunks == stems


def test_a_folder_in_line_waits_and_is_not_syncing(notes: Path, moss: Path, data: Path) -> None:
    with ExitStack() as held:
        held.enter_context(sole_writer(LibraryDatabase(data), lambda: False))
        with running_server([notes, moss], data) as server, connected(server) as http:

            def states() -> list[str]:
                return [item["metadata"]["status"] for item in http.get("/api/v1/indexes").json()["items"]]

            until(lambda: sorted(states()) == ["syncing", "waiting"])
            held.close()
            until(lambda: states() == ["ready", "ready"])


def test_an_indexer_that_cannot_start_is_told_and_holds_nothing_up(moss: Path, data: Path) -> None:
    local = opened(moss, data)
    supervisor = local.supervisor([sys.executable, "-c", "pass"])
    try:
        supervisor.ask(local.index_id).result(timeout=20)
    finally:
        supervisor.stop()
    assert "not foreseen" in (local.library.states.served()[local.index_id].error or "")


def test_two_servers_index_one_folder_together(tmp_path: Path, data: Path) -> None:
    folder = many(tmp_path / "many", 300)
    with (
        running_server([folder], data) as one,
        running_server([folder], data) as two,
        sdk_for(one) as first,
        sdk_for(two) as second,
    ):
        (index,) = first.indexes.list()
        until(lambda: idle(first, index.id) and idle(second, index.id), 60)
        assert metadata(first, index.id)["files"] == metadata(second, index.id)["files"] == 300
    with LibraryDatabase(data).index(index.id).reading() as connection:
        assert connection.execute("SELECT count(*) FROM documents").fetchone()[0] == 300


def test_a_library_of_an_older_version_keeps_its_sessions(notes: Path, data: Path) -> None:
    with running_server([notes], data) as server, sdk_for(server) as client:
        session = client.chat.create()
        (index,) = client.indexes.list()
        until(lambda: idle(client, index.id))
    with LibraryDatabase(data).writing() as connection:
        connection.execute("PRAGMA user_version = 1")
    with running_server([notes], data) as server, sdk_for(server) as client:
        assert client.chat.retrieve(session.session_id).session_id == session.session_id
        until(lambda: idle(client, index.id))
        assert metadata(client, index.id)["files"] == 3


def test_it_is_told_how_far_the_reading_is(tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notes = write_notes(tmp_path / "notes")
    monkeypatch.setattr("tui.local.library.syncing.sync.BATCH_SECONDS", 0.0)
    local = opened(notes, data)
    told: list[tuple[int, int]] = []
    sync(local.database, local.folder, on_progress=lambda done, total: told.append((done, total)))
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3), (3, 3)]
    (notes / "kitchen.md").write_text("# Kitchen\n")
    told.clear()
    sync(local.database, local.folder, on_progress=lambda done, total: told.append((done, total)))
    assert told == [(2, 3), (3, 3), (3, 3)]
