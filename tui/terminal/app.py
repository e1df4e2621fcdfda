"""An App that writes little, and streams only as fast as the terminal follows.

It relies on private parts of Textual (8.2.8), which `tests/terminal/test_textual_contract.py` checks: `App._display`
draws every frame, between `App._begin_update` and `App._end_update`, from the text that a `CompositorUpdate` gives by
`render_segments`; `LayoutUpdate` (a whole screen) holds `strips` and `region`, `ChopsUpdate` (a part) holds `chops`,
`spans` and `chop_ends`; `Screen._compositor.render_update(full=True)` gives the whole; `App._sync_available` says that
the terminal can hold back a frame until it is complete; `App._process_messages_loop` ends before the terminal is given
back; `App._build_driver` makes the driver before it takes the terminal; `App._clipboard` is what was copied last.
"""

import asyncio
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from rich.color import ColorSystem
from rich.console import COLOR_SYSTEMS, Console, RenderableType
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.driver import Driver
from textual.screen import Screen

from tui.first_frame import FirstFrame
from tui.sanitize import clean_line
from tui.terminal.background_app import BackgroundApp
from tui.terminal.cells import CellRow, cells_of
from tui.terminal.copying import can_be_copied
from tui.terminal.graphics import ANSWER_TIMEOUT, QUESTION, Graphics, graphics_of, is_end_of_answers
from tui.terminal.pacing import Pacing
from tui.terminal.saved_screen import read_cells
from tui.terminal.screen_buffer import Overlay, Patch, ScreenBuffer

if TYPE_CHECKING:
    from tui.terminal.driver import ResilientDriver

FULL_REFRESH = "LLAMACHAT_FULL_REFRESH"
"""The environment variable that turns all of it off: Textual alone then draws, and nothing is paced."""

SYNCHRONIZED = "\x1b[?2026h{}\x1b[?2026l"
"""The terminal shows what is between only when it is complete (synchronized output)."""

SYNC_FRAME_CHARS = 200
"""A frame of more characters might be seen half drawn, and is sent as `SYNCHRONIZED`."""


