"""The app under a pilot: press keys, wait for facts, read the screen."""

import unicodedata
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any

from textual.events import Key
from textual.keys import KEY_NAME_REPLACEMENTS
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widgets import Input, TextArea

from tui.app import LlamaChat
from tui.screens.dialog import Dialog
from tui.settings import Settings


class User:
    """What a user does with the app and sees of it."""

    def __init__(self, app: LlamaChat, pilot: "Pilot[None]") -> None:
        self.app = app
        self.pilot = pilot

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        """Type into the field that has the focus, as fast as its keys are handled."""
        for char in text:
            self.app.post_message(Key(_key_of(char), char))
        await self.until(lambda: self._field.endswith(text))

    @property
    def _field(self) -> str:
        """What is written in the field that has the focus."""
        match self.app.focused:
            case TextArea(text=text) | Input(value=text):
                return text
            case _:
                return ""

    async def until(self, fact: Callable[[], bool], seconds: float = 30) -> None:
        """Wait until something is so."""
        deadline = monotonic() + seconds
        while not fact():
            assert monotonic() < deadline, f"still not so after {seconds} s; the screen:\n{self.screen}"
            await self.pilot.pause(0.02)

    async def see(self, text: str) -> None:
        """Wait until a text is on the screen."""
        await self.until(lambda: text in self.screen)

    async def see_no(self, text: str) -> None:
        await self.until(lambda: text not in self.screen)

    async def in_dialog(self, *keys: str) -> None:
        """Press keys in the dialog that opens, once it takes them."""
        await self.until(self._has_dialog)
        await self.press(*keys)

    def _has_dialog(self) -> bool:
        screen: object = self.app.screen
        return isinstance(screen, Dialog) and screen.takes_keys

    async def ask_in_new_session(self, question: str) -> None:
        """Ask where no session is open: in a new one, on the only index, or on the one under the picker's cursor."""
        await self.until(lambda: bool(self.app.chat.workspace.indexes))
        await self.type(question)
        await self.press("enter")
        if len(self.app.chat.workspace.indexes) > 1:
            await self.in_dialog("enter")

    async def read_to_end_of_turn(self) -> None:
        """Wait until the open session's turn has ended and its footer is shown."""
        await self.see(" in · ")

    async def settled_screen(self, seconds: float = 0.5) -> str:
        """The screen as it has been for so long."""
        shown, since = self.screen, monotonic()
        while monotonic() < since + seconds:
            await self.pilot.pause(0.05)
            if self.screen != shown:
                shown, since = self.screen, monotonic()
        return shown

    @property
    def screen(self) -> str:
        """The text on the screen."""
        screen: Any = self.app.screen  # its compositor is not public, and nothing public tells what it shows
        rows: list[Strip] = screen._compositor.render_strips()
        return "\n".join(row.text.rstrip() for row in rows)

    def place_of(self, text: str) -> tuple[int, int]:
        """The column and the row in which a text begins on the screen."""
        row = next(at for at, line in enumerate(self.lines) if text in line)
        return self.lines[row].index(text), row

    @property
    def lines(self) -> list[str]:
        return self.screen.split("\n")


def _key_of(char: str) -> str:
    """The name of the key that types a character."""
    name = char if char.isalnum() else unicodedata.name(char).lower().replace("-", "_").replace(" ", "_")
    return KEY_NAME_REPLACEMENTS.get(name, name)


@asynccontextmanager
async def driven(settings: Settings, columns: int = 120, rows: int = 36) -> AsyncGenerator[User]:
    """The app, running without a terminal."""
    app = LlamaChat(settings)
    async with app.run_test(size=(columns, rows), notifications=True) as pilot:
        user = User(app, pilot)
        try:
            await user.until(lambda: app.has_begun_input)
            yield user
            assert app.failures == []
        finally:
            await app.action_quit()
