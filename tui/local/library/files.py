"""The files of a folder that may be documents, and the disks that they are on."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from unicodedata import normalize

from tui.files.visible_files import open_file, visible_files
from tui.local.library.readers import HEAD_BYTES, may_be_document, reader_for

KEPT = "What was read from it is kept, and searched as before."
AWAY = "It was moved or deleted, or its disk is not connected: bring it back, or remove the index."


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file of the folder: its path inside it with `/`, what tells whether it changed, and the number of its disk."""

    name: str
    path: Path
    size: int
    modified_ns: int
    disk: int


def walk(folder: Path, on_lost: Callable[[str, OSError], object] = lambda _name, _error: None) -> Iterator[FoundFile]:
    """The folder's visible files, in the order of their names, but for pictures, sounds and films, by their endings.

    Raises `OSError` when the folder itself cannot be listed; of `on_lost` see `visible_files`.
    """
    for name, entry in visible_files(folder, on_lost):
        if may_be_document(name):
            with suppress(OSError):  # it went away since the folder was listed
                stat = entry.stat(follow_symlinks=False)
                yield FoundFile(storable(name), folder / name, stat.st_size, stat.st_mtime_ns, stat.st_dev)


def listed(folder: Path) -> tuple[list[FoundFile], dict[str, str]]:
    """The files of a folder; and the subfolders that are out of reach, each with why. Raises `OSError`."""
    lost: dict[str, str] = {}

    def note(name: str, error: OSError) -> None:
        lost[storable(name)] = f"{error.strerror}: {folder / name}. {KEPT} {AWAY}"

    try:
        return list(walk(folder, note)), lost
    except PermissionError as error:
        raise OSError(f"{error.strerror}: {folder}. {KEPT} Let this user read it, or remove the index.") from error
    except OSError as error:
        raise OSError(f"{error.strerror}: {folder}. {KEPT} {AWAY}") from error


def disk_of(folder: Path) -> int:
    """The number of the file system that a folder is on; 0 where it is away."""
    try:
        return folder.stat().st_dev
    except OSError:
        return 0


def begins_disk(folder: Path) -> bool:
    """Whether a folder is on another file system than the folder that it is in."""
    return disk_of(folder) not in (0, disk_of(folder.parent))


def disks_in(folder: Path, found: Iterable[FoundFile]) -> set[str]:
    """The subfolders with some of these files where another disk begins, each with `/` behind its path."""
    begins, own = cache(begins_disk), disk_of(folder)
    inside = {
        parent
        for holder in {file.path.parent for file in found if file.disk != own}
        for parent in (holder, *holder.parents)
        if parent.is_relative_to(folder) and parent != folder
    }
    return {storable(f"{place.relative_to(folder).as_posix()}/") for place in inside if begins(place)}


def storable(name: str) -> str:
    """A name as it is stored: with bytes that are no UTF-8 written as `\\xNN`."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def folded(name: str) -> str:
    """A name, or a text with names, as they are compared: in any case and any form of Unicode."""
    return normalize("NFC", name).casefold()


class FileNames:
    """Names of files as a text has them. The text is folded once, and so is each path that is compared with all."""

    def __init__(self, names: Iterable[str], text: str) -> None:
        self._names = {name: folded(name) for name in names}
        self._endings = tuple(self._names.values())
        self._text = folded(text)

    def of(self, path: str) -> list[str]:
        """The names by which the text means the file at this path: each is the end of its path, and the text has the
        file's whole name, which may have spaces."""
        path = folded(path)
        if not path.endswith(self._endings) or path.rpartition("/")[2] not in self._text:
            return []
        return [
            name
            for name, ending in self._names.items()
            if f" {path}".endswith((f"/{ending}", f" {ending}")) and ending in self._text
        ]


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
