import asyncio
import json
import subprocess
import sys
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from tests.api.answers import CONNECTION, KEY, ONE, SESSION, Answers, error_of, refusal
from tests.api.histories import fetched_session
from tests.api.raw_server import answer, pieces, serving
from tui.api import errors
from tui.api.client import Client, Secrets
from tui.api.connection import Connection
from tui.api.models import Page, PresignedUrl, Session, Text


async def test_every_route_is_asked_as_the_reference_has_it():
    connection = Connection("https://api.test", project_id="p", organization_id="o")
    answers = Answers(
        httpx.Response(200, json={"session_id": "s", "id": "i", "url": "https://x.test", "items": [], "content": ""})
    )
    client = answers.client(connection)
    await client.sessions("t", 10)
    await client.create_session(["idx-1"])
    await client.create_session()
    await fetched_session(client, "ses-1")
    await client.summary("ses-1")
    await client.delete_session("ses-1")
    await client.generate_title("ses-1", "why?")
    await client.indexes()
    await client.index("idx-1")
    await client.documents("idx-1", "t")
    await client.read_document("idx-1", "dfl-1", 100)
    await client.projects()
    await client.attachment_url("screenshots/page 7.jpg", "dfl-1")
    scope = "organization_id=o&project_id=p"
    assert [f"{r.method} {r.url.raw_path.decode()}" for r in answers.requests] == [
        f"GET /api/v1/chat?{scope}&page_size=10&page_token=t",
        f"POST /api/v1/chat?{scope}",
        f"POST /api/v1/chat?{scope}",
        f"GET /api/v1/chat/ses-1?{scope}",
        f"GET /api/v1/chat/ses-1/summary?{scope}",
        f"DELETE /api/v1/chat/ses-1?{scope}",
        f"POST /api/v1/chat/ses-1/title?{scope}",
        f"GET /api/v1/indexes?{scope}&page_size=100",
        f"GET /api/v1/indexes/idx-1?{scope}&expand=sync_in_progress",
        f"POST /api/v1/retrieval/files/find?{scope}",
        f"POST /api/v1/retrieval/files/read?{scope}",
        f"GET /api/v1/projects?{scope}",
        f"GET /api/v1/beta/attachments/screenshots%2Fpage%207.jpg?{scope}&source_id=dfl-1",
    ]
    bodies = [json.loads(r.content) for r in answers.requests if r.method == "POST"]
    retrieval = [
        {"index_id": "idx-1", "page_token": "t"},
        {"index_id": "idx-1", "file_id": "dfl-1", "max_length": 100},
    ]
    assert bodies == [{"index_ids": ["idx-1"]}, {}, {"first_message": "why?"}, *retrieval]


async def test_key_and_cookie_are_sent_to_their_origin_and_nowhere_else():
    connection = Connection("https://api.test", api_key=KEY, session_cookie=SecretStr("abc"))
    answers = Answers(httpx.Response(200, json=ONE))
    client = answers.client(connection)
    await client.sessions()
    assert answers.requests[0].headers["authorization"] == "Bearer llx-CANARY-abcd1234"
    assert answers.requests[0].headers["cookie"] == "session=abc"
    await client.download(PresignedUrl("https://bucket.test/page_7.jpg?sig=1"))
    await client.download(PresignedUrl("https://api.test/page_7.jpg?sig=1"))
    for request in answers.requests[1:]:
        assert "authorization" not in request.headers
        assert "cookie" not in request.headers


@pytest.mark.fault(64)
@pytest.mark.parametrize("url", ["https://elsewhere.test/", "http://api.test/", "https://api.test:444/"])
async def test_whatever_is_asked_of_another_origin_goes_without_key_and_cookie(url: str):
    answers = Answers(httpx.Response(200, json=ONE))
    client: Any = answers.client(Connection("https://api.test", api_key=KEY, session_cookie=SecretStr("abc")))
    await client._http.get(url)
    assert not {"authorization", "cookie"} & set(answers.requests[0].headers)


async def test_a_session_comes_with_its_events():
    body = {"session_id": "s", "events": [{"type": "text", "content": "a"}] * 20_000}
    got = await fetched_session(Answers(httpx.Response(200, json=body)).client(), "s")
    assert len(got.events) == 20_000
    assert got.events[0] == Text("a")


