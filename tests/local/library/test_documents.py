"""Reading files, and cutting documents into chunks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.local.library.chunks import MAX_CHARS, chunks_of
from tui.local.library.documents import UnreadableError
from tui.local.library.readers import read_document
from tui.local.library.readers.encodings import decode

PIECES = st.sampled_from(
    [
        "# A\n",
        "## B\n\n",
        "words and words. " * 20,
        "\n\n",
        "- one\n- two\n",
        "| a | b |\n|---|---|\n| 1 | 2 |\n",
        "```\ncode\n",
        "x" * 4000,
        "é\u2028ü\x0c",
        "> quoted\n",
        "    indented\n",
        "\r\n",
        "---\ntitle: x\n---\n",
        "Under\n=====\n",
        "as follows:\n\n",
    ]
)


@given(st.lists(PIECES, max_size=30), st.sampled_from(["a.md", "a.txt"]))
def test_chunks_joined_are_the_document(pieces: list[str], name: str) -> None:
    text = "".join(pieces)
    if not text.strip():
        return
    document = read_document(name, text.encode())
    chunks = list(chunks_of(document))
    assert "".join(document.text[chunk.start : chunk.end] for chunk in chunks) == document.text
    assert all(chunk.start < chunk.end for chunk in chunks)
    for chunk in chunks:
        assert chunk.first_line == document.text.count("\n", 0, chunk.start) + 1


@given(st.text(), st.sampled_from(["a.md", "a.txt", "README"]))
def test_any_text_can_be_read_and_its_blocks_lie_in_order(text: str, name: str) -> None:
    try:
        document = read_document(name, text.encode("utf-8", "surrogatepass"))
    except UnreadableError:
        return
    ends = [0, *(block.end for block in document.blocks)]
    assert all(end <= block.start < block.end for end, block in zip(ends, document.blocks, strict=False))
    assert ends[-1] <= len(document.text)


def test_chunks_follow_headings_and_know_where_they_are() -> None:
    text = "# Book\n\nIntro.\n\n## One\n\nFirst.\n\n### Deep\n\nDeeper.\n\n## Two\n\nSecond.\n"
    headings = [chunk.headings for chunk in chunks_of(read_document("book.md", text.encode()))]
    assert headings == [("Book",), ("Book", "One"), ("Book", "One", "Deep"), ("Book", "Two")]


def test_a_list_stays_with_the_words_that_lead_into_it() -> None:
    text = "# A\n\n" + "Some words here. " * 87 + "\n\nDo as follows:\n\n" + "- a step of some length\n" * 10
    *_, last = chunks_of(read_document("a.md", text.encode()))
    assert "Do as follows:\n\n- a step" in text[last.start : last.end]


def test_a_section_without_end_is_cut() -> None:
    document = read_document("a.txt", b"word " * 10_000)
    assert all(chunk.end - chunk.start <= MAX_CHARS for chunk in chunks_of(document))


def test_headings_without_text_are_cut() -> None:
    document = read_document("a.md", b"# Moss\n" * 1000)
    assert max(chunk.end - chunk.start for chunk in chunks_of(document)) <= MAX_CHARS


def test_headings_in_plain_text() -> None:
    text = "MINUTES\n\nWe met.\n\nActions\n-------\n\nJonas acts.\n"
    headings = [chunk.headings for chunk in chunks_of(read_document("a.txt", text.encode()))]
    assert headings == [("MINUTES",), ("MINUTES", "Actions")]


@pytest.mark.parametrize(
    "data", ["Grüße".encode(), "Grüße".encode("utf-8-sig"), "Grüße".encode("utf-16"), "Grüße".encode("cp1252")]
)
def test_encodings(data: bytes) -> None:
    assert decode(data) == "Grüße"


@pytest.mark.parametrize("data", [b"", b" \n", b"a\0b"])
def test_files_that_are_no_documents(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        read_document("a.md", data)
