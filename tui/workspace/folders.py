"""Folders of this machine whose paths are being typed."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

MANUAL = "manual"
"""The name of the index that the app's own manual makes."""


def folder_at(typed: str) -> Path | None:
    """The folder that a typed path names; None where there is none."""
    if not typed.strip():
        return None
    path = Path(os.path.expanduser(typed.strip())).absolute()
    return path if path.is_dir() else None


def completed(typed: str) -> tuple[str, Sequence[str]]:
    """What a path is completed to, as a shell does it, and the names of the folders that it may lead to."""
    start, name = os.path.split(typed)
    names = sorted(
        entry
        for entry in _folders_in(Path(os.path.expanduser(start or ".")))
        if entry.startswith(name) and _is_meant(entry, name)
    )
    if not names:
        return typed, ()
    first, last = names[0], names[-1]  # in order: what these two share, all share
    same = next((at for at, char in enumerate(first) if char != last[at]), len(first))
    common = first[:same]
    return os.path.join(start, common) + (os.sep if len(names) == 1 else ""), names


def _is_meant(entry: str, name: str) -> bool:
    return name.startswith(".") or not entry.startswith(".")


def _folders_in(folder: Path) -> Sequence[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries if entry.is_dir()]
    except OSError:
        return ()


def place_of(names: Iterable[str]) -> str:
    """Where the work is done, in words: the folders of this machine that are open, by their names."""
    return f"This machine: {', '.join('the manual' if name == MANUAL else name for name in sorted(names))}"
