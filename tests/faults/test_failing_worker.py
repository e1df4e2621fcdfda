import pytest

from tests.app.user import driven
from tests.faults.proxy import FaultProxy
from tui.settings import Settings


async def fail() -> None:
    raise ValueError("hostile \x1b]0;title\x07")


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
