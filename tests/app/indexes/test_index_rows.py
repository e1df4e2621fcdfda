"""The line of an index in the picker."""

from datetime import timedelta

from tui.api.models import Index
from tui.conversation.catalogue import now
from tui.screens.indexes.index_rows import index_row


def line(status: str, minutes: float) -> str:
    then = now() - timedelta(minutes=minutes)
    index = Index("idx-1", "recipes", status=status, last_synced_at=then, error_message=None)
    return index_row(index, 60, is_ticked=True).plain


def test_a_failed_index_is_not_said_to_be_synced_now() -> None:
    assert line("ready", 0).endswith(" ready · synced now")
    assert line("failed", 0).endswith(" failed · last synced just now")
    assert line("failed", 12.5).endswith(" failed · last synced 12 min ago")
    assert len(line("failed", 12.5)) <= 60
