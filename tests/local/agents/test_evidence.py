"""What an answer without a model quotes stands whole in what the cited tool has told."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tui.api.models import ToolResult
from tui.local.agents.agent import Ask
from tui.local.agents.extractive import look_up, written
from tui.local.agents.lookup import begin_lookup
from tui.local.library.database import LibraryDatabase
from tui.local.library.folders import folders_of
from tui.local.library.library import Library, open_library
from tui.local.library.syncing.sync import sync
from tui.local.library.words import folded

FILLER = "The pallets were counted by the yard and loaded before noon, as on any other day of the week. "
LETTER = f"Invoice 7731 is of March.\n\n{FILLER * 4}\n\nThe payment terms are thirty days from the delivery.\n"
SEALS = "The valve of the boiler in the cellar has a seal, as any valve of a boiler has. "
VITON = "The seal of the valve of the boiler is made of viton."
MANUAL = f"# Seal of the boiler\n\n{SEALS * 9}\n\n{SEALS * 9}\n\n{VITON} {FILLER}\n"


OFFICE = {"a-lunch.md": "# Lunch\n\nIt is served at noon.\n", "letter.txt": LETTER, "manual.md": MANUAL}
YARD = {"pallets.md": "# Pallets\n\nInvoice 7731 has forty pallets.\n", "lunch.md": "# Lunch\n\nAt one in the yard.\n"}


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """Two folders; the passages of each are counted from one."""
    for name, files in (("office", OFFICE), ("yard", YARD)):
        (tmp_path / name).mkdir()
        for file, text in files.items():
            (tmp_path / name / file).write_text(text)
    database = LibraryDatabase(tmp_path / "data")
    library = open_library(database, folders_of([tmp_path / "office", tmp_path / "yard"]))
    for folder in library.folders.by_id.values():
        sync(database, folder)
    return library


async def turn(library: Library, question: str) -> tuple[str, dict[int, str]]:
    """The answer, and what its tools told by the numbers of their sources."""
    lookup = begin_lookup(Ask(question, (), list(library.folders.by_id)), library)
    told: dict[int, str] = {}
    async for event in look_up(lookup):
        if isinstance(event, ToolResult):
            for source in sources(event.result):
                told[source.get("citation") or source["metadata"]["citation"]] = source["content"]
    return written(lookup, library), told


def sources(result: Any) -> list[dict[str, Any]]:
    if "citation" in result:
        return [result]
    return result.get("results") or [item for item in result.get("items", ()) if "citation" in item]


def quoted(answer: str) -> Iterator[tuple[str, int]]:
    """Each line that is cited, with the number, without the marks of lists and quotations."""
    for match in re.finditer(r"([^\[\]]+)\[(\d+)\]", answer.partition("*No language model")[0]):
        for line in filter(None, match[1].splitlines()):
            yield re.sub(r"^> ?(?:- |\d+\. )?", "", line), int(match[2])


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("What are the payment terms of invoice 7731?", "thirty days"),
        ("What is the seal of the valve of the boiler in the cellar made of?", "viton"),
        ("How many pallets has invoice 7731?", "forty pallets"),
        ("When is lunch served?", "at noon"),
    ],
)
def test_a_quotation_stands_whole_in_its_evidence(library: Library, question: str, said: str) -> None:
    answer, evidence = asyncio.run(turn(library, question))
    assert said in answer
    found = list(quoted(answer))
    assert found
    for line, number in found:
        assert " ".join(folded(line)) in " ".join(folded(evidence[number]))


def test_what_was_read_twice_is_quoted_once(library: Library) -> None:
    answer, _ = asyncio.run(turn(library, "What is the seal of the valve of the boiler made of?"))
    assert answer.count("viton") == 1
