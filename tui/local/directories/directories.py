"""The directories on disk: making them, and putting files into them, moving and deleting these."""

import json
import os
import shutil
import sqlite3
import tempfile
import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import IO

from tui.files.private_files import make_private_folder
from tui.local.directories.database import (
    PREFIX,
    DamagedDirectoriesError,
    Directory,
    DirectoryDatabase,
    DirectoryFile,
    DirectoryType,
    Metadata,
    Upload,
    columns_of,
    directory_of,
    file_of,
    upload_of,
)
from tui.local.directories.names import RefusedNameError, checked_name, numbered
from tui.local.library.timestamps import utc_now
from tui.sanitize import clean_line

MAX_NAMESAKES = 100
"""How many files of one directory may be called the same."""


ABANDONED_SECONDS = 86_400
"""Age of what was written of an upload that never ended, when it is deleted."""

_DIRECTORY, _FILE, _UPLOAD = map(columns_of, (Directory, DirectoryFile, Upload))


class MissingError(Exception):
    """There is no directory, file or upload of this id; the message names it."""


class TakenError(Exception):
    """The directory has a file with this unique id already; the message names it."""


@dataclass(frozen=True, slots=True)
class NewFile:
    """What a client says of a file that it puts into a directory; `unique_id` is the name where none is given."""

    display_name: str
    unique_id: str | None = None
    metadata: Metadata | None = None


