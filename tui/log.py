"""The log: one file of the user's own (0600), without secrets, and without control characters.

It holds warnings, crashes, and with `--debug` what the app does: never a question, an answer or a key.
"""

import logging
import os
import sys
import traceback
from pathlib import Path
from types import TracebackType

from tui.redaction import redact
from tui.sanitize import clean

FILE_NAME = "llamachat.log"
MAX_BYTES = 1_000_000
"""A file that is longer when the app starts becomes `<name>.1`, and the one before it goes."""

FOREIGN = ("httpx", "httpcore", "keyring", "markdown_it", "asyncio")
"""Loggers of libraries: what they tell below a warning may hold addresses and cookies."""


def log_path() -> Path:
    """Where the log is: beside what is kept on this machine."""
    from tui.store.files import store_path

    return store_path().with_name(FILE_NAME)


def start(*, debug: bool = False) -> None:
    """Log to the file from now on: warnings, and with `debug` all of ours. The first record makes the file."""
    root = logging.getLogger()
    for handler in root.handlers[:]:
        root.removeHandler(handler)
    root.addHandler(PrivateFile())
    root.setLevel(logging.WARNING)
    logging.getLogger("tui").setLevel(logging.DEBUG if debug else logging.WARNING)
    for name in FOREIGN:
        logging.getLogger(name).setLevel(logging.WARNING)
    sys.excepthook = _on_uncaught


def crash_notice(error: BaseException) -> str:
    """Log a crash, without the values of variables. One line for the user: what happened, and where the log is."""
    kind = type(error).__name__
    logging.getLogger("tui").critical("Crash:\n%s", "".join(traceback.format_exception(error)))
    what = f"llamachat-tui: an error in the app itself ({kind}) has ended it. What you wrote is kept."
    path = log_path()
    return f"{what} The log tells more: {path}" if path.exists() else f"{what} The log {path} cannot be written."


def failure_notice(error: BaseException) -> str:
    """Log what failed in the app, which goes on. One line for the user."""
    logging.getLogger("tui").error("Failure:\n%s", "".join(traceback.format_exception(error)))
    return (
        f"An error in the app itself ({type(error).__name__}): what you did last may not have worked. All else goes "
        f"on. The log tells more: {log_path()}"
    )


class PrivateFile(logging.Handler):
    """Appends records to the log, each cleaned and redacted. It is silent where the file cannot be used."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        self._descriptor: int | None = None
        self._is_unusable = False

    def emit(self, record: logging.LogRecord) -> None:
        text = redact(clean(self.format(record)))
        try:
            if self._descriptor is None and not self._is_unusable:
                self._is_unusable = True
                self._descriptor = _opened(log_path())
                self._is_unusable = False
            if self._descriptor is not None:
                os.write(self._descriptor, f"{text}\n".encode())
        except OSError:
            self._is_unusable = True

    def close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        super().close()


def _opened(path: Path) -> int:
    from tui.store.files import StoreError, prepare

    try:
        prepare(path)
        if path.stat().st_size > MAX_BYTES:
            path.replace(path.with_name(f"{path.name}.1"))
            prepare(path)
    except StoreError as error:
        raise OSError(str(error)) from error
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC)


def _on_uncaught(kind: type[BaseException], error: BaseException, _: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.exit(130)
    print(crash_notice(error), file=sys.stderr)
