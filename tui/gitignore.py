"""The rules of `.gitignore` files: which names in a folder are left out."""

import os
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

MAX_IGNORE_BYTES = 1_000_000

IgnoreRules: TypeAlias = "tuple[tuple[str, GitIgnoreSpec], ...]"
"""The `.gitignore` files that hold in a folder, the nearest first, each with the prefix of the names it judges."""


def rules_here(entries: Sequence[os.DirEntry[str]], prefix: str) -> IgnoreRules:
    """The rules of the `.gitignore` among a folder's entries, if there is one. `prefix` is its name, with a `/`."""
    for entry in entries:
        if entry.name == ".gitignore" and entry.is_file(follow_symlinks=False):
            with suppress(OSError), open(entry.path, "rb") as file:
                lines = file.read(MAX_IGNORE_BYTES).decode("utf-8", "replace").splitlines()
                return ((prefix, _spec(lines)),)
    return ()


def _spec(lines: Sequence[str]) -> "GitIgnoreSpec":
    """The rules of one `.gitignore`. Git passes over a line that is no pattern; pathspec raises."""
    from pathspec import GitIgnoreSpec

    def is_pattern(line: str) -> bool:
        try:
            GitIgnoreSpec.from_lines([line])
        except ValueError:
            return False
        return True

    return GitIgnoreSpec.from_lines(filter(is_pattern, lines))


def is_ignored(name: str, rules: IgnoreRules) -> bool:
    """Whether the rules leave out a file of this name, or a folder where it ends with `/`."""
    for prefix, spec in rules:
        verdict = spec.check_file(name.removeprefix(prefix)).include
        if verdict is not None:
            return verdict
    return False
