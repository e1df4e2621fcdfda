"""A library over one folder, in the test's own process."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tui.local.library.database import LibraryDatabase
from tui.local.library.folders import Folder, folders_of
from tui.local.library.library import Library, open_library
from tui.local.library.syncing.supervisor import SYNC_WORKER, SyncSupervisor
from tui.local.library.syncing.sync import sync


@dataclass(frozen=True, slots=True)
class OpenedFolder:
    """The library, its database, and the one folder that it serves."""

    database: LibraryDatabase
    library: Library
    folder: Folder

    @property
    def index_id(self) -> str:
        return self.folder.index_id

    def sync(self) -> list[str]:
        """Reads what has changed in the folder; returns the names of the documents that are stored then."""
        sync(self.database, self.folder)
        return [file.name for file in self.library.documents.files([self.index_id])]

    def supervisor(self, worker: Sequence[str] = SYNC_WORKER) -> SyncSupervisor:
        return SyncSupervisor(self.database, self.library.folders, self.library.states, worker)


def opened(path: Path, data: Path) -> OpenedFolder:
    """The folder at `path`, not yet read, with a library in the folder `data`."""
    database = LibraryDatabase(data)
    library = open_library(database, folders_of([path]))
    (folder,) = library.folders.by_id.values()
    return OpenedFolder(database, library, folder)
