"""Searching all sessions, going to what was found, and coming back from it."""

from asyncio import sleep
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import BindingType

from tui.keys.bound import bound
from tui.lazy_dataclass import dataclass
from tui.screens.browsing import BrowsingScreen
from tui.workspace.workspace import Workspace

if TYPE_CHECKING:
    from tui.screens.search.search_dialog import Destination, SearchedFor


HOW_TO_GO_BACK = "Esc back to the hits"
HOW_TO_GO_ON = f"n the next match here, N the one before · {HOW_TO_GO_BACK}"
TOLD_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Visit:
    """A hit that is being read: where it leads, and the session that was open before, None where there was none."""

    destination: "Destination"
    came_from: str | None


class SearchingScreen(BrowsingScreen):
    """Opens the search, and shows a hit in its conversation: unfolded and marked.

    Escape there leads back (`action_back_to_search`): see the bindings of `ChatScreen`, which has others of that key.
    """

    BINDINGS: ClassVar[list[BindingType]] = [bound("sessions.search", "search", show=False, priority=True)]

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._searched_for: SearchedFor | None = None
        self._visit: Visit | None = None
        self._is_to_be_shown = False
        self._is_unmarked = False
        """Whether nothing is marked where the visit leads: no search within the conversation stands for the visit."""

    async def action_search(self) -> None:
        self._search(self.open_id)
        await sleep(0)  # the worker opens its dialog now: the next key is for that

    @work
    async def _search(self, came_from: str | None) -> None:
        """Search; what was found is gone to, and where nothing is chosen one is again where one came from."""
        from tui.screens.search.search_dialog import SearchDialog

        searching = self.workspace.searching
        searching.gathering.begin()
        self.workspace.start(searching.gathering.run())
        dialog = SearchDialog(searching, self.workspace.start, self._searched_for)
        destination = await self.app.push_screen_wait(dialog)
        self._searched_for = dialog.left
        if destination is not None:
            self._go_to(Visit(destination, came_from))
        elif came_from != self.open_id:
            self._return_to(came_from)

    def _go_to(self, visit: Visit) -> None:
        session_id = visit.destination.session_id
        self._visit, self._is_to_be_shown, self._is_unmarked = visit, True, False
        if session_id != self.open_id:
            self.open_session(session_id)
        self._show_visit()
        self.set_focus(self.view.pane)

    def _return_to(self, session_id: str | None) -> None:
        if session_id is None:
            self.open_id = None
            self.set_focus(self.composer)
        else:
            self.open_session(session_id)

    def watch_open_id(self, before: str | None, session_id: str | None) -> None:
        super().watch_open_id(before, session_id)
        if self._visit is not None and self._visit.destination.session_id != session_id:
            self._visit = None
            self.notice_line.take_back("visit")

    def _draw(self) -> None:
        super()._draw()
        self._show_visit()

    def _show_visit(self) -> None:
        """Show the hit as soon as all turns before it are here."""
        from tui.workspace.search.place import place_in

        visit, transcript = self._visit, self.workspace.transcript(self.open_id)
        if visit is None or not self._is_to_be_shown or transcript is None or transcript.turns_before:
            return
        hit, wanted = visit.destination.hit, None
        if hit is not None and hit.turn >= len(transcript):
            return
        self._is_to_be_shown = False
        if hit is not None:
            block, wanted = place_in(transcript[hit.turn], hit)
            self.view.pane.go_to_turn(hit.turn)
            if wanted:
                self.view.pane.find_from(hit.turn, block, wanted)
        self._is_unmarked = not wanted
        self.say(HOW_TO_GO_ON if wanted else HOW_TO_GO_BACK, kind="visit", severity="question", seconds=TOLD_SECONDS)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "back_to_search":
            if self._visit is None:
                return False
            pane, is_idle = self.view.pane, not self.workspace.is_busy(self.open_id or "")
            return pane.has_focus and (pane.is_finding or (self._is_unmarked and is_idle))
        return super().check_action(action, parameters)

    def action_back_to_search(self) -> None:
        """Back to what was found, at the row that led here."""
        assert self._visit is not None
        came_from, self._visit = self._visit.came_from, None
        self.view.pane.find("")
        self.notice_line.take_back("visit")
        self._search(came_from)
