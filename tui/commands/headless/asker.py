"""Asking without the app: the workspace does the work, and what it publishes is waited for."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from tui.api.errors import ApiError, NotFoundError
from tui.api.models import Index
from tui.api.session_file import SessionFile
from tui.commands.connecting import connected
from tui.commands.headless.outcome import BadUseError, ExitCode, Outcome, code_of, outcome_of
from tui.commands.headless.output import StepLine
from tui.conversation.reconcile import PAUSE_SECONDS
from tui.conversation.transcript import Broken, Turn
from tui.sanitize import clean_line
from tui.settings import LAST_SESSION, Settings
from tui.store.files import store_path
from tui.store.store import Store
from tui.workspace.backend import Backend
from tui.workspace.exporting import session_kept
from tui.workspace.tasks import Work
from tui.workspace.updates import DraftChanged, RequestFailed, Update
from tui.workspace.workspace import Workspace

END_TIMEOUT = 5.0
"""Seconds to wait at the end for what follows an answer: the session's title."""

UNCONFIRMED = (
    "It is not known whether the question arrived: the session on the server does not have it. It was not sent again."
)

Watch = Callable[[Turn], Awaitable[None]]

ABSENT_PAUSES = (2.0, 5.0, 8.0)
"""Seconds between the polls for a question that an ended process may have sent, as long as the session is without it.

That process has no connection any more over which it could still arrive.
"""
"""Hears of a turn each time it has changed."""


@asynccontextmanager
async def asker(settings: Settings, progress: StepLine) -> AsyncGenerator["Asker"]:
    """Asks at the server that the settings name. Raises `ApiError`."""
    progress.show("Connecting …")
    backend = await connected(settings, "; --local is for this machine's own folders")
    try:
        # Only now: to look for a server that is trusted opens and closes the same file, which lets go of its locks.
        store = Store.open_or_in_memory(store_path()) if settings.keep else Store.in_memory()
        if store.warning:
            progress.say(store.warning)
        made = Asker(store, settings, backend, progress)
        try:
            yield made
        finally:
            await made.close()
            store.close()
    finally:
        progress.show("")
        await backend.close()


