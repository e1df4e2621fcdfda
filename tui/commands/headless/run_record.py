"""The record of a run, beside its output: what was asked, where, and what came of it, each on the disk at once.

So a run that ended anyhow goes on where it stopped. A question is entered before it is sent; one that has no result
then may have been sent, and is looked for on the server instead of being sent again.
"""

import json
import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

from tui.commands.exit_code import BadUseError, ExitCode
from tui.commands.headless.questions import ListedQuestion
from tui.lazy_dataclass import dataclass
from tui.sanitize import clean_line

VERSION = 1


@dataclass(frozen=True, slots=True)
class RecordedQuestion:
    """What is known of a question.

    `is_asking`: it may have been sent. `piece` is its part of the output, None where nothing came of it yet.
    """

    number: int
    text: str
    session_id: str
    is_asking: bool = False
    code: int = ExitCode.ANSWERED
    piece: str | None = None

    @property
    def is_answered(self) -> bool:
        """Whether there is a whole answer, be it that nothing was found."""
        return self.piece is not None and self.code in (ExitCode.ANSWERED, ExitCode.NOTHING_FOUND)


@contextmanager
def run_record(output: Path, about: Mapping[str, object]) -> Generator["RunRecord"]:
    """The record of the run that writes this file, for one process at a time.

    `about` says what the answers depend on: a run is continued only with the same. Raises `BadUseError`.
    """
    path = output.with_name(f"{output.name}.run")
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0), 0o600)
    except OSError as error:
        raise BadUseError(f"{clean_line(str(path))} cannot be written: {error.strerror}. Name another file.") from error
    with open(descriptor, "r+b") as file:
        if not _lock(file):
            raise BadUseError(f"Another run writes {clean_line(str(output))}. Wait for it, or name another file.")
        record = RunRecord(file, clean_line(str(path)), {"run": VERSION, **about})
        if record.is_new and output.exists():
            path.unlink()
            raise BadUseError(f"{clean_line(str(output))} is there already, and no run wrote it. Name another file.")
        if record.is_new:
            record.begin()
        try:
            yield record
        finally:
            if record.is_empty:  # nothing was asked: another try may be on another index, or in another form
                path.unlink(missing_ok=True)
                output.unlink(missing_ok=True)


class RunRecord:
    """What came of the questions by their numbers. What a call enters is on the disk when it returns."""

    def __init__(self, file: BinaryIO, name: str, about: Mapping[str, object]) -> None:
        self._file = file
        self._name = name
        self._about = about
        self._questions: dict[int, RecordedQuestion] = {}
        content = self._file.read()
        whole = content.rfind(b"\n") + 1
        self.is_new = not whole
        if whole:
            self._read(content[:whole].splitlines())
        elif not _line(about).startswith(content):
            raise self._foreign()
        self._file.truncate(whole)  # the rest is a line of this record that the end of a program tore

    @property
    def is_empty(self) -> bool:
        """Whether no question was entered."""
        return not self._questions

    def begin(self) -> None:
        """Enter what the run is about."""
        self._write(self._about)

    def get(self, question: ListedQuestion) -> RecordedQuestion | None:
        """What is known of a question; None where it is new. Raises `BadUseError` where the file has changed."""
        known = self._questions.get(question.number)
        if known is not None and known.text != question.text:
            raise BadUseError(
                f"Question {question.number} was another one when this run began ({self._name}). "
                "Add questions at the end only, or name another output."
            )
        return known

    def put(self, known: RecordedQuestion) -> None:
        """Enter what is known of a question now."""
        self._questions[known.number] = known
        self._write(asdict(known))

    def _write(self, value: Mapping[str, object]) -> None:
        self._file.write(_line(value))
        self._file.flush()
        os.fsync(self._file.fileno())

    def _read(self, lines: list[bytes]) -> None:
        try:
            first, *values = [json.loads(line) for line in lines]
            known = [_recorded(value) for value in values]
        except (ValueError, RecursionError) as error:
            raise self._foreign() from error
        if not isinstance(first, dict) or "run" not in first:
            raise self._foreign()
        if first != json.loads(json.dumps(self._about)):
            raise BadUseError(
                f"{self._name} is of a run on another server, project or index, or in another form. "
                "Give the same as then, or name another output."
            )
        self._questions = {each.number: each for each in known}

    def _foreign(self) -> BadUseError:
        return BadUseError(f"{self._name} is no record of a run. Name another output, or remove it to ask afresh.")


def _line(value: Mapping[str, object]) -> bytes:
    return json.dumps(value).encode() + b"\n"


def _recorded(value: object) -> RecordedQuestion:
    """The question of a line. Raises `ValueError` where it is none."""
    match value:
        case {
            "number": int(number),
            "text": str(text),
            "session_id": str(session_id),
            "is_asking": bool(is_asking),
            "code": int(code),
            "piece": (str() | None) as piece,
        }:
            return RecordedQuestion(number, text, session_id, is_asking, code, piece)
        case _:
            raise ValueError


def _lock(file: BinaryIO) -> bool:
    """Have the file for this process until it ends (fcntl(2), advisory record locking). False: another one has it."""
    if os.name != "posix":
        return True
    import fcntl

    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return True  # a file system without locks: two runs are then the user's own care
    return True
