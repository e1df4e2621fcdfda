"""What the routes work with."""

from dataclasses import dataclass

from tui.local.chat.session_store import Sessions
from tui.local.chat.turn_tasks import Turns
from tui.local.library.library import Library
from tui.local.library.page_images import Pictures
from tui.local.library.sync_supervisor import Syncing


@dataclass(frozen=True, slots=True)
class Parts:
    """One of each for a server's life. `ping_seconds` is how long a stream is silent before a keep-alive comment.

    `may_add_folders`: whether a client may name a folder of this machine to be served.
    """

    library: Library
    sessions: Sessions
    syncing: Syncing
    turns: Turns
    pictures: Pictures
    ping_seconds: float
    may_add_folders: bool
