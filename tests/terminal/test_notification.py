"""What the terminal is asked to show outside of its window."""

from typing import Any

import pytest

from tui.terminal.app import DiffingApp

FORMS = {"osc9": "\x1b]9;{}\x1b\\", "osc777": "\x1b]777;notify;llamachat-tui;{}\x1b\\"}


@pytest.mark.fault(1)
@pytest.mark.parametrize("how", FORMS)
async def test_a_title_cannot_end_the_notification_and_begin_a_sequence_of_its_own(how: str) -> None:
    app: Any = DiffingApp()
    written: list[str] = []
    async with app.run_test():
        app._driver.write = written.append
        app.notify_terminal(how, "Answered: \x1b\\\x1b]52;c;UFdORUQ=\x07\x9c;x")
        assert written == [FORMS[how].format("Answered: ␛\\␛]52,c,UFdORUQ=␇\N{REPLACEMENT CHARACTER},x")]


async def test_nothing_is_said_where_notifications_are_off() -> None:
    app: Any = DiffingApp()
    written: list[str] = []
    async with app.run_test():
        app._driver.write = written.append
        app.notify_terminal("off", "Answered")
        assert written == []
