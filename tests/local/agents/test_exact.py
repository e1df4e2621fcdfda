"""What is written exactly so is looked for only where the index says that it may be."""

from pathlib import Path

import pytest

from tests.local.opened import opened
from tui.local.agents import tools
from tui.local.agents.mentions import pattern_of
from tui.local.agents.tools import GrepArguments, Tools
from tui.local.library.passages import Passages
from tui.local.library.stored_documents import FileRef
from tui.local.search.file_search import Match
from tui.local.search.patterns import PatternSearch


def test_only_the_documents_that_have_the_words_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "reports").mkdir()
    for number in range(20):
        (tmp_path / "reports" / f"{number}.md").write_text(f"# Report\n\nIts reference number is ZX00{number}.\n")
    local = opened(tmp_path / "reports", tmp_path / "data")
    local.sync()
    library, read, grep = local.library, list[str](), tools.grep

    def recorded(passages: Passages, search: PatternSearch, file: FileRef, context: int, *, limit: int) -> list[Match]:
        read.append(file.name)
        return grep(passages, search, file, context, limit=limit)

    monkeypatch.setattr(tools, "grep", recorded)
    found = Tools(library.documents, library.passages, library.vocabulary, [local.index_id]).grep_passages(
        GrepArguments(pattern=pattern_of("ZX0011")), "ZX0011"
    )
    assert [match.file.name for match in found.matches] == ["11.md"]
    assert found.complete
    assert read == ["11.md"]


def test_a_passage_with_many_matches_hides_no_later_one(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    full = f"# First\n\n{'The fee is 4711 kroner. ' * 30}\n\n# Second\n\nPay 4711 kroner at the bridge.\n"
    (tmp_path / "reports" / "fees.md").write_text(full)
    local = opened(tmp_path / "reports", tmp_path / "data")
    local.sync()
    library = local.library
    found = Tools(library.documents, library.passages, library.vocabulary, [local.index_id]).grep_passages(
        GrepArguments(pattern=pattern_of("4711")), "4711"
    )
    assert [match.heading for match in found.matches] == ["First", "Second"]
    assert found.complete
    assert ["bridge" in passage.text for match in found.matches for passage in match.passages] == [False, True]


def test_more_matches_than_are_looked_at_are_not_said_to_be_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tools, "MAX_MATCHES_OF_PASSAGES", 3)
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "fees.md").write_text("The fee is 4711 kroner. " * 5)
    local = opened(tmp_path / "reports", tmp_path / "data")
    local.sync()
    library = local.library
    found = Tools(library.documents, library.passages, library.vocabulary, [local.index_id]).grep_passages(
        GrepArguments(pattern=pattern_of("4711")), "4711"
    )
    assert not found.complete
