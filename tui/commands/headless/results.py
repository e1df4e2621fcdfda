"""What a run writes: a piece for each question, in the order of the questions."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from tui.commands.exit_code import BadUseError
from tui.commands.headless.outcome import Outcome
from tui.commands.headless.output import as_json
from tui.commands.headless.questions import ListedQuestion
from tui.commands.headless.told import as_value, outcome_word
from tui.conversation.evidence import evidence_of
from tui.conversation.export.markdown import markdown_pieces
from tui.conversation.plain_text import answer_text
from tui.conversation.transcript import Broken, Turn
from tui.sanitize import clean, clean_line

FORMS = (".md", ".csv", ".jsonl")
"""What a run can write, by the end of the file's name."""

_COLUMNS = ("number", "id", "question", "outcome", "answer", "sources", "session_id", "problem")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def form_of(output: Path) -> str:
    """The form that a file's name asks for: one of `FORMS`. Raises `BadUseError`."""
    form = output.suffix.lower()
    if form not in FORMS:
        raise BadUseError(
            f"{clean_line(str(output))} does not say what to write: its name must end in {' or '.join(FORMS)}."
        )
    return form


def piece_of(form: str, question: ListedQuestion, session_id: str, outcome: Outcome) -> str:
    """What is written of a question, in one of `FORMS`."""
    match form:
        case ".jsonl":
            value = {"number": question.number, "id": question.id, **as_value(session_id, question.text, outcome)}
            return f"{as_json(value)}\n"
        case ".csv":
            return _row(_cells(question, session_id, outcome))
        case _:
            turn = outcome.turn or Turn(question.text, end=Broken(outcome.problem))
            named = f" ({question.id})" if question.id else ""
            return "".join(markdown_pieces(f"Question {question.number}{named}", [turn], question.number))


def whole(form: str, pieces: Iterable[str]) -> str:
    """The file of these pieces."""
    return _row(_COLUMNS) + "".join(pieces) if form == ".csv" else ("\n" if form == ".md" else "").join(pieces)


def _cells(question: ListedQuestion, session_id: str, outcome: Outcome) -> Iterable[str]:
    turn = outcome.turn
    sources = [source.passage.origin for source in evidence_of(turn)] if turn else []
    answer = answer_text(turn) if turn else ""
    texts = (question.id, question.text, outcome_word(outcome), answer, "\n".join(sources), session_id, outcome.problem)
    return (str(question.number), *texts)


def _row(cells: Iterable[str]) -> str:
    """A row of a CSV file (RFC 4180). No cell is a formula to a spreadsheet: such a one gets an apostrophe."""
    written = io.StringIO()
    safe = (clean(cell) for cell in cells)
    csv.writer(written).writerow(f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in safe)
    return written.getvalue()
