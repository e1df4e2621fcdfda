"""`llamachat-tui --plain`: lines in, lines out."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.commands.calling import Command
from tests.commands.headless.processes import process
from tests.commands.headless.test_ask import ANSWERED
from tests.commands.headless.test_run import until
from tests.commands.serving import ServedCloud
from tests.process.windows import in_window
from tests.real_terminal import WAIT_TIMEOUT, RealTerminal
from tests.workspace.cloud import STOP, Turn, asked, said
from tui.command_line import run

CTRL_C = "\x03"
Told: TypeAlias = Callable[..., str]
Window: TypeAlias = Callable[..., AbstractContextManager[RealTerminal]]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Told:
    """What is printed when these lines are read, in this process."""

    def read(*lines: str) -> str:
        reading, writing = os.pipe()
        os.write(writing, "".join(f"{line}\n" for line in lines).encode())
        os.close(writing)
        with os.fdopen(reading) as given, monkeypatch.context() as patched:
            patched.setattr("sys.stdin", given)
            patched.setattr("sys.argv", ["llamachat-tui", "--plain"])
            code = run()
        out, err = capfd.readouterr()
        assert (code, "\x1b" in out + err, "\r" in err) == (0, False, False)
        return out

    return read


@pytest.fixture
def window(online: ServedCloud, tmp_path: Path) -> Window:
    """A window in which lines are asked at the server."""
    environment = {"LLAMA_CLOUD_API_KEY": "llx-abcdefgh1234", "LLAMACHAT_STATE_DIR": str(tmp_path)}
    command = ("-P", "-m", "tui", "--plain", "--base-url", online.base_url)
    return partial(in_window, tmp_path, *command, environment=environment)


def assert_in_order(pieces: Sequence[str], told: str) -> None:
    """The pieces stand in a text one after another."""
    at = 0
    for piece in pieces:
        found = told.find(piece, at)
        assert found >= 0, f"{piece!r} does not come in:\n{told[at:]}"
        at = found + len(piece)


def test_lines_are_asked_and_answered(online: ServedCloud, told: Told) -> None:
    online.cloud.turns = [Turn(ANSWERED), Turn(status=403), Turn()]
    online.cloud.add_session("s1", asked("Old?"), said("Yes, old."), STOP, title="Herons", index_ids=["idx-notes"])
    said_of_all = told(
        *("Budget?", "/sources", "/source 1", "/source 9", "Refused?", "/nope", "Then?", "/list", "/open 1", "/indexes")
    )
    pieces = [
        "It is 40 million [1].",
        "> Sources\n[1] notes.pdf",
        "> notes.pdf\nIt is 40 ␛[31mmillion.",
        "> There is no such source.",
        "This key",
        "> There is no command /nope.",
        "> Yes.",
        "Herons",
        "Question: ",
        "> notes\n",
    ]
    assert_in_order(pieces, said_of_all)
    assert [(each.session_id, each.prompt) for each in online.cloud.questions] == [
        ("new-2", "Budget?"),
        ("new-2", "Refused?"),
        ("new-2", "Then?"),
    ]


def test_a_session_is_gone_on_with_and_a_new_one_begun(online: ServedCloud, told: Told) -> None:
    online.cloud.add_session("s1", asked("Old?"), said("Yes, old."), STOP, index_ids=["idx-notes"])
    said_of_all = told("/open s1", "More?", "/new", "Fresh?", "/index notes", "Again?")
    assert "> New sessions ask: notes; the next question begins one.\n" in said_of_all
    assert [each.session_id for each in online.cloud.questions] == ["s1", "new-2", "new-3"]


def test_what_fails_once_is_said_once(online: ServedCloud, told: Told) -> None:
    online.cloud.refusals = {"GET /api/v1/indexes": [403], "GET /api/v1/chat/s1": [403]}
    online.cloud.statuses["POST /api/v1/chat/new-2/title"] = 403
    online.cloud.add_session("s1", asked("Old?"), said("Yes, old."), STOP, title="Herons", index_ids=["idx-notes"])
    said_of_all = told("/indexes", "/open s1", "One?", "/new", "Two?", "/indexes", "/open s1", "/open new-2")
    assert said_of_all.count("This key") == 2
    assert "Nothing was asked yet." not in said_of_all
    assert said_of_all.count("Yes, old.") == 1
    assert [each.prompt for each in online.cloud.questions] == ["One?", "Two?"]


def test_ctrl_c_stops_the_answer_and_then_quits(online: ServedCloud, window: Window) -> None:
    held = Turn([said("The beginning"), said(" and the end."), STOP], is_held=True, held=2)
    online.cloud.turns = [held, Turn([said("The second."), STOP])]
    with window() as terminal:
        terminal.wait_for("> ")
        terminal.send("One?\n")
        terminal.wait_for("The beginning")
        terminal.send(CTRL_C)
        terminal.wait_for("Stopped. What had arrived is kept.")
        terminal.send("Two?\n")
        terminal.wait_until(
            lambda: [line.strip() for line in terminal.lines() if line.strip()][-2:] == ["The second.", ">"]
        )
        terminal.send(CTRL_C)
        assert terminal.wait_for_exit() == 0
        assert terminal.received.endswith(b"\n")
        assert b"\x1b" not in terminal.received
    online.release(held)


def test_a_question_whose_outcome_cannot_be_asked_for_is_not_to_be_asked_again(
    online: ServedCloud, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.workspace.recovery.PAUSE_SECONDS", ())
    online.cloud.turns = [Turn([said("The beginning")], breaks=True)]
    online.cloud.statuses = {"GET /api/v1/chat/new-1": 403, "GET /api/v1/chat/new-1/summary": 403}
    said_of_all = told("One?")
    assert_in_order(["The beginning", "The question may have arrived. It was not sent again."], said_of_all)


def test_a_hit_is_opened_by_its_number_and_the_part_that_has_the_words_is_read(online: ServedCloud, told: Told) -> None:
    online.cloud.turns = [Turn(ANSWERED), Turn([said("Herons wade."), STOP])]
    too_long = "1" * 5000
    said_of_all = told(
        *("What is the budget?", "And the birds?", "/new", "Fresh?"),
        *("/search million in:answer in:nowhere", "/hit 1", "/sources", "/search wade", "/hit 1", "More?"),
        *(
            "/search nowhere",
            "/hit 7",
            f"/hit {too_long}",
            f"/source {too_long}",
            "/search",
            "/search wade index:others",
        ),
    )
    pieces = [
        "> in: takes title, question,",
        "What is the budget?\n1. answer: It is 40 million [1].\n1 turn in 1 session\n",
        "> Question: What is the budget?\n\nAnswer: It is 40 million [1].\n",
        "> Sources\n[1] notes.pdf",
        "> Question: And the birds?\n\nAnswer: Herons wade.\n",
        "> Nothing that is kept on this machine has all of this.",
        "> There is no such hit. Type /search and words for some.\n> There is no such hit.",
        "> There is no such source.",
        "> Type behind /search what to find.",
        'There is no index with "others" in its name.',
    ]
    assert_in_order(pieces, said_of_all)
    assert [each.session_id for each in online.cloud.questions] == ["new-1", "new-1", "new-2", "new-1"]


def test_a_session_is_deleted_after_a_question_and_can_be_brought_back(online: ServedCloud, told: Told) -> None:
    for number in (1, 2):
        online.cloud.add_session(f"s{number}", asked("Old?"), STOP, title=f"Herons {number}", index_ids=["idx-notes"])
    said_of_all = told(
        *("/delete", "/list", "/open 1", "/delete", "n", "/delete", "y", "/list", "/read", "/undo", "/list", "/undo"),
        *("/open s1", "/delete", "yes", "/quit", "Too late?"),
    )
    pieces = [
        "> No session is open.",
        "> 1. Herons 2\n2. Herons 1\n",
        '> Delete "Herons 2"? [y/N] Nothing was deleted.',
        '> Delete "Herons 2"? [y/N] Deleted: "Herons 2". /undo brings it back, until you delete another one or quit.',
        "> 1. Herons 1\n> Nothing was asked yet.",
        "> Brought back: Herons 2\n> 1. Herons 2\n2. Herons 1\n> No session was deleted",
        'Deleted: "Herons 1".',
    ]
    assert_in_order(pieces, said_of_all)
    assert list(online.cloud.summaries) == ["s2"]
    assert online.cloud.questions == []


def test_a_session_is_named_pinned_looked_up_and_exported(
    online: ServedCloud, told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for number in (1, 2):
        online.cloud.add_session(f"s{number}", asked("Old?"), STOP, title=f"Herons {number}", index_ids=["idx-notes"])
    said_of_all = told(
        *("/list", "/pin 2", "/list", "/pin s1", "/open 2", "/rename My birds", "/info", "/export html"),
        *("/export doc", "/rename", "/info s9"),
    )
    pieces = [
        "> Pinned: Herons 1\n> 1. Herons 1 (pinned)\n2. Herons 2\n> No longer pinned: Herons 1\n",
        "> The session is called: My birds\n> Title: My birds\nId: s2\nIndexes: notes\n",
        "Turns: 1\n",
        f"> Written to {tmp_path}/my-birds-",
        "> There is no format doc. There are: md, html, jsonl, csl-json.",
        "> The session is called: Herons 2\n",
        "> There is no session s9",
    ]
    assert_in_order(pieces, said_of_all)
    assert [path.suffix for path in tmp_path.glob("my-birds-*")] == [".html"]


def test_questions_are_asked_again_forgotten_and_may_begin_with_a_slash(online: ServedCloud, told: Told) -> None:
    said_of_all = told(
        *("One?", "//etc?", "/new", "/questions", "/questions one", "/again 1", "/new", "/questions etc", "/forget 1"),
        *("/questions etc", "/again 1", " ", "x" * 1001),
    )
    pieces = [
        "> 1. One?\n2. /etc?\n",
        "> 1. One?\n> Yes.",
        "> 1. /etc?\n> Forgotten.\n> Nothing here has this in it.\n> There is no such question.",
        "> > The question has 1,001 characters",
    ]
    assert_in_order(pieces, said_of_all)
    assert [each.prompt for each in online.cloud.questions] == ["One?", "/etc?", "One?"]


def test_a_terminal_that_takes_no_more_holds_up_nothing(online: ServedCloud) -> None:
    online.cloud.turns = [Turn([said("word " * 200_000), STOP])]
    with process("--plain", stdin=subprocess.PIPE) as talking:
        assert talking.stdin is not None
        assert talking.stdout is not None
        assert talking.stderr is not None
        talking.stdin.write(b"Long?\n")
        talking.stdin.flush()
        while talking.stdout.read(1) != b"w":  # of the first word
            pass
        talking.send_signal(signal.SIGINT)
        talking.stdin.write(b"Next?\n")
        talking.stdin.flush()
        until(lambda: [each.prompt for each in online.cloud.questions] == ["Long?", "Next?"])
        talking.stdout.close()
        talking.stdin.close()
        error = talking.stderr.read()
    assert (talking.returncode, b"Traceback" in error) == (0, False)


def test_an_answer_that_nobody_reads_is_stopped(online: ServedCloud) -> None:
    held = Turn([said("word " * 200_000), said("the end"), STOP], is_held=True, held=2)
    online.cloud.turns = [held]
    with process("--plain", stdin=subprocess.PIPE) as talking:
        assert talking.stdin is not None
        assert talking.stdout is not None
        assert talking.stderr is not None
        talking.stdin.write(b"Long?\n")
        talking.stdin.flush()
        while talking.stdout.read(1) != b"w":  # of the first word
            pass
        talking.stdout.close()
        try:
            assert talking.wait(WAIT_TIMEOUT) == 0
        finally:
            talking.kill()
        error = talking.stderr.read()
    assert (b"Stopped" in error, b"Traceback" in error) == (False, False)
    online.release(held)


def test_ctrl_c_while_the_named_session_is_opened_quits_and_no_line_is_answered(online: ServedCloud) -> None:
    online.cloud.add_session("s1", asked("Old?"), STOP, index_ids=["idx-notes"])
    online.cloud.gates = {"GET /api/v1/chat/s1": asyncio.Event()}
    with process("--plain", "--session", "s1", stdin=subprocess.PIPE) as talking:
        assert talking.stdin is not None
        try:
            talking.stdin.write(b"Budget?\n")
            talking.stdin.flush()
            until(lambda: online.cloud.count("GET /api/v1/chat/s1") == 1)
            talking.send_signal(signal.SIGINT)
            assert talking.wait(WAIT_TIMEOUT) == 130
        finally:
            talking.kill()
    assert online.cloud.questions == []


@pytest.mark.parametrize("is_at_end", [False, True])
def test_ctrl_c_waits_for_no_title_that_is_still_to_come(online: ServedCloud, is_at_end: bool) -> None:
    held = Turn([said("The beginning"), said(" and the end."), STOP], is_held=True, held=2)
    online.cloud.turns = [Turn(), held]
    online.cloud.gates = {"POST /api/v1/chat/new-1/title": asyncio.Event()}
    patient = "import tui.commands.headless.asker as asker\nasker.END_TIMEOUT = 600.0\n"
    with process("--plain", stdin=subprocess.PIPE, before=patient) as talking:
        assert talking.stdin is not None
        assert talking.stdout is not None
        try:
            talking.stdin.write(b"One?\n/new\nTwo?\n" if is_at_end else b"One?\n")
            talking.stdin.flush()
            if is_at_end:
                talking.stdin.close()
            told, last = b"", b"The beginning" if is_at_end else b"Yes.\n> "
            while last not in told and (piece := talking.stdout.read(1)):
                told += piece
            assert last in told
            until(lambda: online.cloud.count("POST /api/v1/chat/new-1/title") == 1)
            talking.send_signal(signal.SIGINT)
            assert talking.wait(WAIT_TIMEOUT) == 0
        finally:
            talking.kill()
    online.release(held)


def test_more_sessions_than_are_listed_are_told_of(online: ServedCloud, told: Told) -> None:
    for number in range(21):
        online.cloud.add_session(f"s{number}", title=f"Herons {number}")
    assert_in_order(["\n20. Herons 1\nThere are more. /search"], told("/list"))


def test_the_help_names_every_command(online: ServedCloud, told: Told) -> None:
    listed = {line.split()[0] for line in told("/help").splitlines() if line.startswith("/")}
    assert {"/search", "/hit", "/delete", "/undo", "/rename", "/pin", "/info", "/export", "/questions"} <= listed
    assert "There is no command" not in told(*(f"{name} 0" for name in sorted(listed - {"/quit"})))
    assert online.cloud.questions == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--plain", "--session", ""], "No session is named"),
        (["sear"], "`llamachat-tui --help` lists the commands"),
        (["--project", "\udcff"], "What --project gives cannot be read"),
    ],
)
def test_what_cannot_be_begun_with_is_told(
    command: Command,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    words: str,
) -> None:
    assert command
    monkeypatch.setattr("sys.argv", ["llamachat-tui", *arguments])
    with pytest.raises(SystemExit) as refused:
        sys.exit(run())
    assert (refused.value.code, words in capfd.readouterr().err) == (2, True)


@pytest.mark.parametrize(
    ("named", "words"), [("--session=nope", "There is no session nope"), ("--continue", "No session was open before")]
)
def test_no_line_is_answered_where_the_session_that_is_named_cannot_be_opened(
    online: ServedCloud,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    named: str,
    words: str,
) -> None:
    (tmp_path / "lines").write_text("Budget?\n")
    monkeypatch.setattr("sys.argv", ["llamachat-tui", "--plain", named])
    with (tmp_path / "lines").open() as given:
        monkeypatch.setattr("sys.stdin", given)
        code = run()
    assert (code, words in capfd.readouterr().err, online.cloud.questions) == (2, True, [])


def test_a_session_that_is_named_and_empty_is_gone_on_in(
    online: ServedCloud, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    online.cloud.add_session("s1", index_ids=["idx-notes"])
    (tmp_path / "lines").write_text("Budget?\n")
    monkeypatch.setattr("sys.argv", ["llamachat-tui", "--plain", "--session", "s1"])
    with (tmp_path / "lines").open() as given:
        monkeypatch.setattr("sys.stdin", given)
        assert run() == 0
    assert [(each.session_id, each.prompt) for each in online.cloud.questions] == [("s1", "Budget?")]


def test_lines_whose_window_is_closed_end_also_where_sighup_is_ignored(
    window: Window,
) -> None:
    with window(nohup=True) as terminal:
        terminal.wait_for("> ")
        terminal.hang_up()
        terminal.process.wait(WAIT_TIMEOUT)
