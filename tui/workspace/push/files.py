"""The files of a folder that may leave this machine, and what tells their contents."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from tui.gitignore import IgnoreRules, is_ignored, rules_here
from tui.sanitize import is_well_formed


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file of the folder: its path inside it with `/`, its size in bytes, and the id of this content at this path."""

    name: str
    path: Path
    size: int
    unique_id: str


@dataclass(frozen=True, slots=True)
class UnreadableFile:
    """A file of the folder that cannot be sent, and why, in words that follow its name."""

    name: str
    why: str


def files_in(folder: Path) -> Iterator[LocalFile | UnreadableFile]:
    """The folder's files, each read once, in the order of their names.

    Links are not followed; what is empty, hidden or ignored by a `.gitignore` is left out. Raises `OSError` when the
    folder itself cannot be listed.
    """
    for name in _names_in(folder):
        path = folder / name
        if not is_well_formed(name):
            yield UnreadableFile(name, "its name is no text in UTF-8")
            continue
        try:
            with opened(path) as file:
                digest = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
                size = file.tell()
        except OSError as error:
            yield UnreadableFile(name, f"it cannot be read: {error.strerror or error}")
            continue
        if size:
            yield LocalFile(name, path, size, f"push-{path_key(name)}-{digest}")


def opened(path: Path) -> BufferedReader:
    """The file, to be read. Raises `OSError`, also when it has been replaced by a link or a pipe."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags), "rb")


def path_key(name: str) -> str:
    """What stands for a path in the id of a file: short, whatever the path holds."""
    return hashlib.blake2b(name.encode(), digest_size=8).hexdigest()


def _names_in(folder: Path) -> Iterator[str]:
    pending: list[tuple[str, IgnoreRules]] = [("", ())]
    while pending:
        prefix, rules = pending.pop()
        try:
            entries = sorted(os.scandir(folder / prefix), key=lambda entry: entry.name)
        except OSError:
            if not prefix:
                raise
            continue
        rules = rules_here(entries, prefix) + rules
        visible = [entry for entry in entries if not entry.name.startswith(".") and not entry.is_symlink()]
        for entry in reversed(visible):
            name = f"{prefix}{entry.name}/"
            if entry.is_dir(follow_symlinks=False) and not is_ignored(name, rules):
                pending.append((name, rules))
        for entry in visible:
            with suppress(OSError):  # it went away since the folder was listed
                if entry.is_file(follow_symlinks=False) and not is_ignored(prefix + entry.name, rules):
                    yield prefix + entry.name
