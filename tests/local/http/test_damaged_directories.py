"""What the server keeps of directories is damaged: it is told, their files stay, and all else is served."""

import os
import sqlite3
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.local.server import connected, running_server, until_synced
from tests.local.turn import answer_to, index_ids

DIRECTORIES = "/api/v1/beta/directories"
GUIDE = b"# Kiln\n\nThe cone of zone three is replaced every forty firings.\n"
TOLD = "What this server keeps of directories is damaged (directories/directories.sqlite3 in its data folder: "


@pytest.fixture
def filled(notes: Path, tmp_path: Path) -> Path:
    """The data folder of a server that has a directory with two files, and an index over it."""
    with running_server([notes], tmp_path / "data") as connection, connected(connection) as http:
        directory_id = http.post(DIRECTORIES, json={"name": "guides"}).json()["id"]
        for name in ("kiln.md", "glaze.md"):
            http.post(f"{DIRECTORIES}/{directory_id}/files/upload", files={"upload_file": (name, GUIDE)})
        http.post("/api/v1/indexes", json={"source_directory_id": directory_id})
        until_synced(http)
    return tmp_path / "data"


def database(data: Path) -> Path:
    return data / "directories" / "directories.sqlite3"


def uploaded(data: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted((data / "directories").glob("dir-*/*"))]