@pytest.mark.fault(42)
async def test_others_get_their_turn_while_a_long_session_is_decoded(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tui.cooperative.SLICE_SECONDS", 0)
    body = {"session_id": "s", "events": [{"type": "text", "content": "a"}] * 100}
    client = Answers(httpx.Response(200, json=body)).client()
    reading = asyncio.create_task(fetched_session(client, "s"))
    turns = 0
    while not reading.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns >= 100


@pytest.mark.fault(42)
async def test_a_session_that_is_cut_off_is_asked_for_again():
    whole = b'{"session_id": "s", "events": []}'
    short = pieces([whole[:20]], b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(whole))

    async def no_wait(seconds: float) -> None:
        del seconds

    async with serving(short, short, answer("200 OK", whole)) as asked:
        client = Client(Connection(asked.base_url), sleep=no_wait)
        assert (await fetched_session(client, "s")).session == Session("s")
        await client.aclose()
    assert len(asked.requests) == 3


@pytest.mark.fault(11)
@pytest.mark.parametrize("identifier", ["", ".", "..", "\ud800"])
async def test_an_identifier_that_is_no_segment_is_refused(identifier: str):
    answers = Answers(httpx.Response(200, json=ONE))
    with pytest.raises(errors.InvalidRequestError):
        await fetched_session(answers.client(), identifier)
    assert answers.requests == []


@pytest.mark.fault(11)
async def test_an_identifier_cannot_lead_to_another_route():
    answers = Answers(httpx.Response(200, json={"session_id": "s"}))
    await answers.client().summary("../files/x?y=1#z\x1b")
    assert answers.requests[0].url.raw_path == b"/api/v1/chat/..%2Ffiles%2Fx%3Fy%3D1%23z%1B/summary"


@pytest.mark.fault(29)
async def test_a_refused_key_is_named_by_its_source_and_last_four():
    error = await error_of(refusal(401, "Invalid API Key llx-CANARY-abcd1234 \x1b[31m"))
    assert isinstance(error, errors.KeyRefusedError)
    assert "…1234, from LLAMA_CLOUD_API_KEY" in error.message
    assert "other region" in error.message
    assert "CANARY" not in error.message
    assert "\x1b" not in error.message


@pytest.mark.fault(30)
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.RefusedError),
        (402, errors.OutOfCreditsError),
        (403, errors.ForbiddenError),
        (404, errors.NotFoundError),
        (409, errors.ConflictError),
        (418, errors.RefusedError),
        (599, errors.ServerError),
        (799, errors.ServerError),
    ],
)
async def test_each_status_has_its_error_and_the_servers_words(status: int, kind: type[errors.ApiError]):
    error = await error_of(refusal(status, "because \x1b]0;x\x07 of this"))
    assert type(error) is kind
    assert "because ␛]0;x␇ of this" in error.message


async def test_where_a_server_has_no_list_the_address_may_be_wrong():
    client = Answers(refusal(404, "Not Found")).client(Connection("http://127.0.0.1:9/api/v1"))
    for asked, path in ((client.sessions(), "chat"), (client.indexes(), "indexes"), (client.projects(), "projects")):
        with pytest.raises(errors.NotFoundError) as caught:
            await asked
        assert caught.value.what_happened == f"There is nothing at http://127.0.0.1:9/api/v1/api/v1/{path}."
        assert "The base URL http://127.0.0.1:9/api/v1 may be wrong" in caught.value.message
        assert "Reload" not in caught.value.message
    with pytest.raises(errors.NotFoundError, match="deleted elsewhere"):
        await client.summary("ses-1")


@pytest.mark.fault(30)
async def test_a_422_names_the_field():
    detail = [{"loc": ["body", "index_ids", 3], "msg": "field required", "type": "missing"}]
    error = await error_of(refusal(422, detail))
    assert isinstance(error, errors.InvalidFieldError)
    assert error.field == "index_ids.3"
    assert "`index_ids.3`" in error.message
    assert "field required" in error.message


