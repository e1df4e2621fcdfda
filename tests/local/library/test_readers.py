"""What is read from files of each format, and what is said of those that cannot be read."""

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.local import documents as papers
from tui.local.library.chunks import Chunk, chunks_of
from tui.local.library.documents import Document, UnreadableError
from tui.local.library.readers import READERS, language_of, may_be_document, read_document, reader_for


def chunked(document: Document) -> list[tuple[Chunk, str]]:
    return [(chunk, document.text[chunk.start : chunk.end]) for chunk in chunks_of(document)]


def headings(document: Document) -> list[tuple[str, ...]]:
    return [chunk.headings for chunk, _ in chunked(document)]


def test_a_book_is_read_in_the_order_of_its_chapters() -> None:
    book = papers.epub({"two.xhtml": "<h1>First</h1><p>One.</p>", "one.xhtml": "<h1>Second</h1><p>Two.</p>"})
    assert headings(read_document("a.epub", book)) == [("First",), ("Second",)]


def test_pdf_pages_are_told_apart_and_the_outline_gives_headings() -> None:
    pages = [["1 Moss", "Moss grows slowly", "in the shade."], [], ["2 Ferns", "Ferns like rain."]]
    document = read_document("a.pdf", papers.pdf(pages, [("Moss", 0), ("Ferns", 2)]))
    (moss, moss_text), (ferns, ferns_text) = chunked(document)
    assert (moss.headings, moss.first_page, moss.last_page) == (("Moss",), 1, 1)
    assert (ferns.headings, ferns.first_page, ferns.last_page) == (("Ferns",), 3, 3)
    assert moss_text.strip() == "1 Moss\nMoss grows slowly\nin the shade."
    assert ferns_text == "2 Ferns\nFerns like rain."


def test_of_the_headers_and_footers_of_pdf_pages_one_is_kept() -> None:
    pages = [["Chapter 3: The shell", f"About topic {number}.", "7", f"A manual, page {number}"] for number in range(4)]
    document = read_document("a.pdf", papers.pdf([*pages, ["Chapter 3: The shell"], ["Appendix", "Words."]]))
    assert document.text.count("Chapter 3") == 2, "the first, and the one that is all of its page"
    assert document.text.count("A manual") == 1
    assert [document.text.count(f"About topic {number}.") for number in range(4)] == [1, 1, 1, 1]
    assert document.text.count("7") == 4
    assert document.text.endswith("Appendix\nWords.")
    assert len(document.page_starts) == 6


def test_a_pdf_is_known_by_how_it_begins() -> None:
    assert "hello" in read_document("download", papers.pdf([["hello"]])).text


def test_word_documents() -> None:
    data = papers.docx([("Heading1", "Report"), ("Normal", "Profit rose.")])
    assert read_document("a.docx", data).text == "# Report\n\nProfit rose.\n"


def test_slides_are_pages() -> None:
    document = read_document("a.pptx", papers.pptx([("Plan", ["think", "do"]), ("Cost", ["nothing"])]))
    assert [(chunk.headings, chunk.first_page) for chunk, _ in chunked(document)] == [(("Plan",), 1), (("Cost",), 2)]
    assert "- think\n- do" in document.text


def test_sheets_are_tables_and_each_part_of_a_long_one_has_its_head() -> None:
    rows = [["name", "price"], *([f"item {n}", n + 0.5] for n in range(100))]
    document = read_document("a.xlsx", papers.xlsx({"Stock": rows, "Empty": []}))
    assert headings(document)[0] == ("Stock",)
    assert "| item 7 | 7.5 |" in document.text
    assert all("| name | price |" in text for _, text in chunked(document))


def test_notebooks_are_read_without_their_outputs() -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Moss\n", "Measured."]},
        {"cell_type": "code", "source": "grow(3)", "outputs": [{"data": {"image/png": "AAAA"}}]},
    ]
    notebook = {"cells": cells, "metadata": {"kernelspec": {"language": "python"}}}
    text = read_document("a.ipynb", json.dumps(notebook).encode()).text
    assert text == "# Moss\nMeasured.\n\n```python\ngrow(3)\n```"


def test_code_is_cut_between_definitions() -> None:
    body = "    x = 1\n\n    y = 2\n" * 40
    source = f"import os\n\n\ndef one():\n{body}\n\ndef two():\n{body}"
    texts = [text for _, text in chunked(read_document("a.py", source.encode()))]
    assert [text.split("(")[0] for text in texts] == ["import os\n\n\ndef one", "def two"]


