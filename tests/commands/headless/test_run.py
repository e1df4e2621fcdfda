"""`llamachat-tui run`: many questions, each asked once however the run ends."""

import csv
import io
import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands.calling import Command
from tests.commands.headless.processes import process
from tests.commands.headless.test_ask import ANSWERED
from tests.commands.serving import ServedCloud
from tests.workspace.cloud import STOP, Cloud, Turn, asked, said
from tui.commands import run
from tui.commands.headless.questions import read_questions

QUESTIONS = ["One?", "Two?", "Three?"]


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "questions.txt"
    path.write_text("# Of the heron\nOne?\n\nTwo?\nThree?\n")
    return path


def until(fact: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not fact():
        assert time.monotonic() < end
        time.sleep(0.01)


def prompts(cloud: Cloud) -> list[str]:
    return [question.prompt for question in cloud.questions]


def test_each_question_is_asked_in_a_session_of_its_own_and_written_with_its_evidence(
    command: Command, online: ServedCloud, questions: Path, tmp_path: Path
) -> None:
    online.cloud.turns = [Turn(ANSWERED), Turn(), Turn(ANSWERED)]
    output = tmp_path / "out.jsonl"
    assert command("run", str(questions), "-o", str(output)).code == 0
    values = [json.loads(line) for line in output.read_text().splitlines()]
    assert [(value["question"], value["outcome"], value["session_id"]) for value in values] == [
        ("One?", "answered", "new-1"),
        ("Two?", "nothing found", "new-2"),
        ("Three?", "answered", "new-3"),
    ]
    assert values[0]["sources"][0]["text"].startswith("It is 40")
    again = command("run", str(questions), "-o", str(output))
    assert (again.code, prompts(online.cloud)) == (0, QUESTIONS)
    questions.write_text(questions.read_text() + "Four?\n")
    assert command("run", str(questions), "-o", str(output)).code == 0
    assert prompts(online.cloud) == [*QUESTIONS, "Four?"]
    assert len(output.read_text().splitlines()) == 4


def test_questions_come_from_standard_input(command: Command, online: ServedCloud, tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    assert command("run", "-", "-o", str(output), stdin="One?\n").code == 0
    assert command("run", "-", "-o", str(output), stdin="One?\n# and\nTwo?\n").code == 0
    assert prompts(online.cloud) == ["One?", "Two?"]
    assert "standard input has no question" in command("run", "-", "-o", str(tmp_path / "none.md")).err


@pytest.mark.parametrize(
    "text",
    [
        "Budget?\nWhat; why?\n",
        "question\nBudget?\nWhat; why?\n",
        "Questions\nBudget?\nWhat; why?\n",
        'id;Question;note\n1;Budget?;x\n2;"What; why?";y\n',
        "question\tid\nBudget?\t1\nWhat; why?\t2\n",
    ],
    ids=["one column", "with a heading", "with another heading", "semicolons", "tabs"],
)
def test_questions_are_taken_from_a_table_of_each_kind(tmp_path: Path, text: str) -> None:
    path = tmp_path / "q.csv"
    path.write_text(text)
    assert [question.text for question in read_questions(path)] == ["Budget?", "What; why?"]


def test_a_table_has_no_formulas_and_markdown_has_footnotes(
    command: Command, online: ServedCloud, tmp_path: Path
) -> None:
    table_of_questions = tmp_path / "asked.csv"
    table_of_questions.write_text("\nid,question\nq-7,Budget?\n")
    online.cloud.turns = [Turn((said("=HYPERLINK(1)"), STOP)), Turn(ANSWERED)]
    table, text = tmp_path / "out.csv", tmp_path / "out.md"
    for output in (table, text):
        assert command("run", str(table_of_questions), "-o", str(output)).code == 0
    (row,) = csv.DictReader(io.StringIO(table.read_text()))
    assert (row["id"], row["answer"], row["outcome"]) == ("q-7", "'=HYPERLINK(1)", "nothing found")
    assert text.read_text().startswith("# Question 1 (q-7)\n\n## Budget?\n\nIt is 40 million [^1-1].")


@pytest.mark.parametrize("moment", ["created", "asked", "answering", "between"])
def test_after_a_kill_no_question_is_asked_twice_and_none_is_left_out(
    online: ServedCloud, command: Command, questions: Path, tmp_path: Path, moment: str
) -> None:
    cloud, output = online.cloud, tmp_path / "out.md"
    held = Turn(ANSWERED, is_held=True, held=3 if moment == "asked" else 1)
    first, creation = Turn(ANSWERED, is_held=True), Turn()
    cloud.turns = [first, held]
    record = output.with_name("out.md.run")
    with process("run", str(questions), "-o", str(output)) as running:
        until(lambda: len(cloud.questions) == 1)
        if moment in ("created", "between"):
            cloud.gates["POST /api/v1/chat"] = creation.gate
        online.release(first)
        match moment:
            case "created":
                until(lambda: cloud.count("POST /api/v1/chat") == 2)
            case "between":
                until(lambda: record.exists() and '"piece": "# Question 1' in record.read_text())
            case _:
                until(lambda: len(cloud.questions) == 2)
        running.kill()
    cloud.gates.clear()
    online.release(creation)
    online.release(held)
    again = command("run", str(questions), "-o", str(output), "--plain")
    assert (again.code, prompts(cloud)) == (0, QUESTIONS)
    assert output.read_text().count("It is 40 million [^") == 2
    if moment in ("asked", "answering"):
        assert "2 of 3: Looking whether it arrived, for 15 s at most …" in again.err


def test_two_runs_do_not_write_one_file(online: ServedCloud, command: Command, questions: Path, tmp_path: Path) -> None:
    held = Turn(ANSWERED, is_held=True)
    online.cloud.turns = [held]
    output = tmp_path / "out.csv"
    with process("run", str(questions), "-o", str(output)) as first:
        until(lambda: len(online.cloud.questions) == 1)
        second = command("run", str(questions), "-o", str(output))
        assert (second.code, "Another run writes" in second.err) == (2, True)
        online.release(held)
        first.communicate(timeout=60)
    assert first.returncode == 0
    assert prompts(online.cloud) == QUESTIONS


def test_a_refused_question_ends_the_run_which_goes_on_later(
    online: ServedCloud, command: Command, questions: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out.jsonl"
    online.cloud.turns = [Turn(), Turn(status=402)]
    assert command("run", str(questions), "-o", str(output)).code == 4
    assert len(output.read_text().splitlines()) == 1
    assert command("run", str(questions), "-o", str(output)).code == 0
    assert prompts(online.cloud) == ["One?", "Two?", "Two?", "Three?"]
    assert online.cloud.count("POST /api/v1/chat") == 3


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_sigterm_say_that_the_same_command_goes_on(
    online: ServedCloud, questions: Path, tmp_path: Path, number: signal.Signals
) -> None:
    held = Turn(is_held=True)
    online.cloud.turns = [held]
    with process("run", str(questions), "-o", str(tmp_path / "out.md")) as running:
        until(lambda: bool(online.cloud.questions))
        running.send_signal(number)
        _, error = running.communicate(timeout=60)
    online.release(held)
    assert (running.returncode, error.count(b"Traceback")) == (130, 0)
    assert error.endswith(b"Stopped. The same command goes on where it stopped.\n")


def test_what_has_no_whole_answer_is_asked_again_only_when_that_is_wanted(
    online: ServedCloud, command: Command, questions: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out.csv"
    online.cloud.turns = [Turn(), Turn([{"type": "stop", "is_error": True, "error": "too hard"}])]
    first = command("run", str(questions), "-o", str(output))
    assert (first.code, "Question 2: " in first.err, "too hard" in output.read_text()) == (4, True, True)
    assert command("run", str(questions), "-o", str(output)).code == 4
    assert prompts(online.cloud) == QUESTIONS
    assert command("run", str(questions), "-o", str(output), "--retry").code == 0
    assert prompts(online.cloud) == [*QUESTIONS, "Two?"]
    assert [row["number"] for row in csv.DictReader(io.StringIO(output.read_text()))] == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("q.txt", "\n# nothing\n", "has no question"),
        ("q.txt", "ok\n" + "x" * 1001, "line 2: The question has 1,001 characters"),
        ("q.jsonl", '{"question": "ok"}\n{"q": 1}', 'Line 2 has no "question"'),
        ("q.jsonl", "{", "line 1 cannot be read"),
        ("q.csv", 'question\n"open', "no CSV"),
        ("q.csv", "a,b\n1,2\n", "No column is called “question”"),
        ("q.csv", "A1;How long?\nA2;How much?\n", "No column is called “question”"),
        ("q.csv", "What is due?\nHow long, and why?\n", "Line 2 has 2 cells"),
        ("q.csv", "\n \nid,question\n1,\n", "line 4: There is no question"),
        ("none.txt", "", "cannot be read"),
    ],
)
def test_a_file_of_questions_that_cannot_be_used_is_told_with_its_line(
    command: Command, tmp_path: Path, name: str, text: str, words: str
) -> None:
    if name != "none.txt":
        (tmp_path / name).write_text(text)
    outcome = command("run", str(tmp_path / name), "-o", str(tmp_path / "out.md"))
    assert (outcome.code, words in outcome.err) == (2, True), outcome.err


@pytest.mark.usefixtures("online")
def test_a_file_that_no_run_wrote_is_left_alone(command: Command, questions: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.md"
    mine.write_text("mine")
    assert command("run", str(questions), "-o", str(mine)).code == 2
    assert command("run", str(questions), "-o", str(tmp_path / "out.txt")).code == 2
    assert (mine.read_text(), list(tmp_path.glob("mine*"))) == ("mine", [mine])
    output = tmp_path / "out.md"
    assert command("run", str(questions), "-o", str(output)).code == 0
    assert "another server, project or index" in command("run", str(questions), "-o", str(output), "--local").err
    questions.write_text("Another?\n")
    assert "was another one when this run began" in command("run", str(questions), "-o", str(output)).err


@pytest.mark.usefixtures("online")
def test_a_run_that_could_not_ask_leaves_nothing_in_the_way_of_the_next(
    command: Command, questions: Path, tmp_path: Path
) -> None:
    assert command("run", str(questions), "-o", str(tmp_path / "out.md"), "--index", "nope").code == 2
    assert list(tmp_path.glob("out*")) == []
    assert command("run", str(questions), "-o", str(tmp_path / "out.md")).code == 0


@pytest.mark.usefixtures("online")
@pytest.mark.parametrize("content", ["only line", "a line\nand the last one", '{"question": "mine"}\n{"question"'])
def test_a_record_that_no_run_wrote_is_left_as_it_is(
    command: Command, questions: Path, tmp_path: Path, content: str
) -> None:
    mine = tmp_path / "out.md.run"
    mine.write_text(content)
    outcome = command("run", str(questions), "-o", str(tmp_path / "out.md"))
    assert (outcome.code, "is no record of a run" in outcome.err) == (2, True), outcome.err
    assert mine.read_text() == content


@pytest.mark.usefixtures("online")
def test_a_record_that_is_a_link_is_not_followed(command: Command, questions: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").touch()
    (tmp_path / "out.md.run").symlink_to(tmp_path / "elsewhere")
    assert command("run", str(questions), "-o", str(tmp_path / "out.md")).code == 2
    assert (tmp_path / "elsewhere").read_text() == ""


def test_a_record_that_a_kill_tore_in_its_first_line_is_begun_again(
    online: ServedCloud, command: Command, questions: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out.md"
    assert command("run", str(questions), "-o", str(output)).code == 0
    record = output.with_name("out.md.run")
    record.write_bytes(record.read_bytes()[:9])
    assert command("run", str(questions), "-o", str(output)).code == 2
    output.unlink()
    record.write_bytes(b'{"run": 1')
    assert command("run", str(questions), "-o", str(output)).code == 0
    assert prompts(online.cloud) == [*QUESTIONS, *QUESTIONS]


def test_a_run_whose_progress_nobody_reads_asks_on(
    online: ServedCloud, command: Command, questions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as unread:
        monkeypatch.setattr("sys.stderr", unread)
        assert command("run", str(questions), "-o", str(tmp_path / "out.md"), "--plain").code == 0
    assert prompts(online.cloud) == QUESTIONS


def test_a_run_waits_while_the_server_takes_no_requests(
    online: ServedCloud, command: Command, questions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "BUSY_PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(run, "MAX_PAUSES", 2)
    online.cloud.refusals["POST /api/v1/chat"] = [429]
    online.cloud.turns = [Turn(status=429), Turn(status=429)]
    assert command("run", str(questions), "-o", str(tmp_path / "out.md")).code == 4
    assert prompts(online.cloud) == ["One?", "One?"]
    online.cloud.turns = [Turn(status=429)]
    assert command("run", str(questions), "-o", str(tmp_path / "out.md")).code == 0
    assert prompts(online.cloud)[2:] == ["One?", *QUESTIONS]
    assert [each.session_id for each in online.cloud.questions] == ["new-1"] * 4 + ["new-2", "new-3"]


def test_a_question_is_not_asked_in_a_session_that_was_taken_meanwhile(
    online: ServedCloud, command: Command, questions: Path, tmp_path: Path
) -> None:
    online.cloud.turns = [Turn(status=402)]
    assert command("run", str(questions), "-o", str(tmp_path / "out.md")).code == 4
    online.cloud.events["new-1"] += [asked("Mine?"), said("Yes."), STOP]
    assert command("run", str(questions), "-o", str(tmp_path / "out.md")).code == 0
    assert [each.session_id for each in online.cloud.questions] == ["new-1", "new-2", "new-3", "new-4"]


def test_a_line_ends_only_where_it_is_ended(online: ServedCloud, command: Command, tmp_path: Path) -> None:
    (tmp_path / "q.txt").write_text("One\u2028and a half?\r\nTwo?\n")
    assert command("run", str(tmp_path / "q.txt"), "-o", str(tmp_path / "out.md")).code == 0
    assert prompts(online.cloud) == ["One\u2028and a half?", "Two?"]


def test_a_line_that_a_kill_tore_is_left_out(
    online: ServedCloud, command: Command, questions: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out.md"
    assert command("run", str(questions), "-o", str(output)).code == 0
    record = output.with_name("out.md.run")
    record.write_bytes(record.read_bytes()[:-9])
    whole = output.read_text()
    assert command("run", str(questions), "-o", str(output)).code == 0
    assert (prompts(online.cloud), output.read_text()) == (QUESTIONS, whole)
    assert command("run", str(questions), "-o", str(output)).code == 0
