"""The real program in a real terminal, killed with SIGKILL while it writes and asks, and started again."""

import time
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.faults.in_terminal import CTRL_Q, ENTER, UP, ask_first, open_newest, program, proxy_beside
from tests.faults.proxy import FaultProxy, no_fault, refused, silence, stalled_at
from tests.local.server import Connection
from tests.real_terminal import RealTerminal

QUESTION = "When was the Heron probe launched?"
KEPT_WITHIN = 0.5
"""Seconds: what is older than this survives."""


@pytest.fixture
def proxy(server: Connection) -> Generator[FaultProxy]:
    with proxy_beside(server) as proxy:
        yield proxy


def read_on(terminal: RealTerminal, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        terminal.read(0.05)


@pytest.mark.fault(44)
def test_a_turn_in_which_the_program_is_killed_is_shown_and_completed_and_was_asked_once(
    proxy: FaultProxy, server: Connection, tmp_path: Path
) -> None:
    with program(proxy, server, tmp_path) as terminal:
        ask_first(terminal)
        proxy.next_turns.append(stalled_at(0.5))
        terminal.send(QUESTION + ENTER)
        terminal.wait_for('▸ retrieve  "Heron')
        terminal.send("half a thought")
        terminal.wait_for("half a thought")
        read_on(terminal, KEPT_WITHIN)
        terminal.process.kill()
        terminal.process.wait()
    proxy.others = refused("403 Forbidden")
    with program(proxy, server, tmp_path) as terminal:
        open_newest(terminal)
        terminal.wait_for('▸ retrieve  "Heron')
        terminal.wait_for("half a thought")
        terminal.wait_for("Looking again")
    proxy.others = no_fault
    with program(proxy, server, tmp_path) as terminal:
        open_newest(terminal)
        terminal.wait_for("launched in March 2031")
        terminal.wait_for("half a thought")
        terminal.wait_until(lambda: sum(" rounds" in line for line in terminal.lines()) == 2)
        terminal.send(CTRL_Q)
        assert terminal.wait_for_exit() == 0
    assert proxy.prompts.count(QUESTION) == 1


@pytest.mark.fault(44)
@pytest.mark.parametrize("after", [0.0, 0.05, 0.2])
def test_killed_right_after_enter_the_question_is_asked_at_most_once_and_never_lost(
    proxy: FaultProxy, server: Connection, tmp_path: Path, after: float
) -> None:
    with program(proxy, server, tmp_path) as terminal:
        ask_first(terminal)
        terminal.send(QUESTION)
        terminal.wait_for(QUESTION)
        read_on(terminal, KEPT_WITHIN)
        terminal.send(ENTER)
        time.sleep(after)
        terminal.process.kill()
        terminal.process.wait()
    with program(proxy, server, tmp_path) as terminal:
        open_newest(terminal)
        terminal.wait_for(QUESTION)
    assert proxy.prompts.count(QUESTION) <= 1


@pytest.mark.fault(44)
def test_the_first_question_of_a_session_is_not_to_be_asked_again_after_a_kill(
    proxy: FaultProxy, server: Connection, tmp_path: Path
) -> None:
    proxy.next_turns.append(silence)
    with program(proxy, server, tmp_path) as terminal:
        terminal.send(QUESTION)
        terminal.wait_for(QUESTION)
        read_on(terminal, KEPT_WITHIN)
        terminal.send(ENTER)
        terminal.wait_until(lambda: QUESTION in proxy.prompts)
        terminal.process.kill()
        terminal.process.wait()
    with program(proxy, server, tmp_path) as terminal:
        terminal.wait_for("Ask a question")
        assert not any(QUESTION in line for line in terminal.lines()[terminal.rows - 4 :])
    assert proxy.prompts.count(QUESTION) == 1


@pytest.mark.fault(44)
def test_a_waiting_question_taken_back_to_be_edited_survives_a_kill_at_once(
    proxy: FaultProxy, server: Connection, tmp_path: Path
) -> None:
    waits, its_keys = "Who leads science?", "edits the last"
    with program(proxy, server, tmp_path) as terminal:
        ask_first(terminal)
        proxy.next_turns.append(silence)
        terminal.send(QUESTION + ENTER)
        terminal.wait_for("asking · ")
        terminal.send(waits + ENTER)
        terminal.wait_for(its_keys)
        terminal.send(UP)
        terminal.wait_until(lambda: not any(its_keys in line for line in terminal.lines()))
        terminal.process.kill()
        terminal.process.wait()
    with program(proxy, server, tmp_path) as terminal:
        open_newest(terminal)
        terminal.wait_for(waits)
    assert proxy.prompts.count(waits) == 0