class DiffingApp(BackgroundApp):
    """An App whose frames hold only what differs from what the terminal shows."""

    def __init__(self, *args: Any, first_frame: FirstFrame | None = None, **options: Any) -> None:
        """`first_frame` is what the terminal shows already, drawn by an earlier run of the program."""
        super().__init__(*args, **options)
        self._first_frame = first_frame
        self.full_refresh = os.environ.get(FULL_REFRESH, "0") != "0"
        self._buffer = ScreenBuffer()
        self._pacing = Pacing(lambda seconds, ring: asyncio.get_running_loop().call_later(seconds, ring))
        self._is_drawing_difference = False
        self._graphics: Graphics | None = None
        self._answers = ""
        self._has_answered = asyncio.Event()

    def get_driver_class(self) -> type[Driver]:
        stock = super().get_driver_class()
        if stock.__name__ != "LinuxDriver":  # Windows, a browser, or one that TEXTUAL_DRIVER names
            return stock
        from tui.terminal.driver import ResilientDriver

        return ResilientDriver

    def _build_driver(self, headless: bool, *arguments: Any, **options: Any) -> Driver:
        driver: Any = super()._build_driver(headless, *arguments, **options)
        if self._first_frame is not None and hasattr(driver, "go_on_from"):
            driver.go_on_from(self._first_frame)
        return driver

    def on_mount(self) -> None:
        app: Any = self  # the type of the signals is left open by Textual
        app.app_suspend_signal.subscribe(self, self._leave_terminal, immediate=True)
        app.app_resume_signal.subscribe(self, self._come_back, immediate=True)

    async def _process_messages_loop(self) -> None:
        stock: Any = super()
        try:
            await stock._process_messages_loop()
        finally:
            self._pacing.close()
            self._leave_terminal()

    def pace(self, draw: Callable[[], None]) -> None:
        """Call `draw`, which changes what widgets show, as soon as the terminal has drawn the last frame so paced.

        For streams only: what answers a key is drawn directly. Of drawings that wait, only the last one is called.
        """
        if self.full_refresh:
            draw()
        else:
            self._pacing.submit(draw)

    def notify_terminal(self, how: str, words: str) -> None:
        """Tell the terminal, which may show it outside of its window. `how`: "osc9", "osc777" or "off"."""
        words = clean_line(words, 200).replace(";", ",")
        forms = {"osc9": f"\x1b]9;{words}\x1b\\", "osc777": f"\x1b]777;notify;llamachat-tui;{words}\x1b\\"}
        if self._driver is not None and how in forms:
            self._driver.write(forms[how])

    def copy_to_clipboard(self, text: str) -> None:
        """Have the terminal copy a text, unless it is too long for that: then it is in `clipboard` only."""
        if can_be_copied(text):
            super().copy_to_clipboard(text)
        else:
            self._clipboard = text

    def show_title(self, title: str) -> None:
        """Show what is open as the title of the terminal's window, as long as the app runs."""
        if self.resilient_driver is not None:
            self.resilient_driver.show_title(clean_line(title, 120))

    async def find_graphics(self) -> Graphics:
        """How the terminal shows pictures. It is asked until it has answered, and may take its time."""
        driver = self.resilient_driver
        if driver is None:
            return Graphics(shortcoming="half blocks")
        if self._graphics is None:
            driver.write(QUESTION)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._has_answered.wait(), ANSWER_TIMEOUT)
            found = graphics_of(os.environ, self._answers, driver.cell_size())
            if found.method == "sixel" and self.full_refresh:
                found = Graphics(cell=found.cell, shortcoming=f"half blocks: {FULL_REFRESH} is set")
            if not self._has_answered.is_set():
                return found
            self._graphics = found
        return self._graphics

    def on_resilient_driver_answered(self, message: "ResilientDriver.Answered") -> None:
        self._answers += message.text
        if is_end_of_answers(self._answers):
            self._has_answered.set()

    def transmit(self, graphics: str) -> None:
        """Send the terminal what it keeps and does not show by itself, such as a picture for placeholders."""
        if self._driver is not None:
            self._driver.write(graphics)

    def lay(self, overlay: Overlay | None) -> None:
        """Have a picture lie over the screen from the next frame on, in place of the one before; None: none."""
        self._buffer.lay(overlay)

    def exit(self, result: None = None, return_code: int = 0, message: RenderableType | None = None) -> None:
        """Leave, when an answer that is on its way has come: it would be typed into the shell."""
        self._pacing.finish(lambda: super(DiffingApp, self).exit(result, return_code, message))

    def exit_saying(self, words: str, return_code: int) -> None:
        """Leave, and say why, in a line, on the terminal that is given back."""
        from rich.text import Text  # only a start that fails needs it

        self._exit_renderables.append(Text(clean_line(words)))
        self.exit(return_code=return_code)

    def exit_at_once(self, return_code: int) -> None:
        """Leave without waiting for the terminal: it may be gone, or answer no more."""
        super().exit(None, return_code)

    def abandon_terminal(self) -> None:
        """Give the terminal back as well as it goes, without waiting: from any thread, when all else hangs."""
        if self._first_frame is not None:
            self._first_frame.give_back()
        if self.resilient_driver is not None:
            self.resilient_driver.abandon()

    def action_redraw(self) -> None:
        """Draw everything anew, whatever another program has left on the terminal."""
        self._buffer.forget()
        self.refresh(layout=True)

    def on_cursor_position(self) -> None:
        self._pacing.answered()

    def on_resize(self) -> None:
        self._buffer.forget()

    def on_resilient_driver_caught_up(self) -> None:
        self.action_redraw()

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        stock: Any = super()
        driver = self.resilient_driver
        if driver is not None and driver.check_clogged():  # The driver's `CaughtUp` follows, and all is drawn then.
            self._buffer.forget()
            return
        if self.full_refresh or self.is_inline or not isinstance(renderable, LayoutUpdate | ChopsUpdate):
            if renderable is not None:
                self._leave_terminal()
            stock._display(screen, renderable)
            return
        self._is_drawing_difference = True
        try:
            stock._display(screen, _Difference(self, screen, renderable))
        finally:
            self._is_drawing_difference = False

    def _begin_update(self) -> None:
        if not self._is_drawing_difference:
            super()._begin_update()

    def _end_update(self) -> None:
        if not self._is_drawing_difference:
            super()._end_update()

    @property
    def can_write_patches(self) -> bool:
        """Whether the whole screen is known, and the terminal reads: what is written then shows at once."""
        driver = self.resilient_driver
        if driver is None or driver.check_clogged() or self.full_refresh or self.is_headless or self.is_inline:
            return False
        return self._buffer.shows(*self.screen.outer_size)

    def write_patches(self, patches: Sequence[Patch]) -> None:
        """Have the terminal show these cells too, and the cursor where it was."""
        text = self._text_of(patches)
        if text and self._driver is not None:
            column, row = self.screen.outer_size.clamp_offset(self.cursor_position)
            self._driver.write(f"{text}\x1b[{row + 1};{column + 1}H")

    def difference(self, update: LayoutUpdate | ChopsUpdate, screen: Screen[Any], colors: ColorSystem) -> str:
        """The text that makes the terminal show the update."""
        if not self._buffer.shows(*screen.outer_size):
            self._buffer.clear(*screen.outer_size)
            self._recall_first_frame()
            if not isinstance(update, LayoutUpdate):
                update = self._whole(screen)
        return self._text_of(list(_patches(update, colors)))

    def _text_of(self, patches: Sequence[Patch]) -> str:
        text = self._buffer.draw(patches)
        if len(text) > SYNC_FRAME_CHARS and self._sync_available:
            text = SYNCHRONIZED.format(text)
        return text + self._pacing.question()

    def _recall_first_frame(self) -> None:
        frame, self._first_frame = self._first_frame, None
        if frame is not None:
            with suppress(ValueError):  # drawn anew, if it cannot be read
                self._buffer.recall(read_cells(frame.cells))

    def shown_screen(self) -> list[CellRow]:
        """What the terminal shows, row by row; nothing where Textual alone draws."""
        return self._buffer.rows()

    def _come_back(self, _: object) -> None:
        self.action_redraw()

    def _leave_terminal(self, _: object = None) -> None:
        """Others may write to it from now on: no colours are left set, and nothing is known afterwards."""
        if self._driver is not None and not self.full_refresh:
            self._driver.write("\x1b[m")
        self._buffer.forget()

    def _whole(self, screen: Any) -> LayoutUpdate:
        app: Any = self
        return screen._compositor.render_update(full=True, screen_stack=app._background_screens)


class _Difference(CompositorUpdate):
    """An update that is written as its difference from what the terminal shows.

    Worked out when it is written and not before: an update that Textual does not write must leave no trace.
    """

    def __init__(self, app: DiffingApp, screen: Screen[Any], update: LayoutUpdate | ChopsUpdate) -> None:
        self._app = app
        self._screen = screen
        self._update = update

    def render_segments(self, console: Console) -> str:
        colors = COLOR_SYSTEMS[console.color_system] if console.color_system else ColorSystem.TRUECOLOR
        return self._app.difference(self._update, self._screen, colors)


def _patches(update: LayoutUpdate | ChopsUpdate, colors: ColorSystem) -> Iterator[Patch]:
    if isinstance(update, LayoutUpdate):
        for y, line in enumerate(update.strips, update.region.y):
            x = update.region.x
            for strip in line:
                yield Patch(y, x, cells_of(strip, colors))
                x += strip.cell_length
        return
    for y, first, last in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is not None and x < last and end > first:
                yield Patch(y, x, cells_of(strip.crop(0, min(end, last) - x), colors))
