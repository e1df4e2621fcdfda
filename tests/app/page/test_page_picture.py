"""From an answer to the picture of the page that it cites, by keys."""

import io
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PIL import Image
from rich.color_triplet import ColorTriplet
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.app.one_session import OneSession, one_session
from tests.app.user import User, driven
from tests.local import documents as papers
from tests.local.server import Connection, running_server
from tests.pictures.samples import bomb, picture
from tui.api.models import Stop, Text, ToolCall, ToolResult, UserInput
from tui.pictures.decoder import UNFIT
from tui.screens.page.page_screen import PageScreen
from tui.screens.page.picture_view import PictureView
from tui.settings import Settings

PAGES = [
    ["Heron", "This report is about the probe.", *(f"Remark {n} on nothing else." for n in range(30))],
    ["The Heron probe was launched in March 2031.", "It carries a camera and a spectrometer."],
    ["The end", "Nothing follows."],
]


@pytest.fixture(autouse=True)
def own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Generator[Connection]:
    """A server over a PDF of three pages."""
    folder = tmp_path_factory.mktemp("papers") / "papers"
    folder.mkdir()
    (folder / "heron.pdf").write_bytes(papers.pdf(PAGES))
    with running_server([folder], tmp_path_factory.mktemp("data")) as connection:
        yield connection


@pytest.fixture
def report(library: Connection, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("LLAMA_CLOUD_API_KEY", library.api_key)
    return Settings(base_url=library.base_url)


async def ask(user: User) -> None:
    """Ask, and look at the evidence."""
    await user.ask_in_new_session("When was the Heron probe launched?")
    await user.read_to_end_of_turn()
    await user.press("shift+tab", "1")
    await user.see("Evidence")


def pixels(user: User) -> Sequence[ColorTriplet]:
    """The colours of the half blocks that are shown."""
    view = user.app.screen.query_one(PictureView)
    segments = [segment for y in range(view.size.height) for segment in view.render_line(y)]
    colours = [segment.style.color for segment in segments if segment.style and segment.text.startswith("▀")]
    return [colour.triplet for colour in colours if colour and colour.triplet]


def is_marked(user: User) -> bool:
    """Whether something on the page is as yellow as a marker pen."""
    return any(red > 200 and blue < 180 for red, _, blue in pixels(user))


async def test_a_cited_page_is_looked_at_turned_and_written(report: Settings, tmp_path: Path) -> None:
    async with driven(report) as user:
        await ask(user)
        before = user.screen
        await user.press("p")
        await user.see("The whole page")
        assert "Page 2 of heron.pdf" in user.screen
        assert "half blocks" in user.screen
        assert is_marked(user)
        await user.in_dialog("plus", "plus", "left", "k")
        await user.see("2.2 times nearer")
        await user.press("0", "n")
        await user.see("Page 3 of heron.pdf")
        await user.until(lambda: bool(pixels(user)) and not is_marked(user))
        await user.press("n")
        await user.see("There is no picture of page 4 of heron.pdf.")
        assert "Page 3 of heron.pdf" in user.screen
        await user.press("w")
        await user.see("Written to")
        await user.press("w")
        await user.see("heron-page-3-2.jpg")
        for name in ("heron-page-3.jpg", "heron-page-3-2.jpg"):
            assert Image.open(io.BytesIO((tmp_path / name).read_bytes())).format == "JPEG"
        await user.press("escape")
        await user.until(lambda: user.screen == before)


async def test_over_ssh_a_page_is_loaded_when_it_is_asked_for(
    report: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "10.0.0.1 5 10.0.0.2 22")
    async with driven(report) as user:
        await ask(user)
        await user.press("p")
        await user.see("kB: Enter loads it.")
        assert "Page 2 of heron.pdf, about" in user.screen
        assert not pixels(user)
        await user.in_dialog("w")
        await user.see("There is no picture to write yet.")
        await user.press("enter")
        await user.see("The whole page")
        await user.press("n")
        await user.see("Page 3 of heron.pdf, about")
        assert user.lines[0].strip() == "Page 2 of heron.pdf"


RESULT = {
    "content": "The text of the page.",
    "metadata": {"file_name": "far.pdf", "citation": 1},
    "static_fields": {
        "page_range_start": 7,
        "attachments": [{"attachment_name": "screenshots/page_7.jpg", "source_id": "dfl-1", "type": "screenshot"}],
    },
}
EVENTS = [
    UserInput("What?"),
    ToolCall("c", "retrieve", {"query": "what"}),
    ToolResult("c", "retrieve", {"results": [RESULT]}),
    Text("That [1]."),
    Stop(),
]


class FarServer:
    """Gives out the address of a page, and behind it what a test puts there."""

    def __init__(self, session: OneSession) -> None:
        self.session = session
        self.asked: list[str] = []
        self.page: Response = Response(picture(), media_type="image/jpeg")
        session.app.add_route("/api/v1/beta/attachments/{name:path}", self._address)
        session.app.add_route("/page.jpg", self._page)

    async def _address(self, request: Request) -> Response:
        self.asked.append("address")
        return JSONResponse({"url": f"{request.base_url}page.jpg", "expires_at": None})

    async def _page(self, request: Request) -> Response:
        self.asked.append(f"page {request.headers.get('range', '')}".strip())
        return self.page


@pytest.fixture
def far(monkeypatch: pytest.MonkeyPatch) -> Generator[FarServer]:
    monkeypatch.setenv("LLAMA_CLOUD_API_KEY", "llx-key")
    with one_session(EVENTS) as session:
        yield FarServer(session)


@asynccontextmanager
async def at_evidence(far: FarServer) -> AsyncGenerator[User]:
    async with driven(Settings(base_url=far.session.base_url)) as user:
        await user.until(lambda: user.app.chat.workspace.is_live)
        await user.press("ctrl+s", "enter")
        await user.see("That [1].")
        await user.press("shift+tab", "1")
        await user.see("The text of the page.")
        yield user


async def test_nothing_of_a_page_is_fetched_before_it_is_asked_for(
    far: FarServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_TTY", "/dev/pts/1")
    async with at_evidence(far) as user:
        assert far.asked == []
        await user.press("p")
        await user.see("Page 7 of far.pdf, about")
        assert far.asked == ["address", "page bytes=0-0"]
        await user.in_dialog("enter")
        await user.see("The whole page")
        assert far.asked == ["address", "page bytes=0-0", "page"]


@pytest.mark.fault(11)
async def test_a_page_that_cannot_be_shown_gives_one_line_and_may_be_tried_again(far: FarServer) -> None:
    async with at_evidence(far) as user:
        for data, why in ((b"<html>", "unknown"), (bomb(60_000, 60_000), "large"), (picture()[:999], "damaged")):
            far.page = Response(data)
            if isinstance(user.app.screen, PageScreen):
                await user.in_dialog("enter")
            else:
                await user.press("p")
            await user.see(UNFIT[why])
        far.page = Response(picture())
        await user.press("enter")
        await user.see("The whole page")
        assert UNFIT["damaged"] not in user.screen
