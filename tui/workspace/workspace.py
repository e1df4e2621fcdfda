"""The sessions of one account: listed, opened, asked, deleted.

The workspace awaits the network and never draws. It keeps values, in memory and in the store, and publishes what has
become of them; whoever draws reads the values then. Its coroutines are run as workers by the chat screen.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tui.api.errors import ApiError, NotFoundError
from tui.api.models import Index, Session
from tui.conversation.catalogue import Catalogue, first_page, with_page, without
from tui.conversation.transcript import Transcript, interrupt, replay, replaying
from tui.cooperative import run_in_slices
from tui.settings import LOCAL_ACCOUNT
from tui.store.notes import NO_SESSION
from tui.store.store import Store
from tui.workspace.recovery import GONE, NO_END, NOT_KNOWN, Work, events_of
from tui.workspace.state import ELSEWHERE, WorkspaceState
from tui.workspace.turns import Turns
from tui.workspace.updates import ListChanged, Notice, RequestFailed, Update

if TYPE_CHECKING:
    from tui.api.client import Client

SYNC_SECONDS = 0.5
"""So often the progress of a sync is asked for."""

SHOWN_AT_ONCE = 50
"""So many of a kept conversation's last turns are shown before the server has answered."""


class Workspace:
    """The sessions of one account at a time. `tell` hears every change on the event loop, `run` starts a worker."""

    def __init__(
        self, store: Store, account: str, tell: Callable[[Update], None], run: Callable[[Work], object]
    ) -> None:
        self._store = store
        self._publish = tell
        self._run = run
        self._tasks: set[asyncio.Task[object]] = set()
        self._is_loading_page = False
        self._listed: set[str] = set()
        self._tokens: set[str] = set()
        self.is_current = False
        """Whether the list is the server's, and not only the one last seen."""
        self.indexes: Sequence[Index] = ()
        self.open_when_connected: str | None = None
        """The session that was opened before there was a connection."""
        self.load_account(account)

    def load_account(self, account: str) -> None:
        """Lay out what is kept of an account on this machine."""
        self.state = WorkspaceState(self._store, account, self._publish)
        self.turns = Turns(self.state, self._start)
        self.names: Mapping[str, str] = self._store.notes.names(account)

    @property
    def catalogue(self) -> Catalogue:
        return self.state.catalogue

    @property
    def transcripts(self) -> Mapping[str, Transcript]:
        return self.state.transcripts

    @property
    def is_connected(self) -> bool:
        return self.state.client is not None

    async def connect(self, client: "Client") -> None:
        """Take a client into use."""
        self.state.client = client
        await self.refresh()

    async def refresh(self) -> None:
        """Load what the server lists, and look after what an earlier run left unfinished."""
        if not await self.reload():
            return
        self.turns.recovery.watch_all()
        if self.open_when_connected is not None:
            self._start(self.open(self.open_when_connected))
        await self.load_indexes()

    async def close(self) -> None:
        """Keep what is being written and let go of every turn: what became of them is asked at the next start."""
        self.state.drafts.save()
        tasks = [task for task in self._tasks if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        client, self.state.client = self.state.client, None
        if client is not None:
            await client.aclose()

    def save_drafts(self) -> None:
        """Keep what is being written, at once. May be called from a signal handler."""
        self.state.drafts.save()

    async def reload(self) -> bool:
        """Load the list of sessions afresh, from its first page. False where that failed.

        Sessions last seen stay listed until the last page shows that they are gone.
        """
        page = await self.state.attempt(lambda client: client.sessions())
        self.is_current = page is not None
        if page is not None:
            self._listed, self._tokens = {session.session_id for session in page.items}, set()
            self._take_list(first_page(self.catalogue, page))
        return page is not None

    async def load_more(self) -> None:
        """Load the next page of sessions, if there is one and it is not being loaded already."""
        token = self.catalogue.next_page_token
        if token is None or self._is_loading_page:
            return
        self._is_loading_page = True
        page = await self.state.attempt(lambda client: client.sessions(token))
        self._is_loading_page = False
        if page is not None and token == self.catalogue.next_page_token:
            self._tokens.add(token)
            self._listed |= {session.session_id for session in page.items}
            catalogue = with_page(self.catalogue, page)
            is_cycle = catalogue.next_page_token in self._tokens
            self._take_list(Catalogue(catalogue.sessions) if is_cycle else catalogue)

    def _take_list(self, catalogue: Catalogue) -> None:
        is_complete = catalogue.next_page_token is None
        if is_complete:
            for session_id in catalogue.sessions.keys() - self._listed - self.turns.busy:
                catalogue = without(catalogue, session_id)
        self.state.catalogue = catalogue
        self._store.sessions.save(self.state.account_id, list(catalogue), complete=is_complete)
        self._publish(ListChanged())

    async def load_indexes(self) -> None:
        """Load all indexes, page by page; a page that leads to one already seen is the last."""
        found: dict[str, Index] = {}
        tokens: list[str | None] = [None]
        while len(set(tokens)) == len(tokens):
            page = await self.state.attempt(lambda client: client.indexes(tokens[-1]))
            if page is None:
                return
            found |= {index.id: index for index in page.items}
            if page.next_page_token is None:
                break
            tokens.append(page.next_page_token)
        self.indexes = list(found.values())
        self._publish(ListChanged())

    async def watch_indexes(self, is_wanted: Callable[[], bool]) -> None:
        """Load all indexes once there is a connection, and again while it is wanted and one of them is being synced."""
        while not self.is_connected:
            await asyncio.sleep(SYNC_SECONDS)
            if not is_wanted():
                return
        while True:
            before = self.indexes
            await self.load_indexes()
            failed = self.indexes is before
            if failed or not any(index.is_syncing for index in self.indexes):
                return
            await asyncio.sleep(SYNC_SECONDS)
            if not is_wanted():
                return

    @property
    def keeps_folders(self) -> bool:
        """Whether the indexes are folders of this machine."""
        return self.state.account_id == LOCAL_ACCOUNT

    async def add_folder(self, path: str) -> None:
        """Have the embedded server serve one more folder."""
        whole = str(Path(path).expanduser().absolute())
        if await self.state.attempt(lambda client: client.create_index(whole)):
            await self.load_indexes()

    async def sync_index(self, index_id: str) -> None:
        """Have an index read its folder again."""
        await self.state.attempt(lambda client: client.sync_index(index_id))
        await self.load_indexes()

    async def remove_index(self, index_id: str) -> None:
        """Have the embedded server forget a folder."""
        await self.state.attempt(lambda client: client.delete_index(index_id))
        await self.load_indexes()

    def switch(self, session_id: str, before: str | None) -> None:
        """Turn from one session to another: only one program at a time writes in a session."""
        if before is not None and before not in self.turns.busy:
            self._store.release(self.state.account_id, before)
        self.state.drafts.read_only.discard(session_id)
        if session_id != NO_SESSION and not self.state.hold(session_id):
            self.state.drafts.read_only.add(session_id)
            self._publish(Notice(session_id, ELSEWHERE))

    async def open(self, session_id: str) -> None:
        """Show a conversation as it was last seen, and then as it is. One whose turn runs here is left as it is."""
        if self.turns.is_running(session_id):
            return
        if session_id not in self.transcripts:
            self._show_kept(session_id)
        self.open_when_connected = None if self.is_connected else session_id
        if self.is_connected and not self.turns.recovery.watch(session_id):
            await self._retrieve(session_id)

    def _show_kept(self, session_id: str) -> None:
        kept = self._store.sessions.history(self.state.account_id, session_id, SHOWN_AT_ONCE)
        entries = self.turns.recovery.entries_of(session_id)
        if kept is None and not entries:
            return
        events = [*(kept.events if kept else ()), *(event for entry in entries for event in events_of(entry))]
        self.state.questions_before[session_id] = kept.turns_before if kept else 0
        self.state.put(session_id, interrupt(replay(events), NOT_KNOWN if entries else NO_END))

    async def _retrieve(self, session_id: str) -> None:
        try:
            full = await self.state.require_client().session(session_id)
        except NotFoundError:
            self.state.deleted_elsewhere.add(session_id)
            self._publish(Notice(session_id, GONE))
            await self._show_all_kept(session_id)
        except ApiError as error:
            self._publish(RequestFailed(error))
            await self._show_all_kept(session_id)
        else:
            transcript = await run_in_slices(replaying(full.events))
            if session_id not in self.turns.busy:
                self.state.questions_before.pop(session_id, None)
                self.state.list_session(full.session)
                self.state.put(session_id, interrupt(transcript, NO_END))
                self._start(asyncio.to_thread(self.state.keep_history, full.session, full.events))

    async def _show_all_kept(self, session_id: str) -> None:
        """Where the server has nothing to show: the whole conversation as it was last seen."""
        if not self.state.questions_before.get(session_id) or session_id in self.turns.busy:
            return
        kept = await asyncio.to_thread(self._store.sessions.history, self.state.account_id, session_id)
        if kept is not None and session_id not in self.turns.busy:
            del self.state.questions_before[session_id]
            self.state.put(session_id, interrupt(await run_in_slices(replaying(kept.events)), NO_END))

    async def create(self, index_ids: Sequence[str], *, is_bound: bool) -> str | None:
        """A new session's id; None where that failed.

        It is bound to these indexes for good, or unbound with these as what its questions search.
        """
        session = await self.state.attempt(lambda client: client.create_session(index_ids if is_bound else None))
        if session is None:
            return None
        self.state.transcripts[session.session_id] = Transcript()
        self.turns.scopes[session.session_id] = () if is_bound else index_ids
        self._listed.add(session.session_id)
        self.state.list_session(session)
        return session.session_id

    def name(self, session_id: str, name: str) -> None:
        """Call a session by a name of the user's, kept on this machine; "" takes it back."""
        self._store.notes.save_name(self.state.account_id, session_id, name)
        self.names = self._store.notes.names(self.state.account_id)
        self._publish(ListChanged())

    def hide(self, session_id: str) -> Session:
        """Take a session off the list, to be deleted or shown again."""
        session = self.catalogue[session_id]
        self.state.catalogue = without(self.catalogue, session_id)
        self._publish(ListChanged())
        return session

    def show_again(self, session: Session) -> None:
        """Put a session back on the list."""
        self.state.list_session(session)

    async def delete(self, session: Session) -> None:
        """Delete a session on the server, and what is kept of it. Where that fails it is listed again."""
        session_id = session.session_id
        self.turns.stop(session_id)
        try:
            await self.state.require_client().delete_session(session_id)
        except ApiError as error:
            self._publish(RequestFailed(error))
            self.show_again(session)
        else:
            self.state.transcripts.pop(session_id, None)
            self.turns.forget(session_id)
            self._store.sessions.remove(self.state.account_id, session_id)

    def _start(self, work: Work) -> None:
        self._run(self._tracked(work))

    async def _tracked(self, work: Work) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await work
        finally:
            self._tasks.discard(task)