@pytest.mark.fault(30)
@pytest.mark.parametrize("detail", [None, 3, [], [3], {}, {"msg": 3}, [{"loc": 5}], {"message": "x"}, "x" * 100_000])
async def test_any_detail_is_put_into_words(detail: object):
    for status in (400, 422, 500):
        assert len((await error_of(refusal(status, detail))).message) < 800


@pytest.mark.fault(32)
async def test_reads_wait_as_long_as_the_server_asks_and_then_go_on():
    answers = Answers(refusal(429, retry_after="7"), refusal(503, retry_after_ms="1500"), httpx.Response(200, json=ONE))
    assert await answers.client().sessions() == Page([Session("ses-1")])
    assert 7 <= answers.waits[0] < 8
    assert 1.5 <= answers.waits[1] < 3


@pytest.mark.fault(32)
@pytest.mark.parametrize(
    ("value", "seconds"), [("2", 2.0), ("1e9", 60.0), ("Wed, 21 Oct 2099 07:28:00 GMT", 60.0), ("soon", None)]
)
async def test_the_wait_is_told_and_capped(value: str, seconds: float | None):
    error = await error_of(refusal(429, retry_after=value))
    assert isinstance(error, errors.TooManyRequestsError)
    assert error.retry_after == seconds


@pytest.mark.fault(33)
@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_read_is_tried_three_times(status: int):
    answers = Answers(refusal(status))
    with pytest.raises(errors.ServerError):
        await fetched_session(answers.client(), "s")
    assert len(answers.requests) == 3


@pytest.mark.fault(33)
async def test_a_read_that_is_tried_again_waits_first():
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    transport = httpx.MockTransport(Answers(refusal(500), httpx.Response(200, json=ONE)))
    await Client(CONNECTION, transport=transport, sleep=sleep).sessions()
    assert [seconds > 0 for seconds in waits] == [True]


@pytest.mark.parametrize("status", [401, 404, 422])
async def test_a_read_that_is_refused_is_not_tried_again(status: int):
    answers = Answers(refusal(status))
    with pytest.raises(errors.RefusedError):
        await fetched_session(answers.client(), "s")
    assert len(answers.requests) == 1


async def test_nothing_but_reads_and_deletions_is_tried_again():
    for failure in (refusal(500), refusal(429), httpx.ReadTimeout("")):
        answers = Answers(failure)
        for post in (answers.client().create_session(), answers.client().generate_title("s", "why?")):
            with pytest.raises(errors.ApiError):
                await post
        assert len(answers.requests) == 2


@pytest.mark.fault(56)
async def test_deleting_what_is_gone_is_done():
    answers = Answers(httpx.ReadError(""), refusal(404))
    await answers.client().delete_session("s")
    assert [request.method for request in answers.requests] == ["DELETE", "DELETE"]


@pytest.mark.fault(61)
async def test_titles_that_are_not_offered_are_not_asked_for_again():
    answers = Answers(refusal(405))
    client = answers.client()
    assert await client.generate_title("s", "why?") is None
    assert await client.generate_title("s", "why?") is None
    assert len(answers.requests) == 1


@pytest.mark.fault(61)
@pytest.mark.parametrize(("of_session", "is_offered"), [(refusal(404), True), (SESSION, False)])
async def test_a_session_that_is_gone_does_not_end_titles_for_the_others(of_session: httpx.Response, is_offered: bool):
    answers = Answers(refusal(404), of_session, SESSION)
    client = answers.client()
    assert await client.generate_title("gone", "why?") is None
    assert bool(await client.generate_title("s", "why?")) is is_offered


@pytest.mark.fault(9)
@pytest.mark.parametrize("token", ["\ud800", "x" * 70_000])
async def test_what_no_address_can_hold_is_refused_before_it_is_sent(token: str):
    answers = Answers(httpx.Response(200, json=ONE))
    with pytest.raises(errors.InvalidRequestError, match="does not fit into an address"):
        await answers.client().sessions(token)
    assert answers.requests == []


async def test_a_sync_is_asked_for_without_a_body():
    answers = Answers(httpx.Response(202, json={}))
    await answers.client().sync_index("idx-1")
    assert answers.requests[0].content == b""


