"""What is to be done so that a directory has the files of a folder. Pure.

A file is sent with a unique id that is made of its path and of its content, so that the server itself remembers what
was sent: a push that was killed goes on where it stopped, on whatever machine.
"""

import re
from collections.abc import Sequence

from tui.api.models import SourceFile
from tui.lazy_dataclass import dataclass
from tui.workspace.push.files import LocalFile

_PUSHED = re.compile(r"push-([0-9a-f]{16})-[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Change:
    """A file that is to be sent, and what it takes the place of: older versions of the same path."""

    file: LocalFile
    older: Sequence[SourceFile] = ()


@dataclass(frozen=True, slots=True)
class PushPlan:
    """What is to be done.

    `stale`: older versions of files whose newest is there already. `gone`: files that were pushed and are no longer in
    the folder. `others`: how many files the directory has that no push put there.
    """

    new: Sequence[Change]
    changed: Sequence[Change]
    unchanged: int
    stale: Sequence[SourceFile]
    gone: Sequence[SourceFile]
    others: int

    @property
    def to_send(self) -> Sequence[Change]:
        """All files that are to be sent."""
        return [*self.new, *self.changed]

    @property
    def size(self) -> int:
        """How many bytes are to be sent."""
        return sum(change.file.size for change in self.to_send)


def planned(local: Sequence[LocalFile], remote: Sequence[SourceFile]) -> PushPlan:
    """The plan for a folder with these files and a directory with those."""
    pushed: dict[str, list[SourceFile]] = {}
    for file in remote:
        if match := _PUSHED.fullmatch(file.unique_id):
            pushed.setdefault(match[1], []).append(file)
    others = len(remote) - sum(map(len, pushed.values()))
    new: list[Change] = []
    changed: list[Change] = []
    stale: list[SourceFile] = []
    unchanged = 0
    for file in local:
        match = _PUSHED.fullmatch(file.unique_id)
        versions = pushed.pop(match[1], []) if match else []
        same = [version for version in versions if version.unique_id == file.unique_id]
        if same:
            unchanged += 1
            stale += [version for version in versions if version is not same[0]]
        else:
            (changed if versions else new).append(Change(file, versions))
    gone = [file for versions in pushed.values() for file in versions]
    return PushPlan(new, changed, unchanged, stale, gone, others)
