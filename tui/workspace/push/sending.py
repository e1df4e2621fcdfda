"""Sending the files of a plan, several at once. What comes of each is told as it comes; nothing is drawn here."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import TypeAlias

from tui.api import errors
from tui.api.directories import DirectoryClient
from tui.api.retry import wait_before
from tui.files.visible_files import open_file
from tui.lazy_dataclass import dataclass
from tui.workspace.push.files import LocalFile
from tui.workspace.push.plan import Change

AT_ONCE = 4
"""Files that are sent at the same time."""

TRIES = 4
"""Times that a file is sent at most. What the server holds back for its limits does not count."""
MAX_HELD_BACK = 30
"""Times that a file waits at most because the server says that these were too many requests."""

FOR_ALL = (
    errors.KeyRefusedError,
    errors.OutOfCreditsError,
    errors.ForbiddenError,
    errors.NotFoundError,
    errors.TooManyRequestsError,
    errors.RedirectedError,
    errors.NotSentError,
    errors.NotTheApiError,
)
"""What no other file would fare better with: it ends the push."""

Sleep: TypeAlias = Callable[[float], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that the directory has now."""

    file: LocalFile


@dataclass(frozen=True, slots=True)
class NotTaken:
    """A file that was not taken, and why, fit to show."""

    file: LocalFile
    why: str


Outcome: TypeAlias = Taken | NotTaken


class Sender:
    """Sends files to one directory."""

    def __init__(self, client: DirectoryClient, directory_id: str, sleep: Sleep = asyncio.sleep) -> None:
        self._client = client
        self._directory_id = directory_id
        self._sleep = sleep
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._open = asyncio.Lock()
        """Held while the server wants no requests: then no file begins."""

    async def send(self, changes: Sequence[Change]) -> AsyncGenerator[Outcome, None]:
        """Send the files, and delete the older versions of each that was taken.

        Raises the `ApiError`s of `FOR_ALL`; what was taken before stays.
        """
        tasks = [asyncio.create_task(self._in_turn(change)) for change in changes]
        try:
            for done in asyncio.as_completed(tasks):
                yield await done
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _in_turn(self, change: Change) -> Outcome:
        async with self._slots:
            try:
                await self._upload(change.file)
                for version in change.older:
                    await self._client.delete_file(self._directory_id, version.id)
            except FOR_ALL:
                raise
            except errors.ApiError as error:
                return NotTaken(change.file, error.message)
            except OSError as error:
                return NotTaken(change.file, f"It cannot be read any more: {error.strerror or error}.")
            return Taken(change.file)

    async def _upload(self, file: LocalFile) -> None:
        """Send a file until it is there. One that may have arrived is looked for before it is sent again."""
        tries = held_back = 0
        while True:
            try:
                async with self._open:
                    pass
                with open_file(file.path) as content:
                    await self._client.upload(self._directory_id, file.name, file.unique_id, content)
                return
            except errors.ConflictError:
                if await self._is_there(file):
                    return
                raise
            except errors.TooManyRequestsError as error:
                held_back += 1
                if held_back > MAX_HELD_BACK:
                    raise
                async with self._open:
                    await self._sleep(wait_before(held_back, error))
            except errors.ApiError as error:
                tries += 1
                if not error.transient or tries == TRIES:
                    raise
                await self._sleep(wait_before(tries, error))
                if isinstance(error, errors.UnknownOutcomeError) and await self._is_there(file):
                    return

    async def _is_there(self, file: LocalFile) -> bool:
        return bool(await self._client.source_files(self._directory_id, file.unique_id))
