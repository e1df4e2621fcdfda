from collections.abc import Sequence

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Static

from tui.terminal.row_painting import RowPaintingApp
from tui.terminal.screen_buffer import Patch


class Page(RowPaintingApp):
    """Two texts beside a third, in a terminal that reads; what is painted of them is noted."""

    CSS = """
    Screen { layers: below above; }
    #text { width: 12; height: 4; }
    #over { layer: above; offset: 3 2; width: 3; height: 1; display: none; }
    """

    def compose(self) -> ComposeResult:
        yield Static("one\ntwo\nthree\nfour", id="text")
        yield Static("!!!", id="over")

    def on_mount(self) -> None:
        self.painted: list[tuple[int, int, str]] = []

    @property
    def can_write_patches(self) -> bool:
        return True

    def write_patches(self, patches: Sequence[Patch]) -> None:
        self.painted += [(y, x, "".join(glyph for glyph, _ in cells).rstrip()) for y, x, cells in patches]

    def paint(self, *rows: int) -> bool:
        return self.paint_rows(self.screen_stack[0].query_one("#text"), rows)


async def test_rows_are_painted_where_they_are_and_as_they_are_now() -> None:
    app = Page()
    async with app.run_test(size=(20, 6)) as pilot:
        await pilot.pause()
        assert app.paint(0, 2, 3)
        assert app.painted == [(0, 0, "one"), (2, 0, "three"), (3, 0, "four")]
        app.screen.query_one("#text", Static).styles.offset = (5, 1)
        await pilot.pause()
        assert app.paint(0)
        assert app.painted[-1] == (1, 5, "one")


async def test_what_something_lies_over_is_left_to_textual() -> None:
    app = Page()
    async with app.run_test(size=(20, 6)) as pilot:
        app.screen.query_one("#over").styles.display = "block"
        await pilot.pause()
        assert not app.paint(0)
        app.screen.query_one("#over").styles.offset = (15, 2)
        await pilot.pause()
        assert app.paint(0)


async def test_what_is_partly_off_the_screen_is_left_to_textual() -> None:
    app = Page()
    async with app.run_test(size=(20, 3)) as pilot:
        await pilot.pause()
        assert not app.paint(0)


async def test_what_lies_behind_another_screen_is_left_to_textual() -> None:
    app = Page()
    async with app.run_test(size=(20, 6)) as pilot:
        await app.push_screen(Screen[None]())
        await pilot.pause()
        assert not app.paint(0)


async def test_nothing_is_painted_before_the_layout_is_done_or_while_updates_are_held_back() -> None:
    app = Page()
    async with app.run_test(size=(20, 6)) as pilot:
        await pilot.pause()
        with app.batch_update():
            assert not app.paint(0)
        await pilot.pause()
        app.screen.refresh(layout=True)
        assert not app.paint(0)
