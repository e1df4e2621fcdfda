"""What the server and its sync worker say to each other: one JSON object a line, on the worker's stdin and stdout.

The server sends jobs, and `CancelJob` while one runs. The worker tells `FileProgress` now and then in a sync, and
`JobDone` at the end of each job.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeAlias

from tui.local.library.folders import Folder


@dataclass(frozen=True, slots=True)
class SyncJob:
    """Bring an index up to date with its folder."""

    index_id: str
    name: str
    path: str
    description: str

    @classmethod
    def of(cls, folder: Folder) -> "SyncJob":
        return cls(folder.index_id, folder.name, str(folder.path), folder.description)

    @property
    def folder(self) -> Folder:
        return Folder(self.index_id, self.name, Path(self.path), self.description)


@dataclass(frozen=True, slots=True)
class ForgetJob:
    """Delete all that is stored of an index."""

    index_id: str


@dataclass(frozen=True, slots=True)
class CancelJob:
    """End the running job at its next file; what was read so far is kept."""


@dataclass(frozen=True, slots=True)
class FileProgress:
    """How many files are done, of how many."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class JobDone:
    """The job has ended; `error` says why it failed, for the user, and is None when it did not."""

    error: str | None


Job: TypeAlias = SyncJob | ForgetJob
Request: TypeAlias = Job | CancelJob
Report: TypeAlias = FileProgress | JobDone

_REQUESTS = {kind.__name__: kind for kind in (SyncJob, ForgetJob, CancelJob)}
_REPORTS = {kind.__name__: kind for kind in (FileProgress, JobDone)}


def line_of(message: Request | Report) -> str:
    """The message as one line."""
    return json.dumps({"type": type(message).__name__, **asdict(message)}) + "\n"


def request_in(line: str) -> Request:
    """The message that the server sent."""
    fields = json.loads(line)
    return _REQUESTS[fields.pop("type")](**fields)


def report_in(line: str) -> Report:
    """The message that the worker sent."""
    fields = json.loads(line)
    return _REPORTS[fields.pop("type")](**fields)
