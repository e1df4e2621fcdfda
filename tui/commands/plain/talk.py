"""`llamachat-tui --plain`: a line is a question, or a command that begins with a slash."""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Awaitable
from contextlib import suppress
from functools import partial

from tui.api.errors import ApiError
from tui.commands.exit_code import BadUseError, ExitCode, exit_code_of
from tui.commands.headless.asker import asker
from tui.commands.headless.interrupting import run_until_interrupted
from tui.commands.headless.output import StepLine
from tui.commands.plain.asking import Asking
from tui.commands.plain.event_loop import call_on
from tui.commands.plain.finding import Finding
from tui.commands.plain.line_output import LineOutput
from tui.commands.plain.open_place import LineCommand, OpenPlace
from tui.commands.plain.sessions import Sessions
from tui.sanitize import clean_line
from tui.settings import Settings

GREETING = "llamachat-tui in lines. Type a question, or /help.\n"
BEFORE_COMMANDS = """\
A line is a question. A line that begins with a slash is a command, and one that begins with two a question with one:
"""
BEHIND_COMMANDS = "Ctrl+C stops an answer; where none comes, it quits.\n"
KEPT = " What had arrived is kept."


def talk(settings: Settings, session: str | None) -> int:
    """Answer the lines of standard input until they end; the exit code. `session` is one to open: its id, or "last"."""

    async def answer_lines() -> int:
        lines = asyncio.Queue[str | None]()
        output = LineOutput()
        async with asker(settings, StepLine(is_linear=True, tell=output.tell)) as asking:
            return await _Talk(OpenPlace(asking, output.put, lines), output).answer_lines(session)

    return exit_code_of(lambda: run_until_interrupted(answer_lines()))


class _Talk:
    """Reads lines, has each of them done, and stops what is being done at Ctrl+C."""

    def __init__(self, place: OpenPlace, output: LineOutput) -> None:
        self._place = place
        self._output = output
        self._doing: asyncio.Future[None] | None = None
        """What is being done; None while a line is waited for."""
        self._is_over = False
        """Whether no more lines are answered."""
        self._asking = Asking(place)
        self._sessions = Sessions(place)
        commands = [
            *self._sessions.commands,
            *Finding(place).commands,
            *self._asking.commands,
            LineCommand("/help", "this list", self._help),
            LineCommand("/quit", "quit; so does the end of the input", self._quit),
        ]
        self._commands = {command.name: command for command in commands}
        output.when_closed = self._stop_for_good

    async def answer_lines(self, session: str | None) -> ExitCode:
        """Answer one line after another until they end, or the user quits.

        None is answered where the session is not opened, since none is meant for another one: `STOPPED` where Ctrl+C
        ended that, and `ApiError` or `BadUseError` where it cannot be.
        """
        self._listen()
        self._place.put(GREETING)
        if session is not None:
            await self._do(self._open(session))
            if self._place.session_id is None and self._output.failure is None:
                self._place.asking.leave()
                return ExitCode.STOPPED
        was_stopped = False
        while self._output.failure is None and not self._is_over:
            self._place.put("> ")
            line = await self._place.lines.get()
            if line is None:
                if was_stopped:
                    self._place.asking.leave()
                break
            was_stopped = not await self._answer(line.strip())
        self._is_over = True
        await self._do(self._sessions.delete_for_good(or_next_time=True))
        if self._output.failure is not None:
            raise OSError(self._output.failure.errno, self._output.failure.strerror, "standard output")
        return ExitCode.ANSWERED

    async def _open(self, session: str) -> None:
        try:
            await self._commands["open"].act(session)
        except (ApiError, BadUseError) as error:
            if self._place.session_id is None:
                await self._output.written()
                raise
            self._place.put(f"{error}\n")  # it is open, and there is nothing to read yet

    def _listen(self) -> None:
        """Take lines in a thread that keeps nobody from leaving, and Ctrl+C."""
        loop, lines = asyncio.get_running_loop(), self._place.lines

        def read() -> None:
            # Not through Python's buffer: its lock, held by a thread that waits, keeps the process from ending.
            # A terminal that is gone (EIO) is the end of the lines.
            with suppress(OSError), open(sys.stdin.fileno(), "rb", buffering=0, closefd=False) as raw:
                for line in raw:
                    call_on(loop, partial(lines.put_nowait, line.decode("utf-8", "replace")))
            call_on(loop, partial(lines.put_nowait, None))

        threading.Thread(target=read, name="lines", daemon=True).start()
        if os.name == "posix":
            loop.add_signal_handler(signal.SIGINT, self._interrupt)

    def _interrupt(self) -> None:
        if self._doing is not None:
            self._doing.cancel()
        else:
            self._place.asking.leave()
            self._place.put("\n")
            self._place.lines.put_nowait(None)

    def _stop_for_good(self) -> None:
        """Stop what is being done, and wait for no line: nobody reads any more what would be printed."""
        self._place.lines.put_nowait(None)
        if self._doing is not None and not self._is_over:
            self._doing.cancel()

    async def _answer(self, line: str) -> bool:
        """Ask a question, or do what a command says. What goes wrong is said. False where Ctrl+C stopped it."""
        if line.startswith("//") or (line and not line.startswith("/")):
            return await self._do(self._told(self._asking.ask(line.removeprefix("/"))), KEPT)
        name, _, rest = line.removeprefix("/").partition(" ")
        command = self._commands.get(name)
        if command is not None:
            return await self._do(self._told(command.act(rest.strip())))
        if line:
            self._place.put(
                f"There is no command /{clean_line(name)}. Type /help for those there are; "
                "a question that begins so begins with //.\n"
            )
        return True

    async def _told(self, work: Awaitable[None]) -> None:
        """Do something, and say what goes wrong."""
        try:
            await work
        except (ApiError, BadUseError) as error:
            self._place.put(f"{error}\n")

    async def _do(self, work: Awaitable[None], stopped: str = "") -> bool:
        """Do something, until it is printed. False where Ctrl+C stopped it, which is said."""
        self._doing = doing = asyncio.ensure_future(self._printed(work))
        try:
            await doing
        except asyncio.CancelledError:
            self._output.drop()
            if self._output.failure is None:
                self._place.put(f"\nStopped.{stopped}\n")
            return False
        finally:
            self._doing = None
            self._place.asking.progress.show("")
        return True

    async def _printed(self, work: Awaitable[None]) -> None:
        await work
        await self._output.written()

    async def _quit(self, _: str) -> None:
        self._is_over = True

    async def _help(self, _: str) -> None:
        widest = max(len(command.usage) for command in self._commands.values())
        lines = (f"{command.usage.ljust(widest)}  {command.about}\n" for command in self._commands.values())
        self._place.put("".join([BEFORE_COMMANDS, *lines, BEHIND_COMMANDS]))
