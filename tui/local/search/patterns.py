"""Regular expressions that others wrote, searched for in a process of its own, with bounds on time and memory.

A pattern of a few characters can ask for any amount of either: counted repeats are written out when it is compiled, in
one call that nothing interrupts, and what matches may be looked for in ever more ways.
"""

import asyncio
import json
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from types import TracebackType
from typing import Self, TypeVar

SEARCH_TIMEOUT = 2.0
"""Seconds that a pattern may search one document."""

START_TIMEOUT = 3.0
"""Seconds more for the first one: the process starts, and the pattern is compiled."""

MAX_SIZE = 10_000
"""Greatest size of a pattern whose counted repeats are written out."""

PATTERNS_AT_ONCE = 4
"""So many patterns are searched for at once, whoever asks; the others wait, and take none of the server's threads."""

SERVER_ENDS = "The server ends, and searches for no pattern any more."

_THREADS = ThreadPoolExecutor(PATTERNS_AT_ONCE, "patterns")
_searching = set[subprocess.Popen[str]]()
_ends = threading.Event()
_REPEAT = re.compile(r"\{(\d{1,10})?(,)?(\d{1,10})?\}")
_SET = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)


T = TypeVar("T")


class PatternError(Exception):
    """The pattern cannot be searched for; the message says why."""


def written_out(pattern: str) -> int:
    """The size of a pattern when its counted repeats are written out, at least: what is in a group counts as often as
    the group does."""
    sizes, last, at = [0], 0, 0
    while at < len(pattern):
        char, step = pattern[at], 1
        if char == "(":
            sizes.append(0)
        elif repeat := _REPEAT.match(pattern, at) if char == "{" else None:
            low, _, high = repeat.groups()
            times = max(int(high or low or 1), 1)
            sizes[-1] += last * (times - 1)
            last, step = last * times, len(repeat[0])
        else:
            inner = sizes.pop() if char == ")" and len(sizes) > 1 else 1
            last = max(inner, 1)
            sizes[-1] += last
            step = 2 if char == "\\" else len(found[0]) if char == "[" and (found := _SET.match(pattern, at)) else 1
        at += step
    return sum(sizes)


async def in_pattern_thread(search: Callable[..., T], *args: object) -> T:
    """What a function returns that searches for a pattern, once there is a place for it: like `asyncio.to_thread`."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, search, *args)


def end_searches() -> None:
    """End every search, and begin none any more, because the server ends: it would wait for them."""
    _ends.set()
    for process in list(_searching):
        process.kill()


class PatternSearch:
    """Searches documents for one pattern, within `with`. In a server only `in_pattern_thread`.

    Raises `PatternError` for a pattern that is not one, or that takes too long or too much memory. Its methods block.
    """

    def __init__(self, pattern: str, *, any_case: bool) -> None:
        if written_out(pattern) > MAX_SIZE:
            raise PatternError("The pattern is too large: its repeats multiply. Give a simpler one.")
        self._asked = {"pattern": pattern, "any_case": any_case, "timeout": SEARCH_TIMEOUT}
        self._seconds = SEARCH_TIMEOUT + START_TIMEOUT
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            _searching.discard(self._process)

    def spans(self, text: str, start: int, limit: int) -> list[tuple[int, int]]:
        """Where the pattern matches in a text, from an offset on: the first `limit` matches that are not empty."""
        process = self._process = self._process or self._started()
        _searching.add(process)
        if _ends.is_set():
            raise PatternError(SERVER_ENDS)
        assert process.stdin is not None
        assert process.stdout is not None
        end = threading.Timer(self._seconds, process.kill)
        end.start()
        try:
            with suppress(BrokenPipeError):  # what it died of is said below
                process.stdin.write(json.dumps(self._asked | {"text": text, "start": start, "limit": limit}) + "\n")
                process.stdin.flush()
            told = process.stdout.readline()
        finally:
            end.cancel()
        self._seconds = SEARCH_TIMEOUT + 1
        if not told:
            too_much = "The pattern takes too long or too much memory; give a simpler one."
            raise PatternError(SERVER_ENDS if _ends.is_set() else too_much)
        answer = json.loads(told)
        if "error" in answer:
            raise PatternError(answer["error"])
        return [(first, last) for first, last in answer["spans"]]

    def _started(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "tui.local.search.pattern_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="ascii",
        )
