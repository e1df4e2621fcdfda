"""`llamachat-tui ask`: the answer, its sources and the exit codes."""

import io
import json
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.commands.calling import Command
from tests.commands.headless.processes import process
from tests.commands.serving import ServedCloud
from tests.workspace.cloud import STOP, Turn, said
from tui.api.denial import DENIAL
from tui.api.errors import UnreachableError
from tui.commands.headless.outcome import unknown_outcome
from tui.commands.headless.output import put_out
from tui.store.files import store_path
from tui.store.store import Store

FOUND = {
    "type": "tool_result",
    "call_id": "a",
    "name": "retrieve",
    "result": {
        "results": [
            {"content": "It is 40 \x1b[31mmillion.", "metadata": {"file_name": "notes.pdf"}},
            {"content": "A probe.", "metadata": {"file_name": "heron.md"}},
        ]
    },
}
ANSWERED = (FOUND, said("It is 40 million [1]."), STOP)


class Terminal(io.StringIO):
    """Standard input on which nothing is typed."""

    def isatty(self) -> bool:
        return True


def test_an_answer_is_printed_with_its_sources_and_nothing_of_it_drives_the_terminal(
    command: Command, online: ServedCloud
) -> None:
    online.cloud.turns = [Turn(ANSWERED)]
    outcome = command("ask", "What is the budget?")
    assert outcome.code == 0
    assert outcome.out == (
        "It is 40 million [1].\n\nSources\n[1] notes.pdf\n    “It is 40 ␛[31mmillion.”\n"
        "\nFound, not cited: heron.md (1)\n"
    )
    assert "The session is new-1." in outcome.err
    assert [(question.prompt, question.index_ids) for question in online.cloud.questions] == [
        ("What is the budget?", ["idx-notes"])
    ]


def test_json_has_all_that_came_of_a_question_in_one_line_of_ascii(command: Command, online: ServedCloud) -> None:
    online.cloud.turns = [Turn(ANSWERED)]
    outcome = command("ask", "Budget?", "--json")
    assert outcome.out.isascii()
    assert "\x1b" not in outcome.out
    value = json.loads(outcome.out)
    assert (value["outcome"], value["answer"], value["session_id"]) == ("answered", "It is 40 million [1].", "new-1")
    assert [(source["file"], source["cited"]) for source in value["sources"]] == [
        ("notes.pdf", True),
        ("heron.md", False),
    ]


def test_json_lines_come_one_by_one_and_the_last_has_it_all(command: Command, online: ServedCloud) -> None:
    online.cloud.turns = [Turn(ANSWERED)]
    lines = [json.loads(line) for line in command("ask", "Budget?", "--jsonl").out.splitlines()]
    assert [line["type"] for line in lines[:2]] == ["session", "tool"]
    assert {line["type"] for line in lines[2:-1]} == {"text"}
    assert lines[-1]["type"] == "result"
    assert "".join(line["text"] for line in lines if line["type"] == "text") == lines[-1]["answer"]


@pytest.mark.parametrize(
    ("turn", "arguments", "code", "words"),
    [
        (Turn(), [], 1, "Nothing was found"),
        (Turn(status=403), [], 4, "This key"),
        (Turn([{"type": "stop", "is_error": True, "error": "no credits"}]), [], 4, "no credits"),
        (Turn(), ["--index", "none"], 2, "There is no index none. There are: notes."),
        (Turn(), ["--session", "none"], 2, "There is no session none"),
        (Turn(), ["--session", "last"], 2, "No session was open before"),
        (Turn(), ["--session", ""], 2, "No session is named"),
        (Turn([FOUND, said(f"{DENIAL}; the nearest one lacks “budget”. [1]"), STOP]), [], 1, "Nothing was found"),
        (Turn(), ["--local", "/none"], 2, "There is no folder /none"),
        (Turn(), ["--base-url", "http://127.0.0.1:1"], 3, "127.0.0.1"),
    ],
)
def test_the_exit_code_says_what_became_of_the_question(
    command: Command, online: ServedCloud, turn: Turn, arguments: Sequence[str], code: int, words: str
) -> None:
    online.cloud.turns = [turn]
    outcome = command("ask", "Budget?", *arguments)
    assert (outcome.code, words in outcome.err) == (code, True), outcome.err
    assert "Traceback" not in outcome.err


