"""The files of a folder that may be documents."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from unicodedata import normalize

from tui.local.library.readers import HEAD_BYTES, may_be_document, reader_for
from tui.visible_files import open_file, visible_files


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file of the folder: its path inside it with `/`, and what tells whether it changed."""

    name: str
    path: Path
    size: int
    modified_ns: int


def walk(folder: Path) -> Iterator[FoundFile]:
    """The folder's visible files, in the order of their names, but for pictures, sounds and films, by their endings.

    Raises `OSError` when the folder itself cannot be listed.
    """
    for name, entry in visible_files(folder):
        if may_be_document(name):
            with suppress(OSError):  # it went away since the folder was listed
                stat = entry.stat(follow_symlinks=False)
                yield FoundFile(storable(name), folder / name, stat.st_size, stat.st_mtime_ns)


def storable(name: str) -> str:
    """A name as it is stored: with bytes that are no UTF-8 written as `\\xNN`."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def is_called(path: str, name: str, text: str) -> bool:
    """Whether a text that has this name means the file at this path by it: it has the end of its path, and the whole
    name, which may have spaces, in any case and any form of Unicode."""
    path, name, text = (normalize("NFC", one).casefold() for one in (path, name, text))
    return f" {path}".endswith((f"/{name}", f" {name}")) and PurePosixPath(path).name in text


def read_bytes(path: Path, limit: int) -> bytes:
    """At most `limit` bytes of a file. Raises `OSError`, also when the file has been replaced by a link or a pipe."""
    with open_file(path) as file:
        return file.read(limit)


def has_documents(folder: Path) -> bool:
    """Whether there is at least one file in the folder that looks like a document."""
    return any(_looks_readable(found) for found in walk(folder))


def _looks_readable(found: FoundFile) -> bool:
    try:
        head = read_bytes(found.path, HEAD_BYTES)
    except OSError:
        return False
    packed = head.startswith((b"%PDF-", b"PK", b"\xd0\xcf\x11\xe0"))
    return bool(head.strip()) and reader_for(found.name, head) is not None and (packed or b"\0" not in head)
