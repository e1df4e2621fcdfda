import json
from typing import get_args

import pytest

from tests.events import EXAMPLES
from tui.api.event_decoding import event_from_json
from tui.api.models import EVENT_TYPES, Event, Stop, Unknown, UserInput
from tui.conversation.reconcile import Finished, Polls, QuestionSearch, Sent, reconcile
from tui.conversation.transcript import Part
from tui.conversation.transcript_builder import replay
from tui.local.chat.event_json import event_json
from tui.local.http.openapi import document
from tui.store.event_codec import decode_events, encode_events

every_type = pytest.mark.parametrize("kind", get_args(Event))


def parts_of(*events: Event) -> list[Part]:
    """What a reader sees of a turn that is over."""
    return [part for turn in replay([UserInput("Why?"), *events, Stop()]) for part in turn.parts]


def test_every_type_has_its_name_in_the_api() -> None:
    assert {*EVENT_TYPES.values(), Unknown} == set(get_args(Event))


def test_every_type_is_among_the_examples() -> None:
    assert EXAMPLES.keys() == set(get_args(Event))


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_what_the_server_sends_is_what_the_app_receives(name: str) -> None:
    event = EXAMPLES[EVENT_TYPES[name]]

    sent = event_json(event)

    assert sent["type"] == name
    assert event_from_json(json.dumps(sent)) == event


@every_type
def test_the_store_gives_back_what_it_was_given(kind: type[Event]) -> None:
    assert [*decode_events(encode_events([EXAMPLES[kind]]))] == [EXAMPLES[kind]]


@every_type
def test_what_arrived_is_kept_when_the_turn_breaks_off_and_the_server_lacks_it(kind: type[Event]) -> None:
    arrived = EXAMPLES[kind]

    sent, history = Sent("Why?", 0, [arrived]), [UserInput("Why?"), Stop()]
    search = QuestionSearch(sent)
    search.add(history)

    verdict = reconcile(sent, search, Polls())

    assert isinstance(verdict, Finished)
    told = replay(verdict.amendment.applied_to(history))
    assert [part for turn in told for part in turn.parts] == parts_of(arrived)


def test_the_server_describes_every_type_that_it_sends() -> None:
    described = document()["components"]["schemas"]["Event"]["discriminator"]["mapping"]

    assert set(described) == set(EVENT_TYPES)
