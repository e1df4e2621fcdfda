"""What is said to a process that reads files, and what it answers: JSON, one value a line.

It is told a `ReadTask` a line. Of each it answers the content in one line, and after a `ReadFile` one line for each of
its passages, so that nobody needs the memory for all of them twice. At its start it says `READY`.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from tui.local.library.passages import ReadFile, StoredPassage
from tui.local.library.reading.file_reading import FileContent, KnownContent, UnreadFile

READY = "ready\n"


@dataclass(frozen=True, slots=True)
class ReadTask:
    """Read the file at `path`, which is called `name`, unless its content has one of these digests."""

    name: str
    path: Path
    known_digests: tuple[str, ...]


class CutShortError(Exception):
    """An answer that has no end: the process has ended before it."""


def line_of_task(task: ReadTask) -> str:
    """The task as one line."""
    return json.dumps((task.name, str(task.path), task.known_digests)) + "\n"


def task_in(line: str) -> ReadTask:
    """The task of a line."""
    name, path, known_digests = json.loads(line)
    return ReadTask(name, Path(path), tuple(known_digests))


def lines_of_content(content: FileContent) -> Iterator[str]:
    """The content as lines."""
    match content:
        case KnownContent() | UnreadFile():
            yield json.dumps((type(content).__name__, asdict(content))) + "\n"
        case ReadFile(digest, file_format, language, pages, remarks, file_stems, passages):
            read = (digest, file_format, language, pages, tuple(remarks), file_stems)
            yield json.dumps((len(passages), read)) + "\n"
            for passage in passages:
                yield json.dumps(passage) + "\n"


def content_in(lines: Iterable[str]) -> FileContent:
    """The content that the next lines are. Raises `CutShortError`."""
    whole = (json.loads(line) for line in lines if line.endswith("\n"))
    try:
        kind, fields = next(whole)
        if kind == KnownContent.__name__:
            return KnownContent(**fields)
        if kind == UnreadFile.__name__:
            return UnreadFile(**fields)
        digest, file_format, language, pages, remarks, file_stems = fields
        passages = [StoredPassage(*next(whole)) for _ in range(kind)]
        return ReadFile(digest, file_format, language, pages, remarks, file_stems, passages)
    except StopIteration:
        raise CutShortError from None
