"""Writing a file that was not there before: nothing of the user's is ever written over."""

import os
from itertools import chain, count
from pathlib import Path


def write_new_file(wanted: Path, text: str) -> Path:
    """Write a text to a new file that only its owner can read, and tell its path.

    It is `wanted`, or where something has that name `<name>-2`, `<name>-3` and so on; a link is something, too.
    Raises `OSError`; no part of a file is left then.
    """
    numbered = (wanted.with_stem(f"{wanted.stem}-{number}") for number in count(2))
    for path in chain([wanted], numbered):
        try:
            file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            continue
        try:
            with open(file, "w", encoding="utf-8") as stream:
                stream.write(text)
        except BaseException:
            path.unlink()
            raise
        return path
    raise AssertionError("counting has no end")
