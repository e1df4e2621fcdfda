"""The one screen: sessions at the left, the conversation and the composer at the right.

It hears the widgets, runs the workspace's coroutines as workers, and shows what the workspace publishes.
"""

from asyncio import sleep
from collections.abc import Coroutine
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual import getters, work
from textual.app import ComposeResult, SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.timer import Timer

from tui.api.errors import ApiError, KeyRefusedError
from tui.api.models import Session
from tui.conversation.transcript import Transcript
from tui.screens.reading import ReadingScreen
from tui.store.store import Store
from tui.terminal.app import DiffingApp
from tui.widgets.composer import Composer
from tui.widgets.conversation_head import SessionState
from tui.widgets.conversation_pane import ConversationPane
from tui.widgets.conversation_view import BEGINNING, ConversationView
from tui.widgets.key_hints import KeyHints
from tui.widgets.queue_line import QueueLine
from tui.widgets.session_list import SessionList, SessionMark, SessionRow
from tui.widgets.sidebar import Sidebar
from tui.workspace.recovery import Work
from tui.workspace.updates import (
    DraftChanged,
    ListChanged,
    Notice,
    QueueChanged,
    RequestFailed,
    TranscriptChanged,
    TurnEnded,
    Update,
)
from tui.workspace.workspace import Workspace

if TYPE_CHECKING:
    from tui.screens.index_picker import Choice, IndexPicker

UNDO_SECONDS = 5.0
"""So long a deleted session can be brought back; then it is deleted on the server."""

QUIT_WITHIN = 2.0
"""Seconds within which a second Ctrl+C quits."""

WIDE = 100
"""Below so many columns the list has no column of its own."""

BREAKPOINTS: list[tuple[int, str]] | None = [(0, "-narrow"), (WIDE, "-wide")]


