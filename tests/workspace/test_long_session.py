"""Conversations of so many turns that the past ones are held in little memory."""

import threading
from collections.abc import Sequence

import pytest

from tests.workspace.cloud import STOP, Cloud, Json, asked, said
from tests.workspace.conftest import Office, until
from tui.conversation import past_turns
from tui.conversation.past_turns import KEPT, PastTurns
from tui.conversation.transcript import Turn
from tui.workspace import opening

TURNS = KEPT + 6
SHOWN: list[tuple[str | None, str]] = [(f"{number}?", f"It is {number}.") for number in range(TURNS)]


@pytest.fixture(autouse=True)
def long_session(cloud: Cloud) -> None:
    events: list[Json] = []
    for number in range(TURNS):
        events += [asked(f"{number}?"), said(f"It is {number}."), STOP]
    cloud.events["s1"] = events


def is_packed(office: Office) -> bool:
    transcript = office.workspace.transcript("s1")
    return transcript is not None and isinstance(transcript.past, PastTurns)


async def test_a_long_conversation_is_packed_and_goes_on(office: Office) -> None:
    await office.workspace.open("s1")
    assert office.read("s1") == SHOWN
    await until(lambda: is_packed(office))
    assert office.read("s1") == SHOWN
    await office.ask("s1", "And?")
    assert office.read("s1") == [*SHOWN, ("And?", "Yes.")]
    assert is_packed(office)


async def test_what_is_asked_while_turns_are_packed_is_kept(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, may_end, is_over = threading.Event(), threading.Event(), threading.Event()
    pack = past_turns.packed

    def slowly(turns: Sequence[Turn]) -> PastTurns:
        begun.set()
        may_end.wait(5)
        return pack(turns)

    monkeypatch.setattr(past_turns, "packed", slowly)
    monkeypatch.setattr(opening, "give_back", is_over.set)
    monkeypatch.setattr(opening, "GIVEN_BACK_AFTER_SECONDS", 0)
    await office.workspace.open("s1")
    await until(begun.is_set)
    await office.ask("s1", "And?")
    may_end.set()
    await until(is_over.is_set)
    assert office.read("s1") == [*SHOWN, ("And?", "Yes.")]
