"""The key of the embedded server that its user gives: in a variable of the environment, in a file, or out of a pipe."""

import os
import stat
import sys
from pathlib import Path
from select import select
from time import monotonic, sleep

KEY_VARIABLE = "LLAMACHAT_SERVE_KEY"

MIN_KEY_CHARS = 16
"""A shorter key can be found by trying."""

MAX_KEY_BYTES = 4096
"""Longest content of a key file."""

KEY_TIMEOUT = 60.0
"""Seconds to wait for a key out of a pipe: whoever writes it may ask for a password before."""

TELLS_UNOPENED = sys.platform == "linux"
"""Whether a pipe that nobody has opened to write yet is told from one that has ended: on macOS it reads as ended."""

_PAUSE_SECONDS = 0.05
"""Between two looks at such a pipe."""


class ServerKeyError(Exception):
    """The key that was given cannot be one, or not be read; the message says why, for the user."""


def given_key(key_file: Path | None) -> str | None:
    """The key that was given, or None. Raises `ServerKeyError`."""
    if key_file is None:
        given = os.environ.get(KEY_VARIABLE, "")
        where = KEY_VARIABLE
    else:
        where = str(key_file)
        given = _text_of(key_file)
    key = given.strip()
    if key_file is not None and not key:
        raise ServerKeyError(f"The key file {key_file} is empty.")
    if key and not (key.isascii() and key.isprintable() and " " not in key):
        raise ServerKeyError(f"The key in {where} has spaces or characters that a key cannot have.")
    if key and len(key) < MIN_KEY_CHARS:
        raise ServerKeyError(f"The key in {where} can be guessed. Give one of {MIN_KEY_CHARS} characters or more.")
    return key or None


def _text_of(key_file: Path) -> str:
    """What is in a file that only its owner reads and changes, or comes out of such a pipe. Raises `ServerKeyError`."""
    try:
        # Without O_NONBLOCK, to open a pipe that nobody writes to would wait for ever.
        descriptor = os.open(key_file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        try:
            _check_key_file(key_file, os.fstat(descriptor))
            content = content_of(descriptor)
        finally:
            os.close(descriptor)
        if len(content) > MAX_KEY_BYTES:
            raise ServerKeyError(f"The key file {key_file} has more than {MAX_KEY_BYTES:,} bytes, so it is none.")
        return content.decode()
    except (OSError, UnicodeDecodeError) as error:
        raise ServerKeyError(f"The key file {key_file} cannot be read: {error}") from None


def _check_key_file(key_file: Path, status: os.stat_result) -> None:
    """Raise `ServerKeyError` for what is no file and no pipe, or not for its owner alone."""
    if not (stat.S_ISREG(status.st_mode) or stat.S_ISFIFO(status.st_mode)):
        raise ServerKeyError(
            f"The key file {key_file} is a folder or a device. Give a file or a pipe, or set {KEY_VARIABLE}."
        )
    if os.name == "posix" and status.st_uid not in (os.geteuid(), 0):
        raise ServerKeyError(
            f"The key file {key_file} belongs to another user, who knows the key. Use one of your own."
        )
    if os.name == "posix" and status.st_mode & 0o077:
        raise ServerKeyError(f"Others can read or change the key file {key_file}. Run: chmod 600 '{key_file}'")


def content_of(descriptor: int) -> bytes:
    """All of a file, or all that comes out of a pipe; of much, a byte more than a key may have. Raises `OSError`."""
    is_pipe = stat.S_ISFIFO(os.fstat(descriptor).st_mode)
    content, deadline = b"", monotonic() + KEY_TIMEOUT
    late = TimeoutError(f"it is a pipe that gave no key, or was not closed, within {KEY_TIMEOUT:.0f} seconds.")
    while len(content) <= MAX_KEY_BYTES:
        if is_pipe and not select([descriptor], [], [], max(0.0, deadline - monotonic()))[0]:
            raise late
        if piece := os.read(descriptor, MAX_KEY_BYTES + 1 - len(content)):
            content += piece
        elif content or TELLS_UNOPENED or not is_pipe:
            break
        elif monotonic() > deadline:
            raise late
        else:
            sleep(_PAUSE_SECONDS)
    return content
