"""Before there is a conversation: what is open, what could be asked, and trying again to connect."""

from collections.abc import Sequence
from typing import ClassVar

from textual import getters
from textual.binding import BindingType
from textual.message import Message

from tui.api.models import Index
from tui.conversation.catalogue import age_in_words, now
from tui.counts import counted
from tui.keys.bound import bound
from tui.screens.asking import AskingScreen
from tui.widgets.start_page import ExampleQuestions, StartPage
from tui.workspace.workspace import Workspace


class StartingScreen(AskingScreen):
    """Fills the start page, and puts a question from it into the composer."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bound("app.connect", "retry", show=False),
    ]

    class RetryRequested(Message):
        """It is to be connected once more, or the list to be loaded again."""

    start_page = getters.query_one(StartPage)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._asked_about: Sequence[str] = []
        self._followed: Sequence[str] = []

    def show_what_is_open(self) -> None:
        """Say on the start page what can be asked about, and find questions once for the same indexes."""
        indexes = self._asked_indexes()
        self.start_page.opened = _summary(indexes)
        self.start_page.questions = self.workspace.index_list.example_questions
        if self.workspace.is_live:
            self.start_page.forget_failures()
        readable = [index.id for index in indexes if not index.is_syncing]
        if self.open_id is None and readable != self._asked_about:
            self._asked_about = readable
            self.workspace.start(self.workspace.index_list.find_example_questions(readable))
        reading = [index.id for index in indexes if index.is_syncing]
        if self.open_id is None and reading != self._followed:
            self._followed = reading
            if reading:
                watching = self.workspace.index_list.watch(lambda: self.open_id is None and self._followed == reading)
                self.workspace.start(watching)

    def _asked_indexes(self) -> Sequence[Index]:
        """The indexes that the session to come searches; all where that is not chosen."""
        chosen = () if self.chosen is None else self.chosen.index_ids
        return [index for index in self.workspace.indexes if index.id in chosen] or self.workspace.indexes

    def watch_chosen(self) -> None:
        super().watch_chosen()
        self.show_what_is_open()

    def on_example_questions_taken(self, message: ExampleQuestions.Taken) -> None:
        self.set_focus(self.composer)
        self.composer.put(message.question)

    def on_example_questions_left(self, message: ExampleQuestions.Left) -> None:
        self.set_focus(self.composer)
        self.composer.type(message.typed)

    def on_composer_left_upwards(self) -> None:
        if self.start_page.display and self.start_page.questions:
            self.set_focus(self.start_page.example_questions)

    def action_retry(self) -> None:
        self.start_page.show_no_problem()
        self.post_message(self.RetryRequested())

    def on_start_page_retry_requested(self) -> None:
        if not self.workspace.is_live:
            self.post_message(self.RetryRequested())


def _summary(indexes: Sequence[Index]) -> str:
    """What is open, in one line: "manuals · 8 documents · read 5 min ago"."""
    if len(indexes) != 1:
        return f"{len(indexes)} indexes: {', '.join(index.name for index in indexes)}" if indexes else ""
    (index,) = indexes
    documents = counted(index.files, "document") if index.files is not None else ""
    progress = f"{index.files_done or 0:,} of {index.files_total:,} files read" if index.files_total else "being read"
    read = f"read {age_in_words(index.last_synced_at, now())}" if index.last_synced_at else ""
    parts = (index.name, progress) if index.is_syncing else (index.name, documents, read)
    return " · ".join(filter(None, parts))
