"""Asking in the open session: the composer, the questions that wait, and which indexes are searched."""

from asyncio import sleep
from typing import ClassVar

from textual import getters, work
from textual.app import SuspendNotSupported
from textual.binding import Binding, BindingType

from tui.screens.choosing import ChoosingScreen
from tui.widgets.composer import Composer
from tui.widgets.conversation_pane import ConversationPane
from tui.widgets.queue_line import QueueLine


class AskingScreen(ChoosingScreen):
    """Sends what is written in the composer. Each session has its own draft and its own queue."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+n", "new_session", "New", priority=True)]

    composer = getters.query_one(Composer)
    queue_line = getters.query_one(QueueLine)

    def on_mount(self) -> None:
        self.show_draft()

    def watch_open_id(self, before: str | None, session_id: str | None) -> None:
        self.workspace.write_draft(before, self.composer.text)
        self.workspace.save_drafts()
        self.workspace.switch(session_id, leaving=before)
        super().watch_open_id(before, session_id)
        self.show_draft()
        self.show_queue()
        self._remember_questions()

    def show_draft(self) -> None:
        """Put the open session's draft into the composer."""
        self.composer.put(self.workspace.draft(self.open_id))

    def show_queue(self) -> None:
        """Show the questions that wait in the open session."""
        self.queue_line.waiting = self.workspace.waiting(self.open_id)
        self.queue_line.is_paused = self.workspace.is_paused(self.open_id)
        self.composer.has_waiting = bool(self.queue_line.waiting)

    def _remember_questions(self) -> None:
        transcript = self.workspace.transcript(self.open_id)
        self.composer.remember([turn.question for turn in transcript or () if turn.question])

    def on_text_area_changed(self) -> None:
        self.workspace.write_draft(self.open_id, self.composer.text)

    def on_composer_submitted(self, message: Composer.Submitted) -> None:
        session = self.workspace.catalogue.get(self.open_id)
        if session is None or self.workspace.is_deleted_elsewhere(session.session_id):
            self._begin_session(message.text)
        elif self.workspace.needs_scope(session):
            self._ask_in_chosen_indexes(session.session_id, message.text)
        else:
            self._ask(session.session_id, message.text)

    def _ask(self, session_id: str, question: str) -> bool:
        """Send a question; it leaves the composer with this. False where it could not be taken."""
        is_taken = self.workspace.ask(session_id, question)
        if is_taken:
            self.composer.take()
            self.view.pane.follow()
            self.call_after_refresh(self._remember_questions)
        return is_taken

    async def action_new_session(self) -> None:
        self._begin_session()
        await sleep(0)  # the worker opens its dialog now: the next key is for that and not for the composer

    @work
    async def _begin_session(self, question: str = "") -> None:
        """Have indexes chosen for a new session, open it, and ask in it what was typed before there was one.

        A question is asked at once where there is nothing to choose.
        """
        written_in = self.open_id
        choice = self.only_choice() if question else None
        choice = choice or await self.choose_indexes("session")
        if choice is None:
            return
        session_id = await self.workspace.create(choice.index_ids, is_bound=choice.is_bound)
        if session_id is None:
            return
        self.open_id = session_id
        self.set_focus(self.composer)
        is_asked = bool(question) and self._ask(session_id, question)
        if is_asked and self.workspace.draft(written_in).strip() == question:
            self.workspace.write_draft(written_in, "")

    @work
    async def _ask_in_chosen_indexes(self, session_id: str, question: str) -> None:
        """Have the indexes chosen that an unbound session's questions search, this one first."""
        choice = await self.choose_indexes("question")
        if choice is not None and session_id == self.open_id:
            self.workspace.set_scope(session_id, choice.index_ids)
            self._ask(session_id, question)

    def on_composer_resume_requested(self) -> None:
        self.workspace.resume(self.open_id)

    def on_composer_last_waiting_requested(self, message: Composer.LastWaitingRequested) -> None:
        question = self.workspace.take_last_waiting(self.open_id)
        if message.to_edit:
            self.composer.put(question)

    @work
    async def on_composer_history_requested(self) -> None:
        from tui.screens.choice_list import ChoiceList

        questions = list(dict.fromkeys(self.composer.remembered))
        number = await self.app.push_screen_wait(
            ChoiceList("Questions asked before", questions, takes="put it in the composer")
        )
        if number is not None:
            self.composer.put(questions[number])

    def on_composer_editor_requested(self) -> None:
        from tui.workspace.editor import EditorError, edited

        try:
            with self.app.suspend():
                text = edited(self.composer.text)
        except (EditorError, SuspendNotSupported) as error:
            words = str(error) or "This terminal cannot be handed over to an editor."
            self.notify(words, severity="error", markup=False, timeout=30)
        else:
            self.composer.put(text)

    def on_composer_refused(self, message: Composer.Refused) -> None:
        self.notify(message.reason, severity="warning", markup=False)

    def on_line_view_scrolled(self, message: ConversationPane.Scrolled) -> None:
        self.composer.border_title = "" if message.is_at_end else "↓ more below · End"

    def on_conversation_pane_typed(self, message: ConversationPane.Typed) -> None:
        self.set_focus(self.composer)
        self.composer.type(message.text)
