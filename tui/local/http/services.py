"""The objects that all routes share."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.local.chat.session_store import SessionStore
from tui.local.chat.turn_tasks import TurnTasks
from tui.local.directories.directories import Directories
from tui.local.library.library import Library
from tui.local.library.page_images import PageImages
from tui.local.library.syncing.supervisor import SyncSupervisor
from tui.local.library.syncing.watching import FolderWatcher

if TYPE_CHECKING:
    from tui.local.embeddings.embeddings import Embeddings


@dataclass(frozen=True, slots=True)
class Services:
    """One of each for a server's life.

    `ping_seconds`: seconds of silence in a stream before a keep-alive comment. `may_add_folders`: whether a client may
    name a folder of this machine to be served. `embeddings`: None where no embedding model is set.
    """

    library: Library
    directories: Directories
    supervisor: SyncSupervisor
    watcher: FolderWatcher
    sessions: SessionStore
    turns: TurnTasks
    page_images: PageImages
    ping_seconds: float
    may_add_folders: bool
    embeddings: "Embeddings | None" = None
