"""What a server writes into the head of an answer is shown, and neither obeyed nor believed."""

import pytest
from pydantic import SecretStr

from tests.api.answers import CONNECTION
from tests.api.raw_server import answer, serving
from tests.api.turns import until_broken
from tests.hostile.payloads import harm
from tui.api import explain
from tui.api.client import Client
from tui.api.connection import Connection

RESET = "\x1bc"
"""Without a semicolon or a bracket: those would end what is read of either header."""


@pytest.mark.fault(1, 34)
async def test_a_content_type_cannot_speak_to_the_terminal():
    async with serving(answer("200 OK", b"hello", f"Content-Type: text/{RESET}html")) as asked:
        client = Client(Connection(asked.base_url))
        _, error = await until_broken(client)
        await client.aclose()
    assert "text/␛chtml" in error.message
    assert harm(error.message.encode()) == []


@pytest.mark.fault(1, 35)
def test_the_target_of_a_redirect_cannot_speak_to_the_terminal():
    error = explain.refusal(307, {"location": f"https://evil{RESET}.test/"}, b"", CONNECTION)
    assert "points to evil␛c.test" in error.message
    assert harm(error.message.encode()) == []


@pytest.mark.fault(64)
@pytest.mark.parametrize("status", [401, 403, 422, 429, 500, 200])
def test_a_key_or_cookie_that_does_not_look_like_one_is_taken_out_of_what_the_server_says(status: int):
    connection = Connection(
        "https://api.test", api_key=SecretStr("hunter2-hunter2"), session_cookie=SecretStr("tea-for-two")
    )
    error = explain.refusal(status, {}, b'{"detail": "not hunter2-hunter2, nor tea-for-two, said we"}', connection)
    assert "said we" in error.message
    assert "hunter2" not in error.message
    assert "tea-for" not in error.message


@pytest.mark.parametrize(
    ("headers", "said"), [({}, "wait a little"), ({"retry-after": "20"}, "the server asks to wait 20 s")]
)
def test_only_a_wait_that_the_server_asked_for_is_said_to_be_its(headers: dict[str, str], said: str) -> None:
    message = explain.refusal(429, headers, b"", CONNECTION).message
    assert said in message
    assert ("server asks" in message) is bool(headers)


def test_the_server_of_this_machine_is_not_told_as_one_far_away() -> None:
    body = b'{"detail": "Make room on the disk."}'
    here = explain.refusal(503, {}, body, Connection("http://127.0.0.1:33357")).message
    assert here.startswith("The server on this machine, 127.0.0.1:33357, failed (503 Service Unavailable). ")
    assert here.endswith("The server says: Make room on the disk.")
    assert "the server's fault" in explain.refusal(503, {}, body, CONNECTION).message
