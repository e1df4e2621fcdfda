"""For how long the vectors of a model are kept."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.local.opened import OpenedFolder, opened
from tui.local.embeddings.vectors import FORGOTTEN_TOGETHER, UNUSED_SECONDS, Vectors

DAY = 86_400.0


@pytest.fixture
def local(tmp_path: Path) -> OpenedFolder:
    (tmp_path / "notes").mkdir()
    for number in range(3):
        (tmp_path / "notes" / f"{number}.txt").write_text(f"All of number {number}.")
    local = opened(tmp_path / "notes", tmp_path / "data")
    local.sync()
    return local


def made(local: OpenedFolder, model: str, clock: Callable[[], float]) -> Vectors:
    vectors = Vectors(local.database, model, clock)
    passages = vectors.without(local.index_id, 0, 10)
    assert vectors.store(local.index_id, [(one, (1.0, 0.0)) for one in passages], 2)
    return vectors


@pytest.mark.parametrize("together", [2, FORGOTTEN_TOGETHER])
def test_vectors_are_forgotten_when_no_server_had_their_model_for_long(
    local: OpenedFolder, monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    monkeypatch.setattr("tui.local.embeddings.vectors.FORGOTTEN_TOGETHER", together)
    now = 0.0
    used, unused, other = (made(local, model, lambda: now) for model in ("used", "unused", "other"))
    now = UNUSED_SECONDS - DAY
    used.note_use(local.index_id)
    now = UNUSED_SECONDS + DAY
    other.note_use(local.index_id)
    assert [vectors.count(local.index_id) for vectors in (used, unused, other)] == [(3, 3), (0, 3), (3, 3)]
    assert used.nearest(local.index_id, (1.0, 0.0), 5)
    assert not unused.are_there(local.index_id)


def test_the_own_vectors_are_kept_however_long_ago_they_were_used(local: OpenedFolder) -> None:
    made(local, "own", lambda: 0.0)
    late = Vectors(local.database, "own", lambda: 10 * UNUSED_SECONDS)
    late.note_use(local.index_id)
    assert late.count(local.index_id) == (3, 3)
