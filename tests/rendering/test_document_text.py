"""Which documents are shown as Markdown, and which as they stand."""

import pytest

from tui.rendering.document_text import is_markdown

TABLE = "| city | mayor |\n|---|---|\n| Eskeby | Jon Dahl |\n"


@pytest.mark.parametrize(
    ("file", "text", "shown_as_markdown"),
    [
        ("towns.csv", TABLE, True),
        ("towns.TSV", TABLE, True),
        ("towns.csv", "city,mayor\n**Eskeby**,Jon Dahl\n- a,b\n", False),
        ("towns.txt", TABLE, False),
        ("towns", TABLE, True),
        ("towns.md", "Eskeby", True),
    ],
)
def test_cells_are_markdown_only_where_they_are_a_table(file: str, text: str, shown_as_markdown: bool) -> None:
    assert is_markdown(file, text) == shown_as_markdown
