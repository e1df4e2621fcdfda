import os
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from tui.files.private_files import write_file, write_new_file


def test_a_new_file_takes_a_name_that_nothing_has(tmp_path: Path) -> None:
    (tmp_path / "a-2.md").symlink_to("/no/such")
    names = [write_new_file(tmp_path / "a.md", text).name for text in "xyz"]
    assert names == ["a.md", "a-3.md", "a-4.md"]
    assert (tmp_path / "a-4.md").read_text() == "z"
    assert stat.S_IMODE((tmp_path / "a.md").stat().st_mode) == 0o600


def test_a_file_is_replaced_only_when_that_is_wanted(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("mine")
    with pytest.raises(FileExistsError):
        write_file(path, "theirs")
    assert path.read_text() == "mine"
    write_file(path, "theirs", replace=True)
    assert path.read_text() == "theirs"
    (tmp_path / "link").symlink_to(path)
    for other in (tmp_path / "link", tmp_path):
        with pytest.raises(FileExistsError):
            write_file(other, "x", replace=True)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.md", "link"]


@pytest.mark.fault(54)
def test_what_is_replaced_goes_once_the_new_file_is_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.md"
    path.write_text("old")
    synced: list[tuple[int, str]] = []

    def sync(descriptor: int) -> None:
        synced.append((os.fstat(descriptor).st_size, path.read_text()))

    monkeypatch.setattr(os, "fsync", sync)
    write_file(path, "newer", replace=True)
    assert synced == [(len("newer"), "old")]
    assert path.read_text() == "newer"


@pytest.mark.fault(9, 54)
def test_of_a_text_that_cannot_be_written_no_part_is_left(tmp_path: Path) -> None:
    with pytest.raises(UnicodeEncodeError):
        write_file(tmp_path / "a.md", "x" * 100_000 + "\ud800")
    with pytest.raises(OSError, match="No such"):
        write_file(tmp_path / "no" / "a.md", "x")
    assert list(tmp_path.iterdir()) == []


def last_swept(folder: Path) -> Iterator[str]:
    """A text, after whose last piece another program clears away what looks unfinished in the folder."""
    yield "x"
    for part in folder.glob(".*.part"):
        part.unlink()


@pytest.mark.fault(54)
@pytest.mark.parametrize("write", [write_file, write_new_file])
def test_of_a_file_whose_part_is_taken_away_no_empty_one_is_left(
    write: Callable[[Path, Iterable[str]], object], tmp_path: Path
) -> None:
    with pytest.raises(FileNotFoundError):
        write(tmp_path / "a.md", last_swept(tmp_path))
    assert list(tmp_path.iterdir()) == []
    write(tmp_path / "a.md", "y")
    assert (tmp_path / "a.md").read_text() == "y"
