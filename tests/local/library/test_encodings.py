"""Texts in encodings of eight bits, and what is said of those that were guessed."""

import pytest

from tui.local.library.documents import UnreadableError
from tui.local.library.readers import read_document

RUSSIAN = "Уровень воды в Волге понизился на три метра, и рыбаки жалуются на убытки."
CHINESE = "市长在九点钟宣布会议开始。道路的较大开支必须审查。"
JAPANESE = "市長は九時に会議を開いた。カタカナもあります。"
POLISH = "Burmistrz otworzył posiedzenie o dziewiątej. Łódź złożyła wniosek, żeby przyspieszyć budowę."
GERMAN = "Die Bürgermeisterin eröffnete die Sitzung; „größere“ Ausgaben kosten 30 €."
FRENCH = "Il a été décidé de créer une école. Ça coûtera cher ; l\N{RIGHT SINGLE QUOTATION MARK}œuvre aussi."


@pytest.mark.parametrize(
    ("text", "encoding", "remarks"),
    [
        (RUSSIAN, "koi8_r", ("its letters were taken for KOI8-R",)),
        (RUSSIAN, "cp1251", ("its letters were taken for Windows-1251",)),
        (CHINESE, "gbk", ("its letters were taken for GB18030",)),
        (JAPANESE, "shift_jis", ("its letters were taken for Shift-JIS",)),
        (JAPANESE, "euc_jp", ("its letters were taken for EUC-JP",)),
        (POLISH, "cp1250", ("its letters were taken for Windows-1250",)),
        (GERMAN, "cp1252", ()),
        (FRENCH, "cp1252", ()),
        (RUSSIAN, "utf-16", ()),
        (RUSSIAN, "utf-32", ()),
        (GERMAN, "utf-8-sig", ()),
    ],
)
@pytest.mark.parametrize("before", ["", "Minutes of the meeting, file 27; see also the annex.\n" * 500])
def test_the_letters_are_right_and_a_guess_is_told(
    text: str, encoding: str, remarks: tuple[str, ...], before: str
) -> None:
    document = read_document("a.txt", (before + text).encode(encoding))
    assert document.text == before + text
    assert document.remarks == remarks


@pytest.mark.parametrize(
    ("declared", "encoding", "text"),
    [("iso-8859-1", "cp1252", GERMAN), ("gb2312", "gbk", CHINESE), ("utf-8", "cp1252", GERMAN), ("x", "utf-8", POLISH)],
)
def test_a_page_is_read_by_what_it_declares_and_where_that_is_wrong_by_its_letters(
    declared: str, encoding: str, text: str
) -> None:
    page = f'<html><head><meta charset="{declared}"></head><p>{text}</p></html>'.encode(encoding)
    assert read_document("a.html", page).text == f"{text}\n"


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(UnreadableError, match="encoding is not known"):
        read_document("a.txt", bytes(range(128, 256)) * 3)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("name", ["a.txt", "a.unknown", "noending"])
def test_utf_16_is_known_without_a_mark(name: str, encoding: str) -> None:
    text = "The gärtner of the estate is called Tobias Lund.\n" * 400
    assert read_document(name, text.encode(encoding)).text == text


@pytest.mark.parametrize(
    "data",
    [b"\1\0\2\0" * 40, b"a\0" * 40 + b"\0\0", b"a\0" * 3, b"a\0" * 40 + b"b", b"ab" * 40 + b"a\0" * 20],
    ids=["numbers", "zeros", "short", "odd", "some"],
)
def test_bytes_with_zeros_that_are_no_text_are_refused(data: bytes) -> None:
    with pytest.raises(UnreadableError, match="binary file"):
        read_document("a.txt", data)
