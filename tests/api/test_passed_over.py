"""Events of a session that are too large to be decoded."""

import pytest

from tui.api import decoding
from tui.api.models import FullSession, Text, Unknown


def whole(body: bytes) -> FullSession:
    steps = decoding.decoding_full_session(decoding.SessionBody(body))
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


@pytest.mark.fault(26)
def test_of_a_history_only_the_event_of_too_many_values_is_not_decoded():
    body = b'{"events": [{"type": "text", "content": "a"}, {"type": "text", "more": [' + b"[]," * 500_000
    body += b'"]}, {\\""]}, {"type": "text", "content": "b"}], "session_id": "s"}'
    first, between, last = whole(body).events
    assert (first, last) == (Text("a"), Text("b"))
    assert isinstance(between, Unknown)


@pytest.mark.fault(26, 28)
def test_an_event_that_is_too_large_is_passed_over_in_many_steps():
    body = b'{"events": [{"type": "text", "more": [' + b"[]," * 1_000_000 + b'0]}], "session_id": "s"}'
    assert sum(1 for _ in decoding.decoding_full_session(decoding.SessionBody(body))) > 100
