from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import product

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.events import advance
from tui.api.models import (
    Event,
    Stop,
    Text,
    TextDelta,
    Thinking,
    ThinkingDelta,
    ToolCall,
    ToolResult,
    Unknown,
    UserInput,
)
from tui.conversation.reconcile import (
    PAUSE_SECONDS,
    UNKNOWN_COUNT,
    WATCH_TIMEOUT,
    Finished,
    Interrupted,
    NotConfirmed,
    PollAgain,
    Polls,
    QuestionSearch,
    Sent,
    SessionGone,
    StillRunning,
    Verdict,
    known_questions,
    reconcile,
)
from tui.conversation.transcript import Answer, Transcript, ask, interrupt
from tui.conversation.transcript_builder import replay
from tui.store.journal import JournalEntry
from tui.store.store import Store

QUESTION = "And the notice period?"
BEFORE: list[Event] = [UserInput(QUESTION), Text("Six months."), Stop(), UserInput("Why?"), Text("So it says."), Stop()]
SENT = Sent(QUESTION, questions_before=2)


def poll(sent: Sent, events: Sequence[Event] | None, polls: Polls) -> Verdict:
    """What a poll says that shows these events."""
    if events is None:
        return reconcile(sent, None, polls)
    search = QuestionSearch(sent)
    for event in events:
        search.add([event])
    return reconcile(sent, search, polls)


def told(verdict: Verdict, events: Sequence[Event]) -> list[Event]:
    """The session's history as it is to be shown after a poll that showed these events."""
    assert isinstance(verdict, Finished | StillRunning | Interrupted)
    return list(verdict.amendment.applied_to(events))


def look_until_decided(sent: Sent, get: Callable[[], Sequence[Event]]) -> tuple[Verdict, list[Event], list[float]]:
    """The last verdict, the history that it was made of, and the pauses on the way to it."""
    polls, pauses = Polls(), list[float]()
    while True:
        shown = get()
        verdict = poll(sent, shown, polls)
        if not isinstance(verdict, PollAgain | StillRunning):
            return verdict, list(shown), pauses
        polls = verdict.polls
        pauses.append(verdict.after)
        assert sum(pauses) < WATCH_TIMEOUT + 2 * max(PAUSE_SECONDS)


def answers(events: Sequence[Event]) -> list[str]:
    """The last turn's answers as a reader sees them."""
    return [part.text for part in list(replay(events))[-1].parts if isinstance(part, Answer)]


def test_a_turn_that_has_its_stop_is_finished() -> None:
    events = [*BEFORE, UserInput(QUESTION), Thinking("Hm."), Text("Three months."), Stop()]
    sent = Sent(QUESTION, 2, [ThinkingDelta("Hm."), TextDelta("Three mon")])

    verdict = poll(sent, events, Polls())
    assert isinstance(verdict, Finished)
    assert verdict.news == 1
    assert told(verdict, events) == events


def test_an_equal_question_asked_before_is_not_taken_for_this_one() -> None:
    assert isinstance(poll(SENT, BEFORE, Polls()), PollAgain)


UNSEEN = Sent(QUESTION, UNKNOWN_COUNT)


@pytest.mark.fault(40)
def test_in_a_session_not_seen_before_an_equal_question_of_old_is_not_taken_for_this_one() -> None:
    verdict, _, pauses = look_until_decided(UNSEEN, lambda: BEFORE[:3])
    assert isinstance(verdict, NotConfirmed)
    assert pauses == list(PAUSE_SECONDS)


@pytest.mark.fault(40)
def test_in_a_session_not_seen_before_a_turn_that_runs_is_followed_to_its_end() -> None:
    running = [*BEFORE, UserInput(QUESTION), Text("Three months.")]
    polled = iter([running, [*running, Stop()]])
    verdict, shown, _ = look_until_decided(UNSEEN, lambda: next(polled))
    assert isinstance(verdict, Finished)
    assert answers(told(verdict, shown)) == ["Three months."]


