"""The line above the composer that says what happened, for as long as it matters."""

from collections.abc import Callable
from typing import Literal, TypeAlias

from textual.content import Content
from textual.reactive import reactive
from textual.timer import Timer
from textual.widget import Widget

from tui.keys.keymap import key_for
from tui.lazy_dataclass import dataclass
from tui.sanitize import clean_line

Severity: TypeAlias = Literal["info", "question", "problem"]
"""A question is answered by a key, which may be Escape: the one that led to it, or one that it names."""

INFO_SECONDS = 8.0
"""So long a notice stays that tells of no problem; a problem stays until it is closed, and so does what is cut."""

COUNT_SECONDS = 1.0
"""Between two numbers of a countdown."""

MAX_CHARS = 600
"""Most characters of a notice that are shown."""

CUT_CHARS = 500
"""Characters that are shown of a longer one, with the command of the palette that shows the rest."""

MAX_WHOLE_CHARS = 20_000
"""Most characters of a notice that are kept: two paths of the greatest length fit."""


@dataclass(frozen=True, slots=True)
class Said:
    """One notice: its words, and of what sort they are."""

    words: str
    severity: Severity
    whole: str = ""
    """All of it, where the words are only its beginning."""


class NoticeLine(Widget):
    """Shows the newest notice; one that is closed uncovers the one before. It has no place where there is none."""

    said: reactive[dict[str, Said]] = reactive({}, layout=True)
    """The notices by their kind, the newest last."""

    def __init__(self) -> None:
        super().__init__()
        self._expiries: dict[str, Timer] = {}
        self._latest: Said | None = None

    def watch_said(self) -> None:
        self.display = bool(self.said)

    def say(self, words: str, kind: str, severity: Severity = "info", seconds: float = INFO_SECONDS) -> None:
        """Show a notice in place of an older one of its kind."""
        self.take_back(kind)
        whole = clean_line(words, MAX_WHOLE_CHARS)
        is_cut = len(whole) > MAX_CHARS
        said = Said(clean_line(whole, CUT_CHARS), severity, whole) if is_cut else Said(whole, severity)
        self.said, self._latest = {**self.said, kind: said}, said
        if severity == "question" or (severity == "info" and not is_cut):
            self._after(seconds, kind, said, lambda: self.take_back(kind))

    def say_wait(self, words: str, kind: str, seconds: int, then: str) -> None:
        """Show a problem with the seconds that are left of a wait, and after it what can be done."""
        self.take_back(kind)
        self._count_down(clean_line(words, MAX_CHARS - len(then)), kind, seconds, then)

    def _count_down(self, words: str, kind: str, left: int, then: str) -> None:
        rest = f"{left} s left" if left > 0 else then
        said = Said(f"{words} · {rest}", "problem")
        self.said = {**self.said, kind: said}
        if left > 0:
            self._after(COUNT_SECONDS, kind, said, lambda: self._count_down(words, kind, left - 1, then))

    def _after(self, seconds: float, kind: str, said: Said, then: Callable[[], None]) -> None:
        """Go on with a notice, if it is still shown: Textual calls what was due before its timer was stopped."""

        def go_on() -> None:
            if self.said.get(kind) is said:
                then()

        self._expiries[kind] = self.set_timer(seconds, go_on)

    def take_back(self, kind: str) -> None:
        """Show the notice of a kind no more, if there is one."""
        if (timer := self._expiries.pop(kind, None)) is not None:
            timer.stop()
        if kind in self.said:
            self.said = {other: said for other, said in self.said.items() if other != kind}

    @property
    def closes(self) -> bool:
        """Whether a notice is shown that Escape closes."""
        newest = next(reversed(self.said.values()), None)
        return newest is not None and newest.severity != "question"

    def close(self) -> bool:
        """Close the notice that is shown. False where none is."""
        newest = next(reversed(self.said), None)
        if newest is not None:
            self.take_back(newest)
        return newest is not None

    @property
    def whole(self) -> str:
        """All of the notice that is shown, or of the latest one; "" where there was none."""
        newest = next(reversed(self.said.values()), self._latest)
        return "" if newest is None else newest.whole or newest.words

    def on_click(self) -> None:
        self.close()

    def render(self) -> Content:
        if not self.said:
            return Content("")
        newest = next(reversed(self.said.values()))
        more = f" · {len(self.said) - 1} more" if len(self.said) > 1 else ""
        sign, style = ("! ", "$text-error") if newest.severity == "problem" else ("· ", "$foreground")
        closing = " · Esc closes" if self.closes else ""
        if newest.whole:
            closing = f" · {key_for('app.commands')} “Show the notice whole”{closing}"
        return Content.assemble((sign, style), (newest.words, style), (f"{more}{closing}", "$foreground-muted"))
