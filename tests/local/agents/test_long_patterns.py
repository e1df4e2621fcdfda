"""Patterns of a model that take long."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.local.agents.scripted_model import ScriptedModel, called, endpoint, said
from tests.local.inprocess import Stage, served
from tests.local.server import until
from tests.local.turn import answer_to, index_ids
from tui.local.agents.llm_agent import LlmAgent
from tui.local.agents.llm_settings import LlmSettings
from tui.local.search.patterns import PatternSearch


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
