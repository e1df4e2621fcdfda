"""A long session: opening it, its memory, paging through it, resizing the terminal, and leaving it alone."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median, quantiles

from benchmarks.corpus import ending
from benchmarks.fake_api import FakeApi
from benchmarks.figure import Figure
from benchmarks.folding import fold_apart
from benchmarks.running import APP, HELLO, Program, first_frame_of_hello, open_first, sessions_of

SHORT, LONG = 10, 3000
IDLE_SECONDS = 30.0
PAGE_QUIET = 0.03
"""Seconds after which a page is whole. Its claims are checked about once a second, and are marked in another frame."""

SIZES = ((100, 36), (120, 36), (110, 30), (120, 36))


@dataclass(slots=True)
class _Times:
    """Seconds, by what took them."""

    first: dict[int, list[float]] = field(default_factory=lambda: {SHORT: [], LONG: []})
    again: dict[int, list[float]] = field(default_factory=lambda: {SHORT: [], LONG: []})
    pages: list[float] = field(default_factory=list[float])
    evidence: list[float] = field(default_factory=list[float])
    resizes: list[float] = field(default_factory=list[float])
    memory: list[float] = field(default_factory=list[float])
    hello: list[float] = field(default_factory=list[float])
    hello_memory: list[float] = field(default_factory=list[float])


def opening(times: int) -> Iterator[Figure]:
    """`open_3000_vs_10`, `rss_3000_vs_hello`, `page_3000_vs_hello`, `evidence_3000_ms` and `resize_3000_vs_hello`."""
    took = _Times()
    with FakeApi(*sessions_of(LONG, SHORT)) as api:
        for _ in range(times):
            took.hello.append(first_frame_of_hello())
            took.hello_memory.append(_memory_of_hello())
            _read(api, took)
        decoding = {turns: fold_apart(api.body(f"ses-{turns}"), times).fold for turns in (SHORT, LONG)}
    base = median(took.hello)
    again = {turns: median(took.again[turns]) for turns in (SHORT, LONG)}
    first = {turns: median(took.first[turns]) for turns in (SHORT, LONG)}
    told = (
        f"shown again {again[LONG] * 1e3:.0f} over {again[SHORT] * 1e3:.0f} ms; for the first time, with the network, "
        f"{first[LONG] * 1e3:.0f} over {first[SHORT] * 1e3:.0f} ms, where to decode and fold all of it "
        f"takes {decoding[LONG] * 1e3:.0f} and {decoding[SHORT] * 1e3:.0f} ms"
    )
    fastest = min(took.again[LONG]) / min(took.again[SHORT])
    yield Figure("open_3000_vs_10", again[LONG] / again[SHORT], told, fastest)
    memory, least = median(took.memory), median(took.hello_memory)
    size = len(api.body(f"ses-{LONG}")) / 2**20
    note = f"{memory / 2**20:.0f} MiB; hello {least / 2**20:.0f} MiB; the session's JSON has {size:.0f} MiB"
    yield Figure("rss_3000_vs_hello", memory / least, note, min(took.memory) / min(took.hello_memory))
    page, resize = quantiles(took.pages, n=20)[-1], median(took.resizes)
    note = f"median {median(took.pages) * 1e3:.0f} ms, 95th percentile {page * 1e3:.0f} ms; hello {base * 1e3:.0f} ms"
    yield Figure("page_3000_vs_hello", page / base, note, min(took.pages) / min(took.hello))
    evidence, page = median(took.evidence), median(took.pages)
    note = f"{evidence * 1e3:.0f} ms, the first time {took.evidence[0] * 1e3:.0f} ms; Page Up {page * 1e3:.0f} ms"
    yield Figure("evidence_3000_ms", (evidence - page) * 1e3, note)
    note = f"{resize * 1e3:.0f} ms; hello {base * 1e3:.0f} ms"
    yield Figure("resize_3000_vs_hello", resize / base, note, min(took.resizes) / min(took.hello))


def _read(api: FakeApi, took: _Times) -> None:
    with Program(*APP, environment=api.environment_of_newcomer) as app:
        app.wait_for_bytes(b"Session of 10 turns")
        app.settle()
        app.press("\x13")
        app.settle()
        took.first[SHORT].append(_open(app, "j", SHORT))
        took.first[LONG].append(_open(app, "\x13k", LONG))
        took.memory.append(app.memory())
        for _ in range(3):
            took.again[SHORT].append(_open(app, "\x13j", SHORT, again=True))
            took.again[LONG].append(_open(app, "\x13k", LONG, again=True))
        app.press("\x1b[Z")
        app.settle()
        for _ in range(12):
            pressed = app.press("\x1b[5~")
            took.pages.append(app.settle(PAGE_QUIET, at_least=True) - pressed)
            app.settle(0.1)
        for _ in range(6):
            pressed = app.press("s")
            took.evidence.append(app.settle(0.1, at_least=True) - pressed)
            app.press("s")
            app.settle(0.1)
        for size in SIZES:
            app.screen()
            resized = time.monotonic()
            app.resize(*size)
            took.resizes.append(app.settle(at_least=True) - resized)


def _open(app: Program, way: str, turns: int, *, again: bool = False) -> float:
    """Seconds from Enter until the last turn is shown, of the session that the keys lead to."""
    for key in way:
        app.press(key)
        app.settle()
    pressed = app.press("\r")
    shown_at = app.settle(0.1, at_least=True) if again else pressed
    app.wait_for(ending(turns - 1))
    shown_at = shown_at if again else app.received_at
    app.settle(2.0 if turns == LONG else 0.3)
    return shown_at - pressed


def _memory_of_hello() -> float:
    with Program(*HELLO) as hello:
        hello.wait_for_bytes(b"HELLO-WORLD")
        hello.settle()
        return hello.memory()


def idle(times: int) -> Iterator[Figure]:
    """`idle_cpu`. Watches for the whole 30 s, or for a part of it where few rounds are wanted."""
    seconds = IDLE_SECONDS if times > 1 else IDLE_SECONDS / 5
    with FakeApi(*sessions_of(100)) as api, Program(*APP, environment=api.environment) as app:
        open_first(app, api)
        app.settle(2.0)
        before, end = app.cpu_seconds(), time.monotonic() + seconds
        while time.monotonic() < end:
            app.read(end - time.monotonic())
        used = app.cpu_seconds() - before
    yield Figure("idle_cpu", used * IDLE_SECONDS / seconds, f"{used * 1e3:.0f} ms in {seconds:.0f} s")
