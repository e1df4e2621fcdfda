"""Browsing the sessions: listed, opened, named, deleted and brought back."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual import events, getters, work
from textual.binding import BindingType
from textual.message import Message
from textual.timer import Timer

from tui.api.errors import ApiError
from tui.api.models import Session
from tui.conversation.catalogue import now
from tui.keys.bound import bound
from tui.keys.keymap import key_for
from tui.lazy_dataclass import dataclass
from tui.screens.asking import AskingScreen
from tui.widgets.sessions.session_list import SessionList
from tui.widgets.sessions.session_row import SessionMark, SessionRow
from tui.widgets.sessions.sidebar import Sidebar
from tui.workspace.workspace import Workspace

UNDO_SECONDS = 10.0
"""A deleted session can be brought back for this long; then it is deleted on the server."""

AGES_AFTER_SECONDS = 60.0
"""So often it is told anew how long ago something was, while nothing else happens."""


class BrowsingScreen(AskingScreen):
    """Lists the sessions, and turns to the one that is chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bound("sessions.show", "go_to_sessions", priority=True),
        bound("sessions.toggle", "toggle_sessions", show=False, priority=True),
        bound("sessions.undo_delete", "undo_delete", show=False),
        bound("app.connect", "retry", show=False),
    ]

    class RetryRequested(Message):
        """It is to be connected once more, or the list to be loaded again."""

    @dataclass
    class TurnEndedUnseen(Message):
        """A turn is over that the reader was not looking at."""

        title: str
        well: bool

    sidebar = getters.query_one(Sidebar)
    session_list = getters.query_one(SessionList)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._marks: dict[str, SessionMark] = {}
        self._deleted: tuple[Sequence[Session], Timer] | None = None

    def on_mount(self) -> None:
        self.list_sessions()
        self.call_after_refresh(self._list_kept)
        self.workspace.start(self.workspace.others.follow())
        self.set_interval(AGES_AFTER_SECONDS, self._tell_ages)

    def _tell_ages(self) -> None:
        self.list_sessions()
        self.starting.show_what_is_open()

    def _list_kept(self) -> None:
        self.workspace.start(self.workspace.list_kept())

    def watch_open_id(self, before: str | None, session_id: str | None) -> None:
        super().watch_open_id(before, session_id)
        self.list_sessions()
        if session_id is not None and not self.sidebar.has_focus_within:
            self.session_list.put_cursor_on(session_id)
            self.leave_sessions()

    def list_sessions(self) -> None:
        """List the sessions as they are now. A mark is taken off where the session is open."""
        self._marks.pop(self.open_id or "", None)
        has_more = self.workspace.catalogue.next_page_token is not None
        self.sidebar.has_more = has_more if has_more or self.workspace.is_live else None
        self.sidebar.show(*self.workspace.details.pinned_first())

    def describe(self, session: Session) -> SessionRow:
        """A session as its row shows it."""
        return SessionRow(self.workspace.title(session.session_id), mark=self._mark(session.session_id))

    def words_of(self, sessions: Iterable[Session]) -> Sequence[str]:
        """What the filter finds each session by: its title, the user's name for it, and its indexes."""
        names: dict[Sequence[str], str] = {}  # of ten thousand sessions most search the same indexes
        words: list[str] = []
        for session in sessions:
            searched = tuple(session.index_ids or self.workspace.scope(session.session_id))
            if searched not in names:
                names[searched] = " ".join(self.workspace.searched_names(session))
            title = session.generated_title or self.workspace.title(session.session_id)
            words.append(f"{title}\n{self.workspace.name(session.session_id)}\n{names[searched]}".casefold())
        return words

    def _mark(self, session_id: str) -> SessionMark:
        return "busy" if self.workspace.is_busy(session_id) else self._marks.get(session_id, "")

    def mark_end(self, session_id: str, well: bool) -> None:
        """Mark a session whose turn has ended, until it is opened."""
        self._marks[session_id] = "unseen" if well else "failed"
        self.list_sessions()
        if session_id != self.open_id or not self.app.app_focus:
            self.post_message(self.TurnEndedUnseen(self.workspace.title(session_id), well))

    def leave_sessions(self) -> None:
        """Turn from the list to the composer."""
        self._use_sessions(False)
        self.set_focus(self.composer)

    def _use_sessions(self, are_used: bool) -> None:
        """The list lies over what else there is while it is used, where there is no room for both."""
        self.sidebar.set_class(are_used, "-in-use")
        self.start_page.set_class(are_used, "-behind")

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        if self.sidebar not in event.widget.ancestors:
            self._use_sessions(False)

    def action_go_to_sessions(self) -> None:
        if self.session_list.has_focus:
            self.leave_sessions()
        else:
            self._use_sessions(True)
            self.sidebar.remove_class("-put-away")
            self.set_focus(self.session_list)
            self.session_list.put_cursor_on(self.open_id or "")

    def action_toggle_sessions(self) -> None:
        if self.has_class("-narrow"):
            self.action_go_to_sessions()
            return
        self.sidebar.toggle_class("-put-away")
        if self.sidebar.has_focus_within:
            self.set_focus(self.composer)

    def action_retry(self) -> None:
        if self.open_id is not None and self.workspace.transcript(self.open_id) is None:
            self.show_opened(self.open_id)
            self.workspace.start(self.workspace.open(self.open_id))
        self.start_page.show_no_problem()
        self.post_message(self.RetryRequested())

    def on_start_page_retry_requested(self) -> None:
        if not self.workspace.is_live:
            self.post_message(self.RetryRequested())

    def on_session_list_chosen(self, message: SessionList.Chosen) -> None:
        self.open_session(message.session_id)

    def open_session(self, session_id: str) -> None:
        """Turn to a session that is listed."""
        self.open_id = session_id
        self.leave_sessions()
        self.workspace.start(self.workspace.open(session_id))

    async def open_expected(self) -> None:
        """Turn to the session that is looked for, which may be on a page not loaded yet, or say that there is none.

        Where the reader has gone elsewhere meanwhile, nothing happens.
        """
        session_id = self.expected
        if session_id is None:
            return
        problem = (
            f"There is no session {session_id} here. It may have been deleted, or belong to another account, project "
            f"or folder. {key_for('sessions.show')} lists the sessions."
        )
        try:
            is_found = await self.workspace.find(session_id)
        except ApiError as error:
            is_found, problem = False, f"The session {session_id} could not be opened. {error.message}"
        if self.expected != session_id:
            return
        if is_found:
            self.open_session(session_id)
        else:
            self.expect_none()
            self.say(problem, kind="opening", severity="problem")

    def on_session_list_more_requested(self) -> None:
        self.workspace.start(self.workspace.load_more())

    def on_session_list_wanted(self, message: SessionList.Wanted) -> None:
        match message.action:
            case "pin":
                is_pinned = not self.workspace.details.is_pinned(message.session_id)
                self.workspace.details.pin(message.session_id, is_pinned=is_pinned)
            case "info":
                self._show_info(message.session_id)
            case "ask_again":
                self._ask_again(message.session_id)
            case _ if self.workspace.is_live:
                self._ask_for_name(message.session_id)
            case _:
                self.action_retry()  # the same key as in the rest of the screen, where retrying is all that helps

    @work
    async def _show_info(self, session_id: str) -> None:
        from tui.conversation.session_facts import info_rows
        from tui.screens.sessions.info import SessionInfo

        facts = await self.workspace.details.facts(session_id)
        session = self.workspace.catalogue.get(session_id)
        if session is not None:
            rows = info_rows(session, facts, self.workspace.searched_names(session), now())
            info = SessionInfo(self.workspace.title(session_id), session_id, rows)
            if await self.app.push_screen_wait(info) == "copied":
                self.say("Sent the id to the terminal's clipboard.", kind="copying")

    @work
    async def _ask_again(self, session_id: str) -> None:
        """Ask the first question of a session in a new one, on indexes that are chosen for it."""
        try:
            question = await self.workspace.details.first_question(session_id)
        except ApiError as error:
            self.say(
                f"It is not known what this session asked first. {error.message}", kind="opening", severity="problem"
            )
            return
        if question is None:
            self.say("Nothing was asked in this session yet.", kind="opening")
            return
        session = self.workspace.catalogue.get(session_id)
        await self.beginning.ask_on_other_indexes(question, (session and session.index_ids) or ())

    @work
    async def _ask_for_name(self, session_id: str) -> None:
        from tui.screens.text_prompt import TextPrompt

        keys = "Kept on this machine. Enter name it · empty: its title again · Esc close"
        name = self.workspace.name(session_id)
        prompt = TextPrompt("Name of this session", keys, value=name, placeholder="its title on the server")
        new_name = await self.app.push_screen_wait(prompt)
        if new_name is not None:
            self.workspace.details.rename(session_id, new_name)

    def on_session_list_deletion_confirmed(self, message: SessionList.DeletionConfirmed) -> None:
        self._delete_for_good()
        several = len(message.session_ids)
        what = f"{several} sessions" if several > 1 else self.workspace.title(message.session_ids[0])
        sessions = self.workspace.deletion.hide(*message.session_ids)
        self._deleted = (sessions, self.set_timer(UNDO_SECONDS, lambda: self._end_undo(sessions)))
        it = "them" if several > 1 else "it"
        self.say(
            f"Deleted: {what} · {key_for('sessions.undo_delete')} brings {it} back",
            kind="deletion",
            seconds=UNDO_SECONDS,
        )

    def action_undo_delete(self) -> None:
        self.workspace.deletion.show_again(self.take_deleted())

    def _end_undo(self, sessions: Sequence[Session]) -> None:
        """Delete these for good, not later ones: Textual calls what was due before its timer was stopped."""
        if self._deleted is not None and self._deleted[0] is sessions:
            self._delete_for_good()

    def _delete_for_good(self) -> None:
        if sessions := self.take_deleted():
            if self.open_id in {session.session_id for session in sessions}:
                self.open_id = None
                self.activity = ""
            self.run_worker(self.workspace.deletion.delete(sessions))

    def take_deleted(self) -> Sequence[Session]:
        """The sessions that could still be brought back, and no longer can."""
        if self._deleted is None:
            return ()
        (sessions, timer), self._deleted = self._deleted, None
        timer.stop()
        self.notice_line.take_back("deletion")
        return sessions
