"""The files of a folder that may leave this machine, and what tells their contents."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from tui.files.visible_files import open_file, visible_files
from tui.lazy_dataclass import dataclass
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


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What lies in the folder and is never sent, and why, in words that follow its name."""

    name: str
    why: str


def files_in(folder: Path) -> Iterator[LocalFile | UnreadableFile | LeftOut]:
    """The folder's visible files, each read once, in the order of their names; then what is no file.

    Raises `OSError` when the folder itself cannot be listed.
    """
    others: list[LeftOut] = []
    for name, _ in visible_files(folder, on_other=lambda name, entry: others.append(LeftOut(name, _kind(entry)))):
        path = folder / name
        if not is_well_formed(name):
            yield UnreadableFile(name, "its name is no text in UTF-8")
            continue
        try:
            with open_file(path) as file:
                digest = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
                size = file.tell()
        except OSError as error:
            yield UnreadableFile(name, f"it cannot be read: {error.strerror or error}")
            continue
        named = f"push-{path_key(name)}-{digest}"
        yield LocalFile(name, path, size, named) if size else LeftOut(name, "it is empty")
    yield from others


def _kind(entry: os.DirEntry[str]) -> str:
    if not entry.is_symlink():
        return "it is no file but a pipe, a socket or a device"
    leads_anywhere = os.path.exists(entry.path)
    return "it is a link, and links are not followed" if leads_anywhere else "it is a link that leads nowhere"


def path_key(name: str) -> str:
    """What stands for a path in the id of a file: short, whatever the path holds."""
    return hashlib.blake2b(name.encode(), digest_size=8).hexdigest()
