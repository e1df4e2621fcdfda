"""Sessions as files: from a server, from the local library, and from what is kept on this machine."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.app.one_session import SESSION_ID, one_session
from tests.commands.calling import Command
from tests.conversation.export.told import BUDGET
from tui.api.models import Session, Stop, Text, UserInput
from tui.store.files import store_path
from tui.store.store import Store


@pytest.fixture
def online(command: Command, monkeypatch: pytest.MonkeyPatch) -> Generator[Command]:
    """`llamachat-tui NAME`, where there is a server with one session."""
    monkeypatch.setenv("LLAMA_CLOUD_API_KEY", "llx-abcdefgh1234")
    with one_session([*BUDGET, UserInput("And then?")]) as served:
        monkeypatch.setenv("LLAMA_CLOUD_BASE_URL", served.base_url)
        yield command


@pytest.mark.parametrize(
    ("arguments", "begins", "holds"),
    [
        ([], "# The one session\n", "[^1-1]: notes.pdf"),
        (["-o", "-"], "# The one session\n", "[^1-1]: notes.pdf"),
        (["--turn", "2"], "# The one session\n\n## And then?", "And then?"),
        (["--format", "html"], "<!DOCTYPE html>", "It is 40 million."),
        (["--format", "csl-json", "--turn", "1"], "[\n", '"one-1-1"'),
        (["--format", "jsonl"], '{"format":"llamachat session"', '"type":"stop"'),
        (["--format", "jsonl", "--turn", "2"], '{"format":"llamachat session"', '{"type":"user_input","content":"And'),
    ],
)
def test_a_session_is_written_to_standard_output(
    online: Command, arguments: list[str], begins: str, holds: str
) -> None:
    said = online("export", SESSION_ID, *arguments)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(begins)
    assert holds in said.out
    assert ("What is" in said.out) is (arguments[-1:] != ["2"])


def test_a_file_is_written_over_only_when_that_is_wanted(
    online: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.md"
    path.write_text("mine")
    refused = online("export", SESSION_ID, "-o", str(path))
    assert refused.code == 2
    assert "--force" in refused.err
    asked = io.StringIO("n\n")
    for stream in (asked, sys.stderr):
        monkeypatch.setattr(stream, "isatty", lambda: True)
    assert "Write over it?" in online("export", SESSION_ID, "-o", str(path), stdin=asked).err
    assert path.read_text() == "mine"
    assert online("export", SESSION_ID, "-o", str(path), "--force").code == 0
    assert path.read_text().startswith("# The one session")


def test_what_does_not_exist_is_said(online: Command) -> None:
    assert "has 2 turns; there is no turn 3" in online("export", SESSION_ID, "--turn", "3").err
    assert "No session was open before" in online("export", "last").err
    with pytest.raises(SystemExit) as refused:
        online("export", SESSION_ID, "--pictures")
    assert refused.value.code == 2


@pytest.mark.fault(30, 36)
def test_without_the_server_the_copy_on_this_machine_is_exported(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = "http://127.0.0.1:1"
    monkeypatch.setenv("LLAMA_CLOUD_API_KEY", "llx-abcdefgh1234")
    store = Store.open(store_path())
    store.sessions.save_history(address, Session("ses-1", None, "Budget"), BUDGET)
    store.notes.save_opened(address, "ses-1")
    store.notes.save_name(address, "ses-1", "My name")
    store.close()
    said = command("export", "last", "--base-url", address)
    assert said.code == 0
    assert said.out.startswith("# My name\n\n## What is the budget?")
    assert "Exported is the copy on this machine." in said.err
    lines = command("export", "last", "--base-url", address, "--format", "jsonl").out.splitlines()
    assert [json.loads(line).get("type") for line in lines[1:]] == [
        *("user_input", "tool_call", "tool_result", "text", "stop")
    ]


def test_an_imported_session_is_exported_from_the_library_as_it_was(
    online: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLAMACHAT_DATA_DIR", str(tmp_path / "data"))
    file = tmp_path / "s.jsonl"
    assert online("export", SESSION_ID, "--format", "jsonl", "-o", str(file)).code == 0
    assert online("import", str(file)).code == 0
    again = online("export", SESSION_ID, "--local", "--format", "jsonl")
    assert again.out == file.read_text()
    missing = online("export", "ses-none", "--local")
    assert (missing.code, "There is no session ses-none in this machine's library" in missing.err) == (2, True)


@pytest.mark.usefixtures("online")
def test_a_reader_that_has_enough_is_no_failure(tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-m", "tui", "export", SESSION_ID, "--format", "html"]
    pipe = subprocess.PIPE
    environment = {**os.environ, "LLAMACHAT_STATE_DIR": str(tmp_path)}
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, env=environment) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert process.returncode == 0


@pytest.mark.parametrize("kind", ["md", "html", "jsonl"])
def test_what_is_left_out_of_a_long_turn_is_said(kind: str, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLAMA_CLOUD_API_KEY", "llx-key")
    answer = "It goes on. " * 90_000 + "The end of it."
    with one_session([UserInput("All?"), Text(answer), Stop()]) as server:
        monkeypatch.setenv("LLAMA_CLOUD_BASE_URL", server.base_url)
        written = command("export", SESSION_ID, "--format", kind)
    is_whole = kind == "jsonl"
    assert ("The end of it." in written.out) is is_whole
    assert ("the rest is left out. --format jsonl has it." in written.err) is not is_whole
