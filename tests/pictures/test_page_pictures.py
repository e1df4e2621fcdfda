"""The pictures of pages, from servers on loopback that give out addresses and let them expire."""

import gzip
import json
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest

from tests.api.raw_server import Asked, Reply, answer, endlessly, serving
from tests.pictures.samples import bomb, picture
from tui.api import download
from tui.api.client import Client
from tui.api.connection import Connection
from tui.api.models import ImageAttachment
from tui.conversation.page_image import PageImage
from tui.pictures.decoder import UNFIT
from tui.pictures.drawing import PictureError
from tui.pictures.page_pictures import PagePictures
from tui.store.store import Store
from tui.workspace.state import WorkspaceState

PAGE = PageImage(ImageAttachment("screenshots/page_7.jpg", "dfl-1"), "moss.pdf", 7, (3, 9))
CELL = 10, 20
FORBIDDEN = answer("403 Forbidden")
ENDLESS = endlessly(b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n\r\n", b"\xff" * 65536)


def sent(data: bytes) -> Reply:
    return answer("200 OK", data)


class Library:
    """A server that gives the address of each page for a while, and one that has what is there."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack

    async def open(self, *replies: Reply, holds: float = 300) -> PagePictures:
        self.bucket: Asked = await self._stack.enter_async_context(serving(*replies))
        expires = (datetime.now(UTC) + timedelta(seconds=holds)).isoformat()
        given = {"url": f"{self.bucket.base_url}/page", "expires_at": expires}
        self.api: Asked = await self._stack.enter_async_context(serving(sent(json.dumps(given).encode())))
        client = Client(Connection(self.api.base_url))
        self._stack.push_async_callback(client.aclose)
        return PagePictures(lambda: client)


@pytest.fixture
async def library() -> AsyncGenerator[Library]:
    async with AsyncExitStack() as stack:
        yield Library(stack)


async def shown(pictures: PagePictures) -> tuple[int, int]:
    opened = await pictures.open(PAGE, CELL)
    await opened.close()
    return opened.size


async def why_not(pictures: PagePictures) -> str:
    with pytest.raises(PictureError) as caught:
        await pictures.open(PAGE, CELL)
    assert "\n" not in str(caught.value)
    return str(caught.value)


async def test_a_picture_is_fetched_from_its_address_which_is_kept_while_it_holds(library: Library) -> None:
    pictures = await library.open(sent(picture()))
    assert await shown(pictures) == (300, 400)
    assert await shown(pictures) == (300, 400)
    assert [request.target for request in library.api.requests] == [
        "/api/v1/beta/attachments/screenshots%2Fpage_7.jpg?source_id=dfl-1&start_char=3&end_char=9"
    ]
    assert len(library.bucket.requests) == 2


async def test_an_address_that_has_expired_is_asked_for_again(library: Library) -> None:
    pictures = await library.open(sent(picture()), holds=-1)
    await shown(pictures)
    await shown(pictures)
    assert len(library.api.requests) == 2


async def test_an_address_that_is_refused_is_asked_for_again_once(library: Library) -> None:
    pictures = await library.open(FORBIDDEN, sent(picture()))
    assert await shown(pictures) == (300, 400)
    assert len(library.api.requests) == 2
    pictures = await library.open(FORBIDDEN)
    assert "may have expired" in await why_not(pictures)
    assert len(library.bucket.requests) == 2


async def test_the_size_is_told_without_the_picture(library: Library) -> None:
    partial = answer("206 Partial Content", b"\xff", "Content-Range: bytes 0-0/240123")
    assert await (await library.open(partial)).size(PAGE) == 240_123
    assert [request.headers.get("range") for request in library.bucket.requests] == ["bytes=0-0"]


async def test_a_page_without_a_picture_says_so(library: Library) -> None:
    pictures = await library.open(answer("404 Not Found"))
    assert "404" in await why_not(pictures)


@pytest.mark.fault(26)
async def test_a_picture_without_an_end_is_not_read_on(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "MAX_FILE_BYTES", 3 * 1024**2)
    assert "more than 3 MB" in await why_not(await library.open(ENDLESS))


@pytest.mark.fault(27)
async def test_a_picture_is_not_unpacked_beyond_the_limit(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "MAX_FILE_BYTES", 3 * 1024**2)
    packed = answer("200 OK", gzip.compress(bytes(50_000_000)), "Content-Encoding: gzip")
    assert "more than 3 MB" in await why_not(await library.open(packed))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"<html>sign in</html>", "unknown"),
        (bomb(60_000, 60_000), "large"),
        (picture()[:3000], "damaged"),
    ],
)
async def test_what_is_no_good_picture_gives_one_line(library: Library, data: bytes, why: str) -> None:
    assert await why_not(await library.open(sent(data))) == UNFIT[why]


async def test_before_there_is_a_connection_it_is_told_in_words() -> None:
    workspace = WorkspaceState(Store.in_memory(), "cloud", lambda _: None)
    pictures = PagePictures(workspace.require_client)
    assert "no connection yet" in await why_not(pictures)
