"""What lies behind a conversation that is drawn in steps."""

import gc
from collections.abc import Iterator

import pytest

from tui.api.models import Stop, Text, UserInput
from tui.conversation.transcript_builder import replay
from tui.lineview.transcript_lines import TranscriptLines
from tui.rendering import markdown
from tui.rendering.lines import Line


@pytest.fixture(autouse=True)
def _nothing_stays_frozen() -> Iterator[None]:
    yield
    gc.unfreeze()


@pytest.mark.fault(10)
def test_no_collection_looks_at_the_rows_of_a_long_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markdown, "DRAWN_SECONDS", 0)
    table = "|a|b|\n|-|-|\n" + "|1|2|\n" * 20_000
    lines = TranscriptLines()
    lines.show(replay([UserInput("?"), Text(table), Stop()]))
    height = lines.height(0, 1)
    while lines.catch_up():
        height = lines.height(0, 1)
    assert height > 20_000
    assert sum(isinstance(value, Line) for value in gc.get_objects()) < height / 2
