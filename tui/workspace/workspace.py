"""The sessions of one account: listed, opened, asked, deleted.

The workspace awaits the network and never draws. It keeps values, in memory and in the store, and publishes what
changed; whoever draws reads the values then. Its coroutines are run as workers by the screens.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tui.api.errors import NotFoundError
from tui.api.models import Index, Session
from tui.conversation.catalogue import Catalogue, names_of, title_of
from tui.conversation.transcript import Transcript
from tui.store.store import Store
from tui.workspace.deletion import Deletion
from tui.workspace.history import QuestionHistory
from tui.workspace.indexes import IndexList
from tui.workspace.listing import SessionCreation, SessionDetails, SessionListing
from tui.workspace.opening import ConversationOpener
from tui.workspace.other_programs import OtherPrograms
from tui.workspace.search.searching import Searching
from tui.workspace.state import ELSEWHERE, WorkspaceState
from tui.workspace.tasks import RunningTasks, Work
from tui.workspace.turns import Turns
from tui.workspace.updates import ListChanged, Notice, Retrying, TurnEnded, Update

if TYPE_CHECKING:
    from tui.api.client import Client
    from tui.workspace.documents import Documents
    from tui.workspace.exporting import SessionExporter


class Workspace:
    """The sessions of one account at a time. `publish` hears every change on the event loop, `run` starts a worker.

    Where a session id may be None, it stands for the session that is yet to come.
    """

    def __init__(
        self, store: Store, account_id: str, publish: Callable[[Update], None], run: Callable[[Work], object]
    ) -> None:
        self._store = store
        self._publish = publish
        self._tasks = RunningTasks(run)
        self.load_account(account_id)

    def load_account(self, account_id: str) -> None:
        """Begin with what is kept of an account on this machine."""
        version = self._store.database.version()
        self._state = WorkspaceState(self._store, account_id, self._hear)
        self.turns = Turns(self._state, self._tasks.start)
        self._listing = SessionListing(self._state, self.turns)
        self.deletion = Deletion(self._state, self.turns, self._listing)
        self._creation = SessionCreation(self._state, self.turns, self._listing)
        self._opener = ConversationOpener(self._state, self.turns, self._tasks.start)
        self.index_list = IndexList(self._state)
        self.details = SessionDetails(self._state)
        self.searching = Searching(self._state, self.turns, self._listing, self.index_list)
        self.history = QuestionHistory(self._store.journal, account_id)
        self.others = OtherPrograms(self._state, self._listing, self.details, version)

    def _hear(self, update: Update) -> None:
        self._publish(update)
        if isinstance(update, TurnEnded) and (session := self.catalogue.get(update.session_id)) is not None:
            self._tasks.start(self.index_list.load_unknown(self._searched(session)))

    @property
    def account_id(self) -> str:
        return self._state.account_id

    @property
    def is_live(self) -> bool:
        """Whether the list is the server's, and not only the one last seen."""
        return self._listing.is_live

    @property
    def catalogue(self) -> Catalogue:
        return self._state.catalogue

    @property
    def indexes(self) -> Sequence[Index]:
        return self.index_list.items

    @property
    def documents(self) -> "Documents":
        """The documents that passages come from."""
        from tui.workspace.documents import Documents  # here and below: no first key needs them

        return Documents(self._state, self.index_list)

    @property
    def exporter(self) -> "SessionExporter":
        """What makes files of sessions."""
        from tui.workspace.exporting import SessionExporter

        return SessionExporter(self._state)

    async def connect(self, client: "Client") -> None:
        """Take a client into use, and load what the server has."""
        self.use(client)
        await self.refresh()

    def use(self, client: "Client") -> None:
        """Take a client into use. Nothing is asked of it yet, neither of what an earlier run left unfinished."""
        self._state.client = client
        client.tell_retry = lambda error, seconds: self._state.publish(Retrying(error, seconds))

    async def refresh(self) -> None:
        """Load what the server lists, and resolve what an earlier run left unfinished."""
        if await self._listing.reload():
            self.turns.recovery.watch_all()
            self._tasks.start(self._opener.open_waiting())
            self._tasks.start(self.deletion.delete_what_is_left())
            self._tasks.start(self.searching.gathering.run())
            await self.index_list.load()

    async def close(self) -> None:
        """Keep what is being written and let go of every turn: what became of them is asked at the next start."""
        self.save_drafts()
        await self._tasks.cancel()
        client, self._state.client = self._state.client, None
        if client is not None:
            await client.aclose()

    async def list_kept(self) -> None:
        """List all sessions last seen, of which only the newest are listed at first."""
        await self._listing.list_kept()

    async def load_more(self) -> None:
        """List the next page of sessions, if there is one."""
        await self._listing.load_more()

    def title(self, session_id: str) -> str:
        """What a session is called, as a safe line."""
        session = self.catalogue.get(session_id)
        if session is None:
            return "A session"
        return title_of(session, self._state.first_question(session_id), self.name(session_id))

    def name(self, session_id: str) -> str:
        """What the user calls a session; "" where that is its title."""
        return self.details.name(session_id)

    async def create(self, index_ids: Sequence[str], *, is_bound: bool) -> str | None:
        """The id of a session for a first question; None where that failed. See `SessionCreation.create`."""
        return await self._creation.create(index_ids, is_bound=is_bound)

    def switch(self, to: str | None, leaving: str | None) -> None:
        """Turn from one session to another: only one program at a time writes in a session."""
        self._state.open_id = to
        if leaving is not None and not self.is_busy(leaving) and not self.deletion.is_hidden(leaving):
            self._state.let_go(leaving)
        if to is not None:
            self._store.notes.save_opened(self.account_id, to)
            is_held = self._state.hold(to)
            self._state.drafts.set_read_only(to, not is_held)
            if not is_held:
                self._publish(Notice(to, ELSEWHERE))

    @property
    def last_opened(self) -> str | None:
        """The session that was open last, in this run or an earlier one; None where none was, or it is deleted."""
        session_id = self._store.notes.last_opened(self.account_id)
        return None if session_id is None or self.deletion.is_hidden(session_id) else session_id

    async def find(self, session_id: str) -> bool:
        """List a session that may be on a page not loaded yet. False where there is none. Raises `ApiError`."""
        if self.catalogue.get(session_id) is None:
            try:
                session = await self._state.require_client().summary(session_id)
            except NotFoundError:
                return False
            self.list_session(session)
        return True

    def list_session(self, session: Session) -> None:
        """List a session that may be on a page not loaded yet."""
        self._listing.add(session.session_id)
        self._state.list_session(session)

    async def open(self, session_id: str) -> None:
        """Show a conversation as it was last seen, and then as the server has it."""
        await self._opener.open(session_id)

    def transcript(self, session_id: str | None) -> Transcript | None:
        """A conversation as it is now; None where it is not in memory: `open` shows it."""
        return self._state.transcripts.get(self._state.key(session_id))

    def is_deleted_elsewhere(self, session_id: str) -> bool:
        """Whether the server has the session no more: only the copy on this machine is left."""
        return session_id in self._state.deleted_elsewhere

    def draft(self, session_id: str | None) -> str:
        """What is being written in a session."""
        return self._state.drafts.get(self._state.key(session_id))

    def write_draft(self, session_id: str | None, text: str) -> None:
        """Take what is being written as it is now; it is on disk a moment later."""
        self._state.drafts.write(self._state.key(session_id), text)

    def save_drafts(self) -> None:
        """Keep what is being written, at once. May be called from a signal handler."""
        self._state.drafts.save()

    def questions(self, session_id: str | None) -> Sequence[str]:
        """What was asked before: in this session last, and before that what is known of others."""
        return self.history.of(self._state.key(session_id), self._asked(session_id))

    def keep_cleared(self, session_id: str | None, text: str) -> None:
        """Keep what was written in a session, and cleared, among the questions asked before."""
        if text.strip():
            self.history.keep_cleared(self._state.key(session_id), self._asked(session_id), text)

    def _asked(self, session_id: str | None) -> Sequence[str]:
        transcript = self.transcript(session_id) or Transcript()
        return [turn.question for turn in transcript.headings() if turn.question]

    def ask(self, session_id: str, question: str, *, keeps_draft: bool = False) -> bool:
        """Send a question, or let it wait for its turn. False where it cannot be asked, which is published."""
        return self.turns.ask(session_id, question, keeps_draft=keeps_draft)

    def ask_first(self, session_id: str, question: str, written_in: str | None) -> bool:
        """Ask the first question of a session that was created for it; what else was written comes along."""
        return self.turns.ask_first(session_id, question, self._state.key(written_in))

    def stop(self, session_id: str | None) -> bool:
        """Stop a session's turn, and let its waiting questions wait. False where nothing is going on."""
        return session_id is not None and self.turns.stop(session_id)

    def is_busy(self, session_id: str | None) -> bool:
        """Whether a turn runs in a session, or is not known to be over."""
        return session_id in self.turns.busy

    def waiting(self, session_id: str | None) -> Sequence[str]:
        """The questions that wait in a session, the next one first."""
        return self.turns.waiting(self._state.key(session_id))

    def is_paused(self, session_id: str | None) -> bool:
        """Whether a session's waiting questions are not sent by themselves."""
        return self.turns.is_paused(self._state.key(session_id))

    def resume(self, session_id: str | None) -> None:
        """Send a session's waiting questions, one after another."""
        self.turns.resume(self._state.key(session_id))

    def take_last_waiting(self, session_id: str | None, *, to_edit: bool) -> None:
        """Take the last waiting question, if one waits, out of a session's queue: into its draft, or away."""
        take = self.turns.edit_last_waiting if to_edit else self.turns.drop_last_waiting
        take(self._state.key(session_id))

    def needs_scope(self, session: Session) -> bool:
        """Whether it has to be chosen which indexes the next question searches."""
        return session.index_ids is None and not self.turns.scopes.get(session.session_id)

    def scope(self, session_id: str) -> Sequence[str]:
        """The indexes that the questions of an unbound session search; none where they are still to be chosen."""
        return self.turns.scopes.get(session_id, ())

    def set_scope(self, session_id: str, index_ids: Sequence[str]) -> None:
        """Have the questions of an unbound session search these indexes from now on."""
        self.turns.scopes[session_id] = index_ids
        self._publish(ListChanged())

    def searched_names(self, session: Session) -> Sequence[str]:
        """The names of the indexes that a session's questions search; none where they are still to be chosen."""
        return names_of(self._searched(session), self.indexes)

    def _searched(self, session: Session) -> Sequence[str]:
        return session.index_ids or self.scope(session.session_id)

    def is_open_elsewhere(self, session_id: str) -> bool:
        """Whether another process holds the session: it can only be read here."""
        return self._state.drafts.is_read_only(session_id)

    def start(self, work: Work) -> None:
        """Do something for the account that is open. It ends with that at the latest."""
        self._tasks.start(work)
