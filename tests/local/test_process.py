"""The server as a process: how it starts, and refuses to start."""

import os
import shlex
import socket
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.local.conftest import write_notes
from tests.local.server import connected, running_server, start, synced_server, until, until_synced
from tests.local.turn import answer_to, ask, index_ids
from tui.local.cli import main
from tui.local.library.database import SCHEMA_VERSION, LibraryDatabase
from tui.local.library.folders import index_id_of
from tui.local.server_key import content_of


def refused(tmp_path: Path, *arguments: str) -> str:
    process = start([], tmp_path / "data", *arguments)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert out == ""
    assert "Traceback" not in err
    return err


def test_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    assert "There is no folder" in refused(tmp_path, str(tmp_path / "nowhere"))


def test_the_empty_place_of_a_disk_is_served_with_what_was_read_from_it(tmp_path: Path) -> None:
    notes = write_notes(tmp_path / "notes")
    with synced_server([notes], tmp_path / "data"):
        pass
    away = notes.rename(tmp_path / "away")
    notes.mkdir()
    assert "no document that can be read" in refused(tmp_path, str(notes))
    index = LibraryDatabase(tmp_path / "data").index(index_id_of(notes.resolve()))
    with index.writing() as connection:  # as if it had been on another disk
        connection.execute("PRAGMA application_id = 1")
    with synced_server([notes], tmp_path / "data") as server, connected(server) as http:
        (item,) = http.get("/api/v1/indexes").json()["items"]
        assert "is empty, and on another disk than before" in item["metadata"]["error_message"]
        assert item["metadata"]["files"]
        notes.rmdir()
        away.rename(notes)
        (notes / "new.md").write_text("# New\n\nThe gong is struck at noon.\n")
        until(lambda: "gong" in answer_to(http, "When is the gong struck?", [item["id"]]))


def test_a_folder_without_documents(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "a.txt").write_bytes(b"a\0b")
    (tmp_path / "bin" / "b.png").write_bytes(b"\x89PNG")
    assert "no document that can be read" in refused(tmp_path, str(tmp_path / "bin"))


def test_a_file_in_place_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# A")
    assert "is a file" in refused(tmp_path, str(tmp_path / "a.md"))


def test_a_port_in_use(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        message = refused(tmp_path, "--port", str(taken.getsockname()[1]))
    assert "another program uses it" in message


def test_listening_widely_needs_a_key_of_ones_own(tmp_path: Path) -> None:
    assert "needs a key" in refused(tmp_path, "--host", "0.0.0.0")


def test_any_name_of_this_machine_needs_none(tmp_path: Path, notes: Path) -> None:
    with running_server([notes], tmp_path / "data", "--host", "LocalHost") as server, connected(server) as http:
        assert list(index_ids(http)) == ["notes"]


def test_a_key_file_with_a_key_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("llx-a b\n")
    (tmp_path / "key").chmod(0o600)
    assert "cannot have" in refused(tmp_path, "--api-key-file", str(tmp_path / "key"))


def test_a_key_that_can_be_guessed(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("llx-15-letters.")
    (tmp_path / "key").chmod(0o600)
    assert "can be guessed" in refused(tmp_path, "--api-key-file", str(tmp_path / "key"))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o622])
def test_a_key_file_that_others_can_read_or_change(tmp_path: Path, mode: int) -> None:
    (tmp_path / "key").write_text("llx-of-my-own-1234")
    (tmp_path / "key").chmod(mode)
    assert "chmod 600" in refused(tmp_path, "--api-key-file", str(tmp_path / "key"))


def test_a_key_file_that_is_no_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("/dev/null", str(tmp_path)):
        assert main(["--api-key-file", name]) == 2
        assert "is a folder or a device" in capsys.readouterr().err


