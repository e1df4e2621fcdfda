"""Gathering the evidence of one turn at a time, of one state of it only once, and what came to it since."""

import asyncio

from tui.conversation import evidence
from tui.conversation.evidence import Evidence, is_same_evidence
from tui.conversation.transcript import Transcript, Turn
from tui.cooperative import run_in_slices


class EvidenceGatherer:
    """Knows the evidence that was wanted last, as long as nothing comes to it."""

    def __init__(self) -> None:
        self._turn: Turn | None = None
        self._gathering: asyncio.Task[Evidence] | None = None

    async def evidence_of(self, turn: Turn) -> Evidence:
        """The evidence of a turn. Where it is being gathered for somebody who went away meanwhile, that goes on."""
        gathering = self._gathering
        if gathering is None or self._turn is None or not _is_same(self._turn, turn):
            self.forget()
            gathering = asyncio.create_task(run_in_slices(evidence.gathering(turn)), name="gathering evidence")
            self._turn, self._gathering = turn, gathering
        try:
            return await asyncio.shield(gathering)
        except BaseException:
            if gathering is self._gathering and gathering.done():
                self.forget()
            raise

    def forget(self) -> None:
        """Let go of what is known, and end what is being gathered."""
        if self._gathering is not None:
            self._gathering.cancel()
        self._turn = self._gathering = None


class CheckedTurn:
    """Which turn is checked, and the state of it whose evidence is shown."""

    def __init__(self, number: int, state: Turn) -> None:
        self.number = number
        self._shown: tuple[int, Turn] = number, state

    @property
    def state(self) -> Turn:
        """The state whose evidence is shown: of the turn before, until that of this one is gathered."""
        return self._shown[1]

    def behind(self, turns: Transcript) -> Turn | None:
        """The turn as it is now, where its evidence is not what is shown."""
        if not 0 <= self.number < len(turns):
            return None
        number, state = self._shown
        turn = turns[self.number]
        return None if number == self.number and is_same_evidence(state, turn) else turn

    def take(self, state: Turn) -> bool:
        """The evidence of this state is shown now. Whether it is a later state of the turn that was shown before."""
        number, _ = self._shown
        self._shown = self.number, state
        return number == self.number


def _is_same(one: Turn, other: Turn) -> bool:
    return one is other or (one.question == other.question and is_same_evidence(one, other))
