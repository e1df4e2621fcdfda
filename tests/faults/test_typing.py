"""What is typed in a real terminal, byte for byte, and what of it reaches the server."""

import time
from collections.abc import Generator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.faults.in_terminal import ENTER, ask_first, program, proxy_beside, started
from tests.faults.proxy import FaultProxy
from tests.local.server import Connection
from tests.real_terminal import RealTerminal

ALT_ENTER, ALT_CTRL_J, ALT_BACKSPACE, ALT_CTRL_H = "\x1b\r", "\x1b\n", "\x1b\x7f", "\x1b\b"


@pytest.fixture
def proxy(server: Connection) -> Generator[FaultProxy]:
    with proxy_beside(server) as proxy:
        yield proxy


def written_below(terminal: RealTerminal, first: str, second: str) -> bool:
    """Whether the composer shows the second text on the line below the first."""
    lines = terminal.lines()
    return any(first in above and second in below for above, below in pairwise(lines))


def test_alt_enter_of_classic_terminals_is_a_new_line_and_sends_nothing(
    proxy: FaultProxy, server: Connection, tmp_path: Path
) -> None:
    with program(proxy, server, tmp_path) as terminal:
        ask_first(terminal)
        before = list(proxy.prompts)
        terminal.send("half written" + ALT_ENTER + "and more" + ALT_CTRL_J + "still")
        terminal.wait_until(lambda: written_below(terminal, "half written", "and more"))
        terminal.wait_until(lambda: written_below(terminal, "and more", "still"))
        assert proxy.prompts == before
        terminal.send(ENTER)
        terminal.wait_until(lambda: proxy.prompts == [*before, "half written\nand more\nstill"])


def test_alt_backspace_of_classic_terminals_deletes_a_word(
    proxy: FaultProxy, server: Connection, tmp_path: Path
) -> None:
    with program(proxy, server, tmp_path) as terminal:
        terminal.send("one two three" + ALT_BACKSPACE + "3" + ALT_CTRL_H + "end")
        terminal.wait_for("one two end")


@pytest.mark.parametrize("wait", [0.0, 0.1, 0.3, 0.6])
def test_what_is_typed_before_the_first_frame_is_in_the_composer(
    server: Connection, tmp_path: Path, wait: float
) -> None:
    with started(server.base_url, server.api_key, tmp_path) as terminal:
        time.sleep(wait)
        terminal.send("typed ahead")
        terminal.wait_for("typed ahead")
        terminal.wait_for("LlamaCloud · 127.0.0.1")
        assert any("│ typed ahead" in line for line in terminal.lines())
