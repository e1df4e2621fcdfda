"""Patterns of a model that take long."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.local.agents.scripted_model import ScriptedModel, called, endpoint, said
from tests.local.inprocess import Stage, served
from tests.local.server import until
from tests.local.turn import answer_to, ask, index_ids
from tui.local.agents.llm_agent import LlmAgent
from tui.local.agents.llm_settings import LlmSettings
from tui.local.search.patterns import PATTERNS_AT_ONCE, PatternSearch


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


def test_a_pattern_that_waited_for_others_is_searched_for_in_all_documents(
    notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr("tui.local.agents.tools.time", SimpleNamespace(monotonic=lambda: now))
    entered = threading.Event()
    enter = PatternSearch.__enter__

    def noted(search: PatternSearch) -> PatternSearch:
        entered.set()
        return enter(search)

    stage = Stage()
    with (
        endpoint() as model,
        served(notes, tmp_path, stage) as http,
        ThreadPoolExecutor(1) as pool,
        ExitStack() as others,
    ):
        for _ in range(PATTERNS_AT_ONCE):
            others.enter_context(PatternSearch("a", any_case=True))
        monkeypatch.setattr(PatternSearch, "__enter__", noted)
        stage.agent = LlmAgent(LlmSettings(model.base_url, "small-model", "sk-secret", None, 60))
        model.model = ScriptedModel([called("grep", {"pattern": "electrician"}), said("Marek Nowak [1].")])
        ids = list(index_ids(http).values())
        session_id = http.post("/api/v1/chat", json={"index_ids": ids}).json()["session_id"]
        turn = pool.submit(ask, http, session_id, "Who is the electrician?", ids)
        assert entered.wait(30)
        now += 1000
        others.close()
        told = [event for _, event in turn.result() if event["type"] == "tool_result" and event["name"] == "grep"]
    assert "electrician" in str(told[0]["result"])
