"""Which files of a folder are looked at."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tui.files.gitignore import is_ignored, rules_here
from tui.local.library.files import has_documents, read_bytes, walk


def names(folder: Path) -> list[str]:
    return [found.name for found in walk(folder)]


def write(folder: Path, *files: str) -> None:
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("text")


def test_files_come_in_the_order_of_their_names_those_of_a_folder_first(tmp_path: Path) -> None:
    write(tmp_path, "b.md", "a/z.md", "a/b/c.md", "c/d.md", "a.md")
    assert names(tmp_path) == ["a.md", "b.md", "a/z.md", "a/b/c.md", "c/d.md"]


def test_what_git_ignores_is_left_out(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "a.log", "build/out.md", "src/a.py", "src/keep.log", "src/deep/b.log", "src/tmp/c.md")
    (tmp_path / ".gitignore").write_text("# logs\n*.log\n/build/\n")
    (tmp_path / "src" / ".gitignore").write_text("!keep.log\ntmp\n")
    assert names(tmp_path) == ["a.md", "src/a.py", "src/keep.log"]


def test_a_gitignore_that_is_no_text_or_no_pattern_harms_nothing(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "b.md")
    (tmp_path / ".gitignore").write_bytes(b"\xff\xfe\0\n!\n[\n[b-a]\nb.md\n")
    assert names(tmp_path) == ["a.md"]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("*a" * 9 + "b", "a" * 40),
        ("*" * 12 + "b", "a" * 200),
        ("*" * 500 + "b", "a" * 255),
        ("**a**a**a**a**b", "a" * 255),
        ("a/**/" * 12 + "b", "a/" * 60 + "a"),
    ],
    ids=["letters between stars", "12 stars", "500 stars", "letters between double stars", "folders"],
)
def test_a_gitignore_with_many_wildcards_holds_nothing_up(tmp_path: Path, line: str, name: str) -> None:
    (tmp_path / ".gitignore").write_text(f"{line}\n")
    rules = rules_here(list(os.scandir(tmp_path)), "")
    began = time.process_time()
    assert not is_ignored(name, rules)
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("line", "ignored", "kept"),
    [
        ("*a*b*a", "xaba", "xab"),
        ("**b***a/", "c/bxa/", "c/bxa"),
        ("a/**/b/**/*c*d*", "a/b/x/y/cd", "a/c/cd"),
        ("**/a/**/b?*", "x/a/y/bb", "x/ab/bb"),
        ("a/**/ab/**/b", "a/ab/ab/b", "a/ab"),
    ],
)
def test_wildcards_of_a_gitignore(tmp_path: Path, line: str, ignored: str, kept: str) -> None:
    (tmp_path / ".gitignore").write_text(f"{line}\n")
    rules = rules_here(list(os.scandir(tmp_path)), "")
    assert is_ignored(ignored, rules)
    assert not is_ignored(kept, rules)


def test_a_gitignore_that_leads_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "rules").write_text("*.md")
    write(tmp_path / "in", "a.md")
    (tmp_path / "in" / ".gitignore").symlink_to(tmp_path / "rules")
    assert names(tmp_path / "in") == ["a.md"]


def test_a_name_that_is_no_utf_8_can_be_stored(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.md")).write_text("text")
    assert names(tmp_path) == ["caf\\xe9.md"]
    assert has_documents(tmp_path)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        names(tmp_path / "gone")


def test_a_subfolder_that_cannot_be_listed_holds_no_documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "a/shut.md", "b/open.md")
    listed = os.scandir

    def refusing(path: Path) -> Iterator[os.DirEntry[str]]:
        if path.name == "a":
            raise PermissionError
        return listed(path)

    monkeypatch.setattr("tui.files.visible_files.os.scandir", refusing)
    assert names(tmp_path) == ["b/open.md"]


def test_a_file_that_became_a_link_or_a_pipe_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "link.md").symlink_to(tmp_path / "secret")
    with pytest.raises(OSError, match="symbolic link"):
        read_bytes(tmp_path / "link.md", 10)
    os.mkfifo(tmp_path / "pipe.md")
    assert read_bytes(tmp_path / "pipe.md", 10) == b""


@pytest.mark.parametrize(
    ("data", "readable"), [(b"", False), (b"text", True), (b"a\0b", False), (b"%PDF-1.7 \0", True)]
)
def test_whether_a_folder_has_documents(tmp_path: Path, data: bytes, readable: bool) -> None:
    (tmp_path / "a.txt").write_bytes(data)
    assert has_documents(tmp_path) is readable
