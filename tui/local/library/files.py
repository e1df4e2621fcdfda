"""The files of a folder that may be documents, and opening them without ever leaving the folder."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tui.gitignore import IgnoreRules, is_ignored, rules_here
from tui.local.library.readers import HEAD_BYTES, may_be_document, reader_for


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file of the folder: its path inside it with `/`, and what tells whether it changed."""

    name: str
    path: Path
    size: int
    modified_ns: int


def walk(folder: Path) -> Iterator[FoundFile]:
    """The folder's files, in the order of their names. Links are not followed; what is hidden, ignored by a
    `.gitignore`, or by its ending a picture, sound or film, is left out.

    Raises `OSError` when the folder itself cannot be listed. A subfolder that cannot holds no documents for us.
    """
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
        visible = [entry for entry in entries if not entry.name.startswith(".")]
        for entry in reversed(visible):
            name = f"{prefix}{entry.name}/"
            if entry.is_dir(follow_symlinks=False) and not is_ignored(name, rules):
                pending.append((name, rules))
        for entry in visible:
            name = prefix + entry.name
            if entry.is_file(follow_symlinks=False) and may_be_document(name) and not is_ignored(name, rules):
                with suppress(OSError):  # it went away since the folder was listed
                    stat = entry.stat(follow_symlinks=False)
                    yield FoundFile(_storable(name), folder / name, stat.st_size, stat.st_mtime_ns)


def _storable(name: str) -> str:
    """The name with bytes that are no UTF-8 written as `\\xNN`."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def read_bytes(path: Path, limit: int) -> bytes:
    """At most `limit` bytes of a file. Raises `OSError`, also when the file has been replaced by a link or a pipe."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
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
