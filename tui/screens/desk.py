"""What is on the reader's desk: the listed sessions, the open conversations, the turns that run.

The desk awaits the network and never draws. It keeps values and tells what has become of them; whoever draws reads the
values then. Its coroutines are run as workers by the chat screen.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from tui.api.errors import ApiError, NotSentError, RefusedError
from tui.api.models import Event, Index, Session
from tui.conversation.catalogue import Catalogue, with_page, with_session, without
from tui.conversation.transcript import Transcript, advance, ask, coalesce, interrupt, replaying
from tui.slices import in_slices

if TYPE_CHECKING:
    from tui.api.client import Client

FRAME_SECONDS = 1 / 30
"""Streamed events are folded together at most this often, however fast they arrive."""

SYNC_SECONDS = 0.5
"""So often the progress of a sync is asked for."""

STOPPED = "Stopped by you. What had arrived is kept."
NO_END = "The session's history has no end for this turn: it may still be running on the server. Open it again to look."

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class ListChanged:
    """The sessions, the indexes or what is known of them changed."""


@dataclass(frozen=True, slots=True)
class TranscriptChanged:
    """A conversation changed."""

    session_id: str


@dataclass(frozen=True, slots=True)
class SessionCreated:
    """A new session is there to be opened."""

    session_id: str


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """A turn is over, whichever way."""

    session_id: str


@dataclass(frozen=True, slots=True)
class QuestionReturned:
    """A question was certainly not taken: it is to be given back to the reader."""

    session_id: str
    question: str


@dataclass(frozen=True, slots=True)
class Failed:
    """An operation did not succeed; the error's message is fit to show."""

    error: ApiError


News: TypeAlias = ListChanged | SessionCreated | TranscriptChanged | TurnEnded | QuestionReturned | Failed


