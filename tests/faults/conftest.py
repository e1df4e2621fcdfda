"""The whole app against the real embedded server, through the fault proxy."""

from collections.abc import AsyncGenerator, Generator

import pytest

from tests.app.conftest import own_machine
from tests.faults.proxy import FaultProxy, fault_proxy
from tests.local.server import Connection, running_server

__all__ = ["own_machine"]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[Connection]:
    folder = tmp_path_factory.mktemp("library") / "notes"
    folder.mkdir()
    (folder / "heron.md").write_text("# Heron\n\nThe Heron probe was launched in March 2031.\n")
    (folder / "crew.md").write_text("# Crew\n\n- Ada Sol leads navigation.\n- Bo Lin leads science.\n")
    with running_server([folder], tmp_path_factory.mktemp("data")) as connection:
        yield connection


@pytest.fixture
async def proxy(server: Connection, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[FaultProxy]:
    monkeypatch.setenv("LLAMA_CLOUD_API_KEY", server.api_key)
    async with fault_proxy(server.base_url) as proxy:
        yield proxy