def test_a_key_out_of_a_pipe_of_the_shell(tmp_path: Path, notes: Path) -> None:
    serve = f"exec {shlex.quote(sys.executable)} -m tui serve --env --until-stdin-closes"
    command = f"{serve} --api-key-file <(printf 'llx-of-my-own-1234\\n') {shlex.quote(str(notes))}"
    environment = {**os.environ, "LLAMACHAT_DATA_DIR": str(tmp_path / "data")}
    pipe = subprocess.PIPE
    with subprocess.Popen(["bash", "-c", command], stdin=pipe, stdout=pipe, text=True, env=environment) as shell:
        assert shell.stdout is not None
        told = shell.stdout.readline()
        shell.communicate()
    assert "LLAMA_CLOUD_API_KEY=llx-of-my-own-1234" in told


def test_a_pipe_that_nobody_has_opened_yet_is_waited_for_where_it_reads_as_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "key", 0o600)
    pauses: list[float] = []

    def write_now(seconds: float) -> None:
        pauses.append(seconds)
        (tmp_path / "key").write_text("llx-of-my-own-1234\n")

    monkeypatch.setattr("tui.local.server_key.TELLS_UNOPENED", False)
    monkeypatch.setattr("tui.local.server_key.sleep", write_now)
    descriptor = os.open(tmp_path / "key", os.O_RDONLY | os.O_NONBLOCK)
    (tmp_path / "key").open("w").close()  # from here on it reads as ended
    try:
        assert content_of(descriptor) == b"llx-of-my-own-1234\n"
    finally:
        os.close(descriptor)
    assert len(pauses) == 1


def test_the_rights_are_those_of_the_file_that_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    key, unsafe, safe = (tmp_path / name for name in ("key", "unsafe", "safe"))
    for file in (key, unsafe, safe):
        file.write_text("llx-of-my-own-1234")
        file.chmod(0o644 if file == unsafe else 0o600)
    really_open = os.open

    def opened(path: Path, flags: int) -> int:
        unsafe.rename(key)
        descriptor = really_open(path, flags)
        safe.rename(key)
        return descriptor

    monkeypatch.setattr("tui.local.server_key.os.open", opened)
    assert main(["--api-key-file", str(key), str(tmp_path / "nowhere")]) == 2
    assert "Others can read or change" in capsys.readouterr().err


def test_a_pipe_that_gives_too_much_or_is_never_closed_is_no_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.local.server_key.KEY_TIMEOUT", 0.05)
    os.mkfifo(tmp_path / "key", 0o600)
    assert main(["--api-key-file", str(tmp_path / "key")]) == 2
    assert "gave no key, or was not closed, within" in capsys.readouterr().err
    reading, writing = os.pipe()
    with open(reading, "rb"), open(writing, "wb", buffering=0) as pipe:
        pipe.write(b"llx-of-my-own-1234")
        assert main(["--api-key-file", f"/dev/fd/{reading}"]) == 2
        assert "gave no key, or was not closed, within" in capsys.readouterr().err
        pipe.write(b"x" * 5000)
        assert main(["--api-key-file", f"/dev/fd/{reading}"]) == 2
        assert "has more than 4,096 bytes" in capsys.readouterr().err


