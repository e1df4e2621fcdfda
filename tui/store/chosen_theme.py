"""The theme that the user chose in the app: a word in a file beside the store."""

from collections.abc import Mapping
from os import environ as process_environ
from pathlib import Path

from tui.private_files import make_private_folder
from tui.sanitize import clean_line
from tui.store.files import store_path

MAX_NAME_CHARS = 60


def theme_path(environ: Mapping[str, str] = process_environ) -> Path:
    """The file that names the theme."""
    return store_path(environ).with_name("theme")


def chosen_theme(path: Path) -> str | None:
    """The theme that was kept; None where none was, or it cannot be read."""
    try:
        return clean_line(path.read_text("utf-8", "replace"), MAX_NAME_CHARS).strip() or None
    except OSError:
        return None


def keep_theme(path: Path, name: str) -> str | None:
    """Keep a theme for the next start. None where it is kept; else why it is not, fit to show."""
    try:
        make_private_folder(path.parent)
        path.write_text(f"{name}\n", "utf-8")
    except OSError as error:
        return f"The theme cannot be kept in {path}: {error.strerror or error}."
    return None
