"""Questions that name a file of which nothing can be told are not answered as if it said something."""

import asyncio
import difflib
import unicodedata
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.local.documents import pdf
from tests.local.opened import OpenedFolder, opened
from tui.api.denial import denies
from tui.local.agents.agent import Ask, Exchange
from tui.local.agents.extractive import look_up, written
from tui.local.agents.files_without_text import NEIGHBOURS, NearestNames
from tui.local.agents.lookup import begin_lookup
from tui.local.agents.mentions import MAX_NAMES
from tui.local.library import files

TEXTS = {
    "notes.md": "# Travel\n\nThe travel costs of March were 310 kroner.\n\nThe travel to Oslo was by ship.\n",
    "Plan 2025.txt": "The travel of next year goes to Bergen.",
    "Main.py": "# The travel of this program is by train.\n",
    unicodedata.normalize("NFD", "Übersicht.txt"): "The travel in one view is by bus.\n",
    "build.md": "# Build\n\nEach package.json names its travel kit.\n",
    "empty.csv": "",
}


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> OpenedFolder:
    folder: Path = tmp_path_factory.mktemp("named") / "papers"
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / name).write_text(text)
    (folder / "locked.pdf").write_bytes(pdf([["Travel costs."]], encrypted=True))
    (folder / "lease.doc").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    (folder / "talk.key").write_bytes(b"PK\3\4\0\0")
    (folder / "map.png").write_bytes(b"\x89PNG\r\n")
    local = opened(folder, folder.parent / "data")
    local.sync()
    (folder / "new.txt").write_text("The travel costs of April were 290 kroner.")
    return local


def answer(local: OpenedFolder, question: str, *before: str) -> str:
    asked = Ask(question, [Exchange(one, "") for one in before], [local.index_id])
    lookup = begin_lookup(asked, local.library)

    async def looked_up() -> None:
        async for _ in look_up(lookup):
            pass

    asyncio.run(looked_up())
    return written(lookup, local.library)


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ("budget.xlsx", "There is no file budget.xlsx in **papers**."),
        ("2024/budget.xlsx", "There is no file 2024/budget.xlsx in **papers**."),
        ("note.md", "There is no file note.md in **papers**; the nearest name is notes.md."),
        ("locked.pdf", "locked.pdf could not be read: it is encrypted with a password."),
        ("new.txt", "new.txt has not been read yet."),
        ("NEW.TXT", "new.txt has not been read yet."),
        ("LOCKED.pdf", "locked.pdf could not be read: it is encrypted with a password."),
        ("empty.csv", "empty.csv is passed over: it is empty, or a picture, a sound or another binary file."),
        (
            "lease.doc",
            "lease.doc could not be read: it is an old Word document, which is not read; save it as .docx or PDF.",
        ),
        (
            "talk.key",
            "talk.key could not be read: it is a Keynote presentation, which is not read; save it as .pptx or PDF.",
        ),
        ("map.png", "map.png is passed over: it is empty, or a picture, a sound or another binary file."),
    ],
)
def test_a_file_without_text_is_told_in_the_first_line(local: OpenedFolder, named: str, told: str) -> None:
    text = answer(local, f"What does {named} say about the travel costs?")
    first, second, nearest, *rest = text.split("\n\n")
    assert first == told
    assert second == "No passage answers this directly; this comes nearest in other documents:"
    assert nearest == "The travel costs of March were 310 kroner. [1]"
    assert ">" not in "".join(rest)
    assert denies(text)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("What does Plan 2025.txt say about the travel?", "The travel of next year goes to Bergen. [1]"),
        ("what does NOTES.MD say about Oslo?", "The travel to Oslo was by ship. [1]"),
        ("what does main.py say about the travel?", "`# The travel of this program is by train.` [1]"),
        ("What does übersicht.TXT say about the travel?", "The travel in one view is by bus. [1]"),
        (unicodedata.normalize("NFD", "What does übersicht.txt say about the travel?"), "The travel in one view is by"),
        ("What does 2025.txt say of the travel? I mean plan 2025.txt.", "The travel of next year goes to Bergen. [1]"),
        ("What does 2025.txt say?", "There is no file 2025.txt in **papers**; the nearest name is Plan 2025.txt."),
        ("What does package.json name?", "There is no file package.json in **papers**."),
        ("Which travel kit is in package.json?", "Each package.json names its travel kit. [1]"),
    ],
)
def test_a_file_is_known_by_its_whole_name_and_a_name_that_documents_use_is_none(
    local: OpenedFolder, question: str, told: str
) -> None:
    assert answer(local, question).startswith(told)


