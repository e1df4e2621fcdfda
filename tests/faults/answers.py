"""Answers to a question that a test writes itself, in the server's place."""

import json
from collections.abc import Mapping

from tests.api.raw_server import STREAM_HEAD
from tests.faults.proxy import Exchange, Fault

STOP: Mapping[str, object] = {"type": "stop", "is_error": False, "usage": {}}


def sent(*events: Mapping[str, object] | bytes) -> Fault:
    """A turn of these events, or of these lines as they stand, and then the end of the connection."""

    async def fault(exchange: Exchange) -> None:
        await exchange.give(STREAM_HEAD + b"".join(map(message, events)))

    return fault


def message(event: Mapping[str, object] | bytes) -> bytes:
    data = event if isinstance(event, bytes) else json.dumps(event).encode()
    return b"data: " + data + b"\n\n"


def said(text: str) -> Mapping[str, object]:
    return {"type": "text_delta", "content": text}


def failed(error: str | None) -> Mapping[str, object]:
    return {"type": "stop", "is_error": True, "error": error, "usage": {}}
