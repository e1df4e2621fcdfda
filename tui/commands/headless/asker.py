"""Asking without the app: the workspace does the work, and what it publishes is waited for."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from contextvars import ContextVar
from dataclasses import field

from tui.api.errors import ApiError, NotFoundError
from tui.api.models import Index, Session
from tui.commands.connecting import connected
from tui.commands.exit_code import BadUseError, ExitCode, code_of
from tui.commands.headless.named_session import named_session, no_session
from tui.commands.headless.outcome import Outcome, outcome_of
from tui.commands.headless.output import StepLine
from tui.conversation.reconcile import PAUSE_SECONDS
from tui.conversation.transcript import Broken, Turn
from tui.lazy_dataclass import dataclass
from tui.sanitize import clean_line
from tui.settings import Settings
from tui.store.files import store_path
from tui.store.store import Store
from tui.workspace.backend import Backend
from tui.workspace.exporting import ShownSession, kept_session, session_shown
from tui.workspace.listing import first_event
from tui.workspace.tasks import Work
from tui.workspace.updates import DraftChanged, OpeningFailed, RequestFailed, Update
from tui.workspace.workspace import Workspace

END_TIMEOUT = 5.0
"""Seconds to wait at the end for what follows an answer: the session's title."""

UNCONFIRMED = (
    "It is not known whether the question arrived: the session on the server does not have it. It was not sent again."
)

Watch = Callable[[Turn], Awaitable[None]]
"""Hears of a turn each time it has changed."""

ABSENT_PAUSES = (2.0, 5.0, 8.0)
"""Seconds between the polls for a question that an ended process may have sent, as long as the session is without it.

That process has no connection any more over which it could still arrive.
"""


@asynccontextmanager
async def asker(settings: Settings, progress: StepLine) -> AsyncGenerator["Asker"]:
    """Asks at the server that the settings name. Raises `ApiError`."""
    progress.show("Connecting …")
    backend = await connected(settings, "; --local is for this machine's own folders")
    try:
        # Only now: to look for a server that is trusted opens and closes the same file, which lets go of its locks.
        store = Store.open_or_in_memory(store_path()) if settings.keep else Store.in_memory()
        for warning in filter(None, (store.warning, backend.warning)):
            progress.say(warning)
        made = Asker(store, settings, backend, progress)
        try:
            yield made
        finally:
            await made.close()
            store.close()
    finally:
        progress.show("")
        await backend.close()


@dataclass(eq=False, slots=True)
class _Call:
    """What the workspace says on account of one call of `Asker`, and of the tasks that the call began."""

    failures: list[ApiError] = field(default_factory=list[ApiError])
    is_given_back: bool = False
    """Whether its question stands in the draft again."""
    is_stopped: bool = False
    """Whether nobody waits for what it began."""

    def raise_failure(self) -> None:
        """Raise the `ApiError` of the request that failed first, if one did."""
        if self.failures:
            raise self.failures[0]


_CALL: ContextVar[_Call] = ContextVar("call")
"""The call that goes on. A task has the one that began it, so that no call hears of another one's failures."""


@contextmanager
def _new_call() -> Generator[_Call]:
    call = _Call()
    before = _CALL.set(call)
    try:
        yield call
    finally:
        _CALL.reset(before)


