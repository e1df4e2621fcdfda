from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from tests.terminal.probe_app import probe
from tui.terminal.pacing import ANSWER_TIMEOUT, MAX_UNANSWERED, QUESTION, Pacing


@dataclass
class Clock:
    """Alarms that go off when the test says so."""

    ring: Callable[[], None] | None = None

    def later(self, seconds: float, ring: Callable[[], None]) -> "Clock":
        assert seconds == ANSWER_TIMEOUT
        self.ring = ring
        return self

    def cancel(self) -> None:
        self.ring = None

    def pass_limit(self) -> None:
        assert self.ring is not None
        ring, self.ring = self.ring, None
        ring()


@dataclass
class Stream:
    """Submits numbered drawings; a drawing is at once a frame, which ends with the question if it is a paced one."""

    clock: Clock = field(default_factory=Clock)
    drawn: list[int] = field(default_factory=list[int])
    questions: int = 0

    def __post_init__(self) -> None:
        self.pacing = Pacing(self.clock.later)

    def submit(self, *numbers: int) -> None:
        for number in numbers:
            self.pacing.submit(lambda number=number: self.draw(number))

    def draw(self, number: int) -> None:
        self.drawn.append(number)
        self.questions += self.pacing.question() == QUESTION


@pytest.fixture
def stream() -> Stream:
    return Stream()


def test_a_frame_waits_for_the_answer_and_only_the_latest_is_drawn(stream: Stream) -> None:
    stream.submit(1, 2, 3)
    assert stream.drawn == [1]
    stream.pacing.answered()
    assert (stream.drawn, stream.questions) == ([1, 3], 2)
    assert not stream.pacing.is_ready


def test_frames_that_are_not_paced_are_not_asked_about(stream: Stream) -> None:
    assert stream.pacing.question() == ""
    assert stream.pacing.is_ready


def test_a_late_terminal_gets_a_frame_in_each_limit_and_no_second_question(stream: Stream) -> None:
    stream.submit(1)
    stream.pacing.answered()
    for number in range(2, 10):
        stream.submit(number)
        if number > 2:
            stream.clock.pass_limit()
    assert stream.drawn == list(range(1, 10))
    assert stream.questions == 2
    stream.pacing.answered()
    stream.submit(10)
    assert stream.questions == 3


def test_a_terminal_that_never_answers_is_soon_not_waited_for(stream: Stream) -> None:
    stream.submit(1)
    for _ in range(MAX_UNANSWERED):
        stream.submit(2)
        stream.clock.pass_limit()
    stream.submit(3, 4, 5)
    assert stream.drawn[-3:] == [3, 4, 5]
    assert stream.questions == 1


def test_leaving_waits_for_the_answer_on_its_way(stream: Stream) -> None:
    left: list[str] = []
    stream.submit(1, 2)
    stream.pacing.finish(lambda: left.append("answered"))
    assert (stream.drawn, left) == ([1], [])
    stream.pacing.answered()
    assert (stream.drawn, left) == ([1], ["answered"])


def test_leaving_waits_no_longer_than_the_limit(stream: Stream) -> None:
    left: list[str] = []
    stream.submit(1)
    stream.pacing.finish(lambda: left.append("late"))
    stream.clock.pass_limit()
    assert left == ["late"]


def test_in_a_real_terminal_a_key_is_echoed_while_a_frame_waits() -> None:
    with probe(["paced one", "paced two", "type typed", "paced three"]) as terminal:
        terminal.wait_until(lambda: terminal.title == "done 0 at 120")
        terminal.answering = False
        terminal.send("\x0e")
        terminal.wait_for("one")
        terminal.send("\x0e\x0e")
        terminal.wait_for("typed")
        assert not any("onetwo" in line for line in terminal.lines())
        assert terminal.unanswered == 1
        terminal.answer()
        terminal.wait_for("onetwo")


def test_in_a_real_terminal_that_never_answers_streams_go_on() -> None:
    with probe(["paced one", "paced two", "paced three"], answer_timeout=0.2) as terminal:
        terminal.wait_until(lambda: terminal.title == "done 0 at 120")
        terminal.answering = False
        terminal.send("\x0e")
        terminal.wait_for("one")
        terminal.send("\x0e")
        terminal.wait_for("onetwo")
        terminal.send("\x0e")
        terminal.wait_for("onetwothree")


def test_nothing_is_asked_when_it_is_all_turned_off() -> None:
    with probe(["paced one", "paced two"], full_refresh=True) as terminal:
        terminal.wait_until(lambda: terminal.title == "done 0 at 120")
        terminal.send("\x0e\x0e")
        terminal.wait_for("onetwo")
        assert QUESTION.encode() not in terminal.received


def test_leaving_restores_the_colours_and_takes_the_last_answer_along() -> None:
    with probe(["paced one"]) as terminal:
        terminal.wait_until(lambda: terminal.title == "done 0 at 120")
        terminal.answering = False
        terminal.send("\x0e")
        terminal.wait_for("one")
        terminal.send("\x11")
        terminal.wait_until(lambda: terminal.unanswered)
        terminal.answer()
        assert terminal.wait_for_exit() == 0
        after_last_frame = terminal.received[terminal.received.rindex(QUESTION.encode()) :]
        assert after_last_frame.index(b"\x1b[m") < after_last_frame.index(b"\x1b[?1049l")
