"""A key of the environment, and a server that is none of LlamaCloud's own."""

import pytest

from tests.app.user import driven
from tests.faults.proxy import FaultProxy
from tui.api import connection
from tui.settings import Settings


def no_server(_: str) -> bool:
    return False


@pytest.fixture
def stranger(proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch) -> FaultProxy:
    """A server that is not known, although it is on this machine."""
    monkeypatch.setattr(connection, "is_known_origin", no_server)
    return proxy


@pytest.mark.fault(66)
async def test_nothing_is_sent_to_an_unknown_server_unless_the_user_says_so(stranger: FaultProxy) -> None:
    async with driven(Settings(base_url=stranger.base_url)) as user:
        await user.see("one of LlamaCloud's own servers.")
        assert "from LLAMA_CLOUD_API_KEY" in user.screen
        await user.in_dialog("enter")
        await user.see("Nothing was sent")
    assert stranger.requests == []


@pytest.mark.fault(66)
async def test_the_user_is_asked_once_for_each_server(stranger: FaultProxy) -> None:
    async with driven(Settings(base_url=stranger.base_url)) as user:
        await user.see("one of LlamaCloud's own servers.")
        await user.in_dialog("down", "enter")
        await user.until(lambda: user.app.chat.workspace.is_live)
    async with driven(Settings(base_url=stranger.base_url)) as user:
        await user.until(lambda: user.app.chat.workspace.is_live)
