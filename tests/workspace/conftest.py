"""A workspace without a terminal: a real store in a file, and a server in memory."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from tests.workspace.cloud import Cloud, Json
from tui.conversation.transcript import Answer, Broken
from tui.store.store import Store
from tui.workspace.updates import Notice, RequestFailed, Update
from tui.workspace.workspace import Workspace

ACCOUNT = "cloud"

_Update = TypeVar("_Update", bound=Update)


async def until(fact: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(seconds):
        while not fact():
            await asyncio.sleep(0.001)


class Office:
    """A workspace, and everything that it published."""

    def __init__(self, store: Store, account_id: str = ACCOUNT) -> None:
        self.store = store
        self.updates: list[Update] = []
        self.workspace = Workspace(store, account_id, self.updates.append, asyncio.create_task)
        self.pauses: list[float] = []
        """The pauses between two polls, which take no time."""
        self.while_waiting: Callable[[], None] = lambda: None
        """Called in each pause."""
        self.workspace.turns.recovery.sleep = self._pause

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.while_waiting()
        await asyncio.sleep(0)

    async def connect(self, cloud: Cloud) -> None:
        await self.workspace.connect(cloud.client())

    async def ask(self, session_id: str, question: str) -> None:
        """Ask, and wait until it is known what became of the question."""
        assert self.workspace.ask(session_id, question)
        await self.settle(session_id)

    async def settle(self, session_id: str) -> None:
        await until(lambda: not self.workspace.is_busy(session_id))

    def published(self, kind: type[_Update]) -> list[_Update]:
        return [update for update in self.updates if isinstance(update, kind)]

    @property
    def problems(self) -> list[str]:
        """The sentences of what failed."""
        return [update.error.message for update in self.published(RequestFailed)]

    @property
    def notices(self) -> list[str]:
        return [update.words for update in self.published(Notice)]

    def read(self, session_id: str) -> list[tuple[str | None, str]]:
        """The questions of a conversation as it is shown, each with its answer."""
        turns = self.workspace.transcript(session_id) or ()
        return [(turn.question, "".join(p.text for p in turn.parts if isinstance(p, Answer))) for turn in turns]


def end_of(office: Office, session_id: str = "s1") -> str:
    """Why the last turn ended, as it is shown."""
    transcript = office.workspace.transcript(session_id)
    assert transcript is not None
    end = transcript[len(transcript) - 1].end
    return end.reason if isinstance(end, Broken) else ""


@pytest.fixture
def cloud() -> Cloud:
    cloud = Cloud()
    cloud.add_session("s1", index_ids=["idx-notes"])
    return cloud


@pytest.fixture
def store(tmp_path: Path) -> Generator[Store]:
    store = Store.open(tmp_path / "store.sqlite3")
    yield store
    store.close()


@pytest.fixture
async def office(store: Store, cloud: Cloud) -> AsyncGenerator[Office]:
    """A workspace that is connected."""
    office = Office(store)
    await office.connect(cloud)
    yield office
    await office.workspace.close()


def listed(office: Office) -> list[str]:
    return [session.session_id for session in office.workspace.catalogue]


def page(cloud: Cloud, *session_ids: str, after: str | None = None) -> Json:
    return {"items": [cloud.summaries[session_id] for session_id in session_ids], "next_page_token": after}


@pytest.fixture
def many(cloud: Cloud) -> Cloud:
    """Five sessions on three pages."""
    for number in range(2, 6):
        cloud.add_session(f"s{number}")
    cloud.pages = {
        ("/api/v1/chat", None): page(cloud, "s5", "s4", after="p2"),
        ("/api/v1/chat", "p2"): page(cloud, "s3", "s2", after="p3"),
        ("/api/v1/chat", "p3"): page(cloud, "s1"),
    }
    return cloud


@asynccontextmanager
async def store_in_use(store: Store) -> AsyncGenerator[None]:
    """While another thread is in a transaction of the store, to the end of the block. The loop must not wait for it."""
    begun, over = threading.Event(), threading.Event()

    def hold(_: sqlite3.Connection) -> bool:
        begun.set()
        return over.wait(10)

    writing = asyncio.ensure_future(asyncio.to_thread(store.database.write, hold))
    await until(begun.is_set)
    yield
    over.set()
    assert await writing, "the event loop waited for the transaction of another thread"
