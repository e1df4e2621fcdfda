"""The dialog that searches all sessions as one types."""

import asyncio
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import work
from textual.binding import BindingType
from textual.content import Content
from textual.timer import Timer
from textual.widgets.option_list import Option

from tui.conversation.catalogue import age, now, title_of
from tui.counts import counted
from tui.keys.bound import bound
from tui.keys.keymap import key_for
from tui.lazy_dataclass import dataclass
from tui.screens.filter_dialog import FilterDialog
from tui.store.search import Findings, FoundSession, Hit, Snippet
from tui.workspace.search.gathering import Gathered
from tui.workspace.search.searching import Searching, SearchResult
from tui.workspace.tasks import Work

WAIT_SECONDS = 0.03
"""A search begins when no key has come for this long."""

TOLD_EVERY_SECONDS = 1.0

NOTHING_YET = "Nothing of what is read by now has all of this."

HOW_TO = (
    'Words, "words in a row", and filters: in:question, in:answer, in:evidence, in:thinking, in:title, '
    "index:NAME, tool:NAME, has:error, after:2026-03, before:yesterday"
)


@dataclass(frozen=True, slots=True)
class Destination:
    """Where Enter leads: to a hit in a session, or with None to the session itself."""

    session_id: str
    hit: Hit | None


@dataclass(frozen=True, slots=True)
class SearchedFor:
    """What was typed, and the row that was under the cursor: to come back to."""

    typed: str = ""
    row: str | None = None


class SearchDialog(FilterDialog[Destination]):
    """Lists the hits by session. It returns where the reader wants to go; `left` tells where it was left.

    `start` runs a coroutine that outlives the dialog.
    """

    BINDINGS: ClassVar[list[BindingType]] = [bound("search.pause", "toggle_gathering")]

    def __init__(
        self, searching: Searching, start: Callable[[Work], object], before: SearchedFor | None = None
    ) -> None:
        super().__init__(
            "Search all sessions", f"Enter go there · {key_for('search.pause')} pause or go on fetching · Esc back"
        )
        self.searching = searching
        self._start = start
        self._before = before or SearchedFor()
        self._result: SearchResult | None = None
        self._waiting: Timer | None = None
        self.is_behind = False
        """Whether what was typed last is still being searched for."""
        self._takes_first = False
        self._gathered: Gathered | None = None

    @property
    def left(self) -> SearchedFor:
        return SearchedFor(self.filter.value, self.under_cursor)

    def on_mount(self) -> None:
        self.filter.placeholder = "Type to search"
        self.filter.value = self._before.typed
        self.filter.action_select_all()
        self._tell_progress()
        self.set_interval(TOLD_EVERY_SECONDS, self._tell_progress)

    def on_input_changed(self) -> None:
        """Search a moment later: while keys come fast, only for the last of them."""
        self.is_behind = True
        if self._waiting is not None:
            self._waiting.stop()
        self._waiting = self.set_timer(WAIT_SECONDS, self._find)

    @work
    async def _find(self, cursor_on: str | None = None) -> None:
        result = await self.searching.find(self.filter.value)
        if result is None:
            return
        is_new, self._result, self.is_behind = result != self._result, result, False
        if is_new:
            self.list_options(cursor_on=cursor_on or self._before.row or self._first_hit())
        self._before = SearchedFor()
        if self._takes_first:
            self.action_take()

    def _first_hit(self) -> str | None:
        found = self._found.sessions
        return _row_of(found[0], found[0].hits[0]) if found and found[0].hits else None

    @property
    def _found(self) -> Findings:
        return Findings() if self._result is None else self._result.found

    def options_with(self, wanted: str) -> Sequence[Option]:
        del wanted
        options = list[Option]()
        for session in self._found.sessions:
            options.append(Option(_heading(session), id=_row_of(session)))
            options += [Option(_line(hit), id=_row_of(session, hit)) for hit in session.hits]
        return options

    def list_options(self, *, cursor_on: str | None = None) -> None:
        super().list_options(cursor_on=cursor_on)
        self._tell()

    @property
    def _told(self) -> str:
        if not self.filter.value.strip():
            return HOW_TO
        if self._result is None:
            return ""
        is_read = self._gathered is None or not self._gathered.to_read
        return self._result.told if is_read or self._found.sessions else NOTHING_YET

    def _tell(self) -> None:
        """Say what was found, what was not understood, and how much of all can be found by now."""
        problems = () if self._result is None else self._result.problems
        lines = [*problems, self._told, self._gathered.words if self._gathered else ""]
        self.say("\n".join(filter(None, lines)))

    @work(exclusive=True, group="progress")
    async def _tell_progress(self) -> None:
        """Say how far the fetching is, and search again where there is more to be found.

        Not with each key, because all sessions are counted for it.
        """
        before, self._gathered = self._gathered, await asyncio.to_thread(self.searching.gathering.progress)
        self._tell()
        if before and before != self._gathered and self.filter.value and not self.is_behind:
            self._find(self.under_cursor)

    def action_take(self) -> None:
        """Go to what is under the cursor; where what was typed last is still being searched, to the first of that."""
        self._takes_first = self.is_behind
        row = self.under_cursor
        if row is None or self.is_behind:
            return
        self.dismiss(
            next(
                Destination(session.session.session_id, hit or next(iter(session.hits), None))
                for session in self._found.sessions
                for hit in (None, *session.hits)
                if _row_of(session, hit) == row
            )
        )

    def action_toggle_gathering(self) -> None:
        self.searching.gathering.toggle()
        self._start(self.searching.gathering.run())
        self._tell_progress()

    def action_close(self) -> None:
        self.dismiss(None)


def _row_of(found: FoundSession, hit: Hit | None = None) -> str:
    """The id of a row, which stays the same when more is found."""
    return f"{'' if hit is None else hit.turn} {found.session.session_id}"


def _heading(found: FoundSession) -> Content:
    turns = len(found.hits) + found.more
    about = " · ".join(
        filter(None, [age(found.session.last_updated_at, now()), counted(turns, "turn") if turns else ""])
    )
    title = title_of(found.session, None, found.name)
    return Content.assemble((title, "bold"), (f"  {about}" if about else "", "$foreground-muted"))


def _line(hit: Hit) -> Content:
    part = "error" if hit.part == "failure" else hit.part
    return Content.assemble((f"  {part:<9} ", "$foreground-muted"), *_marked(hit.snippet))


def _marked(snippet: Snippet) -> list[str | tuple[str, str]]:
    pieces, at = list[str | tuple[str, str]](), 0
    for start, end in snippet.marks:
        pieces += [snippet.text[at:start], (snippet.text[start:end], "bold $accent")]
        at = end
    return [*pieces, snippet.text[at:]]
