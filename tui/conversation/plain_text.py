"""Parts of a conversation as plain text, to be copied and searched."""

import sys

from tui.conversation.json_writing import first_of_json
from tui.conversation.transcript import Answer, Broken, Omitted, Part, Thought, ToolUse, Turn, Unrecognized
from tui.sanitize import clean

SEARCHED_CHARS = 1_000_000
"""Characters of one tool result that are searched: a larger one has a view of its own."""

SENTENCE_ENDS = (".", "!", "?", "…")


def plain_text(part: Part, limit: int = sys.maxsize) -> str:
    """A part as it was written: Markdown as its source, a tool use as its name, its arguments and its result.

    `limit` is the greatest number of characters that each argument list and each result may add.
    """
    match part:
        case Answer(text) | Thought(text):
            return text
        case Unrecognized(name, raw):
            return clean(raw if name in raw else f"{name}\n\n{raw}")
        case Omitted(events):
            return f"{events:,} more events, which are left out here. The server has them."
        case ToolUse(_, name, arguments, returned):
            pieces = [name]
            if arguments is not None:
                pieces.append(first_of_json(arguments, limit))
            if returned is not None:
                pieces.append(first_of_json(returned.value, limit))
            return clean("\n\n".join(pieces))


def answer_text(turn: Turn) -> str:
    """The whole answer of a turn, in Markdown."""
    return "\n\n".join(part.text for part in turn.parts if isinstance(part, Answer) and part.text)


def end_text(turn: Turn) -> str:
    """Why a turn broke off or failed, as a sentence; "" where it ended well or still runs."""
    if isinstance(turn.end, Broken):
        return turn.end.reason
    if turn.end is not None and turn.end.is_error:
        reason = (turn.end.error or "the server gave no reason").rstrip()
        return f"The turn ended with an error: {reason}{'' if reason.endswith(SENTENCE_ENDS) else '.'}"
    return ""


def code_blocks(markdown: str) -> list[str]:
    """The contents of a text's code blocks, in order."""
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark").disable("inline").parse(markdown)
    return [token.content for token in tokens if token.type in {"fence", "code_block"}]
