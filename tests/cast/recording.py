"""What the app writes to a real terminal while it is used, with a calm clock of its own."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from tests.real_terminal import RealTerminal, ShownCell

GAP_SECONDS = 0.15
"""However long the app lets the terminal wait, so much of it is told at most: the speed of the machine is not shown."""

KEY_SECONDS = 0.06


@dataclass(frozen=True, slots=True)
class Frame:
    """What the screen shows from `at` seconds on."""

    at: float
    rows: Sequence[Sequence[ShownCell]]


class Recording:
    """Presses keys, waits for what they bring, and keeps what was written and how the screen looked."""

    def __init__(self, terminal: RealTerminal) -> None:
        self._terminal = terminal
        self._now = 0.0
        self._written: list[tuple[float, str]] = []
        self._told = 0
        self.frames: list[Frame] = []

    def wait_for(self, text: str) -> None:
        """Take up all that comes until the screen shows a text."""
        self._terminal.wait_until(lambda: self._take() and any(text in line for line in self._terminal.lines()))

    def press(self, keys: str, seconds: float = KEY_SECONDS) -> None:
        """Press a key after so many seconds, and take up what it brings."""
        self._now += seconds
        self._terminal.send(keys)
        while self._terminal.read(0.3):
            self._take()

    def type(self, text: str) -> None:
        for char in text:
            self.press(char)

    def hold(self, seconds: float) -> None:
        """Let the reader read."""
        while self._terminal.read(0.5):
            self._take()
        self._now += seconds

    def _take(self) -> bool:
        written = bytes(self._terminal.received[self._told :])
        if written:
            self._told += len(written)
            self._now += GAP_SECONDS if self._written else 0
            self._written.append((self._now, written.decode(errors="replace")))
            rows = self._terminal.cells()
            if not self.frames or rows != self.frames[-1].rows:
                self.frames.append(Frame(self._now, rows))
        return True

    @property
    def seconds(self) -> float:
        return self._now

    def as_cast(self, title: str) -> str:
        """As asciicast v2 (https://docs.asciinema.org/manual/asciicast/v2/): a header, then a line for each output."""
        head = {"version": 2, "width": self._terminal.columns, "height": self._terminal.rows, "title": title}
        pieces = groupby(self._written, key=lambda piece: piece[0])
        lines = [[round(at, 3), "o", "".join(text for _, text in same)] for at, same in pieces]
        return "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in (head, *lines))