@pytest.mark.parametrize(
    "question",
    [
        "What are the travel costs of www.example.com?",
        "Where are the travel costs of v2.1?",
        "How do I read https://example.com/costs.pdf on travel costs?",
        "What are the travel costs of Node.js?",
    ],
)
def test_what_only_looks_like_a_file_is_not_said_to_be_missing(local: OpenedFolder, question: str) -> None:
    assert "There is no file" not in answer(local, question)


def test_a_file_may_be_named_without_its_last_ending(tmp_path: Path) -> None:
    folder = tmp_path / "manual"
    folder.mkdir()
    (folder / "resolv.conf.txt").write_text("Up to three name servers may be listed, one in each line.\n")
    local = opened(folder, tmp_path / "data")
    local.sync()
    assert answer(local, "How many name servers can resolv.conf list?").startswith("Up to three name servers may be")


def test_a_file_that_is_there_is_answered_from_beside_one_that_is_not(local: OpenedFolder) -> None:
    text = answer(local, "What do notes.md and budget.xlsx say about the travel costs?")
    assert text.startswith(
        "There is no file budget.xlsx in **papers**.\n\nThe travel costs of March were 310 kroner. ["
    )


def test_a_question_that_leans_on_a_file_that_is_not_there_is_told_so_too(local: OpenedFolder) -> None:
    text = answer(local, "and its travel costs?", "What does budget.xlsx say?")
    assert text.startswith("There is no file budget.xlsx in **papers**.")


def test_a_listing_in_a_question_is_not_asked_for_file_by_file(local: OpenedFolder) -> None:
    text = answer(local, f"What do {' '.join(f'{n}.xlsx' for n in range(60))} say about the travel?")
    assert 0 < text.count("There is no file") <= MAX_NAMES


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("Compare x/plan.txt and y/plan.txt", ["x/plan.txt", "y/plan.txt"]),
        ("Compare plan.txt and myplan.txt", ["myplan.txt", "x/plan.txt", "y/plan.txt"]),
        ("Compare 2025.txt and Plan 2025.txt", ["2025.txt", "Plan 2025.txt"]),
        ("What does Plan 2025.txt say?", ["Plan 2025.txt"]),
        ("What does y/plan.txt say?", ["y/plan.txt"]),
    ],
)
def test_files_of_like_names_are_all_named(tmp_path: Path, question: str, named: list[str]) -> None:
    for name in ("x/plan.txt", "y/plan.txt", "myplan.txt", "2025.txt", "Plan 2025.txt"):
        (tmp_path / "papers" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "papers" / name).write_text("The travel goes to Bergen.")
    local = opened(tmp_path / "papers", tmp_path / "data")
    local.sync()
    lookup = begin_lookup(Ask(question, [], [local.index_id]), local.library)
    assert sorted(file.name for file in lookup.mentions.files) == named
    assert lookup.without_text == []


def test_however_many_names_a_question_has_each_path_is_folded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    def noted(name: str) -> str:
        told.append(name)
        return name.casefold()

    monkeypatch.setattr(files, "folded", noted)
    names = [f"{number}.txt" for number in range(20)]
    question = f"What do {' '.join(names)} say?"
    in_question = files.FileNames(names, question)
    assert in_question.of("letters/7.txt") == ["7.txt"]
    assert not in_question.of("letters/notes.md")
    assert sorted(told) == sorted([*names, question, "letters/7.txt", "letters/notes.md"])


class NamedDocuments:
    """A library of nothing but names, which counts how often they are asked for."""

    def __init__(self, names: list[str]) -> None:
        self._files = [SimpleNamespace(name=name) for name in names]
        self.listed = 0
        self.documents: Any = self

    def files(self, _: list[str]) -> list[SimpleNamespace]:
        self.listed += 1
        return self._files


def test_the_nearest_of_many_names_is_found_and_few_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[int] = []
    compare = difflib.get_close_matches

    def noted(wanted: str, names: list[str], n: int, cutoff: float) -> list[str]:
        compared.append(len(names))
        return compare(wanted, names, n, cutoff)

    monkeypatch.setattr("tui.local.agents.files_without_text.difflib.get_close_matches", noted)
    library: Any = NamedDocuments([f"letters/report-{number:05}.pdf" for number in range(5000)] + ["a/Lease.docx"])
    nearest = NearestNames(library, [])
    for named, told in [
        ("leese.docx", "; the nearest name is a/Lease.docx"),
        ("lease.doc", "; the nearest name is a/Lease.docx"),
        ("kease.docx", "; the nearest name is a/Lease.docx"),
        ("report-04321.pd", "; the nearest name is letters/report-04321.pdf"),
        ("eport-04321.pdf", "; the nearest name is letters/report-04321.pdf"),
        ("nothing.txt", ""),
        ("04321.pdf", ""),
    ]:
        assert nearest.to(named) == told
    assert max(compared) <= 4 * NEIGHBOURS
    assert library.listed == 1
