"""Files and folders of the user's own, that nobody else can read or change, whatever the umask.

A file is written whole or not at all, and never over what was there before unless that is wanted.
"""

import os
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain, count
from pathlib import Path

_SLICE_CHARS = 1_000_000


def make_private_folder(folder: Path) -> None:
    """Make a folder (0700), and those above it, where they are missing. Raises `OSError`."""
    if not folder.exists():
        make_private_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o700)


def write_new_file(wanted: Path, content: Iterable[str] | bytes) -> Path:
    """Write the pieces of a text, in UTF-8, or bytes to a new file that only its owner can read, and tell its path.

    It is `wanted`, or where something has that name `<name>-2`, `<name>-3` and so on; a link is something, too.
    Raises `OSError`; no part of a file is left then.
    """
    numbered = (wanted.with_stem(f"{wanted.stem}-{number}") for number in count(2))
    with _part(wanted, content) as part:
        for path in chain([wanted], numbered):
            with suppress(FileExistsError):
                _name(part, path)
                return path
    raise AssertionError("counting has no end")


def write_file(path: Path, content: Iterable[str] | bytes, *, replace: bool = False) -> None:
    """Write the pieces of a text, in UTF-8, or bytes to a file that only its owner can read.

    It is there whole, or not at all. What is replaced goes only once the new file is on the disk (fsync).

    FileExistsError where something has that name, also a link, unless a file is to be replaced; `OSError`.
    """
    if replace and (path.is_symlink() or (path.exists() and not path.is_file())):
        raise FileExistsError(None, "it is a link, or no file", str(path))
    with _part(path, content, is_durable=replace) as part:
        if replace:
            part.replace(path)
        else:
            _name(part, path)


@contextmanager
def _part(path: Path, content: Iterable[str] | bytes, *, is_durable: bool = False) -> Generator[Path]:
    """The content in a file beside the path, for it to get its name; it is gone where anything fails."""
    part = path.with_name(f".{path.name[:80]}.{os.urandom(4).hex()}.part")
    try:
        with open(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as stream:
            stream.writelines([content] if isinstance(content, bytes) else encoded(content))
            if is_durable:
                stream.flush()
                os.fsync(stream.fileno())
        yield part
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _name(part: Path, path: Path) -> None:
    """Give a file a name that nothing has. FileExistsError where something has it."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))  # a rename alone would write over a file
    try:
        part.replace(path)
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise


def encoded(pieces: Iterable[str], errors: str = "strict") -> Iterator[bytes]:
    """The pieces of a text, or a text, in UTF-8: no more than a megabyte or so at once."""
    for piece in [pieces] if isinstance(pieces, str) else pieces:
        yield from (piece[at : at + _SLICE_CHARS].encode("utf-8", errors) for at in range(0, len(piece), _SLICE_CHARS))
