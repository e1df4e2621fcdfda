"""One turn as an async iterator of events. The question is sent exactly once, whatever happens.

What an error says of the question: `NotSentError` and `RefusedError` mean that it was not asked, and may be sent again
by the user's own key. `UnknownOutcomeError` means that it may have been asked: look at the session first.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from http import HTTPStatus

import httpx

from tui.api import errors, explain, sse
from tui.api.client import Client
from tui.api.decoding import MAX_TURN_WEIGHT
from tui.api.event_decoding import event_from_json
from tui.api.json_text import text_weight, weight
from tui.api.models import MAX_PROMPT_CHARS, ContentEvent, Event, Session, Stop
from tui.sanitize import well_formed

_SENTINEL = "[DONE]"
_START_BYTES = 4096
LIMITS = sse.Limits()

_KEPT = f" What came so far is kept. {errors.LOOK_FIRST}"


class _EndlessError(Exception):
    """The turn's events take more than `MAX_TURN_WEIGHT`."""


async def stream_turn(
    client: Client,
    session: Session,
    prompt: str,
    index_ids: Sequence[str] = (),
    *,
    limits: sse.Limits = LIMITS,
) -> AsyncGenerator[Event, None]:
    """Ask `prompt` in a session, and yield the events of the turn up to its `Stop`.

    A bound session is always asked with its own indexes; `index_ids` are for an unbound one. Close the generator
    (`contextlib.aclosing`) to stop listening. Raises `ApiError`s; TurnInterruptedError if the end came without `Stop`.
    """
    body = _body(session, prompt, index_ids)
    watch = sse.Watch(limits)
    response = await _opened(client, session, body, watch)
    kept = 0
    try:
        await watch.over(_check(response, client))
        async with aclosing(sse.events(response, watch)) as sent:
            async for message in sent:
                if message.data == _SENTINEL:
                    continue
                event = event_from_json(message.data, message.event)
                weigh = text_weight if isinstance(event, ContentEvent) else weight
                kept += weigh(message.data)
                if kept > MAX_TURN_WEIGHT:
                    raise _EndlessError
                yield event
                if isinstance(event, Stop):
                    return
    except (httpx.RequestError, sse.SilentError, sse.TooLargeError, _EndlessError) as error:
        raise errors.TurnInterruptedError(_interruption(error, limits)) from error
    finally:
        await response.aclose()
    raise errors.TurnInterruptedError("The server ended the stream before the answer was complete." + _KEPT)


def _body(session: Session, prompt: str, index_ids: Sequence[str]) -> dict[str, object]:
    prompt = well_formed(prompt)
    if not prompt.strip():
        raise errors.InvalidRequestError("The question is empty. Type one first.")
    if len(prompt) > MAX_PROMPT_CHARS:
        raise errors.InvalidRequestError(
            f"The question has {len(prompt):,} characters; the service takes {MAX_PROMPT_CHARS:,} at most. Shorten it."
        )
    ids = index_ids if session.index_ids is None else session.index_ids
    return {"index_ids": [well_formed(index_id) for index_id in ids], "prompt": prompt}


async def _opened(client: Client, session: Session, body: dict[str, object], watch: sse.Watch) -> httpx.Response:
    try:
        return await watch.over(client.open_turn(session.session_id, body))
    except sse.SilentError as error:
        host = client.connection.host
        raise errors.NoAnswerError(f"{host} did not answer the question in time. {errors.LOOK_FIRST}") from error


async def _check(response: httpx.Response, client: Client) -> None:
    """NotTheApiError unless the answer is a stream of events, as it came or without a content type."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    coding = response.headers.get("content-encoding", "identity").strip().lower()
    if kind in ("text/event-stream", "") and coding in ("identity", ""):
        return
    start = b""
    async for chunk in response.aiter_raw():
        start += chunk
        if coding != "identity" or len(start) >= _START_BYTES:
            break
    described = kind if coding == "identity" else f"{kind}, compressed with {coding}"
    shown = b"" if coding != "identity" else start
    raise explain.not_the_api(HTTPStatus.OK, described, shown, client.connection, errors.LOOK_FIRST)


def _interruption(error: Exception, limits: sse.Limits) -> str:
    match error:
        case sse.DeadLineError():
            what = "The connection did not outlive the sleep of this machine."
        case sse.SilentError():
            what = "The server sent nothing for too long, so the stream was closed."
        case sse.TooLargeError():
            what = f"One piece of the answer is larger than {limits.event_bytes // 1024**2} MB, so it was not read."
        case _EndlessError():
            what = "The answer has more parts than fit into memory, so the rest was not read."
        case _:
            what = "The connection broke before the answer was complete."
    return what + _KEPT
