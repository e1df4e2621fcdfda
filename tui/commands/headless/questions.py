"""The questions of a file: one a line, a column of a CSV file, or JSON lines."""

import csv
import io
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path

from tui.api.models import MAX_PROMPT_CHARS
from tui.commands.exit_code import BadUseError
from tui.lazy_dataclass import dataclass
from tui.sanitize import clean_line, well_formed

MAX_BYTES = 32 * 1024 * 1024
STANDARD_INPUT = Path("-")
DELIMITERS = (",", ";", "\t")
HEADINGS = ("question", "questions", "prompt", "prompts")
"""What the column of the questions may be called."""

NO_COLUMN = "No column is called “question”. Call one so in the first line, or leave only the questions in the file."


@dataclass(frozen=True, slots=True)
class ListedQuestion:
    """A question of a file. `number` counts from 1; `id` is what the file calls it, "" where it does not."""

    number: int
    text: str
    id: str = ""


def read_questions(path: Path) -> Sequence[ListedQuestion]:
    """The questions of a .txt, .csv or .jsonl file, or the lines of standard input.

    Raises `BadUseError`, which names the line.
    """
    text = _text(path)
    match path.suffix.lower():
        case ".csv":
            found = _of_csv(text)
        case ".jsonl":
            found = _of_json_lines(text)
        case _:
            found = _of_lines(text)
    questions: list[ListedQuestion] = []
    for line, question, name in found:
        try:
            questions.append(ListedQuestion(len(questions) + 1, checked_question(question), name))
        except BadUseError as error:
            raise BadUseError(f"{_name(path)}, line {line}: {error}") from error
    if not questions:
        raise BadUseError(f"{_name(path)} has no question. Write one on each line.")
    return questions


def checked_question(text: str) -> str:
    """A question that the service takes, of this text. Raises `BadUseError`."""
    question = well_formed(text.strip())
    if not question:
        raise BadUseError("There is no question. Write one.")
    if len(question) > MAX_PROMPT_CHARS:
        raise BadUseError(
            f"The question has {len(question):,} characters; "
            f"the service takes {MAX_PROMPT_CHARS:,} at most. Shorten it."
        )
    return question


def _text(path: Path) -> str:
    name = _name(path)
    try:
        with nullcontext(sys.stdin.buffer) if path == STANDARD_INPUT else path.open("rb") as file:
            text = file.read(MAX_BYTES + 1)
        if len(text) > MAX_BYTES:
            raise BadUseError(f"{name} is larger than {MAX_BYTES // 2**20} MB. Make several files of it.")
        return io.TextIOWrapper(io.BytesIO(text), "utf-8-sig").read()
    except OSError as error:
        raise BadUseError(f"{name} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise BadUseError(f"{name} cannot be read: it is not UTF-8 text.") from error


def _name(path: Path) -> str:
    return "standard input" if path == STANDARD_INPUT else clean_line(str(path))


def _of_lines(text: str) -> Iterator[tuple[int, str, str]]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield number, line, ""


def _of_csv(text: str) -> Iterator[tuple[int, str, str]]:
    """The column of the questions; commas, semicolons or tabs divide the cells. A column "id" is what they are called.

    A file of one column needs no heading. Raises `BadUseError` where it is not plain which column is meant.
    """
    names, delimiter = _heading(text)
    named = next((name for name in HEADINGS if name in names), None)
    column = names.index(named) if named else 0
    id_column = names.index("id") if named and "id" in names else None
    rows = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    is_heading = named is not None
    try:
        for row in filter(_has_text, rows):
            if is_heading:
                is_heading = False
                continue
            if named is None and len(row) > 1:
                raise BadUseError(f"{NO_COLUMN} Line {rows.line_num} has {len(row)} cells.")
            name = row[id_column] if id_column is not None and id_column < len(row) else ""
            yield rows.line_num, row[column] if column < len(row) else "", name
    except csv.Error as error:
        raise BadUseError(f"The questions are no CSV: line {rows.line_num}: {error}.") from error


def _heading(text: str) -> tuple[Sequence[str], str]:
    """The cells of the first line that has any, in lower case, and what divides the cells of the file."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    for delimiter in DELIMITERS:
        names = [name.strip().lower() for name in next(csv.reader([first], delimiter=delimiter))]
        if set(HEADINGS) & set(names):
            return names, delimiter
    lines = [line for line in text.splitlines() if line.strip()]
    for delimiter in DELIMITERS[1:]:
        counts = {line.count(delimiter) for line in lines}
        if len(lines) > 1 and len(counts) == 1 and counts != {0}:
            raise BadUseError(NO_COLUMN)
    return [], DELIMITERS[0]


def _has_text(row: Sequence[str]) -> bool:
    return any(cell.strip() for cell in row)


def _of_json_lines(text: str) -> Iterator[tuple[int, str, str]]:
    """Each line is a question, or an object with a "question" and perhaps an "id"."""
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            value: object = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise BadUseError(f"The questions are no JSON lines: line {number} cannot be read.") from error
        match value:
            case str():
                yield number, value, ""
            case {"question": str(question), "id": str(name) | int(name)}:
                yield number, question, str(name)
            case {"question": str(question)}:
                yield number, question, ""
            case _:
                raise BadUseError(f'Line {number} has no "question". Each line is a text, or an object that has one.')
