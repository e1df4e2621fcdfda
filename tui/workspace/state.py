"""One account: where it is reached, what is kept of it on this machine, its sessions and conversations."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from functools import cached_property, partial
from typing import TYPE_CHECKING, TypeVar

from tui.api.errors import ApiError, NotSentError
from tui.api.models import Event, Session
from tui.conversation.catalogue import Catalogue, with_session
from tui.conversation.transcript import KEPT_CONVERSATIONS, Transcript
from tui.cooperative import run_in_thread
from tui.store.notes import NO_SESSION
from tui.store.store import Store
from tui.workspace.drafts import Drafts
from tui.workspace.updates import ListChanged, RequestFailed, TranscriptChanged, Update

if TYPE_CHECKING:
    from tui.api.client import Client

_Result = TypeVar("_Result")

FIRST_LISTED = 1000
"""So many of the sessions last seen are listed before the first frame. See `SessionListing.list_kept`."""

FIRST_QUESTION_CHARS = 500
"""So much of a first question is remembered where the conversation is not: a session without a title is called by it.
"""

START_PAGES = (NO_SESSION, *(f"\t{number}" for number in range(2, 10)))
"""What stands for a session before there is one: no identifier holds a control character."""

ELSEWHERE = (
    "Another llamachat-tui has this session open. Read it here; to write and to ask, close it there and open it again."
)


class WorkspaceState:
    """The values that the list, the turns and the drafts share. `publish` hears every change, on the event loop."""

    def __init__(self, store: Store, account_id: str, publish: Callable[[Update], None]) -> None:
        self.store = store
        self.account_id = account_id
        self.publish = publish
        self.client: Client | None = None
        kept = store.sessions.listed(account_id, FIRST_LISTED)
        self.catalogue = Catalogue({session.session_id: session for session in kept})
        self.transcripts: dict[str, Transcript] = {}
        """The conversations in memory, the one that changed last at the end."""
        self._first_questions: dict[str, str] = {}
        self.goes_on_in: Callable[[str], bool] = lambda _: False
        """Whether a session has a turn or a question that is not done with. Set by `Turns`."""
        self.drafts = Drafts(store.notes, account_id)
        self.deleted_elsewhere: set[str] = set()
        """Sessions that the server has no more: only the copy on this machine is left."""
        self.hidden: set[str] = set()
        """Sessions that are about to be deleted: nothing that the server says of them lists them again."""
        self.open_id: str | None = None
        """The session that is read and written in: it is held as long as it is open."""
        self._writing = defaultdict[str, asyncio.Lock](asyncio.Lock)
        """Held while the turns of a session are written: each is to follow those before it."""

    def require_client(self) -> "Client":
        """The client. Raises `NotSentError` where there is none yet."""
        if self.client is None:
            raise NotSentError("There is no connection yet. Wait until it is there, or connect again.")
        return self.client

    async def attempt(self, request: "Callable[[Client], Awaitable[_Result]]") -> _Result | None:
        """What a request returns; None where it failed, which is published."""
        try:
            return await request(self.require_client())
        except ApiError as error:
            self.publish(RequestFailed(error))
            return None

    def put(self, session_id: str, transcript: Transcript) -> None:
        """Show a conversation as it is now. Where there are too many then, the one unused for longest is let go."""
        self.transcripts.pop(session_id, None)
        self.transcripts[session_id] = transcript
        self._let_go_of_unused()
        self.publish(TranscriptChanged(session_id))

    def _let_go_of_unused(self) -> None:
        too_many = len(self.transcripts) - KEPT_CONVERSATIONS
        if too_many > 0:
            unused = [name for name in list(self.transcripts)[:-1] if not self.is_needed(name)]
            for session_id in unused[:too_many]:
                question = self.transcripts.pop(session_id).first_question
                self._first_questions[session_id] = (question or "")[:FIRST_QUESTION_CHARS]

    def is_needed(self, session_id: str) -> bool:
        """Whether a conversation is read, or goes on, or is here alone."""
        return session_id == self.open_id or session_id in self.deleted_elsewhere or self.goes_on_in(session_id)

    def first_question(self, session_id: str) -> str | None:
        """The question that a conversation began with, or its beginning; None where that is not known."""
        transcript = self.transcripts.get(session_id)
        return self._first_questions.get(session_id) if transcript is None else transcript.first_question

    def forget(self, session_id: str) -> None:
        """The session is deleted."""
        self.transcripts.pop(session_id, None)
        self._first_questions.pop(session_id, None)

    def list_session(self, session: Session) -> None:
        """Show a session in the list as it is now, and keep it so, unless it is about to be deleted."""
        if session.session_id in self.hidden:
            return
        self.store.sessions.save(self.account_id, [session], complete=False)
        self.catalogue = with_session(self.catalogue, session)
        self.publish(ListChanged())

    @cached_property
    def start_page(self) -> str:
        """What stands for the session that is yet to come. Each running instance writes on a page of its own.

        It is one where something was left unfinished, if nobody has it.
        """
        unfinished_first = sorted(START_PAGES, key=lambda page: not self.drafts.get(page))
        return next(filter(self.hold, unfinished_first), NO_SESSION)

    def key(self, session_id: str | None) -> str:
        """What a session's notes are kept under; None is the one that is yet to come."""
        return self.start_page if session_id is None else session_id

    async def keep_history(self, session: Session, events: Iterable[Event]) -> None:
        """Keep a session's whole history, for opening it at once and offline. Whoever is cancelled waits no longer.

        The events are read in a thread of their own, and may raise.
        """
        async with self._writing[session.session_id]:
            await run_in_thread(partial(self.store.sessions.save_history, self.account_id, session), events)

    async def end_turn(self, turn_id: int, session_id: str) -> None:
        """Keep a turn that is over as the last of its session, behind a history that is being kept."""
        async with self._writing[session_id]:
            await asyncio.to_thread(self.store.journal.end, turn_id)

    def hold(self, session_id: str) -> bool:
        """Whether this process may write the session's draft and send its questions: no other one does."""
        return self.store.hold(self.account_id, session_id)

    def has_alone(self, session_id: str) -> bool:
        """Whether it is certain that no other process has the session, which is held here then."""
        return self.hold(session_id) and self.store.keeps_others_out

    def let_go(self, session_id: str) -> None:
        """Let other processes write in a session that nothing is going on in, unless it is open here."""
        if session_id != self.open_id:
            self.store.release(self.account_id, session_id)
