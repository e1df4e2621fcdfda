"""Pictures of pages: listed, fetched by a URL that needs no key, and by no other."""

import io
from collections.abc import Generator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit, urlunsplit

import httpx
import pytest
from llama_cloud import LlamaCloud, NotFoundError
from PIL import Image, ImageChops

from tests.local import documents as papers
from tests.local.conftest import added, sdk_for
from tests.local.opened import opened
from tests.local.server import Connection
from tui.local.http.attachments import MAX_LISTED
from tui.local.library.folders import index_id_of
from tui.local.library.page_images import URL_SECONDS, PageImages
from tui.local.library.stored_documents import file_id_of

PAGES = 25
LICHEN = [
    ["Lichen", "grows slowly on stone,", "for a thousand years."],
    ["Nothing more is known", "of it on this page."],
    ["Moss is another matter."],
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("papers") / "papers"
    folder.mkdir()
    (folder / "moss.pdf").write_bytes(papers.pdf([[f"Page {n}", "moss " * 10 * n] for n in range(1, PAGES + 1)]))
    (folder / "lichen.pdf").write_bytes(papers.pdf(LICHEN))
    (folder / "fern.pdf").write_bytes(papers.pdf([["Ferns"]]))
    (folder / "notes.md").write_text("# Notes\n")
    return folder


@pytest.fixture(scope="module")
def server(folder: Path, workbench: Connection) -> Connection:
    with sdk_for(workbench) as client:
        added(client, folder)
    return workbench


@pytest.fixture
def sdk(server: Connection) -> Generator[LlamaCloud]:
    with sdk_for(server) as client:
        yield client


@pytest.fixture
def stranger() -> Generator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=40) as client:
        yield client


def source(folder: Path, name: str) -> str:
    return file_id_of(index_id_of(folder), name)


def marked_boxes(jpeg: bytes) -> tuple[int, int, int, int] | None:
    """Around all that is as yellow as a marker pen, in per cent of the page: left, top, right, bottom."""
    image = Image.open(io.BytesIO(jpeg)).convert("RGB")
    yellow = ImageChops.subtract(image.getchannel("R"), image.getchannel("B"))
    box = yellow.point([255 if value > 80 else 0 for value in range(256)]).getbbox()
    if box is None:
        return None
    left, top, right, bottom = box
    width, height = image.size
    return 100 * left // width, 100 * top // height, 100 * right // width, 100 * bottom // height


def test_all_pages_are_listed_with_the_size_of_their_pictures(
    sdk: LlamaCloud, folder: Path, stranger: httpx.Client
) -> None:
    listed = list(sdk.beta.attachments.list(source_id=source(folder, "moss.pdf")))
    assert [item.name for item in listed] == [f"screenshots/page_{n}.jpg" for n in range(1, PAGES + 1)]
    given = sdk.beta.attachments.get(listed[23].name, source_id=source(folder, "moss.pdf"))
    assert len(stranger.get(given.url).content) == listed[23].size
    assert len(sdk.beta.attachments.list(source_id=source(folder, "moss.pdf"), page_size=3).items) == 3
    assert len(sdk.beta.attachments.list(source_id=source(folder, "moss.pdf"), page_size=100).items) == MAX_LISTED


def test_a_picture_is_fetched_without_a_key(sdk: LlamaCloud, folder: Path, stranger: httpx.Client) -> None:
    given = sdk.beta.attachments.get("screenshots/page_2.jpg", source_id=source(folder, "moss.pdf"))
    assert given.form_fields is None
    response = stranger.get(given.url)
    assert response.headers["content-type"] == "image/jpeg"
    picture = Image.open(io.BytesIO(response.content))
    assert picture.format == "JPEG"
    assert picture.size[1] / picture.size[0] == pytest.approx(792 / 612, rel=0.01)
    assert max(picture.size) <= 1600
    assert len(picture.convert("L").getcolors() or ()) > 2


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("moss.pdf", "screenshots/page_0.jpg"),
        ("moss.pdf", f"screenshots/page_{PAGES + 1}.jpg"),
        ("moss.pdf", "screenshots/page_1.png"),
        ("moss.pdf", "moss.pdf"),
        ("notes.md", "screenshots/page_1.jpg"),
        ("gone.pdf", "screenshots/page_1.jpg"),
    ],
)
def test_what_is_no_page_has_no_picture(sdk: LlamaCloud, folder: Path, file: str, name: str) -> None:
    with pytest.raises(NotFoundError):
        sdk.beta.attachments.get(name, source_id=source(folder, file))


def test_documents_without_pages_have_no_attachments(sdk: LlamaCloud, folder: Path) -> None:
    assert list(sdk.beta.attachments.list(source_id=source(folder, "notes.md"))) == []


