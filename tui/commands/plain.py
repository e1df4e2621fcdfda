"""The app in lines, for screen readers and for terminals that cannot place text: nothing is ever drawn over.

A line is a question, or a command that begins with a slash.
"""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence

from tui.api.errors import ApiError
from tui.commands.exit_code import BadUseError, ExitCode, exit_code_of
from tui.commands.headless.asker import Asker, asker
from tui.commands.headless.output import StepLine, put_out
from tui.commands.headless.told import AnswerText, sources_text, step_of, told
from tui.conversation.catalogue import names_of, title_of
from tui.conversation.evidence import evidence_of
from tui.conversation.transcript import Turn
from tui.sanitize import clean_line
from tui.settings import Settings

LISTED = 20
"""So many sessions are listed."""

HELP = """\
A line is a question. A line that begins with a slash is a command:
/list            the latest sessions, with a number each
/open NUMBER     open a session of the list, or one by its id, and read it
/read            read the open session again
/new             begin a new session with the next question
/indexes         the indexes
/index NAME, …   what new sessions ask
/sources         what the last answer cites
/source NUMBER   read one of them whole
/quit            quit; so does the end of the input
Ctrl+C stops an answer; where none comes, it quits.
"""


def talk(settings: Settings, session: str | None) -> int:
    """Answer the lines of standard input until they end; the exit code. `session` is one to open: its id, or "last"."""

    async def answer_lines() -> int:
        async with asker(settings, StepLine(is_linear=True)) as asking:
            await _Talk(asking).answer_lines(session)
        return ExitCode.ANSWERED

    return exit_code_of(lambda: asyncio.run(answer_lines()))


class _Talk:
    """One conversation with the user, in lines."""

    def __init__(self, asking: Asker) -> None:
        self._asking = asking
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._answering: asyncio.Future[None] | None = None
        self._listed: Sequence[str] = ()
        self._session_id: str | None = None
        self._index_names: Sequence[str] = ()
        self._last: Turn | None = None
        self._commands: Mapping[str, Callable[[str], Awaitable[None]]] = {
            "help": self._help,
            "list": self._list,
            "open": self._open,
            "read": self._read,
            "new": self._new,
            "indexes": self._indexes,
            "index": self._index,
            "sources": self._sources,
            "source": self._source,
        }

    async def answer_lines(self, session: str | None) -> None:
        """Answer one line after another until they end, or the user quits."""
        self._listen()
        put_out("llamachat-tui in lines. Type a question, or /help.\n")
        if session is not None:
            await self._tried(self._open(session))
        while True:
            put_out("> ")
            line = await self._lines.get()
            if line is None or line.strip() == "/quit":
                return
            if line.strip():
                await self._tried(self._answer(line.strip()))

    def _listen(self) -> None:
        """Take lines in a thread that keeps nobody from leaving, and Ctrl+C."""
        loop = asyncio.get_running_loop()

        def read() -> None:
            # Not through Python's buffer: its lock, held by a thread that waits, keeps the process from ending.
            with open(sys.stdin.fileno(), "rb", buffering=0, closefd=False) as raw:
                for line in raw:
                    loop.call_soon_threadsafe(self._lines.put_nowait, line.decode("utf-8", "replace"))
            loop.call_soon_threadsafe(self._lines.put_nowait, None)

        threading.Thread(target=read, name="lines", daemon=True).start()
        if os.name == "posix":
            loop.add_signal_handler(signal.SIGINT, self._interrupt)

    def _interrupt(self) -> None:
        if self._answering is not None:
            self._answering.cancel()
        else:
            self._lines.put_nowait(None)

    async def _tried(self, work: Awaitable[None]) -> None:
        """Do what a line asks for. What goes wrong is said, and the next line is waited for."""
        self._answering = answering = asyncio.ensure_future(work)
        try:
            await answering
        except asyncio.CancelledError:
            put_out("\nStopped. What had arrived is kept.\n")
        except (ApiError, BadUseError) as error:
            put_out(f"{error}\n")
        finally:
            self._answering = None
            self._asking.progress.show("")

    async def _answer(self, line: str) -> None:
        if not line.startswith("/"):
            await self._ask(line)
            return
        name, _, rest = line[1:].partition(" ")
        command = self._commands.get(name)
        if command is None:
            raise BadUseError(f"There is no command /{clean_line(name)}. Type /help for those there are.")
        await command(rest.strip())

    async def _ask(self, question: str) -> None:
        is_first = self._session_id is None
        if self._session_id is None:
            index_ids = await self._asking.chosen_indexes(self._index_names)
            self._session_id = await self._asking.new_session(index_ids)
            self._asking.workspace.switch(self._session_id, None)
        answer = AnswerText()

        async def show(turn: Turn) -> None:
            self._asking.progress.show(step_of(turn))
            if news := answer.news(turn):
                await asyncio.to_thread(put_out, news)

        outcome = await self._asking.ask(self._session_id, question, show, is_first=is_first)
        self._last = outcome.turn
        put_out(f"\n{sources_text(outcome.turn) if outcome.turn else ''}")
        if outcome.problem:
            put_out(f"{outcome.problem}\n")

    async def _help(self, _: str) -> None:
        put_out(HELP)

    async def _list(self, _: str) -> None:
        page = await self._asking.client.sessions()
        sessions = page.items[:LISTED]
        self._listed = [session.session_id for session in sessions]
        names = [title_of(session, None, self._asking.workspace.name(session.session_id)) for session in sessions]
        lines = (f"{number}. {name}\n" for number, name in enumerate(names, 1))
        put_out("".join(lines) or "There are no sessions yet.\n")

    async def _open(self, named: str) -> None:
        if named.isdecimal() and 1 <= int(named) <= len(self._listed):
            named = self._listed[int(named) - 1]
        session_id = await self._asking.opened(named)
        await self._asking.go_on(session_id, self._index_names, self._session_id)
        self._session_id = session_id
        await self._read("")

    async def _read(self, _: str) -> None:
        turns = list(self._asking.workspace.transcript(self._session_id) or ())
        if self._session_id is None or not turns:
            raise BadUseError("Nothing was asked yet.")
        put_out("\n".join(piece for turn in turns for piece in told(turn)))
        self._last = turns[-1]

    async def _new(self, _: str) -> None:
        self._session_id = self._last = None
        put_out("The next question begins a new session.\n")

    async def _indexes(self, _: str) -> None:
        indexes = await self._asking.indexes()
        put_out("".join(f"{clean_line(index.name)}\n" for index in indexes) or "There are no indexes yet.\n")

    async def _index(self, names: str) -> None:
        chosen = await self._asking.chosen_indexes([name.strip() for name in names.split(",") if name.strip()])
        self._index_names = chosen
        self._session_id = None
        put_out(f"New sessions ask: {', '.join(names_of(chosen, self._asking.workspace.indexes))}.\n")

    async def _sources(self, _: str) -> None:
        put_out((sources_text(self._last).lstrip() if self._last else "") or "The last answer has no sources.\n")

    async def _source(self, number: str) -> None:
        source = evidence_of(self._last).source(int(number)) if self._last and number.isdecimal() else None
        if source is None:
            raise BadUseError("There is no such source. Type /sources for those there are.")
        put_out(f"{source.passage.origin}\n{source.passage.text or '(It has no text.)'}\n")
