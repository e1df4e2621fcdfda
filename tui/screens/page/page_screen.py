"""The page that a passage stands on, looked at: nearer, farther, moved, turned, and written to a file."""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import getters, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from tui.conversation.page_image import PageImage
from tui.files.private_files import write_new_file
from tui.keys.bound import bound
from tui.pictures.drawing import PictureError
from tui.pictures.page_pictures import PagePictures
from tui.pictures.viewport import Viewport
from tui.screens.dialog import Dialog
from tui.screens.page.picture_view import PictureView
from tui.terminal.app import DiffingApp
from tui.terminal.graphics import USUAL_CELL, Graphics

if TYPE_CHECKING:
    from tui.pictures.decoder import PictureDecoder

KEYS = "+ - 0 zoom · ↑ ↓ ← → move · n p page · w write to a file · Esc back"


def is_remote(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether what is shown goes through SSH, where a picture may take its time."""
    return bool(environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"))


def size_in_words(size: int | None) -> str:
    """About how large a file is."""
    if size is None:
        return "of unknown size"
    return f"about {size / 1_000_000:.1f} MB" if size >= 1_000_000 else f"about {max(1, round(size / 1000))} kB"


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


class PageScreen(Dialog[None]):
    """Shows the picture of a page. Over SSH it says how large it is, and loads it when it is asked to."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bound("page.nearer", "zoom(1)"),
        bound("page.farther", "zoom(-1)"),
        bound("page.whole", "whole"),
        Binding("up,k", "pan(0, -1)", "Up"),
        Binding("down,j", "pan(0, 1)", "Down"),
        Binding("left,h", "pan(-1, 0)", "Left"),
        Binding("right,l", "pan(1, 0)", "Right"),
        bound("page.next", "turn(1)"),
        bound("page.previous", "turn(-1)"),
        bound("page.write", "write"),
        Binding("enter", "load", "Load"),
        Binding("q", "close", "Close"),
    ]

    app = getters.app(DiffingApp)
    view = getters.query_one(PictureView)

    def __init__(self, pictures: PagePictures, image: PageImage) -> None:
        super().__init__()
        self._pictures = pictures
        self._passage_page = image
        self._image = image
        """The page that is shown, or would be if its picture were here."""
        self._offered: PageImage | None = None
        """The page whose picture is loaded when Enter is pressed."""
        self._picture: PictureDecoder | None = None
        self._viewport = Viewport((1, 1), (1, 1), USUAL_CELL)
        self._graphics = Graphics()
        self._drawn: Viewport | None = None
        self._is_drawing = False

    def compose(self) -> ComposeResult:
        with Vertical(id="page"):
            yield Static(_sentence(self._image.title), classes="dialog-title", markup=False)
            yield PictureView()
            yield Static("", id="page-note", markup=False)
            yield Static(KEYS, classes="dialog-keys", markup=False)

    def on_mount(self) -> None:
        self.view.focus()
        self._approach(self._image)

    def on_screen_suspend(self) -> None:
        self.view.take_off()

    def on_screen_resume(self) -> None:
        self._drawn = None
        self._want_drawing()

    async def on_unmount(self) -> None:
        if self._picture is not None:
            await self._picture.close()

    def _approach(self, image: PageImage) -> None:
        """Load a page, or say what that costs."""
        if is_remote():
            self._offer(image)
        else:
            self._load(image)

    def _say(self, words: str, *, is_problem: bool = False) -> None:
        note = self.query_one("#page-note", Static)
        note.set_class(is_problem, "dialog-problem")
        note.update(words)

    @work(exclusive=True, group="page")
    async def _offer(self, image: PageImage) -> None:
        try:
            size = await self._pictures.size(image)
        except PictureError as error:
            self._say(str(error), is_problem=True)
        else:
            self._offered = image
            self._say(f"{_sentence(image.title)}, {size_in_words(size)}: Enter loads it.")

    @work(exclusive=True, group="page")
    async def _load(self, image: PageImage) -> None:
        self._say(f"Loading {image.title}…")
        try:
            self._graphics = await self.app.find_graphics()
            picture = await self._pictures.open(image, self._graphics.cell)
        except PictureError as error:
            self._say(str(error), is_problem=True)
            return
        before, self._picture = self._picture, picture
        self._image, self._offered = image, None
        self.query_one(".dialog-title", Static).update(_sentence(image.title))
        self._viewport, self._drawn = replace(self._viewport, picture=picture.size, cell=self._graphics.cell), None
        self._want_drawing()
        if before is not None:
            await before.close()

    def on_picture_view_area_changed(self, message: PictureView.AreaChanged) -> None:
        self._viewport, self._drawn = self._viewport.with_area((message.columns, message.rows)), None
        self._want_drawing()

    def _want_drawing(self) -> None:
        if self._picture is not None and not self._is_drawing and min(self._viewport.area) > 0:
            self._is_drawing = True
            self._draw()

    @work
    async def _draw(self) -> None:
        """Draw what is wanted, until nothing else is: keys come faster than drawings."""
        picture = self._picture
        try:
            while (picture := self._picture) is not None and (wanted := self._viewport) != self._drawn:
                drawing = await picture.draw(wanted.crop(), self._graphics.method)
                if picture is self._picture:
                    self._drawn = wanted
                    self.view.show(drawing)
                    self._say(self._state)
        except PictureError as error:
            if picture is self._picture:
                self._say(str(error), is_problem=True)
        finally:
            self._is_drawing = False

    @property
    def _state(self) -> str:
        size = size_in_words(len(self._picture.data) if self._picture else None)
        zoom = f"{self._viewport.zoom:.1f} times nearer" if self._viewport.zoom > 1 else "the whole page"
        return _sentence(" · ".join(filter(None, (zoom, size, self._graphics.shortcoming))))

    def action_close(self) -> None:
        self.view.take_off()  # while the frame that hides this screen is still to come
        super().action_close()

    def action_zoom(self, steps: int) -> None:
        self._viewport = self._viewport.zoomed(steps)
        self._want_drawing()

    def action_whole(self) -> None:
        self._viewport = replace(self._viewport, zoom=1.0, x=0.5, y=0.5)
        self._want_drawing()

    def action_pan(self, right: int, down: int) -> None:
        self._viewport = self._viewport.panned(right, down)
        self._want_drawing()

    def action_turn(self, by: int) -> None:
        page = self._image.turned(by)
        if page is None:
            self._say("There is no page before this one." if by < 0 else "The pages after this one have no names here.")
        else:
            self._approach(page.begun_at(self._passage_page))

    def action_load(self) -> None:
        if self._offered is not None:
            self._load(self._offered)
        elif self._picture is None:
            self._approach(self._image)

    def action_write(self) -> None:
        if self._picture is None:
            self._say("There is no picture to write yet.")
            return
        name = f"{self._image.file_name}{self._picture.suffix}"
        try:
            path = write_new_file(Path.cwd() / name, self._picture.data)
        except OSError as error:
            self._say(f"It could not be written: {error.strerror}: {error.filename or name}", is_problem=True)
        else:
            self._say(f"Written to {path}")
