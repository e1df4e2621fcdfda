"""The program is stopped, or its machine sleeps, or its terminal does not read, in mid-turn."""

import asyncio
import signal
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from tests.api.raw_server import STREAM_HEAD
from tests.faults.answers import STOP, message, said
from tests.faults.in_terminal import CTRL_Q, ENTER, ask_first, proxy_beside, started
from tests.faults.proxy import Exchange, FaultProxy
from tests.local.server import Connection, until
from tests.process.test_signals import CTRL_Z, EXIT_TIMEOUT, given_back, is_stopped
from tests.real_terminal import RealTerminal

QUESTION = "When was the Heron probe launched?"
ANSWER = "March 2031"
AWAY = "Finished while you were away"


@pytest.fixture
def proxy(server: Connection) -> Generator[FaultProxy]:
    with proxy_beside(server) as proxy:
        yield proxy


class InTwoHalves:
    """Half of the answer; the other half, or nothing more, and the end, when it is told to go on."""

    def __init__(self, *, is_cut: bool = False) -> None:
        self._is_cut = is_cut
        self.is_half_given = self.goes_on = self.is_given = False

    async def fault(self, exchange: Exchange) -> None:
        whole = await exchange.whole_answer()
        await exchange.give(whole[: len(whole) // 2])
        self.is_half_given = True
        while not self.goes_on:
            await asyncio.sleep(0.01)
        if not self._is_cut:
            await exchange.give(whole[len(whole) // 2 :])
        self.is_given = True


def stop_by_key(terminal: RealTerminal) -> None:
    terminal.send(CTRL_Z)
    terminal.wait_until(lambda: is_stopped(terminal.process.pid) and given_back(terminal))


def stop_by_signal(terminal: RealTerminal) -> None:
    terminal.process.send_signal(signal.SIGSTOP)
    until(lambda: is_stopped(terminal.process.pid))


@pytest.mark.fault(47, 49)
def test_an_hour_of_sleep_in_mid_turn_costs_nothing_whether_the_line_lives_or_is_dead(
    proxy: FaultProxy, server: Connection, tmp_path: Path
) -> None:
    naps = tmp_path / "naps"
    naps.mkdir()
    program = ["-m", "tests.faults.sleeper", str(naps)]
    alive, dead = InTwoHalves(), InTwoHalves()
    with started(proxy.base_url, server.api_key, tmp_path, program=program) as terminal:
        terminal.wait_for("LlamaCloud · 127.0.0.1")
        ask_first(terminal)
        ask_and_stop(proxy, alive, terminal, QUESTION, stop_by_key)
        alive.goes_on = True
        until(lambda: alive.is_given)
        wake(terminal, naps / "by key")
        terminal.wait_for(ANSWER)
        terminal.wait_until(lambda: not given_back(terminal))
        assert not any(AWAY in line for line in terminal.lines())
        ask_and_stop(proxy, dead, terminal, "Who leads science?", stop_by_signal)
        wake(terminal, naps / "by signal")
        terminal.wait_for(AWAY)
        terminal.wait_for("Bo Lin leads science. [1]")
        assert proxy.prompts.count(QUESTION) == proxy.prompts.count("Who leads science?") == 1
        terminal.send(CTRL_Q)
        assert terminal.wait_for_exit() == 0
        assert given_back(terminal)


def ask_and_stop(
    proxy: FaultProxy,
    turn: InTwoHalves,
    terminal: RealTerminal,
    question: str,
    stop: Callable[[RealTerminal], None],
) -> None:
    proxy.next_turns.append(turn.fault)
    terminal.send(question + ENTER)
    terminal.wait_until(lambda: turn.is_half_given)
    terminal.wait_for("Answering")
    stop(terminal)


def wake(terminal: RealTerminal, nap: Path) -> None:
    nap.touch()
    terminal.process.send_signal(signal.SIGCONT)


class Torrent:
    """More text than a terminal takes that does not read; with `ends` a stop after it."""

    def __init__(self, *, ends: bool) -> None:
        self._ends = ends
        self.words = 0
        self.is_heard = True

    async def fault(self, exchange: Exchange) -> None:
        try:
            await exchange.give(STREAM_HEAD)
            while self.words < 4000 or not self._ends:
                self.words += 1
                await exchange.give(message(said(f"word{self.words} ")))
            await exchange.give(message(STOP))
            while True:
                await exchange.give(b": is anybody there?\n\n")
                await asyncio.sleep(0.01)
        finally:
            self.is_heard = False


@pytest.mark.fault(48)
def test_an_answer_comes_whole_while_the_terminal_does_not_read_and_a_signal_still_ends_the_program(
    proxy: FaultProxy, server: Connection, tmp_path: Path
) -> None:
    whole, endless = Torrent(ends=True), Torrent(ends=False)
    with started(proxy.base_url, server.api_key, tmp_path) as terminal:
        terminal.wait_for("LlamaCloud · 127.0.0.1")
        ask_first(terminal)
        proxy.next_turns += [whole.fault, endless.fault]
        terminal.send(QUESTION + ENTER)
        until(lambda: not whole.is_heard)
        assert whole.words == 4000
        terminal.wait_for("word4000")
        terminal.send("On and on?" + ENTER)
        until(lambda: endless.words > 4000)
        terminal.process.terminate()
        assert terminal.process.wait(EXIT_TIMEOUT) == 143
    assert proxy.prompts[-2:] == [QUESTION, "On and on?"]
