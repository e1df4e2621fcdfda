"""The indexes of one account: listed, and where they are folders of this machine, added, read again and removed."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from tui.api.models import Index
from tui.settings import LOCAL_ACCOUNT
from tui.workspace.state import WorkspaceState
from tui.workspace.updates import ListChanged

POLL_SECONDS = 0.5
"""While an index is being synced, its progress is asked for this often."""


class IndexList:
    """All indexes of an account, as they were when they were last loaded."""

    def __init__(self, state: WorkspaceState) -> None:
        self._state = state
        self.items: Sequence[Index] = ()

    @property
    def keeps_folders(self) -> bool:
        """Whether the indexes are folders of this machine."""
        return self._state.account_id == LOCAL_ACCOUNT

    async def load(self) -> bool:
        """Load all indexes, page by page. False where that failed.

        A page that leads to one already seen is the last.
        """
        found: dict[str, Index] = {}
        tokens: list[str | None] = [None]
        while len(set(tokens)) == len(tokens):
            page = await self._state.attempt(lambda client: client.indexes(tokens[-1]))
            if page is None:
                return False
            found |= {index.id: index for index in page.items}
            if page.next_page_token is None:
                break
            tokens.append(page.next_page_token)
        self.items = list(found.values())
        self._state.publish(ListChanged())
        return True

    async def watch(self, is_wanted: Callable[[], bool]) -> None:
        """Load the indexes once there is a connection, and again while it is wanted and one of them is being synced."""
        while self._state.client is None:
            await asyncio.sleep(POLL_SECONDS)
            if not is_wanted():
                return
        while await self.load() and any(index.is_syncing or index.is_waiting for index in self.items):
            await asyncio.sleep(POLL_SECONDS)
            if not is_wanted():
                return

    async def add_folder(self, path: str) -> None:
        """Have the embedded server serve one more folder."""
        folder = str(Path(path).expanduser().absolute())
        if await self._state.attempt(lambda client: client.create_index(folder)):
            await self.load()

    async def sync(self, index_id: str) -> None:
        """Have an index read its folder again."""
        await self._state.attempt(lambda client: client.sync_index(index_id))
        await self.load()

    async def remove(self, index_id: str) -> None:
        """Have the embedded server forget a folder."""
        await self._state.attempt(lambda client: client.delete_index(index_id))
        await self.load()
