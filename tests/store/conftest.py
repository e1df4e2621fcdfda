from collections.abc import Iterator
from pathlib import Path

import pytest

from tui.store.store import Store


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store, in a file and in memory: both must behave the same."""
    made = Store.open(tmp_path / "store.sqlite3") if request.param == "file" else Store.in_memory()
    yield made
    made.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where no store is yet."""
    return tmp_path / "state" / "llamachat.sqlite3"
