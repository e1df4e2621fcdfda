"""The first frame: where the one of the last start is kept, and how a terminal shows it until the app takes over.

Loaded before everything else, so it loads nothing but what Python has built in. Frames belong to one way of starting:
arguments, folder, environment, settings, size of the terminal and version. They show what the app showed, so they are
kept beside the store, as private as that (0700, 0600), and go with what is deleted.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # as type checkers know it: `typing` alone takes as long to load as all that is done here
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Self

END_OF_TEXT = b"\0"
"""Parts a frame's text for the terminal from its cells (see `tui.terminal.saved_screen`). It is in neither of them."""

FOLDER = "frames"
FORMAT = 1
MAX_BYTES = 16 * 1024 * 1024
"""More than a frame of any terminal has: a file that is larger is none."""
_HELD = ("LLAMA", "XDG_", "TEXTUAL", "NO_COLOR", "FORCE_COLOR", "TERM", "COLORTERM", "LANG", "LC_", "HOME", "TZ")
_SECRET = ("KEY", "HEADERS", "COOKIE", "TOKEN")

_BEGIN = b"\x1b[?1049h\x1b[?25l\x1b[?2004h\x1b[?7l\x1b[m\x1b[2J"
"""Alternate screen, no cursor, bracketed paste, no wrapping at the right edge; cleared."""

_END = b"\x1b[m\x1b[?7h\x1b[?2004l\x1b[?1049l\x1b[?25h"


def frame_path(arguments: Sequence[str], environ: Mapping[str, str], columns: int, rows: int) -> str:
    """The file of the frame that belongs to this way of starting; no secret of the environment is in its name."""
    from zlib import crc32

    held = sorted(
        f"{name}={value}"
        for name, value in environ.items()
        if value and name.startswith(_HELD) and not any(part in name for part in _SECRET)
    )
    state = environ.get("LLAMACHAT_STATE_DIR") or _users_folder(environ, "XDG_STATE_HOME", "~/.local/state")
    config = environ.get("LLAMACHAT_CONFIG") or os.path.join(
        _users_folder(environ, "XDG_CONFIG_HOME", "~/.config"), "config.toml"
    )
    read = [_version_of(path) for path in (config, __file__)]
    start = (FORMAT, list(arguments), held, _working_folder(), columns, rows, sys.hexversion, read)
    return os.path.join(
        os.path.expanduser(state), FOLDER, f"{crc32(repr(start).encode('utf-8', 'surrogateescape')):08x}"
    )


def read_frame(path: str) -> bytes | None:
    """The frame in this file: text, `END_OF_TEXT`, cells. None where there is none that only this user could write."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return None
    with open(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if status.st_uid != os.geteuid() or status.st_mode & 0o077:
            return None
        kept = file.read(MAX_BYTES + 1)
    return kept if END_OF_TEXT in kept and len(kept) <= MAX_BYTES else None


class FirstFrame:
    """A terminal that shows a kept frame and keeps what is typed, until the app takes it over or it is given back.

    `cells` are those of the screen it shows; `attributes` are the terminal's settings before (`termios.tcgetattr`);
    `typed_as_lines` are the bytes that were typed until then, when Enter still made a line feed.
    """

    def __init__(self, cells: bytes, attributes: list[Any], typed_as_lines: int) -> None:
        self.cells = cells
        self.attributes = attributes
        self.typed_as_lines = typed_as_lines
        self._is_ours = True

    @classmethod
    def show(cls, kept: bytes) -> Self | None:
        """Show a frame on the terminal of this process; None where it is not in the foreground there.

        Raises `OSError` where there is no terminal, and `ImportError` where the platform knows no such.
        """
        import termios

        if _is_in_background():
            return None
        text, _, cells = kept.partition(END_OF_TEXT)
        try:
            before = termios.tcgetattr(0)
            frame = cls(cells, before, chars_of_typed_lines(0))
            frame._give_back_at_a_signal()
            termios.tcsetattr(0, termios.TCSANOW, _keeping_keys(termios.tcgetattr(0)))
        except termios.error as error:
            raise OSError("The input is no terminal.") from error
        try:
            os.write(2, _BEGIN + text)
        except BaseException:
            frame.give_back()
            raise
        return frame

    def _give_back_at_a_signal(self) -> None:
        """From before the terminal is touched, and until the app listens to signals itself.

        Also at Ctrl+C: Python swallows a `KeyboardInterrupt` that comes while a module's lock is let go.
        """
        import signal

        numbers = [
            number
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
            if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler)
        ]

        def leave(number: int, _: object) -> None:
            for each in numbers:
                signal.signal(each, signal.SIG_IGN)
            self.give_back()
            os._exit(128 + number)

        for number in numbers:
            signal.signal(number, leave)

    def hand_over(self) -> None:
        """The app has the terminal now, and gives it back itself."""
        self._is_ours = False

    def give_back(self) -> None:
        """Leave the terminal as it was, where no one has taken it over."""
        if not self._is_ours:
            return
        self._is_ours = False
        import termios

        try:
            os.write(2, _END)
            termios.tcsetattr(0, termios.TCSANOW, self.attributes)
        except (OSError, termios.error):  # it is gone
            return


def chars_of_typed_lines(terminal: int) -> int:
    """Bytes of the lines that were typed before the app took the terminal: there Enter became a line feed."""
    import fcntl
    import termios

    try:
        if not termios.tcgetattr(terminal)[3] & termios.ICANON:
            return 0
        return int.from_bytes(fcntl.ioctl(terminal, termios.FIONREAD, bytes(4)), sys.byteorder)
    except (OSError, termios.error):
        return 0


def _keeping_keys(attributes: list[Any]) -> list[Any]:
    """The terminal's settings with which keys are kept as they are typed. Only Ctrl+C still ends the program."""
    import termios

    inputs, outputs, control, local, ispeed, ospeed, chars = attributes
    quiet: list[int | bytes] = chars.copy()
    quiet[termios.VMIN] = 1
    quiet[termios.VSUSP] = quiet[termios.VQUIT] = b"\0"
    inputs &= ~(termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR)
    local &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN)
    return [inputs, outputs, control, local, ispeed, ospeed, quiet]


def _is_in_background() -> bool:
    """Whether this process would be stopped for changing the terminal."""
    try:
        return os.tcgetpgrp(0) != os.getpgrp()
    except OSError:  # not a terminal that can stop anyone
        return False


def _users_folder(environ: Mapping[str, str], variable: str, usual: str) -> str:
    """Where `platformdirs`, which takes long to load, finds the user's folder of this kind."""
    if sys.platform == "darwin":
        usual = "~/Library/Application Support"
    return os.path.join(environ.get(variable, "").strip() or os.path.expanduser(usual), "llamachat")


def _working_folder() -> str:
    try:
        return os.getcwd()
    except OSError:  # it was removed
        return ""


def _version_of(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
