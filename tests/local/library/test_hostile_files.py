"""Files that are made to harm their reader are refused with the reason, and nothing else suffers."""

from collections.abc import Mapping

import pytest

from tests.local import documents as papers
from tui.local.library.documents import UnreadableError
from tui.local.library.readers import ocr, read_document

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(10))


@pytest.mark.parametrize("name", ["a.docx", "a.pptx", "a.xlsx", "a.epub", "a.odt"])
def test_a_file_that_would_unpack_to_too_much_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.local.library.readers.packed.MAX_UNPACKED_BYTES", 2_000_000)
    bomb = papers.packed({f"{n}": "0" * 500_000 for n in range(5)})
    assert len(bomb) < 10_000
    with pytest.raises(UnreadableError, match="unpacks to more than 2 MB"):
        read_document(name, bomb)


def test_a_chapter_that_a_book_names_often_is_read_once() -> None:
    book = papers.epub({"one.xhtml": "<p>Moss.</p>"})
    assert book.count(b"one.xhtml") == 2
    often = papers.repacked(book, "book/package.opf", lambda text: text.replace("<spine>", "<spine>" + SPINE_ITEM * 99))
    assert read_document("a.epub", often).text == "Moss.\n"


SPINE_ITEM = '<itemref idref="0"/>'


def laughing(parts: Mapping[str, str]) -> bytes:
    return papers.packed({name: f"<!DOCTYPE x [{LAUGHS}]>{text}" for name, text in parts.items()})


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("a.docx", "word/document.xml"),
        ("a.epub", "META-INF/container.xml"),
        ("a.odt", "content.xml"),
        ("a.pptx", "[Content_Types].xml"),
    ],
)
def test_entities_that_unfold_without_end_are_refused(name: str, part: str) -> None:
    with pytest.raises(UnreadableError, match="damaged"):
        read_document(name, laughing({part: "<x>&l9;</x>"}))


def test_entities_in_a_text_of_opendocument_do_not_unfold() -> None:
    plain = papers.odt("<text:p>Profit.</text:p>")
    data = papers.repacked(plain, "content.xml", lambda text: f"<!DOCTYPE x [{LAUGHS}]>{text.replace('t.', 't.&l1;')}")
    assert read_document("a.odt", data).text == "Profit.\n"


def test_entities_in_the_header_of_a_document_do_not_unfold() -> None:
    header = f'<!DOCTYPE x [{LAUGHS}]><w:hdr xmlns:w="{papers.WORD}"><w:p><w:r><w:t>a&l1;</w:t></w:r></w:p></w:hdr>'
    data = papers.repacked(
        papers.docx([("Normal", "Profit.")], edges={"header1": "x"}), "word/header1.xml", lambda _: header
    )
    assert "lol" not in read_document("a.docx", data).text


def test_a_table_takes_no_more_room_than_its_file() -> None:
    page = "<table><tr>" + "<td>x" * 5_000 + "</tr>" + "<tr><td>y</tr>" * 5_000 + "</table>"
    assert len(read_document("a.html", page.encode()).text) < 2 * len(page)


def test_a_far_cell_does_not_fill_a_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    rows: list[list[object]] = [["name"], ["oak"], *[[]] * 100, [*[""] * 1_000, "far"]]
    data = papers.xlsx({"Stock": rows})
    monkeypatch.setattr("tui.local.library.readers.office.sheets.MAX_CELLS", 50_000)
    document = read_document("a.xlsx", data)
    assert document.text == "## Stock\n\n| name |\n|---|\n| oak |\n"
    assert document.remarks == ("of the sheet 'Stock' only the first 49 rows of 103 are read",)
    monkeypatch.setattr("tui.local.library.readers.office.sheets.MAX_EXTENT", 100_000)
    with pytest.raises(UnreadableError, match="too far from the others"):
        read_document("a.xlsx", data)


PART = "\nContent-Type: multipart/mixed; boundary=b{n}\n\n--b{n}"


@pytest.mark.parametrize(
    "parts",
    [
        "\nContent-Type: multipart/mixed; boundary=b\n" + "\n--b\n\nMoss." * 600,
        "".join(PART.format(n=n) for n in range(600)),
    ],
)
def test_a_mail_of_any_number_of_parts_is_refused(parts: str) -> None:
    with pytest.raises(UnreadableError, match="more than 500 parts"):
        read_document("a.eml", f"From: a@example.org{parts}\n".encode())


def test_a_page_of_more_letters_than_can_be_read_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.local.library.readers.pdf.MAX_PAGE_CHARS", 100)
    assert read_document("a.pdf", papers.pdf([["Moss grows."] * 5])).text
    with pytest.raises(UnreadableError, match="its page 2 has more than 100 characters"):
        read_document("a.pdf", papers.pdf([["Moss grows."], ["Moss grows."] * 50]))


def test_a_file_with_more_text_than_can_be_read_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.local.library.readers.MAX_CHARS", 1_000_000)
    with pytest.raises(UnreadableError, match="more than 1 million characters"):
        read_document("a.txt", b"word " * 300_000)


def test_a_file_that_takes_more_memory_than_it_may_is_refused_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: str) -> list[object]:
        raise MemoryError

    monkeypatch.setattr("tui.local.library.readers.html.html_pieces", full)
    with pytest.raises(UnreadableError, match="more memory than it may"):
        read_document("a.html", b"<p>x")


def test_a_page_of_any_size_makes_a_picture_that_can_be_paid_for(monkeypatch: pytest.MonkeyPatch) -> None:
    from pypdfium2 import PdfDocument

    pictures: list[bytes] = []

    def recognized(page: object) -> str:
        pictures.append(ocr.picture(page))
        return "Read."

    monkeypatch.setattr(ocr, "is_available", lambda: True)
    monkeypatch.setattr(ocr, "recognized", recognized)
    pdf = papers.pdf([None]).replace(b"/MediaBox [0 0 612 792]", b"/MediaBox [0 0 14400 14400]")
    assert max(PdfDocument(pdf)[0].get_size()) > 10_000
    assert "Read." in read_document("a.pdf", pdf).text
    assert 1_000_000 < len(pictures[0]) < ocr.MAX_PIXELS + 100
