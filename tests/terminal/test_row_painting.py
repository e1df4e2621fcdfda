from collections.abc import Sequence

from rich.segment import Segment
from textual.app import ComposeResult
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget
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


class Words(Widget):
    """Rows that are made once; it is counted how many of them Textual renders."""

    def on_mount(self) -> None:
        self.strips = [Strip([Segment(word.ljust(12))]) for word in ("one", "two", "three", "four")]
        self.rendered = 0

    def render_line(self, y: int) -> Strip:
        return self.strips[y]

    def render_lines(self, crop: Region) -> list[Strip]:
        self.rendered += 1
        return super().render_lines(crop)


class PageOfWords(Page):
    def compose(self) -> ComposeResult:
        yield Words(id="text")


async def test_a_row_that_only_moved_is_not_rendered_again() -> None:
    app = PageOfWords()
    async with app.run_test(size=(20, 6)) as pilot:
        await pilot.pause()
        words = app.query_one(Words)
        assert app.paint(0, 1)
        words.strips.insert(0, words.strips.pop())
        before = words.rendered
        assert app.paint(1, 2)
        assert words.rendered == before
        assert app.painted[-2:] == [(1, 0, "one"), (2, 0, "two")]


async def test_a_row_is_rendered_again_where_the_widget_is_to_look_otherwise() -> None:
    app = PageOfWords()
    async with app.run_test(size=(20, 6)) as pilot:
        await pilot.pause()
        words = app.query_one(Words)
        assert app.paint(0)
        words.styles.tint = "red 50%"
        await pilot.pause()
        before = words.rendered
        assert app.paint(0)
        assert words.rendered > before


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
