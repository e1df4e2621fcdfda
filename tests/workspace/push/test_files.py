import os
from pathlib import Path

import pytest

from tui.workspace.push.files import LocalFile, UnreadableFile, files_in


def written(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def sent(folder: Path) -> dict[str, LocalFile]:
    return {file.name: file for file in files_in(folder) if isinstance(file, LocalFile)}


def test_what_is_hidden_ignored_empty_or_a_link_stays_here(tmp_path: Path) -> None:
    written(tmp_path, a_md="A", sub__b_md="B", sub__c_log="C", empty_md="", secret__x_md="X", _env="KEY")
    written(tmp_path, _gitignore="*.log\nsecret/")
    (tmp_path / "link.md").symlink_to(tmp_path / "a.md")
    assert list(sent(tmp_path)) == ["a.md", "sub/b.md"]


def test_the_id_tells_the_path_and_the_content(tmp_path: Path) -> None:
    before = sent(written(tmp_path, a_md="same", b_md="same"))
    assert before["a.md"].unique_id != before["b.md"].unique_id
    after = sent(written(tmp_path, a_md="other"))
    assert after["a.md"].unique_id != before["a.md"].unique_id
    assert after["a.md"].unique_id.rpartition("-")[0] == before["a.md"].unique_id.rpartition("-")[0]
    assert after["b.md"] == before["b.md"]
    assert after["a.md"].size == 5


def test_a_name_that_is_no_text_is_told(tmp_path: Path) -> None:
    with open(os.fsencode(tmp_path) + b"/caf\xe9.md", "wb") as file:
        file.write(b"x")
    (found,) = files_in(tmp_path)
    assert isinstance(found, UnreadableFile)
    assert "UTF-8" in found.why


def test_a_folder_that_is_none_cannot_be_listed(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="none"):
        list(files_in(tmp_path / "none"))
