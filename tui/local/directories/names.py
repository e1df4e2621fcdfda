"""The names of uploaded files, which come from outside: what may stand in a folder of ours, and where. Pure."""

import re
import unicodedata

MAX_NAME_BYTES = 1000
"""Longest name of a file with the folders that it is in, in UTF-8."""
MAX_PART_BYTES = 200
"""Longest name of one folder, or of the file: file systems take 255, and a number may be added."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_OF_WINDOWS = re.compile(r'[<>:"|?*]')
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


class RefusedNameError(ValueError):
    """No file can have this name here; the message says why."""


def checked_name(name: str) -> str:
    """The name, with `/` between folders, in Unicode's composed form. Raises `RefusedNameError`."""
    composed = unicodedata.normalize("NFC", name)
    if not composed.strip():
        raise RefusedNameError("The file has no name")
    try:
        size = len(composed.encode())
    except UnicodeEncodeError:
        raise RefusedNameError("The file's name is no text") from None
    if size > MAX_NAME_BYTES:
        raise RefusedNameError(f"The file's name is longer than {MAX_NAME_BYTES} bytes")
    if _CONTROL.search(composed):
        raise RefusedNameError("The file's name has control characters")
    if "\\" in composed:
        raise RefusedNameError("The file's name has a backslash; folders are divided by /")
    if composed.startswith("/"):
        raise RefusedNameError("The file's name begins with /; give one inside the directory")
    for part in composed.split("/"):
        _check_part(part)
    return composed


def _check_part(part: str) -> None:
    if part in ("", ".", ".."):
        raise RefusedNameError("The file's name leads through an empty name, . or ..; give one inside the directory")
    if part.startswith("."):
        raise RefusedNameError("A name in it begins with a dot: hidden files are not read")
    if part != part.strip() or part.endswith("."):
        raise RefusedNameError("A name in it begins or ends with a space, or ends with a dot")
    if len(part.encode()) > MAX_PART_BYTES:
        raise RefusedNameError(f"A name in it is longer than {MAX_PART_BYTES} bytes")
    if _OF_WINDOWS.search(part) or _DEVICE.fullmatch(part):
        raise RefusedNameError("A name in it is one that not every system can keep")


def numbered(name: str, number: int) -> str:
    """The place of another file that is called the same: "guide (2).md" for "guide.md" and 2."""
    folders, slash, last = name.rpartition("/")
    stem, dot, ending = last.rpartition(".")
    if not stem:
        stem, dot, ending = last, "", ""
    return f"{folders}{slash}{stem} ({number}){dot}{ending}"
