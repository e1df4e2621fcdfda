"""Sessions in lines: listed, opened, named, pinned, looked up, exported, deleted."""

from collections.abc import Sequence
from pathlib import Path

from tui.api.models import Session
from tui.commands.exit_code import BadUseError
from tui.commands.plain.open_place import LISTED, LineCommand, OpenPlace
from tui.conversation.catalogue import Catalogue, now, with_page
from tui.conversation.export.markdown import file_name
from tui.conversation.session_facts import info_rows
from tui.sanitize import clean_line
from tui.workspace.exporting import FORMATS


class Sessions:
    """What can be done with sessions. One that was deleted can be brought back until the next one is."""

    def __init__(self, place: OpenPlace) -> None:
        self._place = place
        self._deleted: Sequence[Session] = ()

    @property
    def commands(self) -> Sequence[LineCommand]:
        formats = ", ".join(FORMATS)
        return [
            LineCommand("/list", "the latest sessions, with a number each", self._list),
            LineCommand("/open NUMBER", "open a session of the list, or one by its id, and read it", self._open),
            LineCommand("/read", "read the open session again", self._read),
            LineCommand("/new", "begin a new session with the next question", self._new),
            LineCommand("/rename [NAME]", "your own name for the open session; none: its title", self._rename),
            LineCommand("/pin [NUMBER]", "pin a session, so that it is listed first, or no longer", self._pin),
            LineCommand("/info [NUMBER]", "what there is to know of a session", self._tell_info),
            LineCommand("/export [FORMAT]", f"write the open session to a file: {formats}", self._export),
            LineCommand("/delete [NUMBER]", "delete a session; it is asked first", self._delete),
            LineCommand("/undo", "bring back the session that was deleted last", self._undo),
        ]

    async def delete_for_good(self, *, or_next_time: bool = False) -> None:
        """Delete on the server what can be brought back now. Raises `ApiError`, unless it is done `or_next_time`."""
        sessions, self._deleted = self._deleted, ()
        if or_next_time:
            await self._place.workspace.deletion.delete(sessions, or_next_time=True)
            return
        for session in sessions:
            await self._place.asking.delete(session)

    async def _list(self, _: str) -> None:
        place, workspace = self._place, self._place.workspace
        latest = with_page(Catalogue(), await place.asking.client.sessions())
        sessions = [session for session in latest if not workspace.deletion.is_hidden(session.session_id)]
        for session in sessions:
            workspace.list_session(session)
        pinned = workspace.details.is_pinned
        place.listed = sorted((session.session_id for session in sessions), key=lambda each: not pinned(each))[:LISTED]
        lines = [
            f"{number}. {workspace.title(session_id)}{' (pinned)' if pinned(session_id) else ''}\n"
            for number, session_id in enumerate(place.listed, 1)
        ]
        if latest.next_page_token or len(sessions) > LISTED:
            lines.append("There are more. /search and words finds them.\n")
        place.put("".join(lines) or "There are no sessions yet.\n")

    async def _open(self, named: str) -> None:
        if not named:
            raise BadUseError("Type the number of a session behind /open. /list prints them.")
        await self._place.read(await self._place.open(self._place.named(named)))

    async def _read(self, _: str) -> None:
        await self._place.read(self._place.workspace.transcript(self._place.session_id) or ())

    async def _new(self, _: str) -> None:
        self._place.leave()
        self._place.put("The next question begins a new session.\n")

    async def _rename(self, name: str) -> None:
        workspace, session_id = self._place.workspace, self._place.opened()
        workspace.details.rename(session_id, name)
        self._place.put(f"The session is called: {workspace.title(session_id)}\n")

    async def _pin(self, named: str) -> None:
        session, details = await self._place.session(named), self._place.workspace.details
        is_pinned = not details.is_pinned(session.session_id)
        details.pin(session.session_id, is_pinned=is_pinned)
        told = "Pinned" if is_pinned else "No longer pinned"
        self._place.put(f"{told}: {self._place.workspace.title(session.session_id)}\n")

    async def _tell_info(self, named: str) -> None:
        workspace, session = self._place.workspace, await self._place.session(named)
        await self._place.asking.indexes()
        facts = await workspace.details.facts(session.session_id)
        rows = [
            ("Title", workspace.title(session.session_id)),
            *info_rows(session, facts, workspace.searched_names(session), now()),
        ]
        self._place.put("".join(f"{label}: {value}\n" for label, value in rows))

    async def _export(self, format_name: str) -> None:
        session_id, chosen = self._place.opened(), FORMATS.get(format_name or next(iter(FORMATS)))
        if chosen is None:
            raise BadUseError(f"There is no format {clean_line(format_name)}. There are: {', '.join(FORMATS)}.")
        title = self._place.workspace.title(session_id)
        name = file_name(title, now().astimezone().date(), chosen.suffix)
        try:
            path = await self._place.workspace.exporter.write(session_id, title, chosen.name, Path.cwd() / name)
        except OSError as error:
            raise BadUseError(f"It could not be written: {error.strerror}: {error.filename or name}") from error
        self._place.put(f"Written to {path}\n")

    async def _delete(self, named: str) -> None:
        place, session = self._place, await self._place.session(named)
        session_id, title = session.session_id, self._place.workspace.title(session.session_id)
        place.asking.progress.show("")
        if not await place.agrees(f'Delete "{title}"?'):
            place.put("Nothing was deleted.\n")
            return
        await self.delete_for_good()
        self._deleted = place.workspace.deletion.hide(session_id)
        if place.session_id == session_id:
            place.leave()
        place.put(f'Deleted: "{title}". /undo brings it back, until you delete another one or quit.\n')

    async def _undo(self, _: str) -> None:
        if not self._deleted:
            raise BadUseError("No session was deleted that could be brought back.")
        workspace, sessions = self._place.workspace, self._deleted
        self._deleted = ()
        workspace.deletion.show_again(sessions)
        self._place.put("".join(f"Brought back: {workspace.title(each.session_id)}\n" for each in sessions))