class Asker:
    """Asks questions of one account, one at a time."""

    def __init__(self, store: Store, settings: Settings, backend: Backend, progress: StepLine) -> None:
        self._store = store
        self._settings = settings
        self.progress = progress
        self.client = backend.client
        self._patience = END_TIMEOUT
        self._changed = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._crash: BaseException | None = None
        self._errors: list[ApiError] = []
        self._given_back = False
        self.workspace = Workspace(store, settings.account, self._hear, self._run)
        self.workspace.turns.recovery.leave_to_others()
        self.workspace.use(backend.client)

    def _hear(self, update: Update) -> None:
        match update:
            case RequestFailed(error):
                self._errors.append(error)
            case DraftChanged():
                self._given_back = True
            case _:
                pass
        self._changed.set()

    def _run(self, work: Work) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._crash = task.exception()
        self._changed.set()

    async def _change(self) -> None:
        await self._changed.wait()
        self._changed.clear()
        if self._crash is not None:
            raise self._crash

    def _raise_last_error(self) -> None:
        if self._errors:
            raise self._errors[-1]

    async def indexes(self) -> Sequence[Index]:
        """All indexes; of folders of this machine only when they have been read. Raises `ApiError`."""
        listed = self.workspace.index_list
        await listed.load()
        self._raise_last_error()
        while listed.keeps_folders and any(index.is_syncing or index.is_waiting for index in listed.items):
            self.progress.show(_how_far(listed.items))
            await asyncio.sleep(0.2)
            await listed.load()
            self._raise_last_error()
        return listed.items

    async def chosen_indexes(self, names: Sequence[str]) -> Sequence[str]:
        """The ids of the indexes that were named; of none, those of the given folders, or the only one there is.

        Raises `ApiError` and `BadUseError`.
        """
        indexes = await self.indexes()
        if names:
            return list(dict.fromkeys(_named(indexes, name).id for name in names))
        folders = {str(folder) for folder in self._settings.local or ()}
        chosen = [index for index in indexes if index.folder in folders] or indexes
        if self._settings.local is None and len(chosen) != 1:
            raise BadUseError(f"Say with --index which index is asked. {_known(indexes)}")
        return [index.id for index in chosen]

    async def new_session(self, index_ids: Sequence[str]) -> str:
        """The id of a session that nothing was asked in. Raises `ApiError`."""
        session_id = await self.workspace.create(index_ids, is_bound=True)
        if session_id is None:
            raise self._errors[-1]
        return session_id

    async def opened(self, named: str) -> str:
        """The id of a session that is there, with what it holds; "last" is the one that was open last.

        Raises `ApiError` and `BadUseError`.
        """
        session_id = self.workspace.last_opened if named == LAST_SESSION else named
        if session_id is None:
            raise BadUseError("No session was open before on this machine. Name one by its id.")
        if not await self.is_there(session_id):
            raise BadUseError(f"There is no session {clean_line(session_id)}: check its id, or it was deleted.")
        await self.workspace.open(session_id)
        while self.workspace.is_busy(session_id):
            self.progress.show("Looking what became of the session's last question …")
            await self._change()
        self._raise_last_error()
        return session_id

    async def ask(self, session_id: str, question: str, watch: Watch, *, is_first: bool) -> Outcome:
        """Ask once, and tell `watch` how the answer grows. Stops listening where it is cancelled.

        What is being written in the session stays as it is.
        """
        while self.workspace.is_busy(session_id):  # the turn before is being stopped; a question would wait behind it
            await self._change()
        self._errors.clear()
        self._given_back = False
        workspace, draft = self.workspace, self.workspace.draft(session_id)
        is_taken = (
            workspace.ask_first(session_id, question, written_in=session_id)
            if is_first
            else workspace.ask(session_id, question, keeps_draft=True)
        )
        if not is_taken:
            return _not_asked(self._errors[-1])
        await self.settled(session_id, watch)
        return await self._outcome(session_id, draft)

    async def look_for(self, session_id: str, question: str, watch: Watch) -> Outcome:
        """What became of the only question of a session, which may have been sent: it is not sent again.

        Raises `ApiError` where the server cannot be asked.
        """
        self._given_back = False
        recovery = self.workspace.turns.recovery
        recovery.absent_pauses = ABSENT_PAUSES
        if not recovery.entries_of(session_id):
            recovery.enter(session_id, question)
        if not await self.is_there(session_id):
            recovery.forget(session_id)
            return _NOT_CONFIRMED
        try:
            await self.workspace.open(session_id)
            await self.settled(session_id, watch)
        finally:
            recovery.absent_pauses = PAUSE_SECONDS
        return await self._outcome(session_id, "")

    async def is_there(self, session_id: str) -> bool:
        """Whether the server has a session, which is listed then. Raises `ApiError`."""
        try:
            self.workspace.list_session(await self.client.summary(session_id))
        except NotFoundError:
            return False
        return True

    async def _outcome(self, session_id: str, draft: str) -> Outcome:
        """What came of the last question, once that is known. Raises `ApiError` where the server cannot be asked."""
        if self._given_back:
            self.workspace.write_draft(session_id, draft)
            return _not_asked(self._errors[-1]) if self._errors else _NOT_CONFIRMED
        turn = self._last_turn(session_id)
        if turn is None or isinstance(turn.end, Broken):
            await self.client.summary(session_id)  # without a connection nothing is known
        return _NOT_CONFIRMED if turn is None else outcome_of(turn)

    async def settled(self, session_id: str, watch: Watch) -> None:
        """Wait until it is known what became of a session's question. Stops listening where it is cancelled."""
        try:
            while self.workspace.is_busy(session_id):
                await self._change()
                if (turn := self._last_turn(session_id)) is not None:
                    await watch(turn)
        except BaseException:
            self._patience = 0
            self.workspace.stop(session_id)
            raise

    def _last_turn(self, session_id: str) -> Turn | None:
        transcript = self.workspace.transcript(session_id)
        return transcript[len(transcript) - 1] if transcript else None

    async def delete(self, session_id: str) -> None:
        """Delete a session that is listed, on the server and here. Raises `ApiError`."""
        self._errors.clear()
        deletion = self.workspace.deletion
        await deletion.delete(deletion.hide(session_id))
        self._raise_last_error()

    def kept(self, session_id: str) -> SessionFile | None:
        """A session as it was last seen on this machine; None where it is not kept."""
        return session_kept(self._store, self._settings.account, session_id)

    async def close(self) -> None:
        """Let go of all, and give what follows an answer a moment."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=self._patience)
        await self.workspace.close()


_NOT_CONFIRMED = Outcome(None, ExitCode.NO_CONNECTION, UNCONFIRMED)


def _not_asked(error: ApiError) -> Outcome:
    return Outcome(None, code_of(error), error.message, was_asked=False, error=error)


def _named(indexes: Sequence[Index], name: str) -> Index:
    """The index of this id or name. Raises `BadUseError` where there is none, or more than one."""
    by_id = [index for index in indexes if name in (index.id, index.export_config_id)]
    by_name = [index for index in indexes if index.name == name]
    found = by_id or by_name or [index for index in indexes if index.name.casefold() == name.casefold()]
    if len(found) == 1:
        return found[0]
    if not found:
        raise BadUseError(f"There is no index {clean_line(name)}. {_known(indexes)}")
    ids = ", ".join(clean_line(index.id) for index in found)
    raise BadUseError(f"Several indexes are called {clean_line(name)}. Name one by its id: {ids}.")


def _known(indexes: Sequence[Index]) -> str:
    names = ", ".join(clean_line(index.name) for index in indexes[:20])
    return f"There are: {names}{' and more' if len(indexes) > 20 else ''}." if names else "There is none yet."


def _how_far(indexes: Sequence[Index]) -> str:
    done = sum(index.files_done or 0 for index in indexes)
    total = sum(index.files_total or 0 for index in indexes)
    return f"Reading the folders: {done} of {total} files …" if total else "Reading the folders …"
