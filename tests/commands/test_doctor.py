import json
from pathlib import Path

import pytest

from tests.commands.calling import Command
from tests.local.server import running_server
from tui.commands.doctor import terminal
from tui.store.files import store_path
from tui.store.store import Store


def findings(command: Command, *arguments: str) -> dict[str, dict[str, str]]:
    return {found["subject"]: found for found in json.loads(command("doctor", "--json", *arguments).out)}


def test_doctor_finds_a_server_that_answers(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running_server([], tmp_path / "data") as server:
        monkeypatch.setenv("LLAMA_CLOUD_API_KEY", server.api_key)
        found = findings(command, "--base-url", server.base_url)
    assert found["Chat"]["verdict"] == "ok"
    assert found["Indexes"]["state"] == "1 to ask"
    assert server.api_key not in json.dumps(found)


def test_doctor_explains_a_refused_key_and_fails(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_server([], tmp_path / "data") as server:
        monkeypatch.setenv("LLAMA_CLOUD_API_KEY", "llx-CANARY-wrong-5678")
        said = command("doctor", "--base-url", server.base_url)
    assert said.code == 1
    assert "refused this key (…5678, from LLAMA_CLOUD_API_KEY)" in said.out
    assert "CANARY" not in said.out + said.err


@pytest.mark.fault(36)
@pytest.mark.fault(66)
def test_doctor_sends_no_key_to_a_server_that_nobody_agreed_to(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLAMA_CLOUD_API_KEY", "llx-abcdefgh1234")
    monkeypatch.setenv("LLAMA_CLOUD_BASE_URL", "https://llama.invalid")
    found = findings(command)
    assert "not sent to llama.invalid" in found["Key"]["state"]
    assert "Connection" not in found
    assert "Connection" in findings(command, "--base-url", "https://llama.invalid")


def test_doctor_explains_an_unreachable_server(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLAMA_CLOUD_API_KEY", "llx-CANARY-wrong-5678")
    assert "refused or failed" in findings(command, "--base-url", "http://127.0.0.1:1")["Connection"]["state"]


@pytest.mark.fault(37)
def test_doctor_names_the_variable_of_missing_certificates(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/no/such/file")
    found = findings(command)
    assert found["Certificates"]["verdict"] == "problem"
    assert "SSL_CERT_FILE" in found["Certificates"]["state"]


def test_without_a_key_doctor_says_how_to_begin(command: Command) -> None:
    advice = findings(command)["Key"]["advice"]
    assert "llamachat-tui --local" in advice
    assert "`llamachat-tui login --store file`" in advice  # there is no keyring here


@pytest.mark.parametrize(
    ("environ", "subject", "verdict"),
    [
        ({"TERM": "dumb"}, "Colours", "warn"),
        ({}, "Colours", "problem"),
        ({"TERM": "xterm-256color"}, "Colours", "warn"),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "Colours", "ok"),
        ({"TERM": "xterm", "NO_COLOR": "1"}, "Colours", "ok"),
        ({"TERM": "xterm", "TERM_PROGRAM": "Apple_Terminal"}, "Copying", "warn"),
        ({"TERM": "screen", "STY": "1"}, "GNU screen", "warn"),
    ],
)
def test_doctor_judges_the_terminal_by_its_environment(environ: dict[str, str], subject: str, verdict: str) -> None:
    assert {found.subject: found.verdict for found in terminal.check(environ, None)}[subject] == verdict


def test_doctor_reads_the_terminal_s_answers() -> None:
    answers = "\x1b[?0u\x1b[?2026;2$y\x1b[?62;22c"
    states = {found.subject: found.state for found in terminal.check({"TERM": "xterm"}, answers)}
    assert "kitty protocol" in states["Keyboard"]
    assert "only when complete" in states["Drawing"]


def test_forget_deletes_what_is_kept_when_agreed(command: Command) -> None:
    store = Store.open(store_path())
    store.frames.keep("0a0b0c0d", b"a title\0")
    store.close()
    refused = command("forget")
    assert (refused.code, "Nothing was deleted. Say --yes" in refused.err) == (2, True)
    assert store_path().exists()
    assert "Deleted" in command("forget", "--yes").out
    assert list(store_path().parent.iterdir()) == []
    assert "Nothing is kept" in command("forget", "--yes").out