async def test_headers_of_the_users_own_go_to_their_base_url_and_nowhere_else():
    headers = {"X-Gateway": SecretStr("secret-of-the-gateway")}
    connection = Connection("https://gate.test/llama", api_key=KEY, custom_headers=headers)
    answers = Answers(httpx.Response(200, json=ONE))
    client = answers.client(connection)
    await client.sessions()
    await client.download(PresignedUrl("https://gate.test/llama-of-others/page.jpg"))
    await client.download(PresignedUrl("https://gate.test/llama/page.jpg"))
    asked, *downloads = answers.requests
    assert asked.url.path == "/llama/api/v1/chat"
    assert asked.headers["x-gateway"] == "secret-of-the-gateway"
    assert asked.headers["authorization"] == f"Bearer {KEY.get_secret_value()}"
    assert not any({"x-gateway", "authorization"} & request.headers.keys() for request in downloads)


async def test_a_key_of_a_base_url_does_not_go_elsewhere_on_its_host():
    asked = httpx.Request("GET", "https://gate.test/llama-of-others/x")
    flow = Secrets(Connection("https://gate.test/llama", api_key=KEY)).auth_flow(asked)
    assert "authorization" not in next(flow).headers


async def test_more_indexes_than_a_session_can_have_are_refused_here():
    answers = Answers()
    with pytest.raises(errors.InvalidRequestError, match="10 indexes; 11 are chosen"):
        await answers.client().create_session([f"idx-{i}" for i in range(11)])


@pytest.mark.fault(34)
@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"<html>\x1b[31mSign in", "text/html"), (b"", "application/json"), (b"[1,", "application/json"), (b"3", "")],
)
async def test_what_is_not_the_api_is_shown_as_it_begins(content: bytes, kind: str):
    error = await error_of(httpx.Response(200, content=content, headers={"content-type": kind}))
    assert isinstance(error, errors.NotTheApiError)
    assert "\x1b" not in error.message
    assert "Sign in" in error.message or b"Sign" not in content


@pytest.mark.fault(35)
@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed_and_names_the_host(status: int):
    async with serving(answer("200 OK", b"{}")) as second:
        target = second.base_url.replace("127.0.0.1", "localhost")
        async with serving(answer(f"{status} Moved", b"", f"Location: {target}/x")) as first:
            client = Client(Connection(first.base_url, api_key=KEY))
            with pytest.raises(errors.RedirectedError, match="points to localhost"):
                await client.sessions()
            await client.aclose()
    assert second.requests == []


@pytest.mark.parametrize(
    "cookie",
    [
        "session=theirs; Path=/",
        "a=\x1bc; Path=/",
        f"a={'v' * 4000}",
        f"a=b; expires=Wed, 09 Feb {'9' * 5000} 22:23:32 GMT",
    ],
    ids=["session", "control character", "long", "year"],
)
async def test_no_cookie_of_a_server_is_kept(cookie: str, capsys: pytest.CaptureFixture[str]):
    body = json.dumps(ONE).encode()
    async with serving(answer("200 OK", body, f"Set-Cookie: {cookie}"), answer("200 OK", body)) as asked:
        client = Client(Connection(asked.base_url, session_cookie=SecretStr("mine")))
        await client.sessions()
        await client.sessions()
        await client.aclose()
    assert [request.headers["cookie"] for request in asked.requests] == ["session=mine"] * 2
    assert capsys.readouterr().err == ""


@pytest.mark.fault(64)
async def test_no_error_shows_the_key():
    failures: list[httpx.Response | httpx.TransportError] = [
        refusal(401, "llx-CANARY-abcd1234"),
        refusal(422, [{"loc": ["llx-CANARY"], "msg": "llx-CANARY-abcd1234"}]),
        refusal(500, {"Authorization": "Bearer llx-CANARY-abcd1234"}),
        httpx.Response(200, text="<p>Bearer llx-CANARY-abcd1234"),
        httpx.ConnectError("llx-CANARY-abcd1234"),
        httpx.ReadTimeout("llx-CANARY-abcd1234"),
    ]
    for failure in failures:
        assert "CANARY-abcd" not in (await error_of(failure)).message


def test_the_values_can_be_imported_without_httpx_and_pydantic():
    script = "import sys, tui.api.models, tui.api.errors; print({'httpx', 'pydantic'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
