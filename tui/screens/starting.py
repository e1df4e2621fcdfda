"""Before there is a conversation: what is open, and what could be asked."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.api.models import Index
from tui.conversation.catalogue import age_in_words, now
from tui.counts import counted

if TYPE_CHECKING:
    from tui.screens.asking import AskingScreen


NAMED_INDEXES = 10
"""So many indexes are named at most, where there are several."""


class Starting:
    """Fills the start page of a screen."""

    def __init__(self, screen: "AskingScreen") -> None:
        self._screen = screen
        self._asked_about: Sequence[str] = []
        self._followed: Sequence[str] = []

    def show_what_is_open(self) -> None:
        """Say on the start page what can be asked about, and find questions once for the same indexes."""
        indexes, screen, workspace = self._asked_indexes(), self._screen, self._screen.workspace
        screen.start_page.opened = _summary(indexes)
        screen.start_page.questions = workspace.index_list.example_questions
        if workspace.is_live:
            screen.start_page.forget_failures()
        readable = [index.id for index in indexes if not index.is_syncing]
        if screen.open_id is None and readable != self._asked_about:
            self._asked_about = readable
            workspace.start(workspace.index_list.find_example_questions(readable))
        reading = [index.id for index in indexes if index.is_syncing]
        if screen.open_id is None and reading != self._followed:
            self._followed = reading
            if reading:
                workspace.start(self._follow(reading))

    async def _follow(self, reading: Sequence[str]) -> None:
        """Follow how these are read, up to the first conversation; on the next start page it begins anew."""
        screen = self._screen
        await screen.workspace.index_list.watch(lambda: screen.open_id is None and self._followed is reading)
        if screen.open_id is not None and self._followed is reading:
            self._followed = []

    def _asked_indexes(self) -> Sequence[Index]:
        """The indexes that the session to come searches; all where that is not chosen."""
        chosen = () if self._screen.chosen is None else self._screen.chosen.index_ids
        indexes = self._screen.workspace.indexes
        return [index for index in indexes if index.id in chosen] or indexes


def _summary(indexes: Sequence[Index]) -> str:
    """What is open, in one line: "manuals · 8 documents · read 5 min ago"; of several indexes the names."""
    if not indexes:
        return ""
    if len(indexes) > 1:
        named = ", ".join(index.name for index in indexes[:NAMED_INDEXES])
        more = f" and {len(indexes) - NAMED_INDEXES:,} more" if len(indexes) > NAMED_INDEXES else ""
        return f"{len(indexes):,} indexes: {named}{more}"
    (index,) = indexes
    documents = counted(index.files, "document") if index.files is not None else ""
    progress = f"{index.files_done or 0:,} of {index.files_total:,} files read" if index.files_total else "being read"
    read = f"read {age_in_words(index.last_synced_at, now())}" if index.last_synced_at else ""
    parts = (index.name, progress) if index.is_syncing else (index.name, documents, read)
    return " · ".join(filter(None, parts))
