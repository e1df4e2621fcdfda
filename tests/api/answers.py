"""Answers of a server, given to a client without a network."""

import httpx
import pytest
from pydantic import SecretStr

from tui.api import errors
from tui.api.client import Client
from tui.api.connection import Connection

KEY = SecretStr("llx-CANARY-abcd1234")
CONNECTION = Connection("https://api.test", api_key=KEY, key_source="LLAMA_CLOUD_API_KEY")
ONE = {"items": [{"session_id": "ses-1"}]}
SESSION = httpx.Response(200, json={"session_id": "s", "generated_title": "Why"})


class Answers:
    """Stands in for the network: gives the answers in turn, the last one from then on, and keeps the requests."""

    def __init__(self, *answers: httpx.Response | httpx.TransportError) -> None:
        self.requests: list[httpx.Request] = []
        self.waits: list[float] = []
        self._answers = answers

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self._answers[min(len(self.requests), len(self._answers)) - 1]
        if isinstance(answer, httpx.TransportError):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    def client(self, connection: Connection = CONNECTION) -> Client:
        async def sleep(seconds: float) -> None:
            self.waits.append(seconds)

        return Client(connection, transport=httpx.MockTransport(self), sleep=sleep)


def refusal(status: int, detail: object = "no", **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, json={"detail": detail}, headers=named)


async def error_of(*answers: httpx.Response | httpx.TransportError) -> errors.ApiError:
    with pytest.raises(errors.ApiError) as caught:
        await Answers(*answers).client().sessions()
    return caught.value
