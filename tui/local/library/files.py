"""The files of a folder that may be documents, and opening them without ever leaving the folder."""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from tui.local.library.readers import HEAD_BYTES, may_be_document, reader_for

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

MAX_IGNORE_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file of the folder: its path inside it with `/`, and what tells whether it changed."""

    name: str
    path: Path
    size: int
    modified_ns: int


_Rules: TypeAlias = "tuple[tuple[str, GitIgnoreSpec], ...]"
"""The `.gitignore` files that hold in a folder, the nearest first, each with the prefix of the names it judges."""


def walk(folder: Path) -> Iterator[FoundFile]:
    """The folder's files, in the order of their names. Links are not followed; what is hidden, ignored by a
    `.gitignore`, or by its ending a picture, sound or film, is left out.

    Raises `OSError` when the folder itself cannot be listed. A subfolder that cannot holds no documents for us.
    """
    pending: list[tuple[str, _Rules]] = [("", ())]
    while pending:
        prefix, rules = pending.pop()
        try:
            entries = sorted(os.scandir(folder / prefix), key=lambda entry: entry.name)
        except OSError:
            if not prefix:
                raise
            continue
        rules = _rules_here(entries, prefix) + rules
        visible = [entry for entry in entries if not entry.name.startswith(".")]
        for entry in reversed(visible):
            name = f"{prefix}{entry.name}/"
            if entry.is_dir(follow_symlinks=False) and not _ignored(name, rules):
                pending.append((name, rules))
        for entry in visible:
            name = prefix + entry.name
            if entry.is_file(follow_symlinks=False) and may_be_document(name) and not _ignored(name, rules):
                with suppress(OSError):  # it went away since the folder was listed
                    stat = entry.stat(follow_symlinks=False)
                    yield FoundFile(_storable(name), folder / name, stat.st_size, stat.st_mtime_ns)


def _storable(name: str) -> str:
    """The name with bytes that are no UTF-8 written as `\\xNN`."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _rules_here(entries: Sequence[os.DirEntry[str]], prefix: str) -> _Rules:
    for entry in entries:
        if entry.name == ".gitignore" and entry.is_file(follow_symlinks=False):
            with suppress(OSError), open(entry.path, "rb") as file:
                lines = file.read(MAX_IGNORE_BYTES).decode("utf-8", "replace").splitlines()
                return ((prefix, _spec(lines)),)
    return ()


def _spec(lines: Sequence[str]) -> "GitIgnoreSpec":
    """The rules of one `.gitignore`. Git passes over a line that is no pattern; pathspec raises."""
    from pathspec import GitIgnoreSpec

    def is_pattern(line: str) -> bool:
        try:
            GitIgnoreSpec.from_lines([line])
        except ValueError:
            return False
        return True

    return GitIgnoreSpec.from_lines(filter(is_pattern, lines))


def _ignored(name: str, rules: _Rules) -> bool:
    for prefix, spec in rules:
        verdict = spec.check_file(name.removeprefix(prefix)).include
        if verdict is not None:
            return verdict
    return False


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