@pytest.mark.fault(40)
def test_in_a_session_not_seen_before_the_last_question_is_the_one_whose_answer_began_to_arrive() -> None:
    sent = Sent(QUESTION, UNKNOWN_COUNT, [TextDelta("Three")])
    verdict, shown, _ = look_until_decided(sent, lambda: [*BEFORE, UserInput(QUESTION), Text("Three months."), Stop()])
    assert isinstance(verdict, Finished)
    assert answers(told(verdict, shown)) == ["Three months."]


def test_questions_are_compared_without_the_space_around_them() -> None:
    events = [*BEFORE, UserInput(f" {QUESTION}\n"), Stop()]

    assert isinstance(poll(SENT, events, Polls()), Finished)


def test_a_question_of_another_client_in_between_does_not_hide_this_one() -> None:
    other: list[Event] = [UserInput("What else?"), Text("Nothing."), Stop()]

    assert isinstance(poll(SENT, [*BEFORE, *other, UserInput(QUESTION), Text("Three."), Stop()], Polls()), Finished)
    assert isinstance(poll(SENT, [*BEFORE, UserInput(QUESTION), *other], Polls()), Interrupted)


def test_a_question_that_never_shows_is_looked_for_at_growing_pauses_and_then_not_confirmed() -> None:
    assert look_until_decided(SENT, lambda: BEFORE) == (NotConfirmed(), BEFORE, list(PAUSE_SECONDS))


def test_a_question_that_never_shows_though_its_answer_began_to_arrive_is_not_called_lost() -> None:
    sent = Sent(QUESTION, 2, [TextDelta("Three mon")])
    verdict, shown, _ = look_until_decided(sent, lambda: BEFORE)

    assert isinstance(verdict, Interrupted)
    assert told(verdict, shown) == [*BEFORE, UserInput(QUESTION), TextDelta("Three mon")]


def test_a_turn_that_does_not_grow_is_interrupted_after_the_last_look() -> None:
    events = [*BEFORE, UserInput(QUESTION), Text("Three")]

    verdict, shown, pauses = look_until_decided(SENT, lambda: events)
    assert isinstance(verdict, Interrupted)
    assert told(verdict, shown) == events
    assert pauses == list(PAUSE_SECONDS)


def test_a_turn_that_grows_is_watched_from_the_start_again_but_not_for_ever() -> None:
    events: list[Event] = [*BEFORE, UserInput(QUESTION)]

    def growing() -> Sequence[Event]:
        events.append(TextDelta("a"))
        return list(events)

    verdict, _, pauses = look_until_decided(SENT, growing)
    assert isinstance(verdict, Interrupted)
    assert set(pauses) == {PAUSE_SECONDS[0]}
    assert sum(pauses) == WATCH_TIMEOUT


@pytest.mark.fault(55)
def test_a_session_that_is_gone_is_said_to_be_gone() -> None:
    assert poll(SENT, None, Polls(3)) == SessionGone()


def test_a_turn_whose_stop_arrived_here_is_finished_whatever_the_server_shows() -> None:
    sent = Sent(QUESTION, 2, [UserInput(QUESTION), Text("Three months."), Stop()])

    for shown in (BEFORE, [*BEFORE, UserInput(QUESTION), Text("Three")]):
        verdict = poll(sent, shown, Polls())
        assert isinstance(verdict, Finished)
        assert told(verdict, shown) == [*BEFORE, UserInput(QUESTION), Text("Three months."), Stop()]


@pytest.mark.parametrize(
    ("here", "there", "shown"),
    [
        ("Three mon", "Three months.", ["Three months."]),
        ("months", "Three months.", ["Three months."]),
        ("Three months.", "Three", ["Three months."]),
        ("Three months.", "", ["Three months."]),
        ("", "Three months.", ["Three months."]),
        ("Three months.", "I cannot say.", ["Three months.", "I cannot say."]),
    ],
)
def test_text_that_arrived_is_shown_unless_the_server_has_it(here: str, there: str, shown: list[str]) -> None:
    sent = Sent(QUESTION, 2, [TextDelta(here)])
    events = [*BEFORE, UserInput(QUESTION), Text(there), Stop()]
    verdict = poll(sent, events, Polls())

    assert isinstance(verdict, Finished)
    assert [text for text in answers(told(verdict, events)) if text] == shown


