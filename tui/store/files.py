"""Where the store's files are, and whether they are safe to use: the user's own, and nobody else's to change."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from tui.files.private_files import make_private_folder

FILE_NAME = "llamachat.sqlite3"
_WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


class StoreError(Exception):
    """The store cannot be used. The message is fit to show: what is wrong, and what can be done."""


def store_path(environ: Mapping[str, str] = os.environ) -> Path:
    """The store's file: in `LLAMACHAT_STATE_DIR`, else in the platform's state folder of the user."""
    if named := environ.get("LLAMACHAT_STATE_DIR"):
        return Path(os.path.expanduser(named)) / FILE_NAME
    from platformdirs import user_state_path

    return user_state_path("llamachat", appauthor=False) / FILE_NAME


def prepare(path: Path) -> None:
    """Make the folder (0700) and the file (0600) where they are missing, whatever the umask.

    Raises `StoreError` where either is another user's, can be changed by others, or is not what it should be;
    `OSError` where it cannot be made.
    """
    if path.parts[0].startswith("~"):
        raise StoreError(f"There is no home folder, so {path} cannot be used. Set HOME or LLAMACHAT_STATE_DIR.")
    make_private_folder(path.parent)
    _check(path.parent.stat(), path.parent, "folder", 0o700)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise StoreError(
                f"{path} is a link, or not a file, so it is not used. Remove it, or set LLAMACHAT_STATE_DIR."
            ) from None
    _check(path.lstat(), path, "file", 0o600)


def files_of(path: Path) -> list[Path]:
    """All that exists of the store: the file, what SQLite and the locks keep beside it, and what was set aside."""
    return sorted(found for found in path.parent.glob(f"{path.name}*") if not found.is_dir())


def set_aside(path: Path) -> Path:
    """Rename a store that cannot be read to `<name>.broken-<n>`, and tell its new place. Raises `OSError`."""
    number = 1
    while (aside := path.with_name(f"{path.name}.broken-{number}")).exists():
        number += 1
    for suffix in ("-wal", "-shm"):
        beside = path.with_name(path.name + suffix)
        if beside.exists():
            beside.rename(aside.with_name(aside.name + suffix))
    path.rename(aside)
    return aside


def _check(status: os.stat_result, path: Path, kind: str, mode: int) -> None:
    if os.name != "posix":
        return
    if status.st_uid != os.geteuid():
        raise StoreError(f"The {kind} {path} belongs to another user, so it is not used. Set LLAMACHAT_STATE_DIR.")
    if status.st_mode & _WRITABLE_BY_OTHERS:
        raise StoreError(f"Others can change the {kind} {path}, so it is not used. Run: chmod go-rwx '{path}'")
    if stat.S_IMODE(status.st_mode) != mode:
        path.chmod(mode)