class ChatScreen(ReadingScreen):
    """Browse, ask, read.

    Keys that move the focus are priority bindings and move it at once: keys typed right after them must reach the pane
    that they were meant for, also where a slow line delivers several together.
    """

    app = getters.app(DiffingApp)
    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    AUTO_FOCUS = "Composer"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "new_session", "New", priority=True),
        Binding("ctrl+s", "go_to_sessions", "Sessions", priority=True),
        Binding("f2", "toggle_sessions", "Show or hide the sessions", show=False, priority=True),
        Binding("tab", "app.focus_next", "Next pane", show=False, priority=True),
        Binding("shift+tab", "app.focus_previous", "Previous pane", show=False, priority=True),
        Binding("escape", "escape", "Stop the turn", show=False),
        Binding("ctrl+c", "copy_or_stop", "Copy, stop or clear", show=False, priority=True),
        Binding("u", "undo_delete", "Undo a deletion", show=False),
        Binding("R,r", "retry", "Retry", show=False),
    ]

    class RetryRequested(Message):
        """The reader asks to connect once more."""

    @dataclass
    class KeyRefused(Message):
        """The server does not take the key any more; `why` is a sentence fit to show."""

        why: str

    @dataclass
    class TurnEndedUnseen(Message):
        """A turn is over that the reader was not looking at."""

        title: str
        well: bool

    def __init__(self, store: Store, account: str) -> None:
        super().__init__()
        self.workspace = Workspace(store, account, self._on_workspace_update, self.run_worker)
        self._open_id: str | None = None
        self._marks: dict[str, SessionMark] = {}
        self._deleted: tuple[Session, Timer] | None = None
        self._quit_asked = -QUIT_WITHIN
        self._picker: IndexPicker | None = None

    def compose(self) -> ComposeResult:
        if self.app.size.width >= WIDE:
            self.add_class("-wide", update=False)  # else Textual finds it when all is styled, and styles all anew
        with Horizontal(id="workspace"):
            yield Sidebar()
            with Vertical(id="main"):
                yield ConversationView()
                yield QueueLine()
                yield Composer()
        yield KeyHints()

    def on_mount(self) -> None:
        self._show_sessions()
        self.query_one(Composer).put(self.workspace.draft(None))

    async def enter(self, account: str) -> None:
        """Turn to another account, if it is another: nothing of one is shown with the other."""
        if account != self.workspace.account_id:
            self._turn_to(None)
            await self.workspace.close()
            self.workspace.load_account(account)
            self.query_one(ConversationView).show_notice(BEGINNING)
            self.query_one(Composer).put(self.workspace.draft(None))
            self._show_sessions()

    def warn(self, words: str) -> None:
        """Say something about the program itself that the reader should know."""
        self.notify(words, severity="warning", markup=False, timeout=30)

    def say_place(self, place: str) -> None:
        """Say in the bottom line what the app is connected to."""
        self.query_one(KeyHints).connected_to = place

    def say_activity(self, activity: str) -> None:
        """Say in the bottom line what is being waited for; empty where nothing is."""
        self.query_one(KeyHints).activity = activity

    def say_problem(self, problem: str) -> None:
        """Say what went wrong: where no conversation is open in its place, else in a notice."""
        if self._open_id is None:
            self.query_one(ConversationView).show_notice(
                f"{problem}\n\nPress r in the sessions list (Ctrl+S) to try again."
            )
        else:
            self.notify(problem, severity="error", markup=False, timeout=30)

    async def finish(self) -> None:
        """Before the app leaves: what was deleted is deleted now, and every turn is let go."""
        if self._deleted is not None:
            (session, timer), self._deleted = self._deleted, None
            timer.stop()
            await self.workspace.delete(session)
        await self.workspace.close()

    def _on_workspace_update(self, update: Update) -> None:
        if not self.is_mounted:
            return
        match update:
            case ListChanged():
                self._show_sessions()
            case TranscriptChanged(session_id):
                self._show_transcript(session_id)
            case TurnEnded(session_id, well):
                self._mark_end(session_id, well)
            case QueueChanged(session_id) | DraftChanged(session_id):
                if session_id == self._open_id:
                    self._show_what_is_written(update)
            case Notice(session_id, words):
                about = "" if session_id == self._open_id else f"{self.workspace.title(session_id)}: "
                self.notify(about + words, markup=False, timeout=15)
            case RequestFailed(error):
                self._show_failure(error)

    def _show_what_is_written(self, news: QueueChanged | DraftChanged) -> None:
        if isinstance(news, DraftChanged):
            self.query_one(Composer).put(self.workspace.draft(news.session_id))
        self._show_queue()

    def _show_failure(self, error: ApiError) -> None:
        self.say_activity("")
        if isinstance(error, KeyRefusedError):
            self.post_message(self.KeyRefused(error.message))
        else:
            self.say_problem(error.message)

    def _run(self, work: Coroutine[object, object, None]) -> None:
        self.run_worker(work)

    def _show_sessions(self) -> None:
        rows = [
            SessionRow(
                session.session_id,
                self.workspace.title(session.session_id),
                session.last_updated_at,
                self._mark(session.session_id),
            )
            for session in self.workspace.catalogue
        ]
        sidebar = self.query_one(Sidebar)
        sidebar.rows, sidebar.open_id = rows, self._open_id
        self._show_heading()
        if self._picker is not None and self._picker.is_mounted and self._picker.is_current:
            self._picker.show_indexes(self.workspace.indexes)

    def _show_heading(self) -> None:
        session, view = self.workspace.catalogue.get(self._open_id), self.query_one(ConversationView)
        head, view.pane.index_names = view.head, self.workspace.index_names
        head.title = "" if session is None else self.workspace.title(session.session_id)
        if session is not None:
            head.searched = ", ".join(self.workspace.searched_names(session))
            self._show_state()

    def _show_state(self) -> None:
        session = self.workspace.catalogue.get(self._open_id)
        self.query_one(ConversationView).head.state = "" if session is None else self._state_of(session)

    def _state_of(self, session: Session) -> SessionState:
        if self.workspace.is_open_elsewhere(session.session_id):
            return "read only: open elsewhere"
        transcript = self._transcript()
        if transcript is None or transcript.turns_before:
            return "loading…"
        return "unbound" if session.index_ids is None else ""

    def _show_transcript(self, session_id: str) -> None:
        if session_id == self._open_id:
            self.app.pace(self._draw_open)
            transcript = self._transcript()
            self.say_activity("Answering · Esc stops" if transcript and transcript.is_busy else "")

    def _draw_open(self) -> None:
        transcript = self._transcript()
        if transcript is not None:
            self.query_one(ConversationView).draw(transcript)
            self._show_state()

    def _transcript(self) -> Transcript | None:
        return self.workspace.transcript(self._open_id)

    def _mark(self, session_id: str) -> SessionMark:
        return "busy" if self.workspace.is_busy(session_id) else self._marks.get(session_id, "")

    def _mark_end(self, session_id: str, well: bool) -> None:
        is_seen = session_id == self._open_id and self.app.app_focus
        self._marks[session_id] = "" if session_id == self._open_id else "unseen" if well else "failed"
        if not is_seen:
            self.post_message(self.TurnEndedUnseen(self.workspace.title(session_id), well))
        self._show_sessions()

    def _show_queue(self) -> None:
        waiting = self.workspace.waiting(self._open_id)
        is_paused = self.workspace.is_paused(self._open_id)
        queue = self.query_one(QueueLine)
        queue.waiting, queue.is_paused = waiting, is_paused
        self.query_one(Composer).has_waiting = bool(waiting)

    def _turn_to(self, session_id: str | None) -> None:
        """Make a session, or none, the one that is read and written in; each has its own draft and queue."""
        before, self._open_id = self._open_id, session_id
        composer = self.query_one(Composer)
        self.workspace.write_draft(before, composer.text)
        self.workspace.save_drafts()
        self.workspace.switch(session_id, before)
        composer.put(self.workspace.draft(session_id))
        self._show_queue()

    def on_text_area_changed(self) -> None:
        self.workspace.write_draft(self._open_id, self.query_one(Composer).text)

    def _open(self, session_id: str) -> None:
        if session_id != self._open_id:
            self._turn_to(session_id)
        self._marks.pop(session_id, None)
        transcript = self._transcript()
        self.query_one(ConversationView).show(session_id, transcript or Transcript())
        self.say_activity("" if transcript is not None else "Opening the session…")
        self.remove_class("-sessions")
        self._show_sessions()
        self.query_one(SessionList).put_cursor_on(session_id)
        self._remember_questions()
        self.set_focus(self.query_one(Composer))

    def _remember_questions(self) -> None:
        self.query_one(Composer).remember([turn.question for turn in self._transcript() or () if turn.question])

    def on_session_list_chosen(self, message: SessionList.Chosen) -> None:
        self._open(message.session_id)
        self._run(self.workspace.open(message.session_id))

    def on_session_list_name_requested(self, message: SessionList.NameRequested) -> None:
        def take(name: str | None) -> None:
            if name is not None:
                self.workspace.rename(message.session_id, name)

        if self.workspace.is_live:
            from tui.screens.text_prompt import TextPrompt

            keys = "Kept on this machine. Enter take · empty: its title again · Esc close"
            name = self.workspace.name(message.session_id)
            question = TextPrompt("Name of this session", keys, value=name, placeholder="its title on the server")
            self.app.push_screen(question, take)
        else:
            self.action_retry()

    def on_session_list_more_requested(self) -> None:
        self._run(self.workspace.load_more())

    def on_session_list_deletion_confirmed(self, message: SessionList.DeletionConfirmed) -> None:
        self._finish_deletion()
        title = self.workspace.title(message.session_id)
        session = self.workspace.hide(message.session_id)
        self._deleted = (session, self.set_timer(UNDO_SECONDS, self._finish_deletion))
        self.notify(
            f"Deleted: {title}. Press u to bring it back.",
            markup=False,
            timeout=UNDO_SECONDS,
        )

    def action_undo_delete(self) -> None:
        if self._deleted is not None:
            (session, timer), self._deleted = self._deleted, None
            timer.stop()
            self.workspace.show_again(session)

    def _finish_deletion(self) -> None:
        if self._deleted is not None:
            (session, timer), self._deleted = self._deleted, None
            timer.stop()
            if session.session_id == self._open_id:
                self._turn_to(None)
                self.query_one(ConversationView).show_notice(BEGINNING)
                self._show_sessions()
            self._run(self.workspace.delete(session))

    def on_composer_submitted(self, message: Composer.Submitted) -> None:
        session = self.workspace.catalogue.get(self._open_id)
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
            self.query_one(Composer).take()
            self.query_one(ConversationView).pane.follow()
            self.call_after_refresh(self._remember_questions)
        return is_taken

    def on_composer_resume_requested(self) -> None:
        self.workspace.resume(self._open_id)

    def on_composer_last_waiting_requested(self, message: Composer.LastWaitingRequested) -> None:
        question = self.workspace.take_last_waiting(self._open_id)
        if message.to_edit:
            self.query_one(Composer).put(question)

    def on_composer_history_requested(self) -> None:
        from tui.screens.choice_list import ChoiceList  # here and below: no dialog is loaded before it is opened

        composer = self.query_one(Composer)
        questions = list(dict.fromkeys(composer.remembered))

        def put(number: int | None) -> None:
            if number is not None:
                composer.put(questions[number])

        self.app.push_screen(ChoiceList("Questions asked before", questions), put)

    def on_composer_editor_requested(self) -> None:
        from tui.workspace.editor import EditorError, edited

        composer = self.query_one(Composer)
        try:
            with self.app.suspend():
                text = edited(composer.text)
        except (EditorError, SuspendNotSupported) as error:
            self.say_problem(str(error) or "This terminal cannot be handed over to an editor.")
        else:
            composer.put(text)

    def on_composer_refused(self, message: Composer.Refused) -> None:
        self.notify(message.reason, severity="warning", markup=False)

    def on_composer_quit_requested(self) -> None:
        self.app.run_worker(self.app.action_quit())

    def on_line_view_scrolled(self, message: ConversationPane.Scrolled) -> None:
        self.query_one(Composer).border_title = "" if message.is_at_end else "↓ more below · End"

    def on_conversation_pane_typed(self, message: ConversationPane.Typed) -> None:
        self.set_focus(self.query_one(Composer))
        self.query_one(Composer).type(message.text)

    async def action_new_session(self) -> None:
        self._begin_session()
        await sleep(0)  # the worker opens its dialog now: the next key is for that and not for the composer

    @work
    async def _begin_session(self, question: str = "") -> None:
        """Have indexes chosen for a new session, open it, and ask in it what was typed before there was one."""
        written_in = self._open_id
        choice = await self._choose_indexes()
        if choice is None:
            return
        session_id = await self.workspace.create(choice.index_ids, is_bound=choice.is_bound)
        if session_id is None:
            return
        self._open(session_id)
        is_asked = bool(question) and self._ask(session_id, question)
        if is_asked and self.workspace.draft(written_in).strip() == question:
            self.workspace.write_draft(written_in, "")

    @work
    async def _ask_in_chosen_indexes(self, session_id: str, question: str) -> None:
        """Have the indexes chosen that an unbound session's questions search, this one first."""
        choice = await self._choose_indexes(for_question=True)
        if choice is not None and session_id == self._open_id:
            self.workspace.set_scope(session_id, choice.index_ids)
            self._ask(session_id, question)

    async def _choose_indexes(self, *, for_question: bool = False) -> "Choice | None":
        """What the reader chose; None where the picker was closed. Folders may be changed in between."""
        from tui.screens.index_picker import AddFolder, Choice, IndexPicker, RemoveIndex, SyncIndex

        if not self.is_active:
            return None
        change: Work | None = None
        while True:
            picker = self._picker = IndexPicker(
                self.workspace.indexes, for_question=for_question, keeps_folders=self.workspace.keeps_folders
            )
            self.run_worker(self._follow_indexes(change, picker))
            match await self.app.push_screen_wait(picker):
                case None | Choice() as choice:
                    return choice
                case AddFolder():
                    change = await self._folder_to_add()
                case SyncIndex(index_id):
                    change = self.workspace.sync_index(index_id)
                case RemoveIndex(index_id):
                    change = self.workspace.remove_index(index_id)

    async def _follow_indexes(self, change: Work | None, picker: "IndexPicker") -> None:
        """Make a change to the indexes, and show how they are as long as the picker is open."""
        if change is not None:
            await change
        await self.workspace.watch_indexes(lambda: picker.is_current)

    async def _folder_to_add(self) -> Work | None:
        from tui.screens.text_prompt import TextPrompt

        keys = "Its documents become one index, named after it. Enter take · Esc close"
        prompt = TextPrompt("Add a folder of this machine", keys, placeholder="~/papers")
        path = await self.app.push_screen_wait(prompt)
        return self.workspace.add_folder(path) if path else None

    def action_go_to_sessions(self) -> None:
        if self.query_one(SessionList).has_focus:
            self.remove_class("-sessions")
            self.set_focus(self.query_one(Composer))
        else:
            self.add_class("-sessions")
            self.remove_class("-no-sessions")
            self.set_focus(self.query_one(SessionList))

    def action_toggle_sessions(self) -> None:
        if self.has_class("-narrow"):
            self.action_go_to_sessions()
            return
        self.toggle_class("-no-sessions")
        if self.query_one(Sidebar).has_focus_within:
            self.set_focus(self.query_one(Composer))

    def action_escape(self) -> None:
        if self.has_class("-sessions") and self.has_class("-narrow"):
            self.action_go_to_sessions()
        else:
            self.workspace.stop(self._open_id)

    def action_copy_or_stop(self) -> None:
        composer, pane = self.query_one(Composer), self.query_one(ConversationView).pane
        if composer.selected_text:
            composer.action_copy()
        elif pane.selected_text:
            pane.action_copy()
        elif self.workspace.stop(self._open_id):
            return
        elif composer.text:
            composer.remember([*composer.remembered, composer.take()])
        elif monotonic() - self._quit_asked < QUIT_WITHIN:
            self.app.run_worker(self.app.action_quit())
        else:
            self._quit_asked = monotonic()
            self.notify("Press Ctrl+C again to quit.", markup=False, timeout=QUIT_WITHIN)

    def action_retry(self) -> None:
        if self._open_id is None:
            self.query_one(ConversationView).show_notice(BEGINNING)
        self.post_message(self.RetryRequested())
