"""Searching all sessions, going to what was found, and coming back from it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.screens.browsing import BrowsingScreen
    from tui.screens.search.search_dialog import Destination, SearchedFor


HOW_TO_GO_BACK = "Esc back to the hits"
HOW_TO_GO_ON = f"n the next match here, N the one before · {HOW_TO_GO_BACK}"
TOLD_SECONDS = 15.0


class Visit:
    """A hit that is being read: where it leads, and the session that was open before, None where there was none."""

    def __init__(self, destination: "Destination", came_from: str | None) -> None:
        self.destination, self.came_from = destination, came_from
        self.is_shown = False
        self.is_unmarked = False
        """Whether nothing is marked where it leads: no search within the conversation stands for the visit."""


class SearchVisits:
    """Opens the search, and shows a hit in its conversation: unfolded and marked, until the reader goes elsewhere."""

    def __init__(self, screen: "BrowsingScreen") -> None:
        self._screen = screen
        self._searched_for: SearchedFor | None = None
        self._visit: Visit | None = None

    async def search(self, came_from: str | None) -> None:
        """Search; what was found is gone to, and where nothing is chosen one is again where one came from."""
        from tui.screens.search.search_dialog import SearchDialog

        workspace = self._screen.workspace
        gathering = workspace.searching.gathering
        gathering.begin()
        workspace.start(gathering.run())
        dialog = SearchDialog(workspace.searching, workspace.start, self._searched_for)
        destination = await self._screen.app.push_screen_wait(dialog)
        self._searched_for = dialog.left
        if destination is not None:
            self._go_to(Visit(destination, came_from))
        elif came_from != self._screen.open_id:
            self._return_to(came_from)

    def _go_to(self, visit: Visit) -> None:
        session_id = visit.destination.session_id
        self._visit = visit
        if session_id != self._screen.open_id:
            self._screen.open_session(session_id)
        self.show_visit()
        self._screen.set_focus(self._screen.view.pane)

    def _return_to(self, session_id: str | None) -> None:
        if session_id is None:
            self._screen.open_id = None
            self._screen.set_focus(self._screen.composer)
        else:
            self._screen.open_session(session_id)

    def turn_to(self, session_id: str | None) -> None:
        """Another session is open: a hit in the one before is not being read any more."""
        if self._visit is not None and self._visit.destination.session_id != session_id:
            self._end_visit()

    def _end_visit(self) -> None:
        self._visit = None
        self._screen.notice_line.take_back("visit")

    def show_visit(self) -> None:
        """Show the hit, if one is gone to, as soon as all turns before it are here."""
        visit, transcript = self._visit, self._screen.workspace.transcript(self._screen.open_id)
        if visit is None or visit.is_shown or transcript is None or transcript.turns_before:
            return
        hit, wanted = visit.destination.hit, None
        if hit is not None and hit.turn >= len(transcript):
            return
        visit.is_shown = True
        if hit is not None:
            from tui.workspace.search.place import place_in

            pane = self._screen.view.pane
            block, wanted = place_in(transcript[hit.turn], hit)
            pane.go_to_turn(hit.turn)
            if wanted:
                pane.find_from(hit.turn, block, wanted)
        visit.is_unmarked = not wanted
        words = HOW_TO_GO_ON if wanted else HOW_TO_GO_BACK
        self._screen.say(words, kind="visit", severity="question", seconds=TOLD_SECONDS)

    @property
    def leads_back(self) -> bool:
        """Whether Escape leads back to what was found."""
        if self._visit is None:
            return False
        pane = self._screen.view.pane
        is_idle = not self._screen.workspace.is_busy(self._screen.open_id or "")
        return pane.has_focus and (pane.is_finding or (self._visit.is_unmarked and is_idle))

    def leave_visit(self) -> str | None:
        """Read the hit no more. The session that was open before it, None where there was none."""
        came_from = None if self._visit is None else self._visit.came_from
        self._end_visit()
        self._screen.view.pane.find("")
        return came_from