class Directories:
    """The directories below one folder. Any thread may call its methods at any time."""

    def __init__(self, folder: Path) -> None:
        """Open or create the folder, readable by its owner only. Raises `OSError`.

        All else here raises `DamagedDirectoriesError` where what is kept of them is damaged.
        """
        make_private_folder(folder)
        self._folder = folder.resolve()
        self._uploads = self._folder / "uploads"
        make_private_folder(self._uploads)
        self._database = DirectoryDatabase(self._folder / "directories.sqlite3")
        for left in self._uploads.glob("part-*"):
            with suppress(OSError):  # another server may have deleted it
                if time.time() - left.stat().st_mtime > ABANDONED_SECONDS:
                    left.unlink()

    def path_of(self, directory_id: str) -> Path:
        """The folder that holds a directory's files."""
        return self._folder / self.get(directory_id).id

    def id_of(self, folder: Path) -> str | None:
        """The directory whose files this folder holds; None where it is any other folder."""
        return folder.name if folder.parent == self._folder and folder.name.startswith(PREFIX) else None

    def create(self, name: str, description: str | None, kind: DirectoryType) -> Directory:
        """A new directory, with nothing in it."""
        now = utc_now()
        made = Directory(f"{PREFIX}{uuid.uuid4()}", name, description, kind, now, now)
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO directories VALUES (?, ?, ?, ?, ?, ?)", (made.id, name, description, kind, now, now)
            )
            make_private_folder(self._folder / made.id)
        return made

    def get(self, directory_id: str) -> Directory:
        """The directory of this id. Raises `MissingError`."""
        with self._database.reading() as connection:
            return _directory(connection, directory_id)

    def all(self) -> Sequence[Directory]:
        """All directories."""
        with self._database.reading() as connection:
            return [directory_of(row) for row in connection.execute(f"SELECT {_DIRECTORY} FROM directories")]

    def update(self, directory_id: str, name: str | None, description: str | None) -> Directory:
        """Change what is not None. Raises `MissingError`."""
        with self._database.writing() as connection:
            old = _directory(connection, directory_id)
            new = replace(
                old,
                name=old.name if name is None else name,
                description=old.description if description is None else description,
                updated=utc_now(),
            )
            connection.execute(
                "UPDATE directories SET name = ?, description = ?, updated = ? WHERE id = ?",
                (new.name, new.description, new.updated, new.id),
            )
        return new

    def delete(self, directory_id: str) -> None:
        """Delete a directory and its files. Raises `MissingError`, and `OSError` when some cannot be deleted."""
        with self._database.writing() as connection:
            _directory(connection, directory_id)
            connection.execute("DELETE FROM directories WHERE id = ?", (directory_id,))
        shutil.rmtree(self._folder / directory_id)

    def files(self, directory_id: str) -> Sequence[DirectoryFile]:
        """The files of a directory. Raises `MissingError`."""
        with self._database.reading() as connection:
            _directory(connection, directory_id)
            rows = connection.execute(f"SELECT {_FILE} FROM files WHERE directory_id = ?", (directory_id,))
            return [file_of(row) for row in rows]

    def file(self, directory_id: str, file_id: str) -> DirectoryFile:
        """One file of a directory. Raises `MissingError`."""
        with self._database.reading() as connection:
            return _file(connection, directory_id, file_id)

    def put(self, directory_id: str, new: NewFile, content: IO[bytes]) -> DirectoryFile:
        """Put a new file into a directory.

        Raises `MissingError`, `TakenError`, `RefusedNameError`, and `OSError` when the disk does not take it.
        """
        checked_name(new.display_name)
        self.get(directory_id)
        return self._place(directory_id, new, self._written(content), str(uuid.uuid4()))

    def upload(self, name: str, external_file_id: str | None, purpose: str, content: IO[bytes]) -> Upload:
        """Keep a file that is to be put into directories later. Raises `RefusedNameError` and `OSError`."""
        upload = Upload(str(uuid.uuid4()), checked_name(name), external_file_id, purpose, utc_now())
        row = (upload.id, upload.name, external_file_id, purpose, upload.created)
        written = self._written(content)
        try:
            with self._database.writing() as connection:
                connection.execute("INSERT INTO uploads VALUES (?, ?, ?, ?, ?)", row)
                os.replace(written, self._uploads / upload.id)
        finally:
            written.unlink(missing_ok=True)
        return upload

    def forget(self, upload_id: str) -> None:
        """Delete an upload; the directories that it was put into keep the file. Raises `MissingError`."""
        with self._database.writing() as connection:
            if not connection.execute("DELETE FROM uploads WHERE id = ?", (upload_id,)).rowcount:
                raise MissingError(f"File {upload_id}")
        (self._uploads / upload_id).unlink(missing_ok=True)

    def add(self, directory_id: str, upload_id: str, new: NewFile) -> DirectoryFile:
        """Put an upload into a directory; without a name, under its own. Raises what `put` raises."""
        with self._database.reading() as connection:
            row = connection.execute(f"SELECT {_UPLOAD} FROM uploads WHERE id = ?", (upload_id,)).fetchone()
        if row is None:
            raise MissingError(f"File {upload_id}")
        upload = upload_of(row)
        name = checked_name(new.display_name or upload.name)
        self.get(directory_id)
        named = replace(new, display_name=name, unique_id=new.unique_id or upload.external_file_id)
        with open(self._uploads / upload.id, "rb") as content:
            return self._place(directory_id, named, self._written(content), upload.id)

    def change(self, file: DirectoryFile, changed: DirectoryFile) -> DirectoryFile:
        """Change a file's name, unique id, metadata or directory to those of `changed`. Raises what `put` raises."""
        with self._database.writing() as connection:
            old = _file(connection, file.directory_id, file.id)
            _directory(connection, changed.directory_id)
            new = replace(changed, display_name=checked_name(changed.display_name), updated=utc_now())
            _check_unique(connection, new)
            if (new.directory_id, new.display_name) != (old.directory_id, old.display_name):
                new = replace(new, place=self._free_place(new.directory_id, new.display_name))
                os.rename(self._path(old), self._path(new))
            connection.execute("DELETE FROM files WHERE id = ?", (old.id,))
            _insert(connection, new)
            self._settle(connection, old)
        return new

    def remove(self, directory_id: str, file_id: str) -> None:
        """Delete a file of a directory. Raises `MissingError` and `OSError`."""
        with self._database.writing() as connection:
            file = _file(connection, directory_id, file_id)
            connection.execute("DELETE FROM files WHERE id = ?", (file.id,))
            self._path(file).unlink(missing_ok=True)
            self._settle(connection, file)

    def _path(self, file: DirectoryFile) -> Path:
        if ".." in PurePosixPath(file.place).parts or file.place.startswith("/"):
            raise DamagedDirectoriesError(
                f"The place of {clean_line(file.display_name)} is damaged: it is outside its directory."
            )
        return self._folder / file.directory_id / file.place

    def _written(self, content: IO[bytes]) -> Path:
        """A new file with this content, which is not yet anybody's."""
        handle, path = tempfile.mkstemp(dir=self._uploads, prefix="part-")
        try:
            with os.fdopen(handle, "wb") as file:
                shutil.copyfileobj(content, file)
        except BaseException:
            os.unlink(path)
            raise
        return Path(path)

    def _place(self, directory_id: str, new: NewFile, written: Path, file_id: str) -> DirectoryFile:
        name, now = checked_name(new.display_name), utc_now()
        try:
            with self._database.writing() as connection:
                _directory(connection, directory_id)
                place = self._free_place(directory_id, name)
                unique_id, metadata = new.unique_id or name, new.metadata or {}
                made = DirectoryFile(
                    f"dfl-{uuid.uuid4()}", directory_id, name, unique_id, file_id, metadata, place, now, now
                )
                _check_unique(connection, made)
                _insert(connection, made)
                os.replace(written, self._path(made))
        finally:
            written.unlink(missing_ok=True)
        return made

    def _free_place(self, directory_id: str, name: str) -> str:
        """Where a file of this name can lie; the folders that it is in are made."""
        root = self._folder / directory_id
        folder = (root / name).parent
        with suppress(FileExistsError, NotADirectoryError):
            make_private_folder(folder)
        if not folder.is_dir():
            raise RefusedNameError("A folder in the file's name is called as a file of the directory is")
        for number in range(1, MAX_NAMESAKES + 1):
            place = name if number == 1 else numbered(name, number)
            if not os.path.lexists(root / place):
                return place
        raise RefusedNameError(f"The directory has {MAX_NAMESAKES} files of this name")

    def _settle(self, connection: sqlite3.Connection, gone: DirectoryFile) -> None:
        """After a file has gone: give its place to a namesake that was numbered, and delete folders left empty."""
        row = connection.execute(
            f"SELECT {_FILE} FROM files WHERE directory_id = ? AND display_name = ? AND place != display_name"
            " ORDER BY created",
            (gone.directory_id, gone.display_name),
        ).fetchone()
        if row is not None and not os.path.lexists(self._folder / gone.directory_id / gone.display_name):
            file = file_of(row)
            os.rename(self._path(file), self._path(replace(file, place=file.display_name)))
            connection.execute("UPDATE files SET place = display_name WHERE id = ?", (file.id,))
        folder = self._path(gone).parent
        with suppress(OSError):  # it is not empty
            while folder.parent != self._folder:
                folder.rmdir()
                folder = folder.parent


