"""Patterns of a model that take long."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from tests.local.agents.scripted_model import ScriptedModel, called, endpoint, said
from tests.local.inprocess import Stage, served
from tests.local.server import until
from tests.local.turn import answer_to, ask, index_ids
from tui.local.agents import llm_agent, lookup
from tui.local.agents.llm_agent import LlmAgent
from tui.local.agents.llm_settings import LlmSettings
from tui.local.agents.tool_output import ToolOutput
from tui.local.search.patterns import PATTERNS_AT_ONCE, PatternSearch, in_pattern_thread


def test_patterns_that_take_long_hold_up_no_other_turn(
    notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many, opened, question = 40, threading.Event(), "Who is the electrician?"

    def spans(*_: object) -> list[tuple[int, int]]:
        assert opened.wait(60)
        return []

    monkeypatch.setattr(PatternSearch, "spans", spans)
    stage = Stage()
    with endpoint() as model, served(notes, tmp_path, stage) as http, ThreadPoolExecutor(many) as pool:
        stage.agent = LlmAgent(LlmSettings(model.base_url, "small-model", "sk-secret", None, 60))
        model.model = searching = ScriptedModel([called("grep", {"pattern": "a"})])
        ids = list(index_ids(http).values())
        try:
            turns = [pool.submit(answer_to, http, question, ids) for _ in range(many)]
            until(lambda: len(searching.asked) == many)
            model.model = ScriptedModel([said("Marek Nowak [1].")])
            for _ in range(5):  # time in which the others would take what threads there are
                assert answer_to(http, question, ids) == "Marek Nowak [1]."
        finally:
            opened.set()
        assert all("Marek Nowak" in one.result() for one in turns)


@contextmanager
def all_places_taken() -> Generator[threading.Event]:
    """No place is left to search for a pattern, until the event is set."""
    opened, taken = threading.Event(), threading.Barrier(PATTERNS_AT_ONCE + 1)

    def hold() -> None:
        taken.wait(60)
        assert opened.wait(60)

    with ThreadPoolExecutor(PATTERNS_AT_ONCE) as pool:
        holding = [pool.submit(asyncio.run, in_pattern_thread(hold)) for _ in range(PATTERNS_AT_ONCE)]
        taken.wait(60)
        try:
            yield opened
        finally:
            opened.set()
        for held in holding:
            held.result()


@pytest.mark.parametrize("agent", [llm_agent, lookup], ids=["with a model", "without a model"])
def test_a_pattern_that_waited_for_others_is_searched_for_in_all_documents(
    agent: ModuleType, notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, asked = 0.0, threading.Event()
    monkeypatch.setattr("tui.local.agents.tools.time", SimpleNamespace(monotonic=lambda: now))

    def noted(search: Callable[..., ToolOutput], *args: object) -> Coroutine[None, None, ToolOutput]:
        asked.set()
        return in_pattern_thread(search, *args)

    monkeypatch.setattr(agent, "in_pattern_thread", noted)
    stage = Stage()
    with (
        endpoint() as model,
        served(notes, tmp_path, stage) as http,
        ThreadPoolExecutor(1) as pool,
        all_places_taken() as opened,
    ):
        if agent is llm_agent:
            stage.agent = LlmAgent(LlmSettings(model.base_url, "small-model", "sk-secret", None, 60))
        model.model = ScriptedModel([called("grep", {"pattern": "electrician"}), said("Marek Nowak [1].")])
        ids = list(index_ids(http).values())
        session_id = http.post("/api/v1/chat", json={"index_ids": ids}).json()["session_id"]
        turn = pool.submit(ask, http, session_id, 'Where does it say "electrician, new sockets"?', ids)
        until(asked.is_set)
        now += 1000
        assert not turn.done()
        opened.set()
        told = [event for _, event in turn.result() if event["type"] == "tool_result" and event["name"] == "grep"]
    assert "electrician" in str(told[0]["result"])
