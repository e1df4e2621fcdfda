"""Parts of a conversation as plain text, to be copied."""

import json

from tui.conversation.transcript import Answer, Part, Thought, ToolUse, Turn, Unrecognized
from tui.sanitize import clean


def part_text(part: Part) -> str:
    """A part as it was written: Markdown as its source, a tool use as its arguments and its result."""
    match part:
        case Answer(text) | Thought(text):
            return text
        case Unrecognized(_, raw):
            return clean(raw)
        case ToolUse():
            pieces = [part.name]
            if part.arguments is not None:
                pieces.append(_as_text(part.arguments))
            if part.returned is not None:
                pieces.append(_as_text(part.returned.value))
            return clean("\n\n".join(pieces))


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2, default=str)


def answer_text(turn: Turn) -> str:
    """The whole answer of a turn, in Markdown."""
    return "\n\n".join(part.text for part in turn.parts if isinstance(part, Answer) and part.text)


def code_blocks(markdown: str) -> list[str]:
    """The contents of a text's code blocks, in order."""
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark").disable("inline").parse(markdown)
    return [token.content for token in tokens if token.type in {"fence", "code_block"}]