class Desk:
    """Sessions, transcripts and running turns of one account. `tell` hears every change, on the event loop."""

    def __init__(self, tell: Callable[[News], None]) -> None:
        self._tell = tell
        self._client: Client | None = None
        self._turns: dict[str, asyncio.Task[object]] = {}
        self._arrived: dict[str, list[Event]] = {}
        self._is_loading_page = False
        self.catalogue = Catalogue()
        self.indexes: Sequence[Index] = ()
        self.transcripts: dict[str, Transcript] = {}
        self.scopes: dict[str, Sequence[str]] = {}
        """For unbound sessions: the indexes that the next question searches."""

    @property
    def is_connected(self) -> bool:
        return self._client is not None

    @property
    def busy(self) -> set[str]:
        """The sessions in which a turn runs."""
        return set(self._turns)

    async def use(self, client: "Client") -> None:
        """Take a client into use and load what it lists."""
        self._client = client
        if await self.reload():
            await self.load_indexes()

    async def close(self) -> None:
        """Stop every turn and close the client."""
        turns = list(self._turns.values())
        for turn in turns:
            turn.cancel()
        await asyncio.gather(*turns, return_exceptions=True)
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def reload(self) -> bool:
        """Load the list of sessions afresh, from its first page. False where that failed."""
        page = await self._attempt(lambda client: client.sessions())
        if page is not None:
            self.catalogue = with_page(Catalogue(), page)
            self._tell(ListChanged())
        return page is not None

    async def load_more(self) -> None:
        """Load the next page of sessions, if there is one and it is not being loaded already."""
        token = self.catalogue.next_page_token
        if token is None or self._is_loading_page:
            return
        self._is_loading_page = True
        page = await self._attempt(lambda client: client.sessions(token))
        self._is_loading_page = False
        if page is not None and token == self.catalogue.next_page_token:
            self.catalogue = with_page(self.catalogue, page)
            self._tell(ListChanged())

    async def load_indexes(self) -> None:
        """Load all indexes, page by page; a page that leads to one already seen is the last."""
        found: dict[str, Index] = {}
        tokens: list[str | None] = [None]
        while len(set(tokens)) == len(tokens):
            page = await self._attempt(lambda client: client.indexes(tokens[-1]))
            if page is None:
                return
            found |= {index.id: index for index in page.items}
            if page.next_page_token is None:
                break
            tokens.append(page.next_page_token)
        self.indexes = list(found.values())
        self._tell(ListChanged())

    async def watch_indexes(self, is_wanted: Callable[[], bool]) -> None:
        """Load all indexes, and again while that is wanted and one of them is being synced."""
        while True:
            before = self.indexes
            await self.load_indexes()
            failed = self.indexes is before
            if failed or not any(index.is_syncing for index in self.indexes):
                return
            await asyncio.sleep(SYNC_SECONDS)
            if not is_wanted():
                return

    async def open(self, session_id: str) -> None:
        """Rebuild a conversation from its retrieved events. One whose turn runs here is left as it is."""
        if session_id in self._turns:
            return
        full = await self._attempt(lambda client: client.session(session_id))
        if full is None:
            return
        transcript = await in_slices(replaying(full.events))
        if session_id not in self._turns:
            self.catalogue = with_session(self.catalogue, full.session)
            self._put(session_id, interrupt(transcript, NO_END))

    async def create(self, index_ids: Sequence[str], *, is_bound: bool) -> None:
        """A new session, bound to these indexes for good, or unbound with these as what its questions search."""
        session = await self._attempt(lambda client: client.create_session(index_ids if is_bound else None))
        if session is not None:
            self.transcripts[session.session_id] = Transcript()
            self.scopes[session.session_id] = () if is_bound else index_ids
            self.catalogue = with_session(self.catalogue, session)
            self._tell(SessionCreated(session.session_id))

    def hide(self, session_id: str) -> Session:
        """Take a session off the list, to be deleted or shown again."""
        session = self.catalogue[session_id]
        self.catalogue = without(self.catalogue, session_id)
        self._tell(ListChanged())
        return session

    def show_again(self, session: Session) -> None:
        """Put a session back on the list."""
        self.catalogue = with_session(self.catalogue, session)
        self._tell(ListChanged())

    async def delete(self, session: Session) -> None:
        """Delete a session on the server. Where that fails it is listed again."""
        self.stop(session.session_id)
        done = await self._attempt(lambda client: _true(client.delete_session(session.session_id)))
        if done:
            self.transcripts.pop(session.session_id, None)
        else:
            self.show_again(session)

    async def ask(self, session_id: str, question: str) -> None:
        """Run one turn: send the question once, and fold what comes until it stops."""
        task = asyncio.current_task()
        assert task is not None
        before = self.transcripts.get(session_id, Transcript())
        self._turns[session_id] = task
        self._put(session_id, ask(before, question))
        self._tell(ListChanged())
        try:
            await self._receive(session_id, question)
        except asyncio.CancelledError:
            self._interrupt(session_id, STOPPED)
            raise
        except (NotSentError, RefusedError) as error:
            self._put(session_id, before)
            self._tell(QuestionReturned(session_id, question))
            self._tell(Failed(error))
        except ApiError as error:
            self._interrupt(session_id, error.message)
        finally:
            del self._turns[session_id]
            self._tell(TurnEnded(session_id))
        await self._refresh_summary(session_id)

    def stop(self, session_id: str) -> bool:
        """Stop listening to the running turn; what had arrived is kept. False where none runs."""
        task = self._turns.get(session_id)
        return task is not None and task.cancel()

    async def _receive(self, session_id: str, question: str) -> None:
        from tui.api.stream import stream_turn

        session, scope = self.catalogue[session_id], self.scopes.get(session_id, ())
        async with aclosing(stream_turn(self._connected(), session, question, scope)) as events:
            async for event in events:
                waiting = self._arrived.setdefault(session_id, [])
                if not waiting:
                    asyncio.get_running_loop().call_later(FRAME_SECONDS, self._fold, session_id)
                waiting.append(event)
        self._fold(session_id)

    def _fold(self, session_id: str) -> None:
        arrived = self._arrived.pop(session_id, None)
        if arrived:
            transcript = self.transcripts[session_id]
            for event in coalesce(arrived):
                transcript = advance(transcript, event)
            self._put(session_id, transcript)

    def _interrupt(self, session_id: str, reason: str) -> None:
        self._fold(session_id)
        self._put(session_id, interrupt(self.transcripts[session_id], reason))

    def _put(self, session_id: str, transcript: Transcript) -> None:
        self.transcripts[session_id] = transcript
        self._tell(TranscriptChanged(session_id))

    async def _refresh_summary(self, session_id: str) -> None:
        """After a turn: its time and title, which the server makes from the first question."""
        session = await self._attempt(lambda client: client.summary(session_id))
        first_question = self.transcripts[session_id].first_question
        if session is not None and not session.generated_title and first_question:
            titled = await self._attempt(lambda client: client.generate_title(session_id, first_question))
            session = titled or session
        if session is not None and self.catalogue.get(session_id):
            self.catalogue = with_session(self.catalogue, session)
            self._tell(ListChanged())

    def _connected(self) -> "Client":
        if self._client is None:
            raise NotSentError(
                "There is no connection yet. Wait until it is there, or press r in the sessions list to retry."
            )
        return self._client

    async def _attempt(self, request: "Callable[[Client], Awaitable[Result]]") -> Result | None:
        """What a request returns; None where it failed, which is told."""
        try:
            return await request(self._connected())
        except ApiError as error:
            self._tell(Failed(error))
            return None


async def _true(done: Awaitable[None]) -> bool:
    await done
    return True