@pytest.mark.fault(25)
def test_deltas_and_the_text_that_repeats_them_are_one_text() -> None:
    sent = Sent(QUESTION, 2, [TextDelta("Three "), TextDelta("mon")])
    there: list[Event] = [TextDelta("Three "), TextDelta("months."), Text("Three months."), Stop()]
    shown = [*BEFORE, UserInput(QUESTION), *there]
    verdict = poll(sent, shown, Polls())

    assert isinstance(verdict, Finished)
    assert answers(told(verdict, shown)) == ["Three months."]


def test_tool_uses_and_unknown_events_that_arrived_are_kept_once() -> None:
    call, result, odd = ToolCall("1", "read", {}), ToolResult("1", "read", "page"), Unknown("citation", "{}")
    sent = Sent(QUESTION, 2, [call, result, odd, Text("Local.")])
    shown = [*BEFORE, UserInput(QUESTION), call, Text("Other."), Stop()]
    verdict = poll(sent, shown, Polls())

    assert isinstance(verdict, Finished)
    assert sorted(map(repr, told(verdict, shown)[len(BEFORE) + 1 :])) == sorted(
        map(repr, [call, result, odd, Text("Local."), Text("Other."), Stop()])
    )


def test_a_question_that_broke_off_without_a_word_is_not_counted_as_known() -> None:
    transcript = replay(BEFORE)
    assert known_questions(transcript) == 2
    assert known_questions(interrupt(ask(transcript, "And?"), "The line broke.")) == 2
    assert known_questions(interrupt(advance(ask(transcript, "And?"), TextDelta("a")), "The line broke.")) == 3
    assert known_questions(interrupt(replay([UserInput("And?")]), "No end.")) == 1
    assert known_questions(Transcript()) == 0


@dataclass
class Server:
    """A server that may fail at any point of one turn, and shows what it has only after `lag` polls."""

    accept: bool
    finish: bool
    sent_events: int
    kept_events: int
    lag: int
    events: list[Event] = field(default_factory=lambda: list(BEFORE))
    posts: int = 0

    def post(self, question: str) -> list[Event]:
        """What arrives before the line breaks."""
        self.posts += 1
        if not self.accept:
            return []
        self.events += [UserInput(question), *STREAM[: self.kept_events]]
        return STREAM[: self.sent_events]

    def get(self) -> list[Event]:
        self.lag -= 1
        if self.lag >= 0:
            return list(BEFORE)
        shown = len(self.events) - len(BEFORE) - 1
        if self.accept and self.finish and shown < len(STREAM):
            self.events.append(STREAM[shown])
        return list(self.events)

    @property
    def has_finished(self) -> bool:
        return Stop() in self.events[len(BEFORE) :]


STREAM: list[Event] = [
    Thinking("The lease."),
    ToolCall("1", "read", {}),
    ToolResult("1", "read", "p. 3"),
    TextDelta("Three "),
    TextDelta("months."),
    Text("Three months."),
    Stop(),
]
POINTS = range(len(STREAM))


@pytest.mark.fault(21, 40)
@pytest.mark.parametrize("lag", [0, 1, 3, 5, 6, 99])
def test_whatever_fails_one_question_is_sent_once_and_nothing_untrue_is_said(lag: int) -> None:
    for accept, finish, sent_events, kept_events in product((True, False), (True, False), POINTS, POINTS):
        server = Server(accept, finish, sent_events, kept_events, lag)
        received = server.post(QUESTION)
        verdict, shown, _ = look_until_decided(Sent(QUESTION, 2, received), server.get)

        assert server.posts == 1
        match verdict:
            case Finished():
                assert server.has_finished
                assert answers(told(verdict, shown)) == ["Three months."]
            case Interrupted():
                assert accept
                assert not server.has_finished or lag == 99 or lag > len(PAUSE_SECONDS)
                arrived = "".join(answers([UserInput(QUESTION), *received]))
                assert arrived in "".join(answers(told(verdict, shown)))
            case NotConfirmed():
                assert not received
                assert not accept or lag > len(PAUSE_SECONDS)
            case _:
                pytest.fail(f"no decision: {verdict}")