class Asker:
    """Asks questions of one account, one at a time."""

    def __init__(self, store: Store, settings: Settings, backend: Backend, progress: StepLine) -> None:
        self._store = store
        self._settings = settings
        self.progress = progress
        self.client = backend.client
        self._changed = asyncio.Event()
        self._tasks: dict[asyncio.Task[None], _Call] = {}
        self._crash: BaseException | None = None
        self._is_left = False
        self.workspace = Workspace(store, settings.account, self._hear, self._run)
        self.workspace.turns.recovery.leave_to_others()
        self.workspace.use(backend.client)

    def _hear(self, update: Update) -> None:
        call = _CALL.get(_Call())  # what is done between two calls cannot fail
        match update:
            case RequestFailed(error) | OpeningFailed(error=error):
                call.failures.append(error)
            case DraftChanged():
                call.is_given_back = True
            case _:
                pass
        self._changed.set()

    def _run(self, work: Work) -> None:
        task = asyncio.create_task(work)
        self._tasks[task] = _CALL.get(_Call())
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._tasks[task]
        if not task.cancelled() and task.exception() is not None:
            self._crash = task.exception()
        self._changed.set()

    async def _change(self) -> None:
        await self._changed.wait()
        self._changed.clear()
        if self._crash is not None:
            raise self._crash

    async def indexes(self) -> Sequence[Index]:
        """All indexes; of folders of this machine only when they have been read. Raises `ApiError`."""
        listed = self.workspace.index_list
        with _new_call() as call:
            while True:
                await listed.load()
                call.raise_failure()
                if not (listed.keeps_folders and any(index.is_syncing or index.is_waiting for index in listed.items)):
                    return listed.items
                self.progress.show(_how_far(listed.items))
                await asyncio.sleep(0.2)

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
        with _new_call() as call:
            session_id = await self.workspace.create(index_ids, is_bound=True)
        if session_id is None:
            raise call.failures[-1]
        return session_id

    async def opened(self, named: str) -> str:
        """The id of a session that is there, with what it holds; "last" is the one that was open last.

        Raises `ApiError` and `BadUseError`.
        """
        session_id = named_session(named, self.workspace.last_opened)
        if not await self.is_there(session_id):
            raise no_session(session_id)
        with _new_call() as call:
            await self.workspace.open(session_id)
            while self.workspace.is_busy(session_id):
                self.progress.show("Looking what became of the session's last question …")
                await self._change()
            call.raise_failure()
        return session_id

    async def go_on(self, session_id: str, index_names: Sequence[str], leaving: str | None = None) -> None:
        """Write in a session that is opened. Where it has no indexes of its own, its questions search those named.

        Raises `ApiError` and `BadUseError`.
        """
        if self.workspace.catalogue[session_id].index_ids is None:
            self.workspace.set_scope(session_id, await self.chosen_indexes(index_names))
        self.workspace.switch(session_id, leaving)

    async def ask(self, session_id: str, question: str, watch: Watch, *, is_first: bool) -> Outcome:
        """Ask once, and tell `watch` how the answer grows. Stops listening where it is cancelled.

        What is being written in the session stays as it is, but for a first question that may have arrived: it is put
        there.
        """
        while self.workspace.is_busy(session_id):  # the turn before is being stopped; a question would wait behind it
            await self._change()
        workspace, draft = self.workspace, self.workspace.draft(session_id)
        with _new_call() as call:
            is_taken = (
                workspace.ask_first(session_id, question, written_in=session_id)
                if is_first
                else workspace.ask(session_id, question, keeps_draft=True)
            )
            if not is_taken:
                return _not_asked(call.failures[0])
            await self._settled(session_id, watch, call)
        return await self._outcome(session_id, draft, call, is_first=is_first)

    async def look_for(self, session_id: str, question: str, watch: Watch) -> Outcome:
        """What became of the only question of a session, which may have been sent: it is not sent again.

        Raises `ApiError` where the server cannot be asked.
        """
        recovery = self.workspace.turns.recovery
        if not recovery.entries_of(session_id):
            recovery.enter(session_id, question)
        if not await self.is_there(session_id):
            recovery.forget(session_id)
            return _NOT_CONFIRMED
        recovery.absent_pauses = ABSENT_PAUSES
        try:
            with _new_call() as call:
                await self.workspace.open(session_id)
                await self._settled(session_id, watch, call)
        finally:
            recovery.absent_pauses = PAUSE_SECONDS
        return await self._outcome(session_id, "", call, is_first=True)

    async def session(self, session_id: str) -> Session | None:
        """A session as the server lists it; None where it has none. Raises `ApiError`."""
        try:
            return await self.client.summary(session_id)
        except NotFoundError:
            return None

    async def is_there(self, session_id: str) -> bool:
        """Whether the server has a session, which is listed then: none that is to be deleted. Raises `ApiError`."""
        session = await self.session(session_id)
        if session is None or self.workspace.deletion.is_hidden(session_id):
            return False
        self.workspace.list_session(session)
        return True

    async def is_empty(self, session_id: str) -> bool:
        """Whether a session is there in which nothing was asked yet. Raises `ApiError`."""
        if not await self.is_there(session_id):
            return False
        return await first_event(self.client, session_id, self._store.path, object) == []

    async def _outcome(self, session_id: str, draft: str, call: _Call, *, is_first: bool) -> Outcome:
        """What came of the last question, once that is known. Raises `ApiError` where the server cannot be asked."""
        if call.is_given_back:
            is_unconfirmed = not call.failures
            if not (is_unconfirmed and is_first):  # else it stays in the draft: no other question takes its session
                self.workspace.write_draft(session_id, draft)
            return _NOT_CONFIRMED if is_unconfirmed else _not_asked(call.failures[0])
        turn = self._last_turn(session_id)
        if turn is None or isinstance(turn.end, Broken):
            await self.client.summary(session_id)  # without a connection nothing is known
        return _NOT_CONFIRMED if turn is None else outcome_of(turn)

    async def _settled(self, session_id: str, watch: Watch, call: _Call) -> None:
        """Wait until it is known what became of a session's question. Stops listening where it is cancelled."""
        try:
            while self.workspace.is_busy(session_id):
                await self._change()
                turn = self._last_turn(session_id)
                if turn is not None and not call.is_given_back:
                    await watch(turn)
        except BaseException:
            call.is_stopped = True
            self.workspace.stop(session_id)
            raise

    def _last_turn(self, session_id: str) -> Turn | None:
        transcript = self.workspace.transcript(session_id)
        return transcript[len(transcript) - 1] if transcript else None

    async def delete(self, session: Session) -> None:
        """Delete a session on the server and here, also one that an earlier run left to be deleted.

        Raises `ApiError`: then it is listed again.
        """
        deletion = self.workspace.deletion
        with _new_call() as call:
            if not deletion.is_hidden(session.session_id):
                self.workspace.list_session(session)
                deletion.hide(session.session_id)
            await deletion.delete([session])
            call.raise_failure()

    async def whole(self, session_id: str) -> ShownSession:
        """A session as its server has it. Raises `ApiError`."""
        return await session_shown(self.client, session_id, self._store.path)

    async def kept(self, session_id: str) -> ShownSession | None:
        """A session as it was last seen on this machine; None where it is not kept."""
        return await asyncio.to_thread(kept_session, self._store, self._settings.account, session_id)

    def leave(self) -> None:
        """Have `close` wait for nothing, also where it waits already."""
        self._is_left = True
        self._changed.set()

    async def close(self) -> None:
        """Let go of all, and give what follows an answer that was waited for a moment."""
        with suppress(TimeoutError):
            async with asyncio.timeout(END_TIMEOUT):
                while not self._is_left and any(not call.is_stopped for call in self._tasks.values()):
                    await self._changed.wait()
                    self._changed.clear()
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
