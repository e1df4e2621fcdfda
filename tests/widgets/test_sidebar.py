from textual.app import App, ComposeResult
from textual.strip import Strip

from tui.app import LlamaChat
from tui.settings import Settings
from tui.widgets.session_list import SessionList, SessionRow
from tui.widgets.sidebar import Sidebar


class SidebarApp(App[None]):
    """Only the sidebar, with the app's own styles."""

    def __init__(self) -> None:
        super().__init__(css_path=[*LlamaChat(Settings(keep=False)).css_path])

    def compose(self) -> ComposeResult:
        yield Sidebar()


def rows(*titles: str) -> list[SessionRow]:
    return [SessionRow(title, title) for title in titles]


def lines(app: SidebarApp) -> dict[str, Strip]:
    """The lines that show a session, by their text."""
    sessions = app.query_one(SessionList)
    drawn = [sessions.render_line(y) for y in range(sessions.size.height)]
    titles = [row.title for row in sessions.rows]
    return {" ".join(line.text.split()): line for line in drawn if any(title in line.text for title in titles)}


def shown(app: SidebarApp) -> list[str]:
    """The titles of the rows, the one under the cursor with a bar before it."""
    return list(lines(app))


async def test_the_cursor_stays_on_its_session_when_others_come_above_it() -> None:
    app = SidebarApp()
    async with app.run_test(size=(40, 10)) as pilot:
        app.query_one(SessionList).focus()
        app.query_one(Sidebar).rows = rows("one", "two", "three")
        await pilot.press("j")
        app.query_one(Sidebar).rows = rows("new", "one", "two", "three")
        assert shown(app) == ["new", "one", "▌ two", "three"]
        app.query_one(Sidebar).rows = rows("new", "one")
        assert shown(app) == ["new", "▌ one"]
        app.query_one(Sidebar).rows = ()
        assert app.query_one(SessionList).session_under_cursor is None


async def test_the_filter_leaves_what_it_names_also_of_rows_that_come_later() -> None:
    app = SidebarApp()
    async with app.run_test(size=(40, 10)) as pilot:
        sidebar = app.query_one(Sidebar)
        app.query_one(SessionList).focus()
        sidebar.rows = rows("Heron", "Crew")
        await pilot.press("slash", *"her")
        await pilot.pause()
        assert shown(app) == ["▌ Heron"]
        sidebar.rows = rows("Another heron", "Heron", "Crew")
        assert shown(app) == ["Another heron", "▌ Heron"]
        await pilot.press("escape")
        assert shown(app) == ["Another heron", "▌ Heron", "Crew"]


async def test_the_open_session_is_set_off() -> None:
    app = SidebarApp()
    async with app.run_test(size=(40, 10)) as pilot:
        app.query_one(Sidebar).rows = rows("one", "two")
        await pilot.pause()
        before = lines(app)["two"]
        app.query_one(Sidebar).open_id = "two"
        await pilot.pause()
        assert lines(app)["two"] != before
