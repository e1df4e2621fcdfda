"""Which parts fold, and where blank rows stand between them. Loaded before the first frame, hence apart and small."""

from tui.conversation.transcript import Answer, Omitted, Part, Thought, ToolUse


def is_folded_by_default(part: Part) -> bool:
    """Whether a part is folded where the reader has not said otherwise: thinking folds when it is over."""
    return part.settled if isinstance(part, Thought) else isinstance(part, ToolUse)


def can_fold(part: Part) -> bool:
    return not isinstance(part, Answer | Omitted)


def is_apart(before_is_folded: bool, after_is_folded: bool) -> bool:
    """Whether a blank row stands between two parts that have rows: folded parts stand together."""
    return not (before_is_folded and after_is_folded)
