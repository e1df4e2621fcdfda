"""`llamachat-tui --plain`: lines in, lines out."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.commands.headless.test_ask import ANSWERED
from tests.commands.serving import ServedCloud
from tests.process.windows import in_window
from tests.workspace.cloud import STOP, Turn, asked, said
from tui.command_line import run

CTRL_C = "\x03"
Told: TypeAlias = Callable[..., str]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Told:
    """What is printed when these lines are read, in this process."""

    def read(*lines: str) -> str:
        reading, writing = os.pipe()
        os.write(writing, "".join(f"{line}\n" for line in lines).encode())
        os.close(writing)
        with os.fdopen(reading) as given, monkeypatch.context() as patched:
            patched.setattr("sys.stdin", given)
            patched.setattr("sys.argv", ["llamachat-tui", "--plain"])
            code = run()
        out, err = capsys.readouterr()
        assert (code, "\x1b" in out + err, "\r" in err) == (0, False, False)
        return out

    return read


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
    at = 0
    for piece in pieces:
        at = said_of_all.index(piece, at)
    assert [(each.session_id, each.prompt) for each in online.cloud.questions] == [
        ("new-2", "Budget?"),
        ("new-2", "Refused?"),
        ("new-2", "Then?"),
    ]


def test_a_session_is_gone_on_with_and_a_new_one_begun(online: ServedCloud, told: Told) -> None:
    online.cloud.add_session("s1", asked("Old?"), said("Yes, old."), STOP, index_ids=["idx-notes"])
    told("/open s1", "More?", "/new", "Fresh?", "/index notes", "Again?")
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


def test_ctrl_c_stops_the_answer_and_then_quits(online: ServedCloud, tmp_path: Path) -> None:
    held = Turn([said("The beginning"), said(" and the end."), STOP], is_held=True, held=2)
    online.cloud.turns = [held, Turn([said("The second."), STOP])]
    environment = {"LLAMA_CLOUD_API_KEY": "llx-abcdefgh1234", "LLAMACHAT_STATE_DIR": str(tmp_path)}
    server = ("--base-url", online.base_url)
    with in_window(tmp_path, "-P", "-m", "tui", "--plain", *server, environment=environment) as terminal:
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
        assert b"\x1b" not in terminal.received
    online.release(held)
