"""`llamachat-tui run`: ask the questions of a file, each once, however often the run is interrupted."""

import asyncio
import signal
from argparse import Namespace
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

from tui.api.errors import InvalidFieldError, TooManyRequestsError
from tui.arguments import CommandParser
from tui.commands.exit_code import BadUseError, ExitCode, StoppedError
from tui.commands.headless.asker import ABSENT_PAUSES, Asker, asker
from tui.commands.headless.interrupting import cancelled_by, run_until_interrupted
from tui.commands.headless.outcome import Outcome
from tui.commands.headless.output import StepLine
from tui.commands.headless.questions import ListedQuestion, read_questions
from tui.commands.headless.results import form_of, piece_of, whole
from tui.commands.headless.run_record import RecordedQuestion, RunRecord, run_record
from tui.commands.headless.told import step_of
from tui.commands.options import add_local, project_command_parser, settings_with_folders
from tui.conversation.transcript import Turn
from tui.files.private_files import write_file
from tui.sanitize import clean_line
from tui.settings import Settings

BUSY_PAUSE_SECONDS = 15.0
"""Where the server says that these are too many requests, but not how long to wait."""

MAX_PAUSES = 20
"""So often a question that the server has no time for is tried."""


def parser() -> CommandParser:
    """The options of `run`."""
    made = project_command_parser(
        "run",
        "Ask the questions of a file, each in a session of its own, and write the answers with their evidence. "
        "The same command again goes on where it stopped.",
        "Exit codes: 0 all answered; 2 it cannot be done as it was asked; 3 no connection; "
        "4 refused, or some have no whole answer; 130 stopped.",
    )
    made.add_argument(
        "questions",
        type=Path,
        metavar="QUESTIONS",
        help=".txt: one a line; .csv: a column called question; .jsonl: texts, or objects with a question; "
        '"-": standard input, one a line',
    )
    made.add_argument("-o", "--output", type=Path, required=True, metavar="OUT", help="a .md, .csv or .jsonl file")
    add_local(made)
    made.add_argument("--index", action="append", default=[], metavar="NAME", help="an index to ask, by name or id")
    made.add_argument(
        "--retry", action="store_true", help="ask again what has no whole answer: the server may then have it twice"
    )
    made.add_argument("--plain", action="store_true", help="no line is ever written over, for screen readers and logs")
    return made


def main(arguments: list[str]) -> int:
    """Ask the questions; the exit code."""
    options = parser().parse_args(arguments)
    return run_until_interrupted(_run(options))


async def _run(options: Namespace) -> int:
    settings = settings_with_folders(options)
    questions = read_questions(options.questions)
    output = Path(options.output).resolve()
    about = {
        "account": settings.account,
        "folders": sorted(map(str, settings.local or ())),
        "indexes": sorted(options.index),
        "form": form_of(output),
    }
    with run_record(output, about) as record:
        run = Run(record, questions, output, StepLine(is_linear=options.plain))
        try:
            with cancelled_by(signal.SIGTERM):
                return await run.ask_all(settings, options)
        except asyncio.CancelledError as error:
            raise StoppedError("The same command goes on where it stopped.") from error


class Run:
    """Asks the questions that a record has no result of, one after another."""

    def __init__(
        self, record: RunRecord, questions: Sequence[ListedQuestion], output: Path, progress: StepLine
    ) -> None:
        self._record = record
        self._questions = questions
        self._output = output
        self._form = form_of(output)
        self._progress = progress
        self._place = ""
        self._known = {question.number: record.get(question) for question in questions}

    async def ask_all(self, settings: Settings, options: Namespace) -> int:
        """Ask what is to be asked, and write the output; the exit code. Raises `ApiError` and `BadUseError`."""
        self._write_whole()
        to_ask = [question for question in self._questions if self._is_to_ask(question, retry=options.retry)]
        if to_ask:
            async with asker(settings, self._progress) as asking:
                index_ids = await asking.chosen_indexes(options.index)
                for question in to_ask:
                    self._place = f"{question.number} of {len(self._questions)}: "
                    await self._ask(asking, question, index_ids)
            self._write_whole()
        answered = sum(known is not None and known.is_answered for known in self._known.values())
        is_whole = answered == len(self._questions)
        others = "" if is_whole else " The same command with --retry asks the others again."
        self._progress.say(
            f"{answered} of {len(self._questions)} are answered in {clean_line(str(self._output))}.{others}"
        )
        return ExitCode.ANSWERED if is_whole else ExitCode.REFUSED

    def _is_to_ask(self, question: ListedQuestion, *, retry: bool) -> bool:
        known = self._known[question.number]
        if retry and known is not None and known.piece is not None and not known.is_answered:
            self._known[question.number] = None
            return True
        return known is None or known.piece is None

    async def _ask(self, asking: Asker, question: ListedQuestion, index_ids: Sequence[str]) -> None:
        outcome = await self._patiently(lambda: self._outcome(asking, question, index_ids))
        known = self._known[question.number]
        assert known is not None, "what has an outcome was entered"
        piece = piece_of(self._form, question, known.session_id, outcome)
        self._put(replace(known, is_asking=False, code=outcome.code, piece=piece))
        with self._output.open("ab") as output:
            output.write((f"\n{piece}" if self._form == ".md" and output.tell() else piece).encode())
        if outcome.problem:
            self._progress.say(f"Question {question.number}: {outcome.problem}")

    async def _patiently(self, attempt: Callable[[], Awaitable[Outcome]]) -> Outcome:
        """What comes of an attempt, which is made again while the server has no time for it. Raises `ApiError`."""
        for _ in range(MAX_PAUSES):
            try:
                return await attempt()
            except TooManyRequestsError as error:
                pause = error.retry_after or BUSY_PAUSE_SECONDS
            self._progress.show(f"{self._place}The server takes no more requests; trying again in {pause:.0f} s …")
            await asyncio.sleep(pause)
        return await attempt()

    async def _outcome(self, asking: Asker, question: ListedQuestion, index_ids: Sequence[str]) -> Outcome:
        """What came of a question, which is sent at most once. Raises `ApiError` where it was not sent, or not found.

        One that may have been sent is looked for. A session that it was to be asked in may have been taken for another
        one since, as any that is empty.
        """
        known = self._known[question.number]
        if known is not None and known.is_asking:
            self._progress.show(f"{self._place}Looking whether it arrived, for {sum(ABSENT_PAUSES):.0f} s at most …")
            return await asking.look_for(known.session_id, question.text, self._tell)
        if known is None or not await asking.is_empty(known.session_id):
            known = RecordedQuestion(question.number, question.text, await asking.new_session(index_ids))
            self._put(known)
        self._put(replace(known, is_asking=True))
        outcome = await asking.ask(known.session_id, known.text, self._tell, is_first=True)
        if outcome.error is not None and not isinstance(outcome.error, InvalidFieldError):
            self._put(known)
            raise outcome.error
        return outcome

    async def _tell(self, turn: Turn) -> None:
        self._progress.show(f"{self._place}{step_of(turn) or 'Answering …'}")

    def _put(self, known: RecordedQuestion) -> None:
        self._known[known.number] = known
        self._record.put(known)

    def _write_whole(self) -> None:
        """Write the output from the record: what the end of a program tore in it is whole again."""
        pieces = [known.piece for known in self._known.values() if known is not None and known.piece is not None]
        try:
            write_file(self._output, whole(self._form, pieces), replace=True)
        except OSError as error:
            raise BadUseError(f"{clean_line(str(self._output))} cannot be written: {error.strerror}.") from error
