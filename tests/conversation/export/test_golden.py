"""Files that are kept: what is exported stays the same, byte for byte."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from tests.conversation.export.told import BUDGET, HARMFUL, HTML, turns
from tui.api.models import Event
from tui.workspace.exporting import FORMATS, Exported

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize(("name", "title", "events"), [("budget", "Budget", BUDGET), ("harmful", HTML, HARMFUL)])
@pytest.mark.parametrize("format_name", [name for name in FORMATS if name != "jsonl"])
def test_what_is_exported_is_what_was_exported_before(
    name: str, title: str, events: Sequence[Event], format_name: str
) -> None:
    exported = Exported("ses-1", title, turns(events), 3, date(2031, 3, 4))
    written = "".join(exported.pieces(format_name)).encode()
    assert written == (GOLDEN / f"{name}{FORMATS[format_name].suffix}").read_bytes()
