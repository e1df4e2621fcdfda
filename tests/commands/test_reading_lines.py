"""`llamachat-tui --plain`: how a session is read."""

import threading
from collections.abc import Iterator

import pytest

from tests.commands.serving import ServedCloud
from tests.commands.test_plain import Told, told
from tests.workspace.cloud import STOP, asked, said
from tui.commands.headless.told import told as told_of
from tui.conversation.transcript import Turn

__all__ = ["told"]


def test_a_session_is_read_turn_by_turn_and_not_on_the_event_loop(
    online: ServedCloud, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = [asked("First?"), said("One."), STOP, asked("Second?"), said("Two."), STOP]
    online.cloud.add_session("s1", *events, index_ids=["idx-notes"])
    made_in: list[threading.Thread] = []

    def noted(turn: Turn) -> Iterator[str]:
        made_in.append(threading.current_thread())
        return told_of(turn)

    monkeypatch.setattr("tui.commands.plain.open_place.told", noted)
    read = "Question: First?\n\nAnswer: One.\n\nQuestion: Second?\n\nAnswer: Two.\n"
    assert told("/open s1", "/read").count(read) == 2
    assert len(made_in) == 4
    assert threading.main_thread() not in made_in
