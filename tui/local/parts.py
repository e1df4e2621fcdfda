"""What the routes work with."""

from dataclasses import dataclass

from tui.local.library import Library
from tui.local.pictures import Pictures
from tui.local.sessions import Sessions
from tui.local.syncing import Syncing
from tui.local.turns import Turns


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
