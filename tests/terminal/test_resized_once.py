"""A new size of the terminal is drawn once, as Textual draws it."""

from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Static

from tests.app.one_session import one_session
from tests.app.user import User, driven
from tui.api.models import Stop, Text, UserInput
from tui.settings import Settings
from tui.terminal.app import DiffingApp
from tui.terminal.resized_once import ResizedOnceScreen
from tui.widgets.conversation_pane import ConversationPane

SIZES = ((100, 36), (140, 44))
WIDE, NARROW = 60, 12


@pytest.mark.parametrize("turns", [1, 900])
async def test_a_new_size_is_drawn_in_one_frame(turns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    frames: list[object] = []
    app_class: Any = DiffingApp  # what draws a frame is not public
    draw = app_class._display

    def drawn(app: DiffingApp, screen: Screen[Any], renderable: object) -> None:
        draw(app, screen, renderable)
        if renderable is not None:
            frames.append(renderable)

    monkeypatch.setenv("LLAMA_CLOUD_API_KEY", "llx-key")
    events = [event for number in range(turns) for event in (UserInput(f"Part {number}?"), Text("Yes. " * 9), Stop())]
    with one_session(events) as server:
        async with driven(Settings(base_url=server.base_url)) as user:
            await user.press("ctrl+s", "enter")
            await user.see(f"Part {turns - 1}?")
            await user.press("shift+tab")
            await user.pilot.pause(0.5)
            monkeypatch.setattr(DiffingApp, "_display", drawn)
            for size in SIZES:
                frames.clear()
                await user.pilot.resize_terminal(*size)
                await user.until(lambda: bool(frames))
                await user.pilot.pause(0.5)
                assert len(frames) == 1


def rows_of(user: User) -> list[str]:
    """The text of the conversation on the screen, a row each."""
    pane = user.app.chat.query_one(ConversationPane)
    return [text for y in range(pane.size.height) if (text := pane.render_line(y).text.strip())]


@pytest.mark.parametrize("keys", [(), ("pageup",) * 3], ids=["at the end", "within"])
async def test_a_long_answer_is_there_at_another_width_too(
    keys: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLAMA_CLOUD_API_KEY", "llx-key")
    names = ["".join("abcdefghij"[int(digit)] for digit in str(number)) for number in range(400)]  # no figure to check
    answer = "\n\n".join(f"Paragraph {name} of them. " + "It says more. " * 9 for name in names)
    with one_session([UserInput("All?"), Text(answer), Stop()]) as server:
        async with driven(Settings(base_url=server.base_url)) as user:
            await user.press("ctrl+s", "enter")
            await user.see("Paragraph djj of them.")
            await user.press("shift+tab", *keys)
            await user.pilot.pause(0.5)
            before, first = rows_of(user), rows_of(user)[0].split(". ")[0]
            await user.pilot.resize_terminal(80, 24)
            await user.until(lambda: any(first in row for row in rows_of(user)[:3]) or not keys)
            await user.until(lambda: "Paragraph djj of them." in user.screen or bool(keys))
            await user.pilot.resize_terminal(120, 36)
            await user.until(lambda: rows_of(user) == before)


class _Stock(Screen[None]):
    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Static("some words that take more rows, the fewer columns there are " * 6, markup=False)


class _Once(_Stock, ResizedOnceScreen[None]):
    pass


@pytest.mark.parametrize("column", [WIDE, NARROW])
async def test_what_the_new_size_changes_besides_is_drawn_too(column: int) -> None:
    """At few columns a scrollbar appears, which leaves one less to the text."""
    shown: list[list[str]] = []
    for screen in (_Stock, _Once):
        app = App[None]()
        async with app.run_test(size=(WIDE + NARROW - column, 12)) as pilot:
            await app.push_screen(screen())
            await pilot.resize_terminal(column, 12)
            await pilot.pause(0.1)
            drawn: Any = app.screen
            shown.append([strip.text for strip in drawn._compositor.render_strips()])
    assert shown[0] == shown[1]