def changed(data: Path, *statements: str) -> None:
    with closing(sqlite3.connect(database(data), isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def garbage(path: Path) -> None:
    path.write_bytes(b"no database" * 1000)


def half(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def emptied(path: Path) -> None:
    os.truncate(path, 0)


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def without_a_column(path: Path) -> None:
    changed(path.parent.parent, "ALTER TABLE directories DROP COLUMN description")


@pytest.fixture
def served_again(filled: Path, notes: Path, request: pytest.FixtureRequest) -> Generator[httpx.Client]:
    damage: Callable[[Path], None] = request.param
    damage(database(filled))
    with running_server([notes], filled) as connection, connected(connection) as http:
        until_synced(http)
        yield http


@pytest.mark.fault(54)
@pytest.mark.parametrize("served_again", [garbage, half, emptied, pipe, folder, without_a_column], indirect=True)
def test_damage_is_told_and_takes_nothing_with_it(served_again: httpx.Client, filled: Path) -> None:
    http = served_again
    indexes = {item["name"]: item for item in http.get("/api/v1/indexes").json()["items"]}
    refused = [
        http.get(DIRECTORIES),
        http.post(DIRECTORIES, json={"name": "more"}),
        http.post("/api/v1/beta/files", files={"file": ("more.md", GUIDE)}, data={"purpose": "user_data"}),
        http.delete(f"{DIRECTORIES}/{indexes['guides']['source_directory_id']}"),
        http.post("/api/v1/indexes", json={"source_directory_id": "dir-1"}),
    ]
    for answer in refused:
        assert answer.status_code == 500
        assert answer.json()["detail"].startswith(TOLD)
        assert "or rename it, and it is begun anew" in answer.json()["detail"]
    assert list((filled / "directories" / "uploads").iterdir()) == []
    assert len(list((filled / "directories").glob("dir-*"))) == 1
    assert uploaded(filled) == [GUIDE, GUIDE]
    assert "forty firings" in answer_to(http, "How often is the cone replaced?", [indexes["guides"]["id"]])
    assert "oiled again" in answer_to(http, "Why oak?", [indexes["notes"]["id"]])

    database(filled).rename(database(filled).with_name("away"))
    assert http.get(DIRECTORIES).json()["items"] == []
    assert http.post(DIRECTORIES, json={"name": "more"}).status_code == 200
    assert uploaded(filled) == [GUIDE, GUIDE]


@pytest.fixture
def with_damaged_values(filled: Path, notes: Path, request: pytest.FixtureRequest) -> Generator[httpx.Client]:
    statements: Sequence[str] = request.param
    changed(filled, *statements)
    with running_server([notes], filled) as connection, connected(connection) as http:
        yield http


NO_TEXT = "CAST(x'ff41fe' AS TEXT)"


def names(http: httpx.Client) -> list[str]:
    (directory,) = http.get(DIRECTORIES).json()["items"]
    files = http.get(f"{DIRECTORIES}/{directory['id']}/files").json()["items"]
    return sorted(file["display_name"] for file in files)


@pytest.mark.fault(54)
@pytest.mark.parametrize(
    "with_damaged_values",
    [
        *([f"UPDATE directories SET {name} = {NO_TEXT}"] for name in ("name", "description", "created", "type")),
        *([f"UPDATE files SET {name} = {value}"] for name in ("metadata", "updated") for value in (NO_TEXT, "'[1'")),
        ["UPDATE files SET metadata = '[1]', updated = '2026-01-01'"],
    ],
    indirect=True,
)
def test_a_damaged_value_hides_nothing(with_damaged_values: httpx.Client) -> None:
    http = with_damaged_values
    assert names(http) == ["glaze.md", "kiln.md"]
    (directory,) = http.get(DIRECTORIES).json()["items"]
    asked = http.get(
        f"{DIRECTORIES}/{directory['id']}/files", params={"updated_at_on_or_after": "2020-01-01T00:00:00Z"}
    )
    assert asked.status_code == 200
    made = http.post(f"{DIRECTORIES}/{directory['id']}/files/upload", files={"upload_file": ("more.md", GUIDE)})
    assert made.status_code == 200
    assert names(http) == ["glaze.md", "kiln.md", "more.md"]


@pytest.mark.fault(54)
@pytest.mark.parametrize(
    "with_damaged_values",
    [["UPDATE files SET place = '../../library.sqlite3' WHERE display_name = 'kiln.md'"]],
    indirect=True,
)
def test_a_place_that_was_changed_leads_to_no_other_file(with_damaged_values: httpx.Client, filled: Path) -> None:
    http = with_damaged_values
    (directory,) = http.get(DIRECTORIES).json()["items"]
    files = http.get(f"{DIRECTORIES}/{directory['id']}/files", params={"display_name": "kiln.md"}).json()["items"]
    deleted = http.delete(f"{DIRECTORIES}/{directory['id']}/files/{files[0]['id']}")
    assert (deleted.status_code, deleted.json()["detail"]) == (
        500,
        "The place of kiln.md is damaged: it is outside its directory.",
    )
    assert (filled / "library.sqlite3").exists()
    assert names(http) == ["glaze.md", "kiln.md"]


@pytest.mark.fault(54)
@pytest.mark.parametrize("with_damaged_values", [["UPDATE directories SET id = 'uploads'"]], indirect=True)
def test_an_id_that_was_changed_names_no_other_folder(with_damaged_values: httpx.Client, filled: Path) -> None:
    assert with_damaged_values.delete(f"{DIRECTORIES}/uploads").status_code == 404
    assert (filled / "directories" / "uploads").is_dir()


@pytest.mark.fault(54)
def test_a_library_that_is_damaged_in_use_is_told_and_ends_the_turn(filled: Path, notes: Path) -> None:
    with running_server([notes], filled) as connection, connected(connection) as http:
        until_synced(http)
        asked_of = index_ids(http)["notes"]
        session_id = http.post("/api/v1/chat", json={"index_ids": [asked_of]}).json()["session_id"]
        with closing(sqlite3.connect(filled / "library.sqlite3")) as library:
            library.execute("DROP TABLE events")
        refused = http.get(f"/api/v1/chat/{session_id}")
        assert (refused.status_code, refused.json()["detail"]) == (
            503,
            "What this server keeps cannot be read or written now (no such table: events). Its log says more.",
        )
        asked = http.post(
            f"/api/v1/chat/{session_id}/messages/stream", json={"prompt": "Why?", "index_ids": [asked_of]}
        )
        assert "could not be stored: no such table: events" in asked.text
        assert http.get("/api/v1/indexes").status_code == 200
