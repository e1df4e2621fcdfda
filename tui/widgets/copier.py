"""What the copy keys take out of a turn, without a widget: a part at first, and more of its turn with the next keys."""

from typing import Literal, TypeAlias

from tui.conversation.plain_text import answer_text, code_blocks, plain_text
from tui.conversation.transcript import Part, Turn
from tui.lazy_dataclass import dataclass

ExcerptKind: TypeAlias = Literal["selection", "part", "question", "answer", "code block"]

MORE_KEYS = {"c", "q", "a", "w"}
"""Keys that act right after a copy: a code block, the question, the answer, and what was copied to a file."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A text to copy, as it was written."""

    text: str
    kind: ExcerptKind


class TurnCopier:
    """Copies a part of a turn, and then more of the same turn until another key is pressed."""

    def __init__(self) -> None:
        self._turn: Turn | None = None
        self._code_blocks_copied = 0

    def first(self, turn: Turn, part: Part | None) -> Excerpt:
        """A part of a turn, or its question where no part is meant."""
        self._turn, self._code_blocks_copied = turn, 0
        return self._question(turn) if part is None else Excerpt(plain_text(part), "part")

    @property
    def is_open(self) -> bool:
        """Whether the next key may copy more of the turn."""
        return self._turn is not None

    def stop(self) -> None:
        """Copy no more of the turn, because another key was pressed."""
        self._turn = None

    def more(self, key: str) -> Excerpt | None:
        """The next code block (c), the question (q) or the answer (a) of the turn; None where it has no code."""
        if self._turn is None:
            return None
        if key == "q":
            return self._question(self._turn)
        answer = answer_text(self._turn)
        if key == "a":
            return Excerpt(answer, "answer")
        blocks = code_blocks(answer)
        if not blocks:
            return None
        self._code_blocks_copied += 1
        return Excerpt(blocks[(self._code_blocks_copied - 1) % len(blocks)], "code block")

    def _question(self, turn: Turn) -> Excerpt:
        return Excerpt(turn.question or "", "question")
