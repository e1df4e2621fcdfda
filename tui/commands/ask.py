"""`llamachat-tui ask`: one question, and its answer on standard output as it comes."""

import asyncio
import os
import signal
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from tui.api.errors import ApiError
from tui.arguments import CommandParser
from tui.commands.exit_code import BadUseError, ExitCode, StoppedError
from tui.commands.headless.asker import Asker, asker
from tui.commands.headless.interrupting import cancelled_by, run_until_interrupted
from tui.commands.headless.outcome import Outcome, unknown_outcome
from tui.commands.headless.output import StepLine, as_json, put_out, say
from tui.commands.headless.questions import checked_question
from tui.commands.headless.told import AnswerText, as_value, sources_text, step_of
from tui.commands.options import add_local, project_command_parser, settings_with_folders, show_command
from tui.conversation.transcript import ToolUse, Turn
from tui.sanitize import clean_line

EPILOG = (
    "Exit codes: 0 answered; 1 answered, and nothing was found; 2 it cannot be done as it was asked; 3 no connection; "
    "4 refused or failed; 130 stopped."
)


def parser() -> CommandParser:
    """The options of `ask`."""
    made = project_command_parser("ask", "Ask one question and print the answer with its sources.", EPILOG)
    made.add_argument(
        "question", nargs="?", metavar="QUESTION", help='the question; "-", or none behind a pipe: standard input'
    )
    add_local(made, "; put the question before it")
    made.add_argument("--index", action="append", default=[], metavar="NAME", help="an index to ask, by name or id")
    made.add_argument("--session", metavar="ID", help='go on in this session; "last" is the one that was open last')
    form = made.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one JSON object when the answer is there")
    form.add_argument("--jsonl", action="store_true", help="print JSON lines as the answer comes; the last has it all")
    form.add_argument("--plain", action="store_true", help="no line is ever written over, for screen readers and logs")
    return made


def main(arguments: list[str]) -> int:
    """Ask, and print what comes; the exit code."""
    options = parser().parse_args(arguments)
    return run_until_interrupted(_asked(options))


async def _asked(options: Namespace) -> int:
    _take_question(options)
    settings = settings_with_folders(options)
    question = checked_question(_question(options.question))
    progress = StepLine(is_linear=options.plain or os.environ.get("TERM") == "dumb")
    async with asker(settings, progress) as asking:
        session_id = await _session(asking, options)
        told = _Told(options, progress, session_id, question)
        told_by = f"`{show_command(options, session_id)}` tells what came of it."
        try:
            with cancelled_by(signal.SIGTERM):
                outcome = await asking.ask(session_id, question, told.show, is_first=options.session is None)
        except asyncio.CancelledError as error:
            raise StoppedError(
                f"The session is {session_id}. {told_by} The same flags and --session {session_id} go on in it."
            ) from error
        except ApiError as error:
            outcome = unknown_outcome(told.turn, error)
        await told.end(outcome)
        if outcome.was_asked and outcome.error is not None:
            progress.say(told_by)
        return outcome.code


def _take_question(options: Namespace) -> None:
    """Take the last of the folders for the question where none was given, and say so.

    Only at a terminal, because the question can stand on standard input. Raises `BadUseError` where it seems to be one
    and is not taken.
    """
    if options.question is not None or not options.local or not _reads_as_question(options.local):
        return
    last = str(options.local[-1])
    if not sys.stdin.isatty():
        raise BadUseError(f"There is no folder {clean_line(last)}. If it is the question, write it before --local.")
    say(f"Taken for the question: {clean_line(last)}")
    options.question = last
    options.local = options.local[:-1]


def _reads_as_question(folders: Sequence[Path]) -> bool:
    """Whether the last of them is none, and ends as a question does, or is words behind a folder."""
    last = str(folders[-1])
    is_words = len(folders) > 1 and " " in last and os.sep not in last
    return (last.endswith("?") or is_words) and not os.path.isdir(os.path.expanduser(last))


def _question(given: str | None) -> str:
    """The question, from the command line or from standard input. Raises `BadUseError`."""
    if given not in (None, "-"):
        return given or ""
    if given is None and sys.stdin.isatty():
        raise BadUseError("No question was given. Write it behind `ask`, before --local, or pipe it in.")
    try:
        return sys.stdin.buffer.read().decode()
    except UnicodeDecodeError as error:
        raise BadUseError("The question on standard input is not UTF-8 text.") from error


async def _session(asking: Asker, options: Namespace) -> str:
    """The session to ask in: the one that was named, or a new one. Raises `ApiError` and `BadUseError`."""
    if options.session is None:
        session_id = await asking.new_session(await asking.chosen_indexes(options.index))
    else:
        session_id = await asking.opened(options.session)
        if options.index and asking.workspace.catalogue[session_id].index_ids is not None:
            raise BadUseError("The session has its own indexes. Leave --index out, or --session for a new one.")
    await asking.go_on(session_id, options.index)
    return session_id


class _Told:
    """What is printed of a question and its answer, in the form that was chosen."""

    def __init__(self, options: Namespace, progress: StepLine, session_id: str, question: str) -> None:
        self._is_json, self._is_lines = options.json, options.jsonl
        self._progress = progress
        self._session_id, self._question = session_id, question
        self._answer = AnswerText()
        self._tools: set[str] = set()
        self._is_begun = False
        self.turn: Turn | None = None
        """The turn as it was shown last."""

    async def show(self, turn: Turn) -> None:
        """Print what is new of the answer. Raises as `put_out`."""
        self.turn = turn
        self._progress.show(step_of(turn))
        if self._is_json:
            return
        text = self._lines(turn) if self._is_lines else self._answer.news(turn)
        if text:
            self._progress.show("")
            await asyncio.to_thread(put_out, text)

    def _lines(self, turn: Turn) -> str:
        values: list[object] = []
        if not self._is_begun:
            self._is_begun = True
            values.append({"type": "session", "session_id": self._session_id})
        for use in turn.parts:
            if isinstance(use, ToolUse) and use.returned is not None and use.call_id not in self._tools:
                self._tools.add(use.call_id)
                values.append({"type": "tool", "name": use.name, "arguments": use.arguments})
        if news := self._answer.news(turn):
            values.append({"type": "text", "text": news})
        return "".join(f"{as_json(value)}\n" for value in values)

    async def end(self, outcome: Outcome) -> None:
        """Print what is told when all is there, and on standard error what went wrong and how to go on."""
        self._progress.show("")
        if outcome.turn is not None:
            await self.show(outcome.turn)
        value = as_value(self._session_id, self._question, outcome)
        if self._is_json:
            put_out(f"{as_json(value)}\n")
        elif self._is_lines:
            put_out(f"{as_json({'type': 'result', **value})}\n")
        elif outcome.turn is not None:
            put_out(f"\n{sources_text(outcome.turn)}")
        if outcome.code == ExitCode.NOTHING_FOUND:
            self._progress.say("Nothing was found in the documents that the answer could be built on.")
        if outcome.problem:
            self._progress.say(outcome.problem)
        if outcome.was_asked:
            self._progress.say(f"The session is {self._session_id}.")
