"""The files of a folder that its owner means, and opening them without ever leaving the folder."""

import os
from collections.abc import Callable, Iterator, Sequence
from io import BufferedReader
from pathlib import Path

from tui.files.gitignore import IgnoreRules, is_ignored, rules_here


def visible_files(
    folder: Path,
    on_lost: Callable[[str, OSError], object] = lambda _name, _error: None,
    on_other: Callable[[str, os.DirEntry[str]], object] = lambda _name, _entry: None,
) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """The folder's files, each with its path inside it with `/`, in the order of their names.

    Links are not followed; what is hidden, or ignored by a `.gitignore`, is left out. Raises `OSError` when the folder
    itself cannot be listed. A subfolder that cannot holds no files for us; where it is not closed to us, but out of
    reach, on a disk that fails or is being taken away, `on_lost` is called with its path, which ends with `/`.
    `on_other` is called with what is neither file nor folder, where neither hidden nor ignored: a link, a pipe.
    """
    pending: list[tuple[str, IgnoreRules]] = [("", ())]
    while pending:
        prefix, rules = pending.pop()
        try:
            entries = sorted(os.scandir(folder / prefix), key=lambda entry: entry.name)
        except OSError as error:
            if not prefix:
                raise
            if not isinstance(error, FileNotFoundError | NotADirectoryError | PermissionError):
                on_lost(prefix, error)
            continue
        rules = rules_here(entries, prefix) + rules
        visible = [entry for entry in entries if not entry.name.startswith(".")]
        for entry in reversed(visible):
            name = f"{prefix}{entry.name}/"
            if entry.is_dir(follow_symlinks=False) and not is_ignored(name, rules):
                pending.append((name, rules))
        yield from _files_of(visible, prefix, rules, on_other)


def _files_of(
    entries: Sequence[os.DirEntry[str]],
    prefix: str,
    rules: IgnoreRules,
    on_other: Callable[[str, os.DirEntry[str]], object],
) -> Iterator[tuple[str, os.DirEntry[str]]]:
    for entry in entries:
        name = prefix + entry.name
        if entry.is_dir(follow_symlinks=False) or is_ignored(name, rules):
            continue
        if entry.is_file(follow_symlinks=False):
            yield name, entry
        else:
            on_other(name, entry)


def open_file(path: Path) -> BufferedReader:
    """The file, to be read. Raises `OSError`, also when it has been replaced by a link; a pipe is not waited for."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags), "rb")
