from typing import Any

import pytest

from tui.rendering import markdown
from tui.rendering.tail import Parsed, parse


class ParsedChars:
    """Counts the characters of Markdown that are parsed, and the most objects that a parser made of them at once."""

    def __init__(self) -> None:
        self._count = 0
        self.most_nodes = 0

    def taken(self) -> int:
        """The characters parsed since this was last asked."""
        count, self._count = self._count, 0
        return count

    def parse(self, source: str, prefix: str, references: dict[str, Any]) -> Parsed:
        self._count += len(source)
        parsed = parse(source, prefix, references)
        self.most_nodes = max(self.most_nodes, sum(1 for block in parsed.blocks for _ in block.walk()))
        return parsed


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> ParsedChars:
    """Counts what is parsed during a test."""
    count = ParsedChars()
    monkeypatch.setattr(markdown, "parse", count.parse)
    return count
