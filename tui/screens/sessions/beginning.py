"""Beginning a session: what it searches is chosen, it is created, and its first question is asked in it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.screens.asking import AskingScreen
    from tui.screens.indexes.index_picker import Choice


class SessionBeginning:
    """Begins the sessions of a screen, and turns to them.

    Where the reader has gone elsewhere by the time that a session is there, neither what is read nor what takes the
    keys changes.
    """

    def __init__(self, screen: "AskingScreen") -> None:
        self._screen = screen
        self._workspace = screen.workspace
        self._is_beginning = False

    async def choose_indexes(self) -> None:
        """Have indexes chosen for a session that begins with its first question, and turn to its draft."""
        screen = self._screen
        choice = await screen.indexes.choose("session", screen.chosen and screen.chosen.index_ids)
        if choice is not None:
            screen.expect_none()
            screen.open_id = None
            screen.chosen = choice
            screen.set_focus(screen.composer)

    def begin_with(self, question: str) -> None:
        """Create a session and ask its first question in it.

        Not again before it is done: until then the question is still in the composer.
        """
        if not self._is_beginning:
            self._is_beginning = True
            self._screen.run_worker(self._begin_with(question))

    async def _begin_with(self, question: str) -> None:
        """The indexes are chosen now, unless they were before or there is nothing to choose."""
        screen = self._screen
        try:
            choice = (screen.chosen if screen.open_id is None else None) or screen.indexes.only_choice()
            choice = await self._with_scope(choice or await screen.indexes.choose("session"))
            if choice is not None:
                await self._create_and_ask(choice, question)
        finally:
            self._is_beginning = False

    async def _create_and_ask(self, choice: "Choice", question: str) -> None:
        screen, written_in = self._screen, self._screen.open_id
        session_id = await self._create(choice)
        if session_id is None:
            return
        if stays := screen.open_id == written_in:
            self._turn_to(session_id)
        if self._workspace.ask_first(session_id, question, written_in) and stays:
            screen.show_draft()
            screen.follow_answer()

    async def ask_on_other_indexes(self, question: str, ticked: Sequence[str]) -> None:
        """Have indexes chosen, those given among them at first, and ask a question in a new session on these."""
        choice = await self._with_scope(await self._screen.indexes.choose("session", ticked))
        if choice is None:
            return
        screen, read = self._screen, self._screen.open_id
        session_id = await self._create(choice)
        if session_id is None:
            return
        if stays := screen.open_id == read:
            screen.set_focus(screen.composer)
            self._turn_to(session_id)
        if self._workspace.ask(session_id, question) and stays:
            screen.follow_answer()

    async def _with_scope(self, choice: "Choice | None") -> "Choice | None":
        """The choice, with indexes that the first question of an unbound session searches; None where it has none."""
        if choice is None or choice.index_ids:
            return choice
        scope = await self._screen.indexes.choose("question")
        return scope and replace(choice, index_ids=scope.index_ids)

    async def _create(self, choice: "Choice") -> str | None:
        return await self._workspace.create(choice.index_ids, is_bound=choice.is_bound)

    def _turn_to(self, session_id: str) -> None:
        self._screen.open_id = session_id
        self._screen.chosen = None
