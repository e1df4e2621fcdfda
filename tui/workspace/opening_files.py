"""Opening a file with the program that this machine opens it with."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from shutil import which
from urllib.parse import quote


class OpeningError(Exception):
    """A file cannot be opened here. The message says why and where it is, fit to show."""


def can_show(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> bool:
    """Whether a window would open before the user's eyes: not on the far side of SSH, and not without a display."""
    if environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"):
        return bool(environ.get("DISPLAY"))
    return platform in ("darwin", "win32") or bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


def open_file(path: Path, anchor: str = "") -> None:
    """Open a file, a page at its anchor ("#moss"), and do not wait until it is closed. Raises `OpeningError`."""
    opener = "open" if sys.platform == "darwin" else "xdg-open"
    if not can_show():
        raise OpeningError(f"No window can be shown here. The file is {path}")
    if which(opener) is None:
        raise OpeningError(f"There is no {opener} on this machine to open it with. The file is {path}")
    silent = subprocess.DEVNULL
    target = path.as_uri() + quote(anchor, safe="#") if anchor.startswith("#") else str(path)
    subprocess.Popen([opener, target], stdin=silent, stdout=silent, stderr=silent, start_new_session=True)