@pytest.mark.parametrize(
    ("name", "language"),
    [("a.py", "python"), ("Makefile", "make"), ("a.ts", "typescript"), ("a.sql", "sql"), ("a.rs", "rust"), ("a", "")],
)
def test_languages(name: str, language: str) -> None:
    assert language_of(name) == language


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.pdf", papers.pdf([["x"]], encrypted=True), "encrypted with a password"),
        ("a.pdf", b"%PDF-1.7 and nothing more", "damaged"),
        ("a.pdf", papers.pdf([[], []]), "its pages are empty"),
        ("a.pdf", papers.pdf([[], None]), "no text; its pages are probably scanned"),
        ("a.docx", b"PK no archive", "damaged, or encrypted"),
        ("a.docx", papers.packed({"word/nothing.xml": "<a/>"}), "damaged"),
        ("a.pptx", papers.packed({"a": "b"}), "damaged"),
        ("a.xlsx", b"no workbook", "damaged"),
        ("a.epub", papers.packed({"mimetype": "application/epub+zip"}), "damaged"),
        ("a.ipynb", b"[1]", "not a notebook"),
        ("a.md", b"a\0b", "binary file"),
        ("a.html", b"<html><script>x</script></html>", "empty"),
        ("a.ipynb", b'{"cells": [{"cell_type": "markdown", "source": "\\ud800"}]}', "characters that are none"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(name: str, data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason):
        read_document(name, data)


def test_without_the_extra_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for library in ("mammoth", "pptx", "python_calamine"):
        monkeypatch.setitem(sys.modules, library, None)
    for name in ("a.docx", "a.pptx", "a.xlsx"):
        with pytest.raises(UnreadableError, match=r"install llamachat-tui\[office\]"):
            read_document(name, b"PK")


@pytest.mark.parametrize("name", ["a.png", "a.MP4", "a.woff2", "a.svg"])
def test_pictures_sound_and_films_are_not_even_opened(name: str) -> None:
    assert not may_be_document(name)


@pytest.mark.parametrize("data", [b"\x7fELF\0\0", b"PK\x03\x04\0", b"\xff\xfe\xfa\xfb\x00\xd8" * 2, b"\x80\x81\x82"])
def test_binary_files_of_unknown_endings_are_no_documents(data: bytes) -> None:
    reader = reader_for("thing", data)
    if reader:
        with pytest.raises(UnreadableError):
            reader.read(data)


@given(
    st.sampled_from([*READERS, ".py", ".weird"]),
    st.sampled_from([b"", b"%PDF-1.7\n", b"PK\x03\x04", b"<html>", b'{"cells":[']).flatmap(
        lambda head: st.binary(max_size=300).map(lambda rest: head + rest)
    ),
)
def test_no_bytes_break_a_reader(suffix: str, data: bytes) -> None:
    try:
        document = read_document(f"a{suffix}", data)
    except UnreadableError:
        return
    assert "".join(text for _, text in chunked(document)) == document.text


def test_a_reader_is_imported_with_the_first_file_of_its_kind() -> None:
    script = (
        "import sys, tui.local.library.syncing.worker\n"
        "from tui.local.library.readers import read_document\n"
        "kinds = ('pdf', 'html', 'epub', 'mail', 'sheets', 'slides', 'word', 'marked_text', 'rich_text')\n"
        "print(*(kind for kind in kinds if f'tui.local.library.readers.{kind}' in sys.modules), '/')\n"
        "read_document('a.org', b'* Tugs')\n"
        "print(*(kind for kind in kinds if f'tui.local.library.readers.{kind}' in sys.modules))\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["/", "marked_text"]


def test_a_piece_that_others_include_is_read_as_what_it_is_a_piece_of() -> None:
    text = b"Kilns\n=====\n\nA kiln is lit by hand.\n"
    for name in ("usage.rst.inc", "usage.rst.in"):
        assert headings(read_document(name, text)) == [("Kilns",)]
    assert read_document("usage.inc", b"<?php echo 1;\n").format == "code"


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("# Kilns { #kilns }", "Kilns"),
        ("# Kilns {#kilns .wide}", "Kilns"),
        ("# Kilns {: .wide }", "Kilns"),
        ("# Kilns {name}", "Kilns {name}"),
        ("# {#kilns}", "{#kilns}"),
    ],
)
def test_the_attributes_of_a_heading_are_no_part_of_its_words(heading: str, title: str) -> None:
    assert headings(read_document("a.md", f"{heading}\n\nLit by hand.\n".encode())) == [(title,)]
