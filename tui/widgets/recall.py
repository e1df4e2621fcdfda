"""Bringing back what was asked before, as a shell does with Up and Down."""

from collections.abc import Callable, Sequence


class Recall:
    """The way through the questions asked before, which begins and ends at the draft.

    `questions` gives them, oldest first; it is called at the beginning of each way.
    """

    def __init__(self, questions: Callable[[], Sequence[str]]) -> None:
        self._questions = questions
        self._listed: Sequence[str] = ()
        self._at: int | None = None
        self._draft = ""

    def stop(self) -> None:
        """The draft is another one now: the next step begins a new way."""
        self._at = None

    def step(self, by: int, text: str) -> str | None:
        """The text to show in place of this one, so many questions later (earlier: negative); None at either end."""
        if self._at is None:
            if by > 0:
                return None
            self._listed = self._questions()
        at = (len(self._listed) if self._at is None else self._at) + by
        return self._go(at, text) if 0 <= at <= len(self._listed) else None

    def go_to(self, question: str, text: str) -> str:
        """Go to a question at its latest place, or begin there where it is not listed."""
        self._at, self._listed = None, [*self._questions()]
        if question not in self._listed:
            self._listed = [*self._listed, question]
        newest = max(at for at, asked in enumerate(self._listed) if asked == question)
        return self._go(newest, text)

    def _go(self, at: int, text: str) -> str:
        end = len(self._listed)
        if self._at is None or self._at == end:
            self._draft = text
        self._at = at
        return self._draft if at == end else self._listed[at]
