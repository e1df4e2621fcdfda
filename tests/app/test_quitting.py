import asyncio

import pytest

from tests.app.user import driven
from tui.settings import Settings


async def test_quitting_does_not_wait_for_what_does_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never() -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("tui.app.FINISH_TIMEOUT", 0.1)
    async with driven(Settings(base_url="http://127.0.0.1:1")) as user:
        monkeypatch.setattr(user.app.chat, "finish", never)
        async with asyncio.timeout(10):
            await user.app.action_quit()
