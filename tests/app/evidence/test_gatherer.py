"""Gathering evidence for somebody who goes away meanwhile."""

import asyncio

import pytest

from tui.conversation.transcript import Turn
from tui.screens.evidence.gatherer import EvidenceGatherer


async def test_who_waits_for_evidence_that_is_let_go_of_is_cancelled_and_nothing_else() -> None:
    gatherer = EvidenceGatherer()
    waiting = asyncio.create_task(gatherer.evidence_of(Turn("Why?")))
    await asyncio.sleep(0)
    waiting.cancel()
    gatherer.forget()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not await gatherer.evidence_of(Turn("Why?"))
