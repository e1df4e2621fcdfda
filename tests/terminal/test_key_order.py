import asyncio
from typing import ClassVar

import pytest
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input

from tui.terminal.key_order import EFFECT_TIMEOUT, KeyOrderApp


class Pane(Widget, can_focus=True):
    """Letters are not for it: they bubble up."""


class Question(ModalScreen[str]):
    def compose(self) -> ComposeResult:
        yield Input(id="answer")


class TwoFields(KeyOrderApp):
    """A letter typed in the pane goes to the field; `x` opens a dialog, `-` removes the pane."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("x", "ask", "Ask"), Binding("minus", "remove", "Remove")]

    def compose(self) -> ComposeResult:
        yield Input(id="field", select_on_focus=False)
        yield Pane()

    def on_key(self, event: events.Key) -> None:
        field = self.query_one("#field", Input)
        if event.character and not field.has_focus and event.character.isalpha() and event.character != "x":
            self.screen.set_focus(field)
            field.insert_text_at_cursor(event.character)

    async def action_ask(self) -> None:
        await self.push_screen(Question())

    async def action_remove(self) -> None:
        await self.query_one(Pane).remove()


def arrive(app: TwoFields, *messages: Message) -> None:
    for message in messages:
        app.post_message(message)


def keys(text: str) -> list[events.Key]:
    names = {"-": "minus", " ": "space"}
    return [events.Key(names.get(char, char), char) for char in text]


async def test_letters_that_move_the_focus_are_followed_by_those_behind_them() -> None:
    app = TwoFields()
    async with app.run_test() as pilot:
        await app.begin_input()
        app.query_one(Pane).focus()
        await pilot.pause()
        arrive(app, *keys("what is it"), events.Paste("?!"), *keys("end"))
        field = app.query_one("#field", Input)
        while not field.value.endswith("end"):
            await pilot.pause()
        assert field.value == "what is it?!end"


async def test_keys_behind_one_that_opens_a_dialog_are_typed_in_the_dialog() -> None:
    app = TwoFields()
    async with app.run_test() as pilot:
        await app.begin_input()
        app.query_one(Pane).focus()
        await pilot.pause()
        arrive(app, *keys("xyes"))
        while not isinstance(app.screen, Question) or app.screen.query_one(Input).value != "yes":
            await pilot.pause()


async def test_what_is_typed_before_the_app_is_ready_waits() -> None:
    app = TwoFields()
    async with app.run_test() as pilot:
        arrive(app, *keys("early"))
        await pilot.pause()
        field = app.query_one("#field", Input)
        assert not field.value
        await app.begin_input()
        async with asyncio.timeout(10):
            while len(field.value) < len("early"):
                await pilot.pause()


async def test_a_key_whose_widget_goes_away_with_it_does_not_stop_the_others() -> None:
    app = TwoFields()
    async with app.run_test() as pilot:
        await app.begin_input()
        app.query_one(Pane).focus()
        await pilot.pause()
        arrive(app, *keys("-abc"))
        field = app.query_one("#field", Input)
        async with asyncio.timeout(EFFECT_TIMEOUT * 40):
            while field.value != "abc":
                await pilot.pause()


async def test_a_widget_that_never_ends_with_a_key_does_not_stop_the_others() -> None:
    ended = asyncio.Event()

    class Stuck(Pane):
        async def on_key(self, event: events.Key) -> None:
            event.stop()  # it ends with the key while the app quits, which is too late for anybody else
            self.app.query_one("#field", Input).focus()
            await ended.wait()

    class StuckApp(TwoFields):
        def compose(self) -> ComposeResult:
            yield Input(id="field", select_on_focus=False)
            yield Stuck()

    app = StuckApp()
    async with app.run_test() as pilot:
        await app.begin_input()
        app.query_one(Stuck).focus()
        await pilot.pause()
        arrive(app, *keys("-abc"))
        field = app.query_one("#field", Input)
        async with asyncio.timeout(EFFECT_TIMEOUT * 40):
            try:
                while field.value != "abc":
                    await asyncio.sleep(0.01)
            finally:
                ended.set()


@pytest.mark.parametrize("text", ["abc" * 100])
async def test_many_keys_at_once_are_all_typed(text: str) -> None:
    app = TwoFields()
    async with app.run_test() as pilot:
        await app.begin_input()
        app.query_one("#field", Input).focus()
        arrive(app, *keys(text))
        field = app.query_one("#field", Input)
        async with asyncio.timeout(20):
            while len(field.value) < len(text):
                await pilot.pause()
        assert field.value == text
