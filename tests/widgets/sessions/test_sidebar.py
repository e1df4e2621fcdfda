from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from textual.app import App, ComposeResult
from textual.strip import Strip

from tui.api.models import Session
from tui.app import LlamaChat
from tui.settings import Settings
from tui.widgets.sessions.session_list import SessionList
from tui.widgets.sessions.session_row import SessionRow
from tui.widgets.sessions.sidebar import Sidebar

NOON = datetime(2026, 4, 22, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.widgets.sessions.session_list.now", lambda: NOON)


class SidebarApp(App[None]):
    """Only the sidebar, with the app's own styles. `described` counts how often a session was; `deleted` are ids."""

    def __init__(self) -> None:
        super().__init__(css_path=[*LlamaChat(Settings(keep=False)).css_path])
        self.described = 0
        self.deleted: list[str] = []

    def compose(self) -> ComposeResult:
        yield Sidebar(self._describe, words_of)

    def on_session_list_deletion_confirmed(self, message: SessionList.DeletionConfirmed) -> None:
        self.deleted += message.session_ids

    def _describe(self, session: Session) -> SessionRow:
        self.described += 1
        return SessionRow(session.generated_title or "")


def words_of(sessions: Iterable[Session]) -> Sequence[str]:
    return [f"{session.generated_title} {session.index_ids}".casefold() for session in sessions]


def listed(*titles: str) -> list[Session]:
    return [Session(title, None, title) for title in titles]


def lines(app: SidebarApp) -> dict[str, Strip]:
    """The lines that show a session, by their text."""
    sessions = app.query_one(SessionList)
    drawn = [sessions.render_line(y) for y in range(sessions.size.height)]
    titles = [session.generated_title or "" for session in sessions.sessions]
    return {" ".join(line.text.split()): line for line in drawn if any(title in line.text for title in titles)}


def shown(app: SidebarApp) -> list[str]:
    """The titles of the rows, the one under the cursor with a bar before it."""
    return list(lines(app))


def texts(app: SidebarApp) -> list[str]:
    """All lines, headings too."""
    sessions = app.query_one(SessionList)
    return [sessions.render_line(y).text.strip() for y in range(sessions.size.height)]


async def test_the_cursor_stays_on_its_session_when_others_come_above_it() -> None:
    app = SidebarApp()
    async with app.run_test(size=(40, 10)) as pilot:
        app.query_one(SessionList).focus()
        app.query_one(Sidebar).show(listed("one", "two", "three"))
        await pilot.press("j")
        app.query_one(Sidebar).show(listed("new", "one", "two", "three"))
        assert "▌ two" in shown(app)
        app.query_one(Sidebar).show(listed("new", "one"))
        assert shown(app) == ["new", "▌ one"]
        app.query_one(Sidebar).show(())
        assert app.query_one(SessionList).session_under_cursor is None


async def test_what_the_reader_of_the_list_sees_stays_where_it_is() -> None:
    app = SidebarApp()
    async with app.run_test(size=(40, 12)) as pilot:
        sidebar, sessions = app.query_one(Sidebar), app.query_one(SessionList)
        many = listed(*(f"session {number:02}" for number in range(40)))
        sidebar.show(many)
        sessions.focus()
        await pilot.press(*"jjjjj")
        before = texts(app)
        at = next(y for y, text in enumerate(before) if text.startswith("▌"))
        sidebar.show([*listed("answered just now"), *many])
        await pilot.pause()
        assert texts(app)[at] == before[at]
        sessions.scroll_to(y=20, animate=False, immediate=True)
        before = texts(app)
        sidebar.show(many)
        await pilot.pause()
        assert texts(app) == before


async def test_the_filter_leaves_what_it_names_also_of_rows_that_come_later() -> None:
    app = SidebarApp()
    async with app.run_test(size=(40, 10)) as pilot:
        sidebar = app.query_one(Sidebar)
        app.query_one(SessionList).focus()
        sidebar.show(listed("Heron", "Crew"))
        await pilot.press("slash", *"her")
        await pilot.pause()
        assert shown(app) == ["▌ Heron"]
        sidebar.show(listed("Another heron", "Heron", "Crew"))
        assert shown(app) == ["Another heron", "▌ Heron"]
        await pilot.press("escape")
        assert {"Another heron", "▌ Heron", "Crew"} == set(shown(app))


async def test_the_filter_finds_the_words_that_a_session_has_beside_its_title() -> None:
    app = SidebarApp()
    async with app.run_test(size=(40, 10)) as pilot:
        app.query_one(SessionList).focus()
        app.query_one(Sidebar).show([Session("a", None, "Heron", ("manuals",)), Session("b", None, "Crew", ("notes",))])
        await pilot.press("slash", *"NOTES")
        await pilot.pause()
        assert shown(app) == ["▌ Crew"]


async def test_the_open_session_is_set_off() -> None:
    app = SidebarApp()
    async with app.run_test(size=(40, 10)) as pilot:
        app.query_one(Sidebar).show(listed("one", "two"))
        await pilot.pause()
        before = lines(app)["two"]
        app.query_one(Sidebar).open_id = "two"
        await pilot.pause()
        assert lines(app)["two"] != before


async def test_sessions_stand_under_headings_and_the_pinned_ones_first() -> None:
    app = SidebarApp()
    async with app.run_test(size=(40, 16)):
        app.query_one(Sidebar).show(
            [
                Session("p", NOON - timedelta(days=99), "Kept"),
                Session("a", NOON, "Now"),
                Session("b", NOON - timedelta(days=1), "Before"),
                Session("c", NOON - timedelta(days=90), "Long before"),
            ],
            1,
        )
        rows = "|".join(" ".join(text.split()) for text in texts(app) if text)
        assert rows == ("Pinned|▌ Kept 13 Jan|Today|Now now|Yesterday|Before 1 d|January 2026|Long before 22 Jan")


async def test_several_sessions_are_selected_and_deleted_at_once() -> None:
    app = SidebarApp()
    async with app.run_test(size=(40, 10)) as pilot:
        sessions = app.query_one(SessionList)
        app.query_one(Sidebar).show(listed("one", "two", "three"))
        sessions.focus()
        await pilot.press("space", "j", "space")
        assert "2 selected" in str(app.query_one(Sidebar).head.content)
        await pilot.press("delete")
        assert str(app.query_one(Sidebar).head.content) == "Delete again deletes 2"
        assert not any("Delete again" in text for text in texts(app)), "no row is the one that is asked about"
        await pilot.press("x")
        assert "2 selected" in str(app.query_one(Sidebar).head.content)
        await pilot.press("delete", "delete")
        await pilot.pause()
        assert app.deleted == ["one", "three"]
        app.query_one(Sidebar).show(listed("two"))
        await pilot.pause()
        assert "selected" not in str(app.query_one(Sidebar).head.content)


async def test_escape_takes_a_selection_back() -> None:
    app = SidebarApp()
    async with app.run_test(size=(40, 10)) as pilot:
        app.query_one(Sidebar).show(listed("one", "two"))
        app.query_one(SessionList).focus()
        await pilot.press("space", "space")
        assert sum("✓" in text for text in texts(app)) == 2
        await pilot.press("escape")
        assert not any("✓" in text for text in texts(app))


async def test_of_ten_thousand_sessions_only_those_on_the_screen_are_described() -> None:
    app = SidebarApp()
    async with app.run_test(size=(40, 20)) as pilot:
        many = [Session(f"s{n}", NOON - timedelta(hours=n), f"Report {n}") for n in range(10_000)]
        app.query_one(Sidebar).show(many)
        app.query_one(SessionList).focus()
        await pilot.press("G", "slash", *"77")
        await pilot.pause()
        assert app.described < 1000
