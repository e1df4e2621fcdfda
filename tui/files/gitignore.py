"""The rules of `.gitignore` files: which names in a folder are left out."""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

MAX_IGNORE_BYTES = 1_000_000
MAX_LINE_CHARS = 4096
"""A longer line is passed over: no path is longer (PATH_MAX in Linux's limits.h)."""

_STAR, _ANY_FOLDERS = "[^/]*", "(?:/.+)?"
"""What pathspec makes of `*`, and of `**` between slashes."""
_FEWEST_FOLDERS = "(?:/.+?)??"
_STARS = re.compile(r"(?:\[\^/\]\*)+")
_ONE_NAME = re.compile(r"(?:\[\^/\]|[^/])+")

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
    """The rules of one `.gitignore`. Git passes over a line that is no pattern; pathspec or `re` raises."""
    from pathspec import GitIgnoreSpec
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    def patterns() -> Iterator[GitIgnoreSpecPattern]:
        for line in lines:
            if len(line) > MAX_LINE_CHARS:
                continue
            with suppress(ValueError, re.error):
                regex, include = GitIgnoreSpecPattern.pattern_to_regex(line)
                if regex is not None:
                    yield GitIgnoreSpecPattern(re.compile(_without_retries(regex)), include)

    return GitIgnoreSpec(patterns(), backend="simple")


def _without_retries(regex: str) -> str:
    """The same pattern, for which a name that does not fit is refused in time that grows with its length squared.

    Where the text after a wildcard has been found at its first place, a later place never fits better, unless it is the
    last such text: so the engine need not try them, which takes for ever with many wildcards. `fnmatch` does the same
    (https://docs.python.org/3/library/re.html, "(?>...)").
    """
    *first, last = (_ONE_NAME.sub(_first_found, part) for part in _STARS.sub(_STAR, regex).split(_ANY_FOLDERS))
    found = "".join(f"(?>{_FEWEST_FOLDERS if number else ''}{part}(?=/))" for number, part in enumerate(first))
    return f"{found}{_ANY_FOLDERS if first else ''}{last}".replace("^(?:.+/)?", "^(?:.+?/)??" if first else "^(?:.+/)?")


def _first_found(name: re.Match[str]) -> str:
    """What matches one name of a path, where each text between two stars is looked for once."""
    start, *texts = name[0].split(_STAR)
    if not texts:
        return start
    return start + "".join(f"(?>[^/]*?{text})" for text in texts[:-1]) + _STAR + texts[-1]


def is_ignored(name: str, rules: IgnoreRules) -> bool:
    """Whether the rules leave out a file of this name, or a folder where it ends with `/`."""
    for prefix, spec in rules:
        verdict = spec.check_file(name.removeprefix(prefix)).include
        if verdict is not None:
            return verdict
    return False