@pytest.mark.parametrize("host", ["a\x1b[31m", "a" * 64])
def test_a_host_that_is_none(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("LLAMACHAT_SERVE_KEY", "llx-of-my-own-1234")
    assert main(["--host", host]) == 2
    said = capsys.readouterr().err
    assert said.startswith("llamachat-tui serve: ")
    assert "\x1b" not in said


def test_a_folder_whose_name_is_no_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/d\xff\xfe"))
    folder.mkdir()
    (folder / "a.md").write_text("# A")
    assert main([str(folder)]) == 2
    assert "is not UTF-8" in capsys.readouterr().err


def test_a_library_that_is_damaged_is_named_with_what_to_do(
    tmp_path: Path, notes: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLAMACHAT_DATA_DIR", str(tmp_path / "data"))
    library = tmp_path / "data" / "library.sqlite3"
    library.parent.mkdir()
    library.write_bytes(b"no database" * 1000)
    assert main([str(notes)]) == 2
    said = capsys.readouterr().err
    assert str(library) in said
    assert "rename it" in said
    library.unlink()
    os.mkfifo(library)
    assert main([str(notes)]) == 2
    assert "it is no file" in capsys.readouterr().err


def test_a_data_folder_that_is_a_file(
    tmp_path: Path, notes: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").write_text("")
    for data, words in [("data", "is no folder. Move it away"), ("data/below", "Not a directory")]:
        monkeypatch.setenv("LLAMACHAT_DATA_DIR", str(tmp_path / data))
        assert main([str(notes)]) == 2
        said = capsys.readouterr().err
        assert str(tmp_path / "data") in said
        assert words in said
        assert "Errno" not in said


def test_a_key_from_a_file_is_trimmed(tmp_path: Path, notes: Path) -> None:
    (tmp_path / "key").write_text("  llx-of-my-own-1234\n")
    (tmp_path / "key").chmod(0o600)
    with running_server([notes], tmp_path / "data", "--api-key-file", str(tmp_path / "key")) as server:
        assert server.api_key == "llx-of-my-own-1234"


def test_sessions_survive_a_restart_and_open_with_other_folders_served(tmp_path: Path, notes: Path) -> None:
    data = tmp_path / "data"
    other = write_notes(tmp_path / "other")
    with running_server([notes], data) as server, connected(server) as http:
        ids = list(index_ids(http).values())
        session_id = http.post("/api/v1/chat", json={"index_ids": ids}).json()["session_id"]
        ask(http, session_id, "Why oak?", ids)
        before = http.get(f"/api/v1/chat/{session_id}").json()
    with running_server([other], data) as server, connected(server) as http:
        assert list(index_ids(http)) == ["other"]
        assert http.get(f"/api/v1/chat/{session_id}").json() == before
        assert http.get("/api/v1/chat").json()["items"][0]["session_id"] == session_id


def test_only_the_owner_may_read_the_library(tmp_path: Path, notes: Path) -> None:
    data = tmp_path / "data"

    def for_others() -> set[int]:
        found: set[int] = set()
        for file in data.iterdir():
            with suppress(FileNotFoundError):  # SQLite takes its log away when the last connection closes
                found.add(file.stat().st_mode & 0o077)
        return found

    mask = os.umask(0)
    try:
        with running_server([notes], data) as server, connected(server) as http:
            while_reading = for_others()
            until_synced(http)
            assert while_reading | for_others() == {0}
            assert stat.S_IMODE(data.stat().st_mode) == 0o700
    finally:
        os.umask(mask)


def test_a_library_of_a_newer_version_is_left_alone(tmp_path: Path, notes: Path) -> None:
    path = LibraryDatabase(tmp_path / "data").path  # which nobody has open any more
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    before = path.read_bytes()
    assert "newer version" in refused(tmp_path, str(notes))
    assert path.read_bytes() == before


def test_an_emptied_library_is_told_and_left_alone(tmp_path: Path, notes: Path) -> None:
    with running_server([notes], tmp_path / "data") as connection, connected(connection) as http:
        until_synced(http)
    path = tmp_path / "data" / "library.sqlite3"
    path.write_bytes(b"")
    assert "it was emptied" in refused(tmp_path, str(notes))
    assert path.read_bytes() == b""


def test_two_servers_share_one_library(tmp_path: Path, notes: Path) -> None:
    data = tmp_path / "data"
    with (
        running_server([notes], data) as one,
        running_server([notes], data) as two,
        connected(one) as first,
        connected(two) as second,
    ):
        ids = list(index_ids(first).values())
        session_id = first.post("/api/v1/chat", json={"index_ids": ids}).json()["session_id"]
        assert ask(first, session_id, "Why oak?", ids)[-1][1]["is_error"] is False
        assert ask(second, session_id, "How long did the outage last?", ids)[-1][1]["is_error"] is False
        stored = first.get(f"/api/v1/chat/{session_id}").json()["events"]
        questions = [event["content"] for event in stored if event["type"] == "user_input"]
        assert questions == ["Why oak?", "How long did the outage last?"]
