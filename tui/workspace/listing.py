"""The list of an account's sessions, loaded from the server page by page."""

from tui.conversation.catalogue import Catalogue, first_page, with_page, without
from tui.workspace.state import WorkspaceState
from tui.workspace.turns import Turns
from tui.workspace.updates import ListChanged


class SessionListing:
    """Loads the pages of the list. Sessions last seen stay listed until the last page shows that they are gone."""

    def __init__(self, state: WorkspaceState, turns: Turns) -> None:
        self._state = state
        self._turns = turns
        self._listed: set[str] = set()
        self._tokens: set[str] = set()
        self._is_loading = False
        self.is_live = False
        """Whether the list is the server's, and not only the one last seen."""
        self.hidden: set[str] = set()
        """Sessions that are about to be deleted: no page lists them again."""

    async def reload(self) -> bool:
        """Load the list afresh, from its first page. False where that failed."""
        page = await self._state.attempt(lambda client: client.sessions())
        self.is_live = page is not None
        if page is not None:
            self._listed, self._tokens = {session.session_id for session in page.items}, set()
            self._take(first_page(self._state.catalogue, page))
        return page is not None

    async def load_more(self) -> None:
        """Load the next page, if there is one and it is not being loaded already."""
        token = self._state.catalogue.next_page_token
        if token is None or self._is_loading:
            return
        self._is_loading = True
        page = await self._state.attempt(lambda client: client.sessions(token))
        self._is_loading = False
        if page is not None and token == self._state.catalogue.next_page_token:
            self._tokens.add(token)
            self._listed |= {session.session_id for session in page.items}
            catalogue = with_page(self._state.catalogue, page)
            is_cycle = catalogue.next_page_token in self._tokens
            self._take(Catalogue(catalogue.sessions) if is_cycle else catalogue)

    def hide(self, session_id: str) -> None:
        """List a session no more, whatever pages come."""
        self.hidden.add(session_id)
        self._state.catalogue = without(self._state.catalogue, session_id)

    def add(self, session_id: str) -> None:
        """Keep a session that was created here listed, although no page had it."""
        self._listed.add(session_id)

    def _take(self, catalogue: Catalogue) -> None:
        is_complete = catalogue.next_page_token is None
        if is_complete:
            for session_id in catalogue.sessions.keys() - self._listed - self._turns.busy:
                catalogue = without(catalogue, session_id)
        for session_id in self.hidden & catalogue.sessions.keys():
            catalogue = without(catalogue, session_id)
        self._state.catalogue = catalogue
        self._state.store.sessions.save(self._state.account_id, list(catalogue), complete=is_complete)
        self._state.publish(ListChanged())
