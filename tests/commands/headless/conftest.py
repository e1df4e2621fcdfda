from collections.abc import Generator

import pytest

from tests.commands.calling import Command
from tests.commands.serving import ServedCloud, served
from tests.workspace.cloud import Cloud


@pytest.fixture
def online(command: Command, monkeypatch: pytest.MonkeyPatch) -> Generator[ServedCloud]:
    """A server with one index, "notes", which the commands reach, also those of other processes."""
    assert command
    monkeypatch.setenv("LLAMA_CLOUD_API_KEY", "llx-abcdefgh1234")
    with served(Cloud()) as serving:
        monkeypatch.setenv("LLAMA_CLOUD_BASE_URL", serving.base_url)
        yield serving
