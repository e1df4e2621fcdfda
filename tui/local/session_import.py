"""`llamachat-tui import`: put a session that was exported as JSON lines among those of the local library."""

import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from tui.api.session_file import SessionFile, SessionFileError, from_lines
from tui.arguments import CommandParser
from tui.local.chat.session_store import SessionStore
from tui.local.library.database import LibraryDatabase, LibraryError, data_folder
from tui.sanitize import clean_line

MAX_BYTES = 256 * 1024 * 1024


def parser() -> CommandParser:
    """The options of `import`."""
    made = CommandParser(
        prog="llamachat-tui import",
        description="Put a session that `llamachat-tui export --format jsonl` wrote among those of this machine, "
        "which `llamachat-tui --local` lists.",
    )
    made.add_argument("file", type=Path, metavar="FILE", help="the file that was exported")
    made.add_argument("--force", action="store_true", help="replace a session of the same id, if there is one")
    return made


def main(arguments: list[str]) -> int:
    """Import the session; the exit code: 2 where it cannot be."""
    options = parser().parse_args(arguments)
    name = clean_line(str(options.file))
    try:
        session = _read(options.file)
        is_new = SessionStore(LibraryDatabase(data_folder())).put(session, replace=options.force)
    except SessionFileError as error:
        return _failed(f"{name} was not imported. {error}")
    except (sqlite3.Error, LibraryError) as error:
        return _failed(f"{name} was not imported: the library cannot be opened: {error}")
    except (OSError, UnicodeDecodeError) as error:
        return _failed(f"{name} cannot be read: {getattr(error, 'strerror', None) or 'it is not UTF-8 text'}.")
    title = clean_line(session.generated_title or "") or session.session_id
    print(f"Imported: {title}" if is_new else f"Already here, the same: {title}")
    print(f"To read it: llamachat-tui --local --session {session.session_id}")
    return 0


def _read(path: Path) -> SessionFile:
    if path.exists() and not path.is_file():  # a pipe may never be written to, and a device never end
        raise SessionFileError("It is no file but a folder, a pipe or a device. Give the file that was exported.")
    with path.open(encoding="utf-8", newline="\n") as file:
        return from_lines(_lines(file))


def _lines(file: TextIO) -> Iterator[str]:
    """The lines of a file. Raises `SessionFileError` where they are too many: its size may not tell, or may change."""
    left = MAX_BYTES
    while line := file.readline(left + 1):
        left -= len(line)
        if left < 0:
            raise SessionFileError(f"It is larger than {MAX_BYTES // 2**20} MB.")
        yield line


def _failed(why: str) -> int:
    print(f"llamachat-tui: {why}", file=sys.stderr)
    return 2
