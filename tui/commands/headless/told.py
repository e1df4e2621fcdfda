"""A turn as it is told outside the app: as plain lines, and as a value for JSON."""

import re
from collections.abc import Iterator, Mapping, Sequence

from tui.api.models import Stop
from tui.commands.exit_code import ExitCode
from tui.commands.headless.outcome import Outcome
from tui.conversation.evidence import DocumentSources, Source, evidence_of
from tui.conversation.plain_text import answer_text, end_text
from tui.conversation.tool_use import subject_of
from tui.conversation.transcript import Answer, Thought, ToolUse, Turn
from tui.sanitize import clean_line

EXCERPT_CHARS = 240
"""Most characters of a passage that are repeated below an answer."""

_LISTED = 10
"""Of passages that no answer cites, so many documents are named at most."""

_OWN_SOURCES = re.compile(r"^\W*sources\W*$", re.IGNORECASE | re.MULTILINE)
"""A heading, in whichever form, below which an answer names its sources itself."""

_WORDS = {ExitCode.ANSWERED: "answered", ExitCode.NOTHING_FOUND: "nothing found"}


def sources_text(turn: Turn, *, repeats: bool = False) -> str:
    """The passages that the answer cites, by their numbers, and what was found beside them; "" where nothing was.

    Where the answer itself names at its end all that it cites, these are not named again, unless it `repeats`.
    """
    evidence = evidence_of(turn)
    cited = [source for document in evidence.cited for source in document.sources]
    lines: list[str] = []
    if cited and (repeats or not _names_all(answer_text(turn), cited)):
        lines += ["", "Sources"]
        for source in cited:
            lines += _source(source)
    if evidence.found:
        lines += ["", f"Found, not cited: {_places(evidence.found)}"]
    return "".join(f"{line}\n" for line in lines)


def _names_all(answer: str, cited: Sequence[Source]) -> bool:
    headings = list(_OWN_SOURCES.finditer(answer))
    below = answer[headings[-1].end() :] if headings else ""
    return all(f"[{number}]" in below for source in cited for number in source.numbers)


def _source(source: Source) -> Iterator[str]:
    numbers = ", ".join(map(str, source.numbers))
    yield f"[{numbers}] {source.passage.origin}"
    if excerpt := clean_line(source.passage.text or "", EXCERPT_CHARS):
        yield f"    “{excerpt}”"


def _places(documents: Sequence[DocumentSources]) -> str:
    named = [f"{each.file} ({len(each.sources)})" for each in documents[:_LISTED]]
    more = len(documents) - _LISTED
    return ", ".join(named) + (f" and {more} more" if more > 0 else "")


def told(turn: Turn) -> Iterator[str]:
    """A turn as blocks of lines."""
    if turn.question:
        yield f"Question: {turn.question}\n"
    if answer := answer_text(turn):
        yield f"Answer: {answer}\n"
    if problem := end_text(turn):
        yield f"{problem}\n"
    if sources := sources_text(turn).strip():
        yield f"{sources}\n"


def step_of(turn: Turn) -> str:
    """What the agent does at the moment, in words; "" while it answers, or has ended."""
    last = turn.parts[-1] if turn.parts else None
    if turn.end is not None or isinstance(last, Answer):
        return ""
    match last:
        case Thought():
            return "Thinking …"
        case ToolUse():
            return f"{clean_line(last.name, 60)} {subject_of(last)} …"
        case _:
            return "Asked …"


def as_value(session_id: str, question: str, outcome: Outcome) -> Mapping[str, object]:
    """A question with all that came of it, for JSON."""
    turn = outcome.turn
    return {
        "question": question,
        "session_id": session_id,
        "outcome": outcome_word(outcome),
        "answer": answer_text(turn) if turn else "",
        "sources": [_source_value(source) for source in evidence_of(turn)] if turn else [],
        "problem": outcome.problem,
        "usage": _usage(turn),
    }


def outcome_word(outcome: Outcome) -> str:
    """What came of it in a word or two: "answered", "nothing found", "not answered"."""
    return _WORDS.get(outcome.code, "not answered")


def _source_value(source: Source) -> Mapping[str, object]:
    passage = source.passage
    return {
        "numbers": source.numbers,
        "cited": source.is_cited,
        "file": passage.file,
        "heading": passage.heading,
        "pages": passage.pages,
        "lines": passage.lines,
        "score": passage.score,
        "text": passage.text,
    }


def _usage(turn: Turn | None) -> Mapping[str, object]:
    if turn is None or not isinstance(turn.end, Stop):
        return {}
    usage = turn.end.usage
    return {
        "duration_ms": usage.duration_ms,
        "input_tokens": usage.total_input_tokens,
        "output_tokens": usage.total_output_tokens,
        "turns": usage.turns,
    }


class AnswerText:
    """What is to be printed of a turn's answer as it grows: each piece once."""

    def __init__(self) -> None:
        self._told = ""

    def news(self, turn: Turn) -> str:
        """What has come since the last call. An answer that replaced what was told is told whole, behind a line."""
        text = answer_text(turn)
        told, self._told = self._told, text
        if text.startswith(told):
            return text[len(told) :]
        return f"\n\n(The complete answer replaces what is above.)\n\n{text}"
