import pytest

from tests.app.user import driven
from tests.faults.driving import ask, behind, in_session
from tests.faults.proxy import FaultProxy
from tui.api.client import Client
from tui.settings import Settings
from tui.widgets.composer import Composer


async def fail(*_: object) -> None:
    raise ValueError("hostile \x1b]0;title\x07")


@pytest.mark.fault(53)
async def test_a_turn_that_fails_in_the_app_is_told_and_keeps_nobody_waiting(
    proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with behind(proxy) as user:
        await in_session(user)
        composer = user.app.chat.query_one(Composer)
        with monkeypatch.context() as broken:
            broken.setattr(Client, "open_turn", fail)
            await ask(user, "When was the Heron probe launched?")
            await user.see("An error in the app itself")
            await user.until(lambda: composer.text == "When was the Heron probe launched?")
        assert not user.app.chat.workspace.turns.busy
        await user.press("enter")
        await user.see("March 2031")
        assert [type(error) for error in user.app.failures] == [ValueError]
        user.app.failures.clear()


@pytest.mark.fault(53)
async def test_work_that_fails_in_the_app_is_told_and_ends_nothing_else(proxy: FaultProxy) -> None:
    async with driven(Settings(base_url=proxy.base_url)) as user:
        user.app.run_worker(fail())
        await user.see("An error in the app itself (ValueError)")
        await user.ask_in_new_session("Who leads navigation?")
        await user.see("Ada Sol")
        assert [type(error) for error in user.app.failures] == [ValueError]
        user.app.failures.clear()
    assert user.app.return_code == 0
