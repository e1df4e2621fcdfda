"""The library: all that is known of the served folders and of the documents in them."""

from collections.abc import Sequence
from dataclasses import dataclass

from tui.local.library.database import LibraryDatabase
from tui.local.library.folders import Folder, ServedFolders
from tui.local.library.index_state import IndexStates
from tui.local.library.passages import Passages
from tui.local.library.stored_documents import StoredDocuments
from tui.local.library.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Library:
    """The parts of the library, all over one database. Whoever needs only some of them is given only those."""

    folders: ServedFolders
    states: IndexStates
    documents: StoredDocuments
    passages: Passages
    vocabulary: Vocabulary


def open_library(database: LibraryDatabase, folders: Sequence[Folder]) -> Library:
    """The library that serves `folders`, and those that were added before and not removed since."""
    served = ServedFolders(database, folders)
    return Library(
        folders=served,
        states=IndexStates(database, served),
        documents=StoredDocuments(database, served),
        passages=Passages(database, served),
        vocabulary=Vocabulary(database),
    )
