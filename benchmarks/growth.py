"""How cost grows with what there is: by sizes that are tenfold of one another, and the exponent that fits them.

An exponent of 0 is a cost that does not grow, 1 one that grows as the size does.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import timedelta
from math import log
from statistics import linear_regression, median, quantiles

from benchmarks.corpus import ending
from benchmarks.fake_api import NEWEST, FakeApi, Session, streaming
from benchmarks.figure import Figure
from benchmarks.running import APP, Program, open_first, sessions_of
from tui.api.models import MORE_THAN_SHOWN
from tui.api.models import Session as ListedSession
from tui.settings import Settings
from tui.store.files import FILE_NAME
from tui.store.store import Store

TURNS = (10, 300, 3_000, 30_000)
SESSIONS = (10, 100, 1_000, 10_000)
ANSWERS = (10_000, 100_000, 1_000_000, 10_000_000)
STREAMS = (1, 3, 10)
RATE = 20.0
STREAMS_SECONDS = 10.0


def exponent(costs: Mapping[int, float]) -> float:
    """The slope of the line that fits the costs by their sizes, where both are drawn by their logarithms."""
    slope, _ = linear_regression([log(size) for size in costs], [log(cost) for cost in costs.values()])
    return slope


def by_answer(times: int) -> Iterator[Figure]:
    """`answer_growth`."""
    costs = {size: median(_opening_cpu(size) for _ in range(times)) for size in ANSWERS}
    yield Figure("answer_growth", exponent(costs), _told(costs, 1e3, "ms of CPU"))


def by_streams(times: int) -> Iterator[Figure]:
    """`streams_growth`."""
    costs = {count: median(_delta_cpu(count) for _ in range(times)) for count in STREAMS}
    yield Figure("streams_growth", exponent(costs), _told(costs, 1e3, "ms of CPU"))


def _told(costs: Mapping[int, float], factor: float, unit: str) -> str:
    return ", ".join(f"{size:,}: {cost * factor:.4g}" for size, cost in costs.items()) + f" {unit}"


def by_turns(times: int) -> Iterator[Figure]:
    """`turns_growth` and `turns_memory_growth`."""
    opened: dict[int, list[float]] = {turns: [] for turns in TURNS}
    memory: dict[int, list[float]] = {turns: [] for turns in TURNS}
    for turns in TURNS:
        with FakeApi(*sessions_of(turns)) as api:
            _keep_turns(api, turns)
            for _ in range(times):
                seconds, rss = _open(api, turns)
                opened[turns].append(seconds)
                memory[turns].append(rss)
    medians = {turns: median(opened[turns]) for turns in TURNS}
    yield Figure("turns_growth", exponent(medians), _told(medians, 1e3, "ms"))
    medians = {turns: median(memory[turns]) for turns in TURNS}
    yield Figure("turns_memory_growth", exponent(medians), _told(medians, 2**-20, "MiB"))


def _keep_turns(api: FakeApi, turns: int) -> None:
    """Open the only session, and wait until all of it is kept on this machine."""
    account, session_id = Settings(base_url=api.base_url).account, next(iter(api.sessions))
    with Program(*APP, environment=api.environment) as app:
        open_first(app, api)
        with closing(Store.open(api.state_folder / FILE_NAME)) as store:

            def is_kept() -> bool:
                kept = store.sessions.history(account, session_id, last_turns=0)
                return kept is not None and kept.turns_before == turns

            app.wait_until(is_kept, 300)


def _open(api: FakeApi, turns: int) -> tuple[float, int]:
    """Seconds from Enter until the end of the only session is shown, and the bytes of memory when all has settled."""
    with Program(*APP, environment=api.environment) as app:
        app.wait_for_bytes(b"Session of")
        app.press("\x13")
        app.settle()
        pressed = app.press("\r")
        app.wait_for(ending(turns - 1))
        shown = app.received_at
        app.settle(3.0)
        return shown - pressed, app.memory()


def by_sessions(times: int) -> Iterator[Figure]:
    """`sessions_growth` and `filter_10000_ms`."""
    started: dict[int, float] = {}
    letters: list[float] = []
    for count in SESSIONS:
        sessions = [Session(f"ses-{n}", f"Session number {n:05}") for n in range(count)]
        with FakeApi(*sessions) as api:
            _keep(api)
            _start(api, _leave_a_frame)
            started[count] = median(_start(api) for _ in range(times))
            if count == SESSIONS[-1]:
                _start(api, lambda app: letters.extend(_filtered(app)))
    yield Figure("sessions_growth", exponent(started), _told(started, 1e3, "ms of CPU"))
    slowest = quantiles(letters, n=20)[-1] * 1e3
    yield Figure("filter_10000_ms", slowest, f"median {median(letters) * 1e3:.0f} ms", min(letters) * 1e3)


def _keep(api: FakeApi) -> None:
    """Put all sessions into the app's store, as if they had been listed before."""
    store = Store.open(api.state_folder / FILE_NAME)
    account = Settings(base_url=api.base_url).account
    listed = [
        ListedSession(session.session_id, NEWEST - timedelta(hours=age), session.title, ("idx-1",))
        for age, session in enumerate(api.sessions.values())
    ]
    store.sessions.save(account, listed, complete=True)
    store.close()