def _directory(connection: sqlite3.Connection, directory_id: str) -> Directory:
    row = connection.execute(f"SELECT {_DIRECTORY} FROM directories WHERE id = ?", (directory_id,)).fetchone()
    if row is None or not directory_id.startswith(PREFIX):  # what was changed by hand names no other folder
        raise MissingError(f"Directory {directory_id}")
    return directory_of(row)


def _file(connection: sqlite3.Connection, directory_id: str, file_id: str) -> DirectoryFile:
    _directory(connection, directory_id)
    row = connection.execute(
        f"SELECT {_FILE} FROM files WHERE id = ? AND directory_id = ?", (file_id, directory_id)
    ).fetchone()
    if row is None:
        raise MissingError(f"File {file_id} of directory {directory_id}")
    return file_of(row)


def _check_unique(connection: sqlite3.Connection, file: DirectoryFile) -> None:
    row = connection.execute(
        "SELECT id FROM files WHERE directory_id = ? AND unique_id = ? AND id != ?",
        (file.directory_id, file.unique_id, file.id),
    ).fetchone()
    if row is not None:
        raise TakenError(f"The directory has a file with this unique_id already: {row['id']}.")


def _insert(connection: sqlite3.Connection, file: DirectoryFile) -> None:
    connection.execute(
        "INSERT INTO files (id, directory_id, display_name, unique_id, file_id, metadata, place, created, updated)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            file.id,
            file.directory_id,
            file.display_name,
            file.unique_id,
            file.file_id,
            json.dumps(file.metadata),
            file.place,
            file.created,
            file.updated,
        ),
    )
