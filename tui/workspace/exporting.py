"""A session as a file for others: as the server has it, or as it is kept on this machine."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from tui.api.errors import ApiError, NotTheApiError
from tui.api.models import Event, ImageAttachment
from tui.api.session_file import SessionFile, SessionFileError, from_values, reading_answer
from tui.conversation.transcript import Transcript, Turn, interrupt
from tui.conversation.transcript_builder import replay
from tui.cooperative import run_in_slices
from tui.lazy_dataclass import dataclass
from tui.store.store import Store
from tui.workspace.new_file import write_new_file
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
MAX_PICTURE_BYTES = 20 * 1024 * 1024


async def session_of_server(client: "Client", session_id: str, beside: Path | None) -> SessionFile:
    """A session with its events as the server sends them, put aside beside a file of the user's while they come.

    Raises `ApiError`.
    """
    body = await client.session_body(session_id, beside)
    try:
        return await run_in_slices(reading_answer(body.pieces))
    except SessionFileError as error:
        raise NotTheApiError(str(error)) from error


async def session_shown(client: "Client", session_id: str, beside: Path | None) -> SessionFile:
    """A session as the app shows it, for whoever reads it: what is too large to be shown is cut, and says so.

    Raises `ApiError`.
    """
    events: list[Event] = []
    session = await client.read_session(await client.session_body(session_id, beside), events.extend)
    try:
        return await asyncio.to_thread(from_values, session, events)
    except SessionFileError as error:
        raise NotTheApiError(str(error)) from error


def session_kept(store: Store, account: str, session_id: str) -> SessionFile | None:
    """A session as it was last seen on this machine; None where it is not kept."""
    kept = store.sessions.history(account, session_id)
    return None if kept is None else from_values(kept.session, kept.events)


def transcript_of(session: SessionFile) -> Transcript:
    """The conversation that a session's events tell."""
    from tui.api.event_decoding import event_from_json

    return interrupt(replay(map(event_from_json, session.events)), NO_END)


async def download_pictures(
    client: "Client", wanted: Sequence[ImageAttachment]
) -> tuple[Mapping[ImageAttachment, bytes], str]:
    """The files of pictures of pages, and why some are missing: a sentence, "" where none is."""
    pictures: dict[ImageAttachment, bytes] = {}
    why = f"There are more than {MAX_PICTURES}." if len(wanted) > MAX_PICTURES else ""
    for attachment in wanted[:MAX_PICTURES]:
        try:
            presigned = await client.attachment_url(attachment.attachment_name, attachment.source_id)
            data = await client.download(presigned)
        except ApiError as error:
            why = error.message
        else:
            pictures[attachment] = data if len(data) <= MAX_PICTURE_BYTES else b""
    return pictures, why


@dataclass(frozen=True, slots=True)
class Exported:
    """What of a session is to be written: turns, the number of the first of them, and what is known beside them.

    `day` is when the session last changed. Pictures are for HTML only.
    """

    session_id: str
    title: str
    turns: Sequence[Turn]
    first: int = 1
    day: date | None = None
    pictures: Mapping[ImageAttachment, bytes] | None = None


def exported_text(exported: Exported, format_name: str) -> str:
    """The text of a file in one of the formats that tell a conversation: all but JSON lines, which hold its events."""
    from tui.conversation.export.csl import as_csl_json  # here, because these load what no first frame needs
    from tui.conversation.export.html import as_html
    from tui.conversation.export.markdown import as_markdown

    match format_name:
        case "html":
            return as_html(exported.title, exported.turns, exported.first, exported.pictures)
        case "csl-json":
            return as_csl_json(exported.session_id, exported.turns, exported.first, exported.day)
        case _:
            return as_markdown(exported.title, exported.turns, exported.first)


class SessionExporter:
    """Exports the sessions of an account that is in use."""

    def __init__(self, state: WorkspaceState) -> None:
        self._state = state

    async def write(self, session_id: str, title: str, format_name: str, path: Path) -> Path:
        """Write a session to a new file of that path, or one like it, off the event loop; its path.

        JSON lines are the server's, or where it cannot be asked those kept on this machine; the rest is as it is shown.
        Raises `ApiError` and `OSError`. Whoever is cancelled waits no longer.
        """
        pieces = (await self._file(session_id)).lines() if format_name == "jsonl" else None
        is_over = False

        def write() -> Iterator[str]:
            for piece in pieces or [self._told(session_id, title, format_name)]:
                if is_over:
                    raise InterruptedError
                yield piece

        try:
            return await asyncio.to_thread(write_new_file, path, write())
        finally:
            is_over = True

    def _told(self, session_id: str, title: str, format_name: str) -> str:
        session = self._state.catalogue.get(session_id)
        day = session.last_updated_at.date() if session and session.last_updated_at else None
        turns = tuple(self._state.transcripts.get(session_id, ()))
        return exported_text(Exported(session_id, title, turns, day=day), format_name)

    async def _file(self, session_id: str) -> SessionFile:
        state = self._state
        try:
            return await session_of_server(state.require_client(), session_id, state.store.path)
        except ApiError:
            kept = await asyncio.to_thread(session_kept, state.store, state.account_id, session_id)
            if kept is None:
                raise
            return kept