def test_a_question_too_long_or_empty_is_bad_use_and_makes_no_session(command: Command, online: ServedCloud) -> None:
    assert command("ask", "x" * 1001).code == 2
    assert command("ask", " ").code == 2
    assert online.cloud.requests == []


def test_a_flag_is_written_out(command: Command) -> None:
    with pytest.raises(SystemExit) as refused:
        command("ask", "Budget?", "--sess", "s1")
    assert refused.value.code == 2


def test_the_question_comes_from_standard_input(command: Command, online: ServedCloud) -> None:
    for arguments in ([], ["-"]):
        assert command("ask", *arguments, stdin="Wie hoch?\n").code == 1
    assert {question.prompt for question in online.cloud.questions} == {"Wie hoch?"}


def test_a_follow_up_leaves_what_is_being_written_in_the_session(command: Command, online: ServedCloud) -> None:
    assert command("ask", "One?").code == 1
    store = Store.open(store_path())
    store.notes.save_draft(online.base_url, "new-1", "half a thought")
    store.close()
    assert command("ask", "Two?", "--session", "last").code == 1
    online.cloud.turns = [Turn(status=403)]
    refused = command("ask", "Three?", "--session", "new-1")
    assert (refused.code, refused.out) == (4, "")
    assert [(each.session_id, each.prompt) for each in online.cloud.questions][:2] == [
        ("new-1", "One?"),
        ("new-1", "Two?"),
    ]
    store = Store.open(store_path())
    assert store.notes.draft(online.base_url, "new-1") == "half a thought"
    store.close()


