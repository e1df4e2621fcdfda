"""The driver reads from a terminal of the test's own."""

import asyncio
import os
import selectors
import signal
import tty
from collections.abc import AsyncGenerator, Iterable
from threading import Thread

import pytest
from textual import events
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.message import Message

from tui.terminal import driver as driver_module
from tui.terminal.driver import ResilientDriver


class Reading:
    """A driver that reads; `window` is the other end of its terminal."""

    def __init__(self) -> None:
        window, self.terminal = os.openpty()
        self.window = os.fdopen(window, "wb", buffering=0)
        tty.setraw(self.terminal)
        self.driver = ResilientDriver(App[None]())
        self.driver.fileno = self.terminal
        self.thread = Thread(target=self.driver.run_input_thread, daemon=True)


@pytest.fixture
async def reading() -> AsyncGenerator[Reading]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTSTP, signal.SIGCONT)}
    reading = Reading()
    yield reading
    reading.driver.exit_event.set()
    reading.thread.join(10)
    reading.window.close()
    for number, handler in before.items():
        signal.signal(number, handler)
    os.close(reading.terminal)


async def test_a_terminal_that_is_gone_is_noticed_though_nothing_is_written(reading: Reading) -> None:
    hung_up = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, hung_up.set)
    reading.thread.start()
    reading.window.close()
    async with asyncio.timeout(10):
        await hung_up.wait()
    asyncio.get_running_loop().remove_signal_handler(signal.SIGHUP)


async def test_while_nothing_comes_the_driver_sleeps_and_a_key_or_the_end_wakes_it(
    reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    class ToldSelector(selectors.DefaultSelector):
        def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
            if timeout is None:
                loop.call_soon_threadsafe(told.put_nowait, "asleep")
            return super().select(timeout)

    def take(message: Message) -> None:
        if isinstance(message, events.Key):
            loop.call_soon_threadsafe(told.put_nowait, message.key)

    monkeypatch.setattr(driver_module, "IDLE_SECONDS", 0.001)
    monkeypatch.setattr(selectors, "DefaultSelector", ToldSelector)
    monkeypatch.setattr(reading.driver, "process_message", take)
    reading.thread.start()
    async with asyncio.timeout(30):
        for _ in range(2):
            assert await told.get() == "asleep"
            reading.window.write(b"a")
            assert await told.get() == "a"
        assert await told.get() == "asleep"
    reading.driver.exit_event.set()
    reading.thread.join(10)
    assert not reading.thread.is_alive()


async def test_what_the_parser_cannot_take_is_dropped_and_the_next_key_is_read(
    reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    class PickyParser(XTermParser):
        def feed(self, data: str) -> Iterable[Message]:
            if "!" in data:
                loop.call_soon_threadsafe(told.put_nowait, "refused")
                raise ValueError(data)
            return super().feed(data)

    def take(message: Message) -> None:
        if isinstance(message, events.Key):
            loop.call_soon_threadsafe(told.put_nowait, message.key)

    monkeypatch.setattr(driver_module, "XTermParser", PickyParser)
    monkeypatch.setattr(reading.driver, "process_message", take)
    reading.thread.start()
    async with asyncio.timeout(10):
        for typed, expected in ((b"a", "a"), (b"!", "refused"), (b"b", "b")):
            reading.window.write(typed)
            assert await told.get() == expected
