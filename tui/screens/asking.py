"""Asking in the open session: the composer, the questions that wait, and which indexes are searched."""

from asyncio import sleep
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import events, getters, work
from textual.app import SuspendNotSupported
from textual.binding import BindingType
from textual.content import Content
from textual.reactive import var

from tui.conversation.catalogue import names_of
from tui.keys.bound import bound
from tui.keys.keymap import key_for
from tui.screens.indexes.choosing import IndexChoosing
from tui.screens.reading import ReadingScreen
from tui.screens.sessions.beginning import SessionBeginning
from tui.screens.starting import Starting
from tui.widgets.composer import Composer
from tui.widgets.queue_line import QueueLine
from tui.widgets.start_page import ExampleQuestions, StartPage
from tui.workspace.workspace import Workspace

if TYPE_CHECKING:
    from tui.screens.indexes.index_picker import Choice
    from tui.widgets.conversation_pane import ConversationPane


class AskingScreen(ReadingScreen):
    """Sends what is written in the composer. Each session has its own draft and its own queue."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bound("session.new", "new_session", priority=True),
        bound("session.indexes", "choose_scope", show=False, priority=True),
    ]

    chosen: "var[Choice | None]" = var(None, init=False)
    """What the session to come searches. It is created with its first question; None where nothing is chosen yet."""

    composer = getters.query_one(Composer)
    queue_line = getters.query_one(QueueLine)
    start_page = getters.query_one(StartPage)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self.indexes = IndexChoosing(self)
        self.starting = Starting(self)
        self.beginning = SessionBeginning(self)
        self.expected: str | None = None
        """The session that is looked for, to be opened as soon as it is found."""

    def on_mount(self) -> None:
        self.show_draft()

    @property
    def written_in(self) -> str | None:
        """The session that the composer's text is meant for; None for one to come."""
        return self.open_id or self.expected

    def expect(self, session_id: str) -> None:
        """Have what is written be meant for a session that is looked for."""
        self.expected = session_id
        self.show_draft()
        self.view.show_notice("Looking for the session…")

    def expect_none(self) -> None:
        """Look for no session any more. What was written stays in the composer, before what was written earlier."""
        if self.expected is None:
            return
        written = [self.composer.text, self.workspace.draft(None)]
        self.workspace.write_draft(self.expected, "")
        self.expected = None
        self.view.show_beginning()
        self.workspace.write_draft(None, "\n\n".join(filter(None, written)))
        self.show_draft()

    def watch_open_id(self, before: str | None, session_id: str | None) -> None:
        self.workspace.write_draft(before or self.expected, self.composer.text)
        if self.expected is not None:
            self.expected = None
            self.notice_line.take_back("refusal")
        self.workspace.save_drafts()
        self.workspace.switch(session_id, leaving=before)
        super().watch_open_id(before, session_id)
        self.show_draft()
        self.show_queue()

    def watch_chosen(self) -> None:
        self.show_heading()
        self.starting.show_what_is_open()

    def show_heading(self) -> None:
        super().show_heading()
        if self.open_id is None and self.chosen is not None:
            head = self.view.head
            head.title = "New session"
            head.searched = ", ".join(names_of(self.chosen.index_ids, self.workspace.indexes))
            head.state = "bound" if self.chosen.is_bound else "unbound"

    def show_indexes(self) -> None:
        """Show the indexes as they are now, where they are being chosen. A choice holds only while all of it exists."""
        self.chosen = self.indexes.existing(self.chosen)
        self.indexes.show_indexes()

    def show_draft(self) -> None:
        """Turn the composer to the draft of what it is written in."""
        self.composer.load(self.workspace.draft(self.written_in))

    def type_into_composer(self, text: str) -> None:
        """Go on in the composer with text that was typed elsewhere. The focus is there when this returns."""
        self.set_focus(self.composer)
        self.composer.type(text)

    def on_example_questions_taken(self, message: ExampleQuestions.Taken) -> None:
        self.set_focus(self.composer)
        self.composer.put(message.question)

    def on_example_questions_left(self, message: ExampleQuestions.Left) -> None:
        self.type_into_composer(message.typed)

    def on_composer_left_upwards(self) -> None:
        if self.start_page.display and self.start_page.questions:
            self.set_focus(self.start_page.example_questions)

    async def on_key(self, event: events.Key) -> None:
        """A letter that is no command where the focus is has bubbled up to here: it is meant for the composer."""
        is_text = event.character is not None and event.is_printable and "+" not in event.key
        if is_text and event.character and event.key not in self.active_bindings:
            event.stop()
            self.type_into_composer(event.character)

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self.set_focus(self.composer)
        self.composer.paste(event.text)

    def show_queue(self) -> None:
        """Show the questions that wait in the open session."""
        self.queue_line.waiting = self.workspace.waiting(self.open_id)
        self.queue_line.is_paused = self.workspace.is_paused(self.open_id)
        self.composer.has_waiting = bool(self.queue_line.waiting)

    def questions_before(self) -> Sequence[str]:
        """The questions that can be brought back, oldest first."""
        return self.workspace.questions(self.open_id)

    def on_text_area_changed(self) -> None:
        self.notice_line.take_back("refusal")
        self.workspace.write_draft(self.written_in, self.composer.text)

    def on_composer_submitted(self, message: Composer.Submitted) -> None:
        question = message.text
        if not self.composer.text.strip().startswith(question):
            return  # it has left with the Enter before, whose session was still being created
        self.area.uncover()
        session = self.workspace.catalogue.get(self.open_id)
        if self.open_id is None and self.expected is not None:
            self.say("The session is still being looked for. Press Enter again when it is open.", kind="refusal")
        elif session is None or self.workspace.is_deleted_elsewhere(session.session_id):
            self.beginning.begin_with(question)
        elif self.workspace.needs_scope(session):
            self._begin_to_search(session.session_id, partial(self._ask, session.session_id, question))
        else:
            self._ask(session.session_id, question)

    def _ask(self, session_id: str, question: str) -> None:
        """Send a question; it leaves the composer where it is taken."""
        if self.workspace.ask(session_id, question):
            self.composer.take()
            self.follow_answer()

    def follow_answer(self) -> None:
        """Show what is answered as it comes."""
        self.notice_line.take_back("problem")
        self.view.pane.follow()

    @work
    async def action_choose_scope(self) -> None:
        """Choose what all further questions of an unbound session search."""
        session = self.workspace.catalogue.get(self.open_id)
        if session is None:
            await self.action_new_session()
        else:
            await self.indexes.choose_scope(session)

    @work
    async def action_add_folder(self) -> None:
        """Add a folder of this machine, or say how, where the indexes are not folders."""
        if self.workspace.index_list.keeps_folders:
            await self.indexes.add_folder()
        else:
            self.app.call_later(self.app.run_action, "change_key")

    async def action_new_session(self) -> None:
        self._choose_for_new_session()
        await sleep(0)  # the worker opens its dialog now: the next key is for that and not for the composer

    @work
    async def _choose_for_new_session(self) -> None:
        await self.beginning.choose_indexes()

    @work
    async def _begin_to_search(self, session_id: str, ask: Callable[[], None]) -> None:
        """Have the indexes chosen that an unbound session's questions search, and ask the first of them."""
        choice = await self.indexes.choose("question")
        if choice is not None and session_id == self.open_id:
            self.workspace.set_scope(session_id, choice.index_ids)
            ask()

    def on_composer_resume_requested(self) -> None:
        session = self.workspace.catalogue.get(self.open_id)
        if session is not None and self.workspace.needs_scope(session):
            self._begin_to_search(session.session_id, partial(self.workspace.resume, session.session_id))
        else:
            self.workspace.resume(self.open_id)

    def on_composer_last_waiting_requested(self, message: Composer.LastWaitingRequested) -> None:
        self.workspace.take_last_waiting(self.open_id, to_edit=message.to_edit)

    @work
    async def on_composer_history_requested(self) -> None:
        from tui.screens.search.asked_before import AskedBefore

        question = await self.app.push_screen_wait(AskedBefore(self.questions_before, self.workspace.history.forget))
        if question is not None:
            self.composer.recall(question)

    async def on_composer_read_requested(self, message: Composer.ReadRequested) -> None:
        await self.area.reader.run_action(message.action)

    def on_composer_editor_requested(self) -> None:
        from tui.workspace.editor import EditorError, edited

        try:
            with self.app.suspend():
                text = edited(self.composer.text)
        except (EditorError, SuspendNotSupported) as error:
            words = str(error) or "This terminal cannot be handed over to an editor. Write the question here."
            self.say(words, kind="editor", severity="problem")
        else:
            self.composer.put(text)

    def on_composer_refused(self, message: Composer.Refused) -> None:
        self.say(message.reason, kind="refusal", severity="problem")

    def on_line_view_scrolled(self, message: "ConversationPane.Scrolled") -> None:
        title = "" if message.is_at_end else f"↓ more below · {key_for('text.end')}"
        if title != (self.composer.border_title or ""):  # setting it draws the composer anew, also for the same words
            self.composer.border_title = Content(title)
