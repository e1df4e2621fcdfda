"""The `llamachat-tui` command's first milliseconds: the frame of the last start, before anything heavy is loaded.

Python and Textual take their time to load. Meanwhile the terminal shows what it showed after the last start of the same
kind, and keeps what is typed; `tui.terminal.app` goes on from there and draws only what has changed since.
"""

import os
import sys

from tui.first_frame import FirstFrame, frame_path, read_frame


def main() -> None:
    """Run the command and exit with its code; 130 where Ctrl+C ends it before the app is there."""
    frame = None
    try:
        _open_closed_streams()
        frame = _show_last_frame()
        from tui.command_line import run

        code = run(frame)
    except KeyboardInterrupt:
        code = 130
    finally:
        if frame is not None:
            frame.give_back()
    sys.exit(code)


def _open_closed_streams() -> None:
    """Lead the standard streams that were closed (`>&-`) nowhere.

    The next files that are opened would else have their numbers (POSIX `open`: the lowest that is free), and take what
    is printed.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode, encoding="utf-8"))


def _show_last_frame() -> FirstFrame | None:
    """The frame that the terminal shows now; None where none is kept for such a start, or none can be shown."""
    if os.name != "posix" or os.environ.get("TERM", "dumb") in ("dumb", "unknown") or "TEXTUAL_DRIVER" in os.environ:
        return None
    if os.environ.get("LLAMACHAT_FULL_REFRESH", "0") != "0":
        return None
    try:
        size = os.get_terminal_size(2)
        kept = read_frame(frame_path(sys.argv[1:], os.environ, size.columns, size.lines))
        return None if kept is None else FirstFrame.show(kept)
    except (ImportError, OSError):  # no such terminal, or no terminal at all: the app says so
        return None