def test_the_lines_of_an_answer_are_there_before_its_end(online: ServedCloud) -> None:
    held = Turn([said("The beginning"), said(" and the end."), STOP], is_held=True, held=2)
    online.cloud.turns = [held]
    with process("ask", "Budget?", "--jsonl") as asking:
        assert asking.stdout is not None
        assert [json.loads(asking.stdout.readline())["type"] for _ in range(2)] == ["session", "text"]
        online.release(held)
        rest = [json.loads(line) for line in asking.stdout]
    assert (rest[-1]["type"], "and the end." in rest[-1]["answer"]) == ("result", True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_sigterm_stop_listening_and_what_had_arrived_is_kept(
    online: ServedCloud, number: signal.Signals
) -> None:
    held = Turn([said("The beginning"), said(" and the end."), STOP], is_held=True, held=2)
    online.cloud.turns = [held]
    with process("ask", "Budget?", "--project", "my birds") as asking:
        assert asking.stdout is not None
        assert asking.stdout.read(13) == b"The beginning"
        asking.send_signal(number)
        _, error = asking.communicate(timeout=60)
    assert asking.returncode == 130
    assert error.endswith(
        b"Stopped. The session is new-1. `llamachat-tui show new-1 --project 'my birds'` tells what came of it. "
        b"The same flags and --session new-1 go on in it.\n"
    )
    assert b"Traceback" not in error
    online.release(held)
    assert len(online.cloud.questions) == 1


@pytest.mark.parametrize("form", [[], ["--json"], ["--jsonl"]])
def test_a_server_that_is_gone_in_mid_answer_leaves_what_came_and_the_session(
    command: Command, online: ServedCloud, monkeypatch: pytest.MonkeyPatch, form: list[str]
) -> None:
    monkeypatch.setattr("tui.workspace.recovery.PAUSE_SECONDS", ())
    online.cloud.turns = [Turn([FOUND, said("The beginning")], breaks=True)]
    online.cloud.statuses = {"GET /api/v1/chat/new-1": 403, "GET /api/v1/chat/new-1/summary": 403}
    asked = command("ask", "Budget?", "--base-url", online.base_url, *form)
    assert asked.code == 4
    assert "The question may have arrived. It was not sent again." in asked.err
    assert asked.err.endswith(
        "The session is new-1.\n"
        f"llamachat-tui: `llamachat-tui show new-1 --base-url {online.base_url}` tells what came of it.\n"
    )
    assert asked.out.startswith("{" if form else "The beginning\n")
    if form:
        result = json.loads(asked.out.splitlines()[-1])
        assert (result["session_id"], result["answer"], result["outcome"]) == ("new-1", "The beginning", "not answered")
        assert result["sources"]


def test_what_is_done_about_a_lost_answer_is_not_to_ask_again() -> None:
    lost = unknown_outcome(None, UnreachableError("The server may be down. Try again."))
    assert (lost.code, lost.problem) == (
        3,
        "The server may be down. The question may have arrived. It was not sent again.",
    )


def test_a_reader_that_has_enough_is_no_failure(online: ServedCloud) -> None:
    online.cloud.turns = [Turn(ANSWERED)]
    with process("ask", "Budget?") as asking:
        assert asking.stdout is not None
        asking.stdout.close()
        assert asking.stderr is not None
        error = asking.stderr.read()
    assert (asking.returncode, b"Traceback" in error, b"Exception" in error) == (0, False, False)


def test_folders_of_this_machine_answer_from_end_to_end(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "heron.md").write_text("The heron project has a budget of 40 million euros.")
    monkeypatch.setenv("LLAMACHAT_DATA_DIR", str(tmp_path / "data"))
    outcome = command("ask", "What is the budget of the heron project?", "--local", str(tmp_path / "papers"))
    assert outcome.code == 0
    assert "40 million euros" in outcome.out
    assert outcome.out.count("Sources") == 1
    assert "- [1] heron.md" in outcome.out


@pytest.mark.parametrize("last", ["the budget of the heron project", "What is the budget of the heron/egret project?"])
def test_the_last_words_behind_local_are_the_question_where_they_are_no_folder(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last: str
) -> None:
    papers = tmp_path / "my papers"
    papers.mkdir()
    (papers / "heron.md").write_text("The heron project has a budget of 40 million euros.")
    monkeypatch.setenv("LLAMACHAT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    outcome = command("ask", "--local", "my papers", last, stdin=Terminal())
    assert (outcome.code, "40 million euros" in outcome.out) == (0, True)
    assert f"Taken for the question: {last}\n" in outcome.err


def test_a_command_says_what_leaves_this_machine(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLAMACHAT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("LLAMACHAT_MODEL_BASE_URL", "http://0.0.0.0:9/v1")
    monkeypatch.setenv("LLAMACHAT_EMBEDDING_MODEL", "nomic")
    outcome = command("list", "--local")
    assert outcome.err.count("The passages of your documents are sent to 0.0.0.0") == 1


def test_a_question_that_is_its_only_word_is_asked_of_the_manual(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLAMACHAT_DATA_DIR", str(tmp_path / "data"))
    outcome = command("ask", "--local", "Quotations?", stdin=Terminal())
    assert outcome.code in (0, 1)
    assert "Taken for the question: Quotations?\n" in outcome.err


@pytest.mark.parametrize(
    ("folders", "stdin", "words"),
    [
        (["my papres"], "What is the budget?", "There is no folder my papres. Check the name"),
        (["my papers", "my papres"], "What is the budget?", "There is no folder my papres."),
        (["my papers", "What is it?"], "", "There is no folder What is it?. If it is the question, write it before"),
        (["my papres"], None, "There is no folder my papres. Check the name"),
        (["papers", "none/no papers"], None, "There is no folder papers. Check the name"),
    ],
)
def test_a_folder_whose_name_is_mistyped_is_not_asked_about(
    command: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    folders: list[str],
    stdin: str | None,
    words: str,
) -> None:
    (tmp_path / "my papers").mkdir()
    monkeypatch.chdir(tmp_path)
    mistaken = command("ask", "--local", *folders, stdin=Terminal() if stdin is None else stdin)
    assert (mistaken.code, words in mistaken.err, "Taken for" in mistaken.err) == (2, True, False), mistaken.err


def test_what_is_written_to_standard_output_drives_no_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    put_out("\x1b[2J\x9b\udc80 and\ttext\n")
    assert capfd.readouterr().out == "␛[2J�� and\ttext\n"
