"""What is opened is drawn when it is whole."""

from typing import Any

import pytest
from textual.screen import Screen

from tests.app.user import driven
from tui.screens.dialog import Dialog
from tui.settings import Settings
from tui.terminal.app import DiffingApp


@pytest.mark.parametrize("open_dialog", ["f10", "ctrl+p", "ctrl+n"])
async def test_a_dialog_is_not_drawn_before_all_of_it_is_there(
    open_dialog: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames: list[str] = []
    app_class: Any = DiffingApp  # what draws a frame is not public
    draw = app_class._display

    async with driven(Settings(local=())) as user:
        await user.see("No sessions yet.")
        await user.see("read just now")  # what comes meanwhile behind the dialog is another frame

        def drawn(app: DiffingApp, screen: Screen[Any], renderable: object) -> None:
            draw(app, screen, renderable)
            if isinstance(screen, Dialog):
                frames.append(user.screen)

        monkeypatch.setattr(DiffingApp, "_display", drawn)
        await user.press(open_dialog)
        await user.until(lambda: bool(frames))
        await user.pilot.pause()
        assert frames[0] == user.screen
