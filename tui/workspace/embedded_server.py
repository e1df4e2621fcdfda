"""The embedded server as a child process: started with the app, and gone with it however the app ends."""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from tui.lazy_dataclass import dataclass
from tui.sanitize import clean_line

_NONE: Mapping[str, str] = {}

START_TIMEOUT = 30.0
"""Seconds to wait until a server answers. Indexing goes on after that."""


MAX_REASON_CHARS = 700
"""Of why the server did not start: what to do stands at the end, and is seen in the smallest of usual terminals."""


class ServerStartError(Exception):
    """The embedded server did not start. The message is the server's own, and fit to show."""


@dataclass(frozen=True, slots=True)
class EmbeddedServer:
    """A running server: where it answers, the key it takes, and its process, which ends with its standard input.

    `warnings` are sentences that the user should read: what of theirs goes to others, which folder is away.
    """

    base_url: str
    api_key: str
    process: asyncio.subprocess.Process
    warnings: Sequence[str] = ()

    def __repr__(self) -> str:
        return f"EmbeddedServer({self.base_url!r})"

    async def stop(self) -> None:
        """End the server and wait until it has gone."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        try:
            await asyncio.wait_for(self.process.wait(), 3)
        except TimeoutError:
            await _end(self.process)


def _serve() -> Sequence[str]:
    return sys.executable, "-P", "-m", "tui", "serve"


def keeps_documents_of(folder: Path) -> bool:
    """Whether the local library keeps what was read from a folder that is away. A process is started to find out."""
    from subprocess import DEVNULL, run

    asking = run([*_serve(), f"--keeps={folder}"], stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL, check=False)
    return asking.returncode == 0


async def start_server(folders: Sequence[Path], variables: Mapping[str, str] = _NONE) -> EmbeddedServer:
    """Serve these folders (none: the manual) on a free port of this machine. Raises `ServerStartError`.

    `variables` are for the server, beside those of this process.
    """
    pipe = asyncio.subprocess.PIPE
    command = [*_serve(), "--json", "--port", "0", "--until-stdin-closes", *map(str, folders)]
    with tempfile.TemporaryFile() as complaints:
        # In a session of its own, so that Ctrl+C in a command stops the answer and not the server.
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=pipe,
            stdout=pipe,
            stderr=complaints,
            start_new_session=True,
            env={**os.environ, **variables},
        )
        assert process.stdout is not None
        try:
            ready = json.loads(await asyncio.wait_for(process.stdout.readline(), START_TIMEOUT))
            return EmbeddedServer(ready["base_url"], ready["api_key"], process, ready["warnings"])
        except (TimeoutError, ValueError, KeyError, TypeError):
            await _end(process)
            raise ServerStartError(_last_words(complaints)) from None


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
    await process.wait()


def _last_words(complaints: IO[bytes]) -> str:
    complaints.seek(0)
    said = [line for line in complaints.read().decode(errors="replace").splitlines() if line.strip()]
    return (
        clean_line(said[-1].removeprefix("llamachat-tui serve: "), MAX_REASON_CHARS)
        if said
        else f"The local library did not start within {START_TIMEOUT:.0f} s."
    )