def test_a_url_is_for_its_page_of_its_file_and_its_time_only(
    sdk: LlamaCloud, folder: Path, stranger: httpx.Client, server: Connection
) -> None:
    moss, fern = source(folder, "moss.pdf"), source(folder, "fern.pdf")
    url = sdk.beta.attachments.get("screenshots/page_1.jpg", source_id=moss).url
    signature = parse_qs(urlsplit(url).query)["signature"][0]
    expires = parse_qs(urlsplit(url).query)["expires"][0]
    forged = [
        url.replace("page_1", "page_2"),
        url.replace(moss, fern),
        url.replace(expires, str(int(expires) + 1)),
        url.replace(signature, "0" * len(signature)),
        url.replace(signature, "é"),
        url.replace(f"/{moss}/screenshots", f"/{moss}/screenshots/%2e%2e/screenshots"),
    ]
    for other in forged:
        assert stranger.get(other).status_code in (403, 404), other
    assert stranger.get(urlunsplit(urlsplit(url)._replace(query=""))).status_code == 422
    assert stranger.get(f"{server.base_url}/signed/%2e%2e/api/v1/indexes?expires=1&signature=1").status_code in (
        403,
        404,
    )
    assert stranger.get(url).status_code == 200


def test_the_lines_of_a_passage_are_marked_where_they_stand_on_a_page(
    sdk: LlamaCloud, folder: Path, stranger: httpx.Client
) -> None:
    lichen = source(folder, "lichen.pdf")
    text = "\n\n".join("\n".join(lines) for lines in LICHEN)
    start, end = text.index("grows"), text.index("Nothing") + len("Nothing more")
    span = {"start_char": str(start), "end_char": str(end)}

    def picture(page: int, extra: dict[str, str]) -> bytes:
        given = sdk.beta.attachments.get(f"screenshots/page_{page}.jpg", source_id=lichen, extra_query=extra)
        response = stranger.get(given.url)
        assert response.status_code == 200
        return response.content

    assert marked_boxes(picture(1, {})) is None
    box = marked_boxes(picture(1, span))
    assert box is not None
    left, top, right, bottom = box
    assert (left, right) == (pytest.approx(11, abs=3), pytest.approx(37, abs=6))
    assert (top, bottom) == (pytest.approx(9, abs=2), pytest.approx(14, abs=2)), "the second and third lines"
    following = marked_boxes(picture(2, span))
    assert following is not None
    assert following[3] < 11, "only the passage's end, the first line"
    assert marked_boxes(picture(3, span)) is None
    assert marked_boxes(picture(1, {"start_char": "5", "end_char": "5"})) is None


def test_what_is_marked_is_signed_too(sdk: LlamaCloud, folder: Path, stranger: httpx.Client) -> None:
    span = {"start_char": "0", "end_char": "9"}
    lichen = source(folder, "lichen.pdf")
    url = sdk.beta.attachments.get("screenshots/page_1.jpg", source_id=lichen, extra_query=span).url
    assert stranger.get(url.replace("end_char=9", "end_char=8")).status_code == 403
    assert stranger.get(url.replace("&start_char=0", "")).status_code == 403


def test_a_url_expires_and_another_start_does_not_know_it() -> None:
    now = 1_000_000.0
    pictures = PageImages(lambda: now)
    path, expires = pictures.sign("dfl-1", "screenshots/page_1.jpg")
    signature = parse_qs(urlsplit(path).query)["signature"][0]
    asked = ("dfl-1", "screenshots/page_1.jpg", int(expires), signature)
    assert pictures.is_signed(*asked)
    assert not PageImages(lambda: now).is_signed(*asked)
    now += URL_SECONDS
    assert not pictures.is_signed(*asked)


def test_the_library_says_which_passages_have_a_picture(tmp_path: Path, folder: Path) -> None:
    local = opened(folder, tmp_path / "data")
    local.sync()
    passage = local.library.passages.search('"page" AND "7"', [local.index_id], 1)[0]
    assert passage.first_page == 7
    picture = local.library.documents.page_image_of(passage.file_id, passage.first_page)
    assert picture
    assert (picture.attachment_name, picture.source_id) == ("screenshots/page_7.jpg", passage.file_id)
    assert local.library.documents.page_image_of(passage.file_id, PAGES + 1) is None
    assert local.library.documents.page_image_of(source(folder, "notes.md"), 1) is None


async def test_what_cannot_be_drawn_any_more_has_no_picture_and_the_kept_ones_stay_few(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "a.pdf").write_bytes(papers.pdf([["one"], ["two"], ["three"]]))
    local = opened(folder, tmp_path / "data")
    local.sync()
    file = local.library.documents.paged_file(source(folder, "a.pdf"))
    assert file
    pictures = PageImages()
    one = await pictures.draw(file, 1, 1)
    (folder / "a.pdf").write_bytes(b"%PDF-1.7 broken")
    assert await pictures.draw(file, 1, 1) == one
    assert await pictures.draw(file, 2, 2) == []
    monkeypatch.setattr("tui.local.library.page_images.MAX_KEPT_BYTES", 1)
    (folder / "a.pdf").write_bytes(papers.pdf([["one"], ["two"], ["three"]]))
    assert len(await pictures.draw(file, 1, 3)) == 3
    (folder / "a.pdf").unlink()
    assert await pictures.draw(file, 1, 1) == []