def _leave_a_frame(app: Program) -> None:
    """Have the first frame kept, and no draft, which the next starts would show with it."""
    app.press("\x7f")
    app.settle(3.0)


def _start(api: FakeApi, then: Callable[[Program], object] = bool) -> float:
    """Seconds of CPU from the start until a list is shown and a key was handled."""
    with Program(*APP, environment=api.environment) as app:
        app.wait_for_bytes(b"Session number 00005")
        at = len(app.received)
        app.press("Q")
        app.wait_for_bytes(b"Q", start=at)
        used = app.cpu_seconds()
        then(app)
        return used


def _filtered(app: Program) -> list[float]:
    """Seconds from each letter in the filter to the last of what it changes on the screen."""
    app.settle()
    app.press("\x13")
    app.settle()
    app.press("/")
    app.settle()
    took: list[float] = []
    for letter in [*"number 0", *"\x7f" * 8] * 2:
        pressed = app.press(letter)
        took.append(app.settle(0.1, at_least=True) - pressed)
    return took


def _opening_cpu(chars: int) -> float:
    """Seconds of CPU to fetch and show a session with one answer of so many characters."""
    with FakeApi(Session("ses-long", "Session of one answer", 1, chars)) as api:
        api.body("ses-long")
        with Program(*APP, environment=api.environment_of_newcomer) as app:
            app.wait_for_bytes(b"Session of one answer")
            app.settle(1.0)
            app.press("\x13")
            app.settle()
            before = app.cpu_seconds()
            app.press("\r")
            app.wait_until(lambda: any(_is_shown(app, words) for words in (ending(0), MORE_THAN_SHOWN)))
            app.settle(1.0)
            return app.cpu_seconds() - before


def _is_shown(app: Program, words: str) -> bool:
    return any(words in line for line in app.screen().display)


def _delta_cpu(streams: int) -> float:
    """Seconds of CPU for each delta while so many sessions stream."""
    turns = [10 + number for number in range(streams)]
    with FakeApi(*sessions_of(*turns)) as api, Program(*APP, environment=api.environment_of_newcomer) as app:
        app.wait_for_bytes(b"Session of 10 turns")
        app.settle(1.0)
        for number, count in enumerate(turns, 1):
            _ask_in_session(app, count, streaming(0, int(RATE * (20 + 4 * streams)), RATE))
            app.wait_until(lambda number=number: len(api.streams) == number)
        app.wait_until(lambda: all(stream.began for stream in api.streams))
        before, began = app.cpu_seconds(), time.monotonic()
        while time.monotonic() < began + STREAMS_SECONDS:
            app.read(0.1)
        used = app.cpu_seconds() - before
        assert not any(stream.ended for stream in api.streams)
        return used / (STREAMS_SECONDS * RATE * streams)


def _ask_in_session(app: Program, turns: int, question: str) -> None:
    """Open the session with so many turns, and ask. The screen never settles while another one streams."""
    app.press("\x13/")
    app.wait_for("Filter")
    app.send(f"of {turns} turns")
    app.wait_for(f"of {turns} turns")
    app.press("\r")
    app.press("\r")
    app.wait_for(ending(turns - 1))
    app.send(question)
    app.wait_for(question[-12:])
    app.send("\r")
