"""The app behind the fault proxy, whose waits between two looks at the server are short."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from tests.app.user import User, driven
from tests.faults.proxy import FaultProxy
from tui.api.models import Session
from tui.settings import Settings
from tui.widgets.sessions.session_list import SessionList


async def hardly(_: float) -> None:
    """A pause that a test need not wait for."""
    await asyncio.sleep(0.01)


@asynccontextmanager
async def behind(proxy: FaultProxy) -> AsyncGenerator[User]:
    async with driven(Settings(base_url=proxy.base_url)) as user:
        user.app.chat.workspace.turns.recovery.sleep = hardly
        yield user


async def in_session(user: User) -> str:
    """Ask one question that is answered well, so that a session is open and has its title; its id."""
    await user.ask_in_new_session("Who leads navigation?")
    await user.see("Ada Sol")
    await user.until(lambda: not user.app.chat.workspace.turns.busy)
    await user.until(lambda: bool(newest(user).generated_title))
    return newest(user).session_id


def newest(user: User) -> Session:
    """The session at the top of the list."""
    return next(iter(user.app.chat.workspace.catalogue))


async def ask(user: User, question: str) -> None:
    await user.type(question)
    await user.press("enter")


async def open_session(user: User, session_id: str) -> None:
    """Open one of the listed sessions."""
    await user.press("ctrl+s")
    user.app.chat.query_one(SessionList).put_cursor_on(session_id)
    await user.press("enter")


def words_on(user: User) -> str:
    """The text beside the list without line ends, where lines are wrapped."""
    left = user.app.chat.sidebar.region.right
    return " ".join(" ".join(line[left:].strip(" │") for line in user.lines).split())
