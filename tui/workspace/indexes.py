"""The indexes of one account: listed, and where they are folders of this machine, added, read again and removed."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from tui.api.errors import ApiError, ConflictError, InvalidFieldError
from tui.api.models import Index, IndexedDocument, Page
from tui.conversation.catalogue import earlier_choices, now
from tui.conversation.example_questions import example_questions, spread
from tui.conversation.index_details import index_details
from tui.lazy_dataclass import dataclass
from tui.sanitize import clean_line
from tui.settings import LOCAL_ACCOUNT
from tui.workspace.folders import folder_at
from tui.workspace.state import WorkspaceState
from tui.workspace.updates import ListChanged

if TYPE_CHECKING:
    from tui.api.client import Client

MAX_PAGES = 100
"""Pages of the list that are asked for: each has up to a hundred indexes."""

MAX_INDEXES = 5_000
"""After the page with this one no other is asked for: all of them are gone through where one is chosen."""

LISTED_DOCUMENTS = 5_000
"""So many documents of an index are listed at most; what is skipped is listed whole."""

EXAMPLES = 3
EXAMPLE_CHARS = 4_000
"""So many questions are made at most, each from so much of a document's beginning."""

POLL_SECONDS = 0.5
"""While an index is being synced, its progress is asked for this often."""


@dataclass(frozen=True, slots=True)
class IndexSet:
    """Indexes that are chosen together. `name` is "" where an earlier session searches them and they were not saved."""

    name: str
    index_ids: Sequence[str]


class IndexSets:
    """The sets of indexes of one account. The saved ones are kept on this machine."""

    def __init__(self, state: WorkspaceState) -> None:
        self._state = state
        self._saved = state.store.saved_sets

    def all(self, indexes: Iterable[Index]) -> Sequence[IndexSet]:
        """The saved sets by their names, then those that earlier sessions search, the latest first."""
        earlier = [IndexSet("", index_ids) for index_ids in self.earlier(indexes)]
        return [*(IndexSet(name, index_ids) for name, index_ids in self.saved().items()), *earlier]

    def saved(self) -> Mapping[str, Sequence[str]]:
        """The indexes of each saved set by its name, in the order of the names."""
        return self._saved.all(self._state.account_id)

    def earlier(self, indexes: Iterable[Index]) -> Sequence[Sequence[str]]:
        """What earlier sessions are bound to, the latest first, each once, while all of it is among these indexes."""
        return earlier_choices(self._state.catalogue, indexes)

    def save(self, name: str, index_ids: Sequence[str]) -> None:
        """Keep a set, in the place of one that has its name."""
        self._saved.save(self._state.account_id, name, index_ids)

    def rename(self, name: str, new_name: str) -> bool:
        """Give a saved set another name. False where another one has that already."""
        return self._saved.rename(self._state.account_id, name, new_name)

    def remove(self, name: str) -> None:
        """Forget a saved set. Its indexes stay."""
        self._saved.remove(self._state.account_id, name)


class IndexList:
    """All indexes of an account, as they were when they were last loaded."""

    def __init__(self, state: WorkspaceState) -> None:
        self._state = state
        self.sets = IndexSets(state)
        self.items: Sequence[Index] = ()
        self.example_questions: Sequence[str] = ()
        self.is_loaded = False
        """Whether `items` are the server's."""
        self.names: Mapping[str, str] = {}
        """The name of each, by its id and by the id that it is exported under."""

    @property
    def known(self) -> Sequence[Index] | None:
        """The indexes; None where the server has not told them yet."""
        return self.items if self.is_loaded else None

    @property
    def keeps_folders(self) -> bool:
        """Whether the indexes are folders of this machine."""
        return self._state.account_id == LOCAL_ACCOUNT

    async def load(self) -> bool:
        """Load all indexes, page by page. False where that failed.

        A page that leads to one already seen is the last, and so are number `MAX_PAGES` and the one that
        completes `MAX_INDEXES`.
        """
        found: dict[str, Index] = {}
        tokens: list[str | None] = [None]
        while len(set(tokens)) == len(tokens) <= MAX_PAGES:
            page = await self._state.attempt(lambda client: client.indexes(tokens[-1]))
            if page is None:
                return False
            found |= {index.id: index for index in page.items}
            if page.next_page_token is None or len(found) >= MAX_INDEXES:
                break
            tokens.append(page.next_page_token)
        self.items, self.is_loaded = list(found.values()), True
        self.names = {key: index.name for index in self.items for key in (index.id, index.export_config_id) if key}
        self._state.publish(ListChanged())
        return True

    async def load_unknown(self, index_ids: Sequence[str]) -> None:
        """Load all indexes again if one of these is not among them: for a turn the server may open another folder."""
        if not self.names.keys() >= set(index_ids):
            await self.load()

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

    async def add_folder(self, path: str) -> str:
        """Have the embedded server serve one more folder. Why it cannot, fit to show; "" where it does."""
        folder = folder_at(path)
        if folder is None:
            return f"There is no folder {clean_line(path).strip() or '(nothing was typed)'}. Check the name."
        try:
            await self._state.require_client().create_index(str(folder))
        except ConflictError:
            return f"{folder} is in the list already."
        except InvalidFieldError as error:
            return f"{error.said}. Choose another one."
        except ApiError as error:
            return error.message
        await self.load()
        return ""

    async def find_example_questions(self, index_ids: Sequence[str]) -> None:
        """Look for up to three questions that documents of these indexes answer."""
        with suppress(ApiError):  # an extra, that must not hide what else is to be said
            self.example_questions = await _example_questions(self._state.require_client(), index_ids[:EXAMPLES])
            self._state.publish(ListChanged())

    async def details(self, index_id: str) -> str | None:
        """What is known of an index, its documents and those that were skipped, as text; None where that failed."""
        index = await self._state.attempt(lambda client: client.index(index_id))
        if index is None:
            return None
        names: list[str] = []
        token: str | None = None
        while len(names) < LISTED_DOCUMENTS:
            page = await self._state.attempt(partial(_documents, index_id=index_id, token=token))
            if page is None:
                return None
            names += [document.name for document in page.items]
            if (token := page.next_page_token) is None or not page.items:
                break
        return index_details(index, names, now(), is_complete=token is None)

    async def sync(self, index_id: str) -> None:
        """Have an index read its folder again."""
        await self._state.attempt(lambda client: client.sync_index(index_id))
        await self.load()

    async def remove(self, index_id: str) -> None:
        """Have the embedded server forget a folder."""
        await self._state.attempt(lambda client: client.delete_index(index_id))
        await self.load()


async def _example_questions(client: "Client", index_ids: Sequence[str]) -> Sequence[str]:
    about: list[Sequence[str]] = []
    per_index = max(2, EXAMPLES // max(1, len(index_ids)))
    for index_id in index_ids:
        documents = (await client.documents(index_id)).items
        for document in documents[:: max(1, len(documents) // per_index)][:per_index]:
            start = await client.read_document(index_id, document.file_id, EXAMPLE_CHARS)
            about.append(example_questions(document.name, start))
    return spread(about, EXAMPLES)


async def _documents(client: "Client", index_id: str, token: str | None) -> Page[IndexedDocument]:
    return await client.documents(index_id, token)
