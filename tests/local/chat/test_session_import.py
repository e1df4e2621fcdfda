"""A session that was exported, imported and exported again is the same."""

import asyncio
import json
import os
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.api.test_session_file import ANY_JSON, from_answer
from tests.events import any_event
from tests.local.inprocess import KEY
from tui.api.models import Event, Session, Stop, ToolCall, ToolResult, Usage
from tui.api.session_file import SessionFile, from_lines, from_values
from tui.local.app import build
from tui.local.chat.session_store import SessionStore
from tui.local.library.database import LibraryDatabase
from tui.local.library.folders import folders_of
from tui.local.session_import import main

EVENTS = any_event(st.text(), st.text(), ANY_JSON, st.builds(Usage, st.none() | st.floats(0, 1e9)))


class Library:
    """The local library, with a route to what it serves that needs no network."""

    def __init__(self, data: Path) -> None:
        self._database = LibraryDatabase(data)
        self.sessions = SessionStore(self._database)
        self._app = build(self._database, folders_of([]), KEY, loopback_only=False)

    def get(self, path: str) -> bytes:
        async def got() -> bytes:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                response = await client.get(path, headers={"Authorization": f"Bearer {KEY}"})
                assert response.status_code == 200
                return response.content

        return asyncio.run(got())


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return Library(tmp_path_factory.mktemp("data"))


def written(session: SessionFile) -> str:
    return "".join(session.lines())


@settings(max_examples=60)
@given(st.lists(EVENTS, max_size=12), st.none() | st.text(), st.none() | st.lists(st.text(), max_size=3))
def test_export_import_and_export_are_the_same(
    library: Library, events: Sequence[Event], title: str | None, index_ids: Sequence[str] | None
) -> None:
    first = written(from_values(Session("ses-1", None, title, index_ids), events))
    library.sessions.put(from_lines(first.splitlines(keepends=True)), replace=True)
    assert written(from_answer([library.get("/api/v1/chat/ses-1")])) == first


def test_a_session_of_the_service_keeps_what_this_program_does_not_know(library: Library) -> None:
    event = {"type": "text", "content": "[1]\u202e", "later": [1.10, {"b": None}], "id": "x"}
    body = json.dumps({"session_id": "ses-2", "last_updated_at": "2026-04-22T12:34:41Z", "events": [event]})
    first = from_answer([body.encode()])
    library.sessions.put(first, replace=False)
    assert library.sessions.put(first, replace=False) is False
    assert json.loads(library.get("/api/v1/chat/ses-2"))["events"] == [event]
    assert written(from_answer([library.get("/api/v1/chat/ses-2")])) == written(first)
    assert "ses-2" in {item["session_id"] for item in json.loads(library.get("/api/v1/chat"))["items"]}


def test_a_value_that_only_equals_another_is_taken_over(library: Library) -> None:
    for value in (False, 0, 0.0):
        first = from_values(Session("ses-3", None), [ToolResult("c", "count", value)])
        library.sessions.put(first, replace=True)
        assert written(from_answer([library.get("/api/v1/chat/ses-3")])) == written(first)


def test_a_session_of_this_library_is_known_as_the_same_when_it_comes_back(library: Library) -> None:
    session_id = library.sessions.create(["idx-1"], "read_only").session_id
    library.sessions.begin_turn(session_id, "Why?")
    library.sessions.append(session_id, ToolCall("call-1", "retrieve", {"query": "why", "top_k": 5}))
    library.sessions.end_turn(session_id, Stop(usage=Usage(1.5, 2, 3, 1)), ["cfg-1"])
    lines = written(from_answer([library.get(f"/api/v1/chat/{session_id}")])).splitlines(keepends=True)
    assert library.sessions.put(from_lines(lines), replace=False) is False


def test_the_command_says_how_the_session_is_read_and_replaces_none_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LLAMACHAT_DATA_DIR", str(tmp_path / "data"))
    file = tmp_path / "s.jsonl"
    for title, arguments, code, words in [
        ("One\x1b[2J", [], 0, "llamachat-tui --local --session ses-1"),
        ("One\x1b[2J", [], 0, "Already here"),
        ("Two", [], 2, "--force replaces"),
        ("Two", ["--force"], 0, "Imported: Two"),
    ]:
        file.write_text(written(from_values(Session("ses-1", None, title), [])))
        assert main([str(file), *arguments]) == code
        said = "".join(capsys.readouterr())
        assert words in said
        assert "\x1b" not in said


@pytest.mark.parametrize(("content", "words"), [(b"\xff", "not UTF-8"), (b"# x", "first line"), (None, "No such file")])
def test_a_file_that_is_no_session_is_named_with_the_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, words: str
) -> None:
    if content is not None:
        (tmp_path / "x.jsonl").write_bytes(content)
    assert main([str(tmp_path / "x.jsonl")]) == 2
    said = capsys.readouterr().err
    assert "x.jsonl" in said
    assert words in said


def test_what_is_no_file_is_not_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("/dev/null", str(tmp_path), str(tmp_path / "pipe")):
        assert main([name]) == 2
        assert "was not imported. It is no file" in capsys.readouterr().err


def test_a_file_of_unknown_size_is_read_up_to_the_limit(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.local.session_import.MAX_BYTES", 10)
    assert main(["/proc/self/environ"]) == 2  # whose size is told as 0
    assert "larger than" in capsys.readouterr().err


def test_a_file_that_is_too_large_is_not_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.local.session_import.MAX_BYTES", 10)
    (tmp_path / "x.jsonl").write_text("x" * 11)
    assert main([str(tmp_path / "x.jsonl")]) == 2
    assert "larger than" in capsys.readouterr().err
