"""Keys act in the order of typing, whatever each of them does: one is handed on when the one before has had its effect.

A key may move the focus, open a dialog or be text for another pane. Textual (8.2.8) hands a key to what has the focus
when it is read. So of keys that arrive in one piece (a slow line, a start that takes its time), all would go where the
first one was meant for.

It relies on private parts of Textual, which `tests/terminal/test_textual_contract.py` checks: `App.on_event` hands a
key that is not forwarded yet to the focused widget's queue, from where it bubbles up to the app, whose bindings act
last.
"""

import asyncio
from collections import deque
from typing import Any, TypeAlias

from textual import events
from textual.app import App
from textual.message import Message
from textual.widget import Widget

Typed: TypeAlias = events.Key | events.Paste

EFFECT_TIMEOUT = 0.25
"""Seconds to wait for a key to have its effect: the widget that it was handed to may be gone."""


class KeyOrderApp(App[None]):
    """An App that hands on what is typed one by one, from `begin_input` on; until then it waits."""

    class HadEffect(Message, bubble=True, verbose=True):
        """Goes the way of the key before it, and arrives when that one has been handled by all.

        What a widget posted on the key is still behind it then (a field that says that Enter was pressed). So it goes
        that way twice: `comes_again` tells the first time.
        """

        def __init__(self, number: int, *, comes_again: bool) -> None:
            super().__init__()
            self.number = number
            self.comes_again = comes_again

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._typed: deque[Typed] = deque()
        self.has_begun_input = False
        """Whether keys are handed on."""
        self._handed_on = 0
        self._under_way: asyncio.TimerHandle | None = None
        self._target: Widget | None = None

    async def begin_input(self) -> None:
        """Hand on what has been typed so far, and from now on."""
        self.has_begun_input = True
        await self._hand_on()

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            self._typed.append(event)
            await self._hand_on()
        else:
            await super().on_event(event)

    async def _hand_on(self) -> None:
        while self._typed and self._under_way is None and self.has_begun_input:
            event = self._typed.popleft()
            target = self.focused or self.screen
            await super().on_event(event)
            self._handed_on += 1
            if event.is_forwarded and self._follow(target, comes_again=True):
                loop = asyncio.get_running_loop()
                self._under_way = loop.call_later(EFFECT_TIMEOUT, self._give_up_on, self._handed_on)
                self._target = target

    def _follow(self, target: Widget, *, comes_again: bool) -> bool:
        """Send a message after the key that was handed on last; False where the widget is gone."""
        return target.post_message(self.HadEffect(self._handed_on, comes_again=comes_again).set_sender(self))

    def _give_up_on(self, number: int) -> None:
        self.post_message(self.HadEffect(number, comes_again=False))

    async def on_key_order_app_had_effect(self, message: HadEffect) -> None:
        if self._under_way is None or message.number != self._handed_on:
            return
        if message.comes_again and self._target and self._follow(self._target, comes_again=False):
            return
        self._under_way.cancel()
        self._under_way = self._target = None
        await self._hand_on()
