"""Where the user of the lines is: what is open, and what the numbers mean that were printed."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import field
from typing import NamedTuple, TypeVar

from tui.api.models import Session
from tui.commands.exit_code import BadUseError
from tui.commands.headless.asker import Asker
from tui.commands.headless.named_session import named_session, no_session
from tui.commands.headless.told import told
from tui.conversation.transcript import Transcript, Turn
from tui.lazy_dataclass import dataclass
from tui.workspace.workspace import Workspace

LISTED = 20
"""So many sessions, and earlier questions, are listed."""


MAX_DIGITS = 9
"""A number of more digits is none of a list; Python makes none of more than 4,300 of them."""

_Listed = TypeVar("_Listed")


class LineCommand(NamedTuple):
    """A line that begins with a slash: how it is written, what it does, and what does it with the rest of the line."""

    usage: str
    about: str
    act: Callable[[str], Awaitable[None]]

    @property
    def name(self) -> str:
        return self.usage.partition(" ")[0].removeprefix("/")


def number_of(given: str) -> int:
    """The number that was typed; 0 where it is none that anything is listed under."""
    return int(given) if given.isdecimal() and len(given) <= MAX_DIGITS else 0


def numbered(given: str, listed: Sequence[_Listed]) -> _Listed | None:
    """What stands in a list at the number that was given, from 1; None where that is none of the list's."""
    number = number_of(given)
    return listed[number - 1] if 1 <= number <= len(listed) else None


@dataclass(eq=False, slots=True)
class OpenPlace:
    """One conversation with the user. `put` prints; `lines` has those that were typed, None behind the last one."""

    asking: Asker
    put: Callable[[str], None]
    lines: "asyncio.Queue[str | None]" = field(default_factory=lambda: asyncio.Queue[str | None]())
    session_id: str | None = None
    index_names: Sequence[str] = ()
    listed: Sequence[str] = ()
    """The ids of the sessions that were listed last."""
    last: Turn | None = None
    """The turn whose sources are meant."""

    @property
    def workspace(self) -> Workspace:
        return self.asking.workspace

    async def agrees(self, question: str) -> bool:
        """Whether the next line says yes."""
        self.put(f"{question} [y/N] ")
        line = await self.lines.get()
        if line is None:
            self.lines.put_nowait(None)
        return line is not None and line.strip().lower() in ("y", "yes")

    def named(self, given: str) -> str:
        """The id of a session: of the open one where nothing is given. Raises `BadUseError`."""
        if not given:
            return self.opened()
        return numbered(given, self.listed) or named_session(given, self.workspace.last_opened)

    def opened(self) -> str:
        """The id of the open session. Raises `BadUseError`."""
        if self.session_id is None:
            raise BadUseError("No session is open. Type /list, then /open and a number of the list.")
        return self.session_id

    async def session(self, given: str) -> Session:
        """The session that is named, as the server lists it. Raises `ApiError` and `BadUseError`."""
        session_id = self.named(given)
        if not await self.asking.is_there(session_id):
            raise no_session(session_id)
        return self.workspace.catalogue[session_id]

    async def open(self, session_id: str) -> Transcript:
        """Go on in a session, and what it holds. Raises `ApiError` and `BadUseError`."""
        await self.asking.opened(session_id)
        await self.asking.go_on(session_id, self.index_names, self.session_id)
        self.session_id, self.last = session_id, None
        return self.workspace.transcript(session_id) or Transcript()

    async def read(self, turns: Iterable[Turn]) -> None:
        """Print turns, each made ready in a thread. The sources of the last of them are meant then."""
        rest, last, begin = iter(turns), None, ""
        while (made := await asyncio.to_thread(_next_told, rest)) is not None:
            last, text = made
            self.put(begin + text)
            begin = "\n"
        if last is None:
            raise BadUseError("Nothing was asked yet.")
        self.last = last

    def leave(self) -> None:
        """Have no session open: the next question begins one."""
        self.session_id = self.last = None


def _next_told(turns: Iterator[Turn]) -> tuple[Turn, str] | None:
    """The next turn, which may come from the disk, and its lines; None where there is none."""
    turn = next(turns, None)
    return None if turn is None else (turn, "\n".join(told(turn)))
