"""Folders of the user's own, that nobody else can read or change, whatever the umask."""

from pathlib import Path


def make_private_folder(folder: Path) -> None:
    """Make a folder (0700), and those above it, where they are missing. Raises `OSError`."""
    if not folder.exists():
        make_private_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o700)
