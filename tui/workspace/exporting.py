"""A session as a file for others: as the server has it, or as it is kept on this machine.

A file is written in pieces, whatever its format: `SessionFile.lines` are its events, and `Exported.pieces` tell its
conversation turn by turn. No more than a turn or an event is in memory, and no event loop waits for it.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from itertools import chain, count, takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from tui.api.errors import ApiError, NotTheApiError
from tui.api.models import Event, ImageAttachment, Session
from tui.api.session_file import SessionFile, SessionFileError, from_values, reading_answer
from tui.conversation.past_turns import LongReplay
from tui.conversation.transcript import Transcript, Turn, interrupt
from tui.cooperative import run_in_slices, run_in_thread
from tui.files.private_files import write_new_file
from tui.files.spill import Spill
from tui.lazy_dataclass import dataclass
from tui.store.store import Store
from tui.workspace.recovery import NO_END
from tui.workspace.state import WorkspaceState

if TYPE_CHECKING:
    from tui.api.client import Client


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """A way to write a session: its name on the command line, what it is in words, and how its files' names end."""

    name: str
    words: str
    suffix: str


FORMATS = {
    made.name: made
    for made in (
        ExportFormat("md", "Markdown, with footnotes and the evidence", ".md"),
        ExportFormat("html", "HTML: one page for any browser", ".html"),
        ExportFormat("jsonl", "JSON lines: everything, to be imported again", ".jsonl"),
        ExportFormat("csl-json", "CSL-JSON: citations for a reference manager", ".json"),
    )
}
"""The ways to write a session, by their names; the usual one is first."""

MAX_PICTURES = 200


@dataclass(frozen=True, slots=True)
class ShownSession:
    """A session, and its conversation as the app shows it: what is too large to be shown is cut, and says so."""

    session: Session
    transcript: Transcript


async def session_of_server(client: "Client", session_id: str, beside: Path | None) -> SessionFile:
    """A session with its events as the server sends them, put aside beside a file of the user's while they come.

    Raises `ApiError`.
    """
    body = await client.session_body(session_id, beside)
    try:
        return await run_in_slices(reading_answer(body.pieces))
    except SessionFileError as error:
        raise NotTheApiError(str(error)) from error


async def session_shown(client: "Client", session_id: str, beside: Path | None) -> ShownSession:
    """A session to be read, as the server has it. Its turns are put aside as its events are. Raises `ApiError`."""
    told = LongReplay(beside)
    session = await client.read_session(await client.session_body(session_id, beside), told.add)
    return ShownSession(session, interrupt(told.build(), NO_END))


def kept_file(store: Store, account: str, session_id: str) -> SessionFile | None:
    """A session with its events as it was last seen on this machine; None where it is not kept.

    They are read when they are iterated over: the store is to be open then.
    """
    kept = store.sessions.history(account, session_id, 0)
    return None if kept is None else from_values(kept.session, _KeptEvents(store, account, session_id))


def kept_session(store: Store, account: str, session_id: str) -> ShownSession | None:
    """A session to be read, as it was last seen on this machine; None where it is not kept. Not for the event loop."""
    kept = store.sessions.history(account, session_id, 0)
    if kept is None:
        return None
    told = LongReplay(store.path)
    told.add(_KeptEvents(store, account, session_id))
    return ShownSession(kept.session, interrupt(told.build(), NO_END))


@dataclass(frozen=True, slots=True)
class _KeptEvents:
    """The events that are kept of a session, of which those of one turn at a time are in memory."""

    store: Store
    account: str
    session_id: str

    def __iter__(self) -> Iterator[Event]:
        turns = (self.store.sessions.some_events(self.account, self.session_id, number, 1) for number in count())
        return chain.from_iterable(takewhile(bool, turns))


class Pictures:
    """The files of pictures of pages, put aside beside a file of the user's until they are written."""

    def __init__(self, beside: Path | None) -> None:
        self._files = Spill(beside)
        self._places: dict[ImageAttachment, tuple[int, int]] = {}

    def __len__(self) -> int:
        return len(self._places)

    def file(self, attachment: ImageAttachment) -> bytes:
        """The file of a picture; b"" where it is missing. Raises `OSError`."""
        place = self._places.get(attachment)
        return self._files.read(*place) if place else b""

    async def download(self, client: "Client", wanted: Sequence[ImageAttachment]) -> str:
        """Get the files, and tell why some are missing: a sentence, "" where none is."""
        why = f"There are more than {MAX_PICTURES}." if len(wanted) > MAX_PICTURES else ""
        for attachment in wanted[:MAX_PICTURES]:
            try:
                presigned = await client.attachment_url(attachment.attachment_name, attachment.source_id)
                data = await client.download(presigned)
            except ApiError as error:
                why = error.message
            else:
                self._places[attachment] = self._files.append(data), len(data)
        return why


@dataclass(frozen=True, slots=True)
class Exported:
    """What of a session is to be written: turns, the number of the first of them, and what is known beside them.

    The turns may be iterated over again and again. `day` is when the session last changed. Pictures are for HTML only.
    """

    session_id: str
    title: str
    turns: Iterable[Turn]
    first: int = 1
    day: date | None = None
    pictures: Pictures | None = None

    def pieces(self, format_name: str) -> Iterator[str]:
        """The text of a file that tells the conversation: in any format but JSON lines, which hold its events."""
        from tui.conversation.export.csl import csl_json_pieces  # here, because these load what no first frame needs
        from tui.conversation.export.html import html_pieces
        from tui.conversation.export.markdown import markdown_pieces

        match format_name:
            case "html":
                pictures = self.pictures or Pictures(None)
                yield from html_pieces(self.title, self.turns, self.first, pictures.file)
            case "csl-json":
                yield from csl_json_pieces(self.session_id, self.turns, self.first, self.day)
            case _:
                yield from markdown_pieces(self.title, self.turns, self.first)


class SessionExporter:
    """Exports the sessions of an account that is in use."""

    def __init__(self, state: WorkspaceState) -> None:
        self._state = state

    async def write(self, session_id: str, title: str, format_name: str, path: Path) -> Path:
        """Write a session to a new file of that path, or one like it, off the event loop; its path.

        JSON lines are the server's, or where it cannot be asked those kept on this machine; the rest is as it is shown.
        Raises `ApiError` and `OSError`. Whoever is cancelled waits no longer.
        """
        if format_name == "jsonl":
            pieces = (await self._file(session_id)).lines()
        else:
            pieces = self._exported(session_id, title).pieces(format_name)
        return await run_in_thread(partial(write_new_file, path), pieces)

    def _exported(self, session_id: str, title: str) -> Exported:
        session = self._state.catalogue.get(session_id)
        day = session.last_updated_at.date() if session and session.last_updated_at else None
        return Exported(session_id, title, self._state.transcripts.get(session_id, ()), day=day)

    async def _file(self, session_id: str) -> SessionFile:
        state = self._state
        try:
            return await session_of_server(state.require_client(), session_id, state.store.path)
        except ApiError:
            kept = await asyncio.to_thread(kept_file, state.store, state.account_id, session_id)
            if kept is None:
                raise
            return kept
