"""What stands in place of a conversation before there is one: what is open, what could be asked, and what is wrong."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events, getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive, var
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static

from tui.keys.keymap import key_for
from tui.lazy_dataclass import dataclass

NAME = "llamachat"
NO_QUESTIONS = "Type a question and press {}."
QUESTIONS = "Ask what is in your documents, for example"
KEYS = {"session.new": "indexes", "sessions.show": "sessions", "app.commands": "commands", "app.help": "help"}
"""The actions whose keys are named, and what they are for."""

RETRY_SECONDS = (5, 10, 20, 40, 60)
"""After each failure to connect, so long is waited until the next try; the last one again and again."""


class ExampleQuestions(Widget, can_focus=True):
    """Questions to choose one from."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", show=False),
        Binding("down", "move(1)", "Down", show=False),
        Binding("enter", "take", "Take the question"),
        Binding("escape", "leave", "Back to the composer", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"questions--mark", "questions--cursor"}

    questions: reactive[Sequence[str]] = reactive((), layout=True)
    cursor = reactive(0)

    @dataclass
    class Taken(Message):
        """A question is to be put into the composer."""

        question: str

    @dataclass
    class Left(Message):
        """The reader goes on in the composer, with what was typed here."""

        typed: str = ""

    def watch_questions(self) -> None:
        self.cursor = max(0, len(self.questions) - 1)

    def render(self) -> Content:
        return Content("\n").join([self._line(number) for number in range(len(self.questions))])

    def _line(self, number: int) -> Content:
        under_cursor = self.has_focus and number == self.cursor
        return Content.assemble(
            ("→ ", "$accent bold" if under_cursor else "$accent"),
            (self.questions[number], "bold $primary" if under_cursor else "$foreground"),
        )

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        if 0 <= event.y < len(self.questions):
            self.cursor = event.y
            self.action_take()

    def on_key(self, event: events.Key) -> None:
        if event.character is not None and event.is_printable:
            event.stop()
            event.prevent_default()
            self.post_message(self.Left(event.character))

    def action_move(self, step: int) -> None:
        if self.cursor + step >= len(self.questions):
            self.action_leave()
        else:
            self.cursor = max(0, self.cursor + step)

    def action_take(self) -> None:
        if self.questions:
            self.post_message(self.Taken(self.questions[self.cursor]))

    def action_leave(self) -> None:
        self.post_message(self.Left())


class StartPage(Vertical):
    """Shows values that others find out. A problem is shown with the seconds until the next try."""

    opened = var("", init=False)
    """What can be asked about, in words: the indexes, how many documents they have, when they were read."""

    questions: var[Sequence[str]] = var((), init=False)

    class RetryRequested(Message):
        """It is time to try to connect again."""

    example_questions = getters.query_one(ExampleQuestions)

    def __init__(self) -> None:
        super().__init__()
        self._problem = ""
        self._failures = 0
        self._seconds_left = 0
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        problem, questions = Static(id="start-problem", markup=False), ExampleQuestions()
        problem.display = questions.display = False
        with Vertical(id="start"):
            yield Static(NAME, id="start-name", markup=False)
            yield Static(id="start-opened", markup=False)
            yield problem
            yield Static(_intro(self.questions), id="start-intro", markup=False)
            yield questions
            yield Static(_keys(), id="start-keys", markup=False)

    def watch_opened(self) -> None:
        self.query_one("#start-opened", Static).update(self.opened)

    def watch_questions(self) -> None:
        self.example_questions.questions = self.questions
        self.example_questions.display = bool(self.questions)
        self.query_one("#start-intro", Static).update(_intro(self.questions))

    def show_keys(self) -> None:
        """Name the keys that are in force now."""
        self.query_one("#start-keys", Static).update(_keys())
        self.watch_questions()
        self._show_problem()

    def show_problem(self, problem: str, *, retries: bool) -> None:
        """Say what is wrong. With `retries` it is tried again by itself, after a longer and longer time."""
        self.show_no_problem()
        self._problem = problem
        if retries:
            self._seconds_left = RETRY_SECONDS[min(self._failures, len(RETRY_SECONDS) - 1)]
            self._failures += 1
            self._timer = self.set_interval(1, self._count_down)
        self._show_problem()

    def show_no_problem(self) -> None:
        """Take the problem off, because it is tried again or because it is over."""
        if self._timer is not None:
            self._timer.stop()
        self._timer, self._problem = None, ""
        self._show_problem()

    def forget_failures(self) -> None:
        """Begin with short waits again."""
        self._failures = 0

    def _count_down(self) -> None:
        self._seconds_left -= 1
        if self._seconds_left <= 0:
            self.show_no_problem()
            self.post_message(self.RetryRequested())
        self._show_problem()

    def _show_problem(self) -> None:
        key = key_for("app.connect")
        when = f"Trying again in {self._seconds_left} s · {key} tries now" if self._timer else f"{key} tries again"
        line = self.query_one("#start-problem", Static)
        line.display = bool(self._problem)
        line.update(f"{self._problem}\n{when}" if self._problem else "")


def _intro(questions: Sequence[str]) -> str:
    return QUESTIONS if questions else NO_QUESTIONS.format(key_for("composer.send"))


def _keys() -> str:
    return "   ".join(f"{key_for(action_id)}\u00a0{words}" for action_id, words in KEYS.items())
