import pytest

from tui.api.models import ImageAttachment
from tui.conversation.page_image import PageImage, page_image
from tui.conversation.passages import Location, Passage


def image_of(name: str, pages: tuple[str, ...] = (), file: str = "papers/moss.pdf") -> PageImage:
    place, image = Location("dfl-1", start=3, end=9), ImageAttachment(name, "dfl-1")
    page = page_image(Passage(file, "Moss.", pages=pages, location=place, image=image))
    assert page is not None
    return page


def test_a_passage_may_have_no_picture_or_no_place() -> None:
    assert page_image(Passage("moss.pdf", "Moss.")) is None
    page = page_image(Passage("moss.pdf", "Moss.", image=ImageAttachment("screenshots/page_7.jpg", "dfl-1")))
    assert page is not None
    assert page.marked is None


def test_a_page_is_called_by_its_number_and_its_document() -> None:
    assert image_of("screenshots/page_7.jpg", ("7", "8")).title == "page 7 of papers/moss.pdf"
    assert image_of("screenshots/page_7.jpg").title == "page 7 of papers/moss.pdf"
    assert image_of("figure.png").title == "a page of papers/moss.pdf"


def test_the_passage_s_page_counts_where_the_name_counts_from_nought() -> None:
    page = image_of("screenshots/page_0.jpg", ("1", "1"))
    following = page.turned(1)
    assert page.title == "page 1 of papers/moss.pdf"
    assert following is not None
    assert (following.title, following.attachment.attachment_name) == (
        "page 2 of papers/moss.pdf",
        "screenshots/page_1.jpg",
    )
    assert following.turned(-1) == page
    assert page.turned(-1) is None


def test_a_page_without_a_number_has_no_neighbours() -> None:
    assert image_of("figure.png").turned(1) is None
    assert image_of("screenshots/page_1.jpg").turned(-1) is None


def test_what_the_answer_says_again_is_marked_else_the_whole_passage() -> None:
    text = "Moss is green. The moss of the north wall grows in the shade. It is old."
    image = ImageAttachment("screenshots/page_7.jpg", "dfl-1")
    passage = Passage("moss.pdf", text, location=Location("dfl-1", start=100, end=100 + len(text)), image=image)
    for answer, marked in (
        ("The moss of the north wall grows in the shade [1].", (115, 161)),
        ("I do not know.", (100, 172)),
        ("", (100, 172)),
    ):
        page = page_image(passage, answer)
        assert page is not None
        assert page.marked == marked


def test_the_passage_is_marked_on_its_own_pages_only() -> None:
    page = image_of("screenshots/page_7.jpg", ("7", "8"))
    marked = [turned.begun_at(page).marked for by in (-1, 0, 1, 2) if (turned := page.turned(by))]
    assert marked == [None, (3, 9), (3, 9), None]


@pytest.mark.fault(11)
@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("papers/moss.pdf", "moss-page-7"),
        ("../../etc/passwd", "passwd-page-7"),
        ("..", "document-page-7"),
        ("a\x1b]52;c;b.pdf", "a-52-c-b-page-7"),
        ("/\u202egpj.exe.pdf", "gpj-exe-page-7"),
        ("漢字 notes.pdf", "漢字-notes-page-7"),
        ("x" * 500 + ".pdf", "x" * 60 + "-page-7"),
    ],
)
def test_a_file_is_named_after_the_page_and_never_leads_elsewhere(file: str, name: str) -> None:
    assert image_of("screenshots/page_7.jpg", file=file).file_name == name