class OneUser(RuleBasedStateMachine):
    """One person, one session, much bad luck: the app is killed, the line breaks, the server goes on or does not."""

    def __init__(self) -> None:
        super().__init__()
        self.store = Store.in_memory()
        self.server: list[Event] = []
        self.typed: list[str] = []
        self.arrived: set[int] = set()
        self.streaming: int | None = None
        self.polls: dict[int, Polls] = {}

    def teardown(self) -> None:
        self.store.close()

    @property
    def entries(self) -> Sequence[JournalEntry]:
        return self.store.journal.entries("local")

    @property
    def open_question(self) -> bool:
        return bool(self.server) and not isinstance(self.server[-1], Stop)

    @precondition(lambda self: len(self.store.notes.draft("local", "s").split()) < 2)
    @rule(word=st.sampled_from(["why", "more"]))
    def types(self, word: str) -> None:
        draft = self.store.notes.draft("local", "s")
        self.store.notes.save_draft("local", "s", f"{draft} {word}".strip())
        self.typed.append(word)

    @precondition(lambda self: self.store.notes.draft("local", "s") and not self.entries and not self.open_question)
    @rule(arrives=st.booleans(), killed=st.booleans())
    def sends(self, arrives: bool, killed: bool) -> None:
        question = self.store.notes.draft("local", "s")
        known = sum(isinstance(event, UserInput) for event in self.server)
        turn_id = self.store.journal.begin("local", "s", question, known)
        if killed:
            return
        if arrives:
            self.server.append(UserInput(question))
            self.arrived.add(turn_id)
            self.streaming = turn_id

    @precondition(lambda self: self.open_question)
    @rule(event=st.sampled_from([Text("a"), Text("b"), Stop()]))
    def the_agent_works(self, event: Event) -> None:
        self.server.append(event)
        if self.streaming is not None:
            self.store.journal.append(self.streaming, [event])
            if isinstance(event, Stop):
                self.store.journal.end(self.streaming)
                self.streaming = None

    @precondition(lambda self: self.streaming is not None)
    @rule()
    def the_line_breaks_or_the_app_is_killed(self) -> None:
        self.streaming = None

    @precondition(lambda self: self.streaming is None and self.entries)
    @rule()
    def the_app_looks(self) -> None:
        for entry in self.entries:
            sent = Sent(entry.prompt, entry.questions_before, self.store.journal.events(entry.turn_id))
            verdict = poll(sent, self.server, self.polls.get(entry.turn_id, Polls()))
            match verdict:
                case Finished():
                    assert isinstance(self.server[-1], Stop)
                    assert told(verdict, self.server)[-1] == Stop()
                    self.store.journal.end(entry.turn_id)
                case Interrupted():
                    assert self.open_question
                    self.store.journal.end(entry.turn_id)
                    self.server.append(Stop(is_error=True))
                case NotConfirmed():
                    assert sum(isinstance(event, UserInput) for event in self.server) == entry.questions_before
                    self.store.journal.give_back(entry.turn_id)
                case PollAgain(_, polls) | StillRunning(_, _, polls):
                    self.polls[entry.turn_id] = polls
                case SessionGone():
                    raise AssertionError("the session is there")

    @invariant()
    def nothing_typed_is_lost_or_doubled(self) -> None:
        asked = [event.content for event in self.server if isinstance(event, UserInput)]
        waiting = [entry.prompt for entry in self.entries if entry.turn_id not in self.arrived]
        here = [self.store.notes.draft("local", "s"), *waiting]
        assert sorted(" ".join([*asked, *here]).split()) == sorted(self.typed)


OneUser.TestCase.settings = settings(stateful_step_count=40, suppress_health_check=[HealthCheck.too_slow])
TestOneUser = pytest.mark.fault(44)(OneUser.TestCase)
