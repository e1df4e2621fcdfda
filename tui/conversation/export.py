"""A conversation as a Markdown file."""

from collections.abc import Iterator
from datetime import date

from tui.conversation.passages import passages_of
from tui.conversation.plain_text import answer_text
from tui.conversation.transcript import Broken, Transcript, Turn
from tui.sanitize import clean


def as_markdown(title: str, transcript: Transcript) -> str:
    """The questions and answers, and below each answer the passages it was built from. Safe to print in a terminal."""
    blocks = [f"# {title}", *(block for turn in transcript for block in _turn(turn))]
    return clean("\n\n".join(blocks)) + "\n"


def _turn(turn: Turn) -> Iterator[str]:
    if turn.question:
        yield f"## {' '.join(turn.question.split())}"
    if answer := answer_text(turn):
        yield answer
    if isinstance(turn.end, Broken):
        yield f"*{turn.end.reason}*"
    elif turn.end is not None and turn.end.is_error:
        yield f"*The turn ended with an error: {turn.end.error or 'the server gave no reason'}.*"
    passages = passages_of(turn)
    if passages:
        yield "Passages:"
        yield "\n".join(f"{number}. {passage.origin}" for number, passage in enumerate(passages, 1))


def file_name(title: str, day: date) -> str:
    """A name for the file, of letters, digits and dashes: `<title>-<year>-<month>-<day>.md`."""
    words = "".join(char if char.isalnum() else " " for char in title.casefold()).split()
    return f"{'-'.join(words)[:60].strip('-') or 'session'}-{day.isoformat()}.md"
