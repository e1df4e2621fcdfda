"""What a turn says where a folder, or some of its files, could not be read."""

import sys
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest

from tests.local.agents.scripted_model import ScriptedModel, endpoint, said
from tests.local.conftest import write_notes
from tests.local.inprocess import Stage, served
from tests.local.opened import opened
from tests.local.turn import answer_to, ask, index_ids
from tui.conversation.grounding.claims import claims_in
from tui.conversation.grounding.prose import ProseReader
from tui.local.agents.llm_agent import LlmAgent
from tui.local.agents.llm_settings import LlmSettings

FULL_DISK = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
from tui.local.library.syncing.worker import main
main()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_notes(tmp_path / "notes")


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def http(folder: Path, tmp_path: Path, stage: Stage) -> Generator[httpx.Client]:
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 and no more")
    with served(folder, tmp_path / "data", stage) as client:
        yield client


def answer(http: httpx.Client, question: str) -> str:
    return answer_to(http, question, list(index_ids(http).values()))


def test_an_answer_from_a_folder_that_is_gone_says_so(http: httpx.Client, folder: Path, stage: Stage) -> None:
    asked = "Who is the electrician?"
    assert "up to date" not in answer(http, asked)
    away = folder.rename(folder.with_name("away"))
    for _ in range(2):
        told = answer(http, asked)
        assert "Marek Nowak" in told
        assert (
            f"*notes is not up to date (`The folder could not be read: No such file or directory: {folder}`)." in told
        )
        assert "This is from what was read of it at `20" in told
        notice = f"{told.splitlines()[-1]}\n"
        assert [claim for unit in ProseReader().read(notice, True) or () for claim in claims_in(unit)] == []
    with endpoint() as model:
        model.model = ScriptedModel([said("Marek Nowak [1].")])
        stage.agent = LlmAgent(LlmSettings(model.base_url, "small-model"))
        assert answer(http, asked).startswith("Marek Nowak [1].\n\n*notes is not up to date (`The folder")
    stage.agent = Stage().agent
    away.rename(folder)
    assert "up to date" not in answer(http, asked)


@pytest.mark.parametrize("question", ["What is a zyzzyva?", "Who is the electrician of the harbour in Lisbon?"])
def test_only_where_nothing_is_found_an_answer_tells_of_files_that_could_not_be_read(
    http: httpx.Client, question: str
) -> None:
    assert "*`1 file` of notes could not be read; the index names them.*" in answer(http, question)
    assert "could not be read" not in answer(http, "Who is the electrician?")


def test_where_nothing_could_be_read_the_turn_fails_and_says_why(tmp_path: Path) -> None:
    with served(tmp_path / "gone", tmp_path / "data") as http:
        ids = list(index_ids(http).values())
        session_id = http.post("/api/v1/chat", json={"index_ids": ids}).json()["session_id"]
        *_, (_, stop) = ask(http, session_id, "Who is the electrician?", ids)
    assert stop["is_error"]
    assert stop["error"].startswith("gone holds nothing to search. The folder could not be read: No such file")


def test_a_disk_that_takes_no_more_of_the_index_is_told_as_that(folder: Path, tmp_path: Path) -> None:
    (folder / "long.md").write_text(
        "\n\n".join(f"Tower {number} is kept by keeper {number}." for number in range(9000))
    )
    local = opened(folder, tmp_path / "data")
    supervisor = local.supervisor((sys.executable, "-P", "-c", FULL_DISK))
    supervisor.ask(local.index_id).result(60)
    supervisor.stop()
    error = local.library.states.served()[local.index_id].error or ""
    assert error.startswith(f"What was read of the folder could not be kept in {tmp_path / 'data'}: ")
    assert "make room on it" in error
