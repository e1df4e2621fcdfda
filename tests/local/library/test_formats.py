"""Nothing of a file is lost in silence: what each format may hide is read, or told of."""

import io
import stat
import sys
import zipfile
from email.message import EmailMessage
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pptx import Presentation
from pptx.util import Inches

from tests.local import documents as papers
from tests.local.opened import opened
from tui.local.library.chunks import chunks_of
from tui.local.library.documents import Document, UnreadableError
from tui.local.library.index_state import RemarkedFile
from tui.local.library.readers import ocr, read_document

MAIL_BODY = "The harbour master is Ottilie Quïst.\n\nTugs report at six.\n"


def headings(document: Document) -> list[tuple[str, ...]]:
    return [chunk.headings for chunk in chunks_of(document)]


def box(text: str) -> str:
    return f"<w:txbxContent><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:txbxContent>"


def test_boxes_headers_and_footers_of_word_documents() -> None:
    old = f"<mc:Fallback><w:pict><v:shape><v:textbox>{box('In both.')}</v:textbox></v:shape></w:pict></mc:Fallback>"
    new = "<w:drawing><wps:wsp><wps:txbx>{}</wps:txbx></wps:wsp></w:drawing>"
    both = f'<mc:AlternateContent><mc:Choice Requires="wps">{new.format(box("In both."))}</mc:Choice>{old}'
    more = f"<w:p><w:r>{both}</mc:AlternateContent></w:r></w:p><w:p><w:r>{new.format(box('Only new.'))}</w:r></w:p>"
    edges = {"header1": "Secret draft", "header2": "Secret draft", "footer1": "Kiln works", "footer2": "12"}
    text = read_document("a.docx", papers.docx([("Heading1", "Report"), ("Normal", "Profit rose.")], more, edges)).text
    for said in ("Profit rose.", "In both.", "Only new.", "Page header: Secret draft", "Page footer: Kiln works"):
        assert text.count(said) == 1
    assert "12" not in text


def test_the_number_of_a_note_in_a_word_document_looks_like_no_citation() -> None:
    reference = '<w:p><w:r><w:t>It serves 340 meals.</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p>'
    data = papers.docx([("Normal", "See [1] there.")], reference)
    note = f'<w:footnotes xmlns:w="{papers.WORD}"><w:footnote w:id="2"><w:p><w:r><w:t>As counted.</w:t></w:r></w:p>'
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    parts["word/footnotes.xml"] = f"{note}</w:footnote></w:footnotes>"
    parts["word/_rels/document.xml.rels"] = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r2" Type="{relation}" Target="footnotes.xml"/></Relationships>'
    )
    document = read_document("a.docx", papers.packed(parts))
    assert document.text == "See [1] there.\n\nIt serves 340 meals.\n\n1. As counted.\n"


def test_a_text_of_opendocument_is_read_with_its_headings_lists_tables_and_notes() -> None:
    data = papers.odt(
        "<text:tracked-changes><text:p>Taken out.</text:p></text:tracked-changes>"
        '<text:h text:outline-level="2">Orch<text:span>ard</text:span></text:h>'
        "<text:section><text:p>It has<text:s/>512<text:line-break/>pear *trees*.<text:note><text:note-citation>1"
        "</text:note-citation><text:note-body><text:p>As counted.</text:p></text:note-body></text:note></text:p>"
        "</text:section><text:list><text:list-item><text:p>Moss</text:p><text:list><text:list-item><text:p>Fern</text:p>"
        "</text:list-item></text:list></text:list-item></text:list><table:table><table:table-header-rows><table:table-row>"
        "<table:table-cell><text:p>Dish</text:p></table:table-cell><table:table-cell><text:p>Price</text:p>"
        "</table:table-cell></table:table-row></table:table-header-rows><table:table-row><table:table-cell><text:p>Goulash"
        "</text:p><text:p>soup</text:p></table:table-cell><table:table-cell><text:p>7.40</text:p></table:table-cell>"
        "</table:table-row></table:table>"
    )
    document = read_document("a.odt", data)
    assert document.text == (
        "## Orchard\n\nIt has 512 pear \\*trees\\*. (As counted.)\n\n- Moss\n  - Fern\n\n"
        "| Dish | Price |\n|---|---|\n| Goulash soup | 7.40 |\n"
    )
    assert headings(document) == [("Orchard",)]


def test_a_text_of_opendocument_that_is_encrypted_is_refused() -> None:
    with pytest.raises(UnreadableError, match="damaged, or encrypted"):
        read_document("a.odt", papers.packed({"content.xml": "\x07\x1bA"}))


def test_a_hidden_sheet_is_said_to_be_hidden() -> None:
    data = papers.xlsx({"Stock": [["name"], ["oak"]], "Costs": [["name"], ["elm"]]})
    hidden = papers.repacked(data, "xl/workbook.xml", lambda text: text.replace('Costs"', 'Costs" state="hidden"'))
    assert headings(read_document("a.xlsx", hidden)) == [("Stock",), ("Costs (hidden)",)]


def test_groups_and_notes_of_slides() -> None:
    presentation: Any = Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[5])
    slide.shapes.title.text = "Plan"
    outer = slide.shapes.add_group_shape()
    inner = outer.shapes.add_group_shape()
    size = [Inches(1)] * 4
    outer.shapes.add_textbox(*size).text_frame.text = "In a group."
    inner.shapes.add_textbox(*size).text_frame.text = "In a group of a group."
    slide.notes_slide.notes_text_frame.text = "Speak *slowly*."
    out = io.BytesIO()
    presentation.save(out)
    document = read_document("a.pptx", out.getvalue())
    assert "- In a group.\n" in document.text
    assert "- In a group of a group.\n" in document.text
    assert "Notes: Speak \\*slowly\\*." in document.text
    assert headings(document) == [("Plan",)]


def test_rows_of_a_sheet_that_are_not_read_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.local.library.readers.office.sheets.MAX_ROWS", 10)
    document = read_document("a.xlsx", papers.xlsx({"Stock": [["name"], *([n] for n in range(30))]}))
    assert document.remarks == ("of the sheet 'Stock' only the first 10 rows of 31 are read",)
    assert "| 8 |" in document.text
    assert "| 9 |" not in document.text


def mail(html: bool = False) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Jürgen <j@example.org>"
    message["To"] = "harbour@example.org"
    message["Subject"] = "Rules of the härbour"
    message["Date"] = "Mon, 05 Jan 2026 10:00:00 +0000"
    if html:
        message.set_content("<h1>Rules</h1><p>Tugs <b>report</b> at six.</p>", subtype="html")
    else:
        message.set_content(MAIL_BODY, charset="iso-8859-1", cte="quoted-printable")
        message.add_alternative("<p>Not this.</p>", subtype="html")
    return message


def test_a_mail_is_read_with_its_head_and_what_is_attached() -> None:
    message, forwarded = mail(), mail(html=True)
    message.add_attachment(b"day,height\nmonday,3\n", maintype="text", subtype="csv", filename="tides.csv")
    message.add_attachment(
        papers.pdf([["Dredging begins in May."]]), maintype="application", subtype="pdf", filename="a.pdf"
    )
    message.add_attachment(b"\x89PNG\r\n\x1a\n\0", maintype="image", subtype="png", filename="map.png")
    forwarded.add_attachment("later", filename="later.txt")
    message.add_attachment(forwarded)
    document = read_document("a.eml", bytes(message))
    for said in ("From: Jürgen", "Date: Mon, 05 Jan 2026", "Ottilie Quïst.", "monday | 3", "Dredging begins in May."):
        assert said in document.text
    assert "Not this" not in document.text
    top = "Rules of the härbour"
    assert headings(document)[:3] == [(top,), (top, "Attachment: tides.csv"), (top, "Attachment: a.pdf")]
    assert (top, "Attached mail", top, "Rules") in headings(document)
    assert document.remarks == (
        "its attachment map.png is not read: it is a binary file",
        "its attached mail has an attachment, later.txt, that is not read",
    )


def test_a_file_that_only_ends_like_a_mail_is_refused() -> None:
    with pytest.raises(UnreadableError, match="no mail"):
        read_document("a.eml", b"Just some words.\n\nAnd more.\n")


def test_rich_text_of_any_ending_is_read_without_its_control_words() -> None:
    data = rb"{\rtf1\ansi\ansicpg1251{\fonttbl{\f0 Arial;}}{\b Rules}\par The master is Quist.\par \u1046?\u1080? \'ef}"
    for name in ("a.rtf", "a.doc", "a.txt"):
        assert read_document(name, data).text == "Rules\n\nThe master is Quist.\n\nЖи п\n"


@pytest.mark.parametrize(
    ("name", "text", "titles"),
    [
        ("a.rst", "****\nBook\n****\n\nIn.\n\nOne\n~~~~\n\nx\n\nTwo\n^^^\n\ny\n\nThree\n~~~~~\n\nz\n", None),
        ("a.rst", "Book\n====\n\n=====  =====\na      b\n=====  =====\n1      2\n=====  =====\n", [("Book",)]),
        ("a.org", "* TODO Book :tag:\nIn.\n** One\n*bold* text\n*** Two\ny\n** Three\nz\n", None),
        ("a.adoc", "= Book\n\nIn.\n\n== One\n\nx\n\n=== Two\n\ny\n\n== Three\n\nz\n", None),
        (
            "a.tex",
            "\\chapter{Book}\nIn.\n\\section[Short]{One}\nx\n\\subsection{\\emph{Two}}\ny\n\\section*{Three}\nz\n",
            None,
        ),
    ],
)
def test_headings_of_texts_with_marks(name: str, text: str, titles: list[tuple[str, ...]] | None) -> None:
    document = read_document(name, text.encode())
    assert document.text.count("\n") == text.count("\n")
    assert headings(document) == (titles or [("Book",), ("Book", "One"), ("Book", "One", "Two"), ("Book", "Three")])


SIMPLE_TABLE = """\
Limits::

  =====  =====
  as it  is
  =====  =====

Table:

  =====  ====  =====
  Berth  Draught, m
  -----  -----------
  name   least most
  =====  ====  =====
  North  4.2   a|b

  南岸     5     6.1
  =====  ====  =====
"""
GRID_TABLE = """\
Limits::

  =====  =====
  as it  is
  =====  =====

Table:

  +-------+------+-------+
  | Berth | Draught, m |       |
  +-------+------+-------+
  | name  | least | most  |
  +=======+======+=======+
  | North | 4.2  | a\\|b  |
  +-------+------+-------+
  | 南岸    | 5    | 6.1   |
  +-------+------+-------+
"""


WIDE = " ".join(["="] * 500)


def test_simple_tables_are_written_as_grid_tables_line_by_line() -> None:
    assert read_document("a.rst", SIMPLE_TABLE.encode()).text == GRID_TABLE


@pytest.mark.parametrize(
    "source", ["==  ==\na   b\n", "==  ==\na   b\n==  ===\n\nText\n", f"{WIDE}" + "\na" * 500 + f"\n{WIDE}\n"]
)
def test_what_is_no_simple_table_or_too_large_stays(source: str) -> None:
    assert read_document("a.rst", source.encode()).text == source


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        (r"A \textbf{bold \emph{kestrel}}, said~Quist", "A bold kestrel, said Quist"),
        (r"pages 3--5 --- and \texttt{--quiet} ``so''", "pages 3\u20135 \u2014 and --quiet “so”"),
        (
            r"as \citep[p.~3]{quist24, moss} show, 5\% of $x_{ij}^2 \leq \alpha$ % why?",
            "as [quist24, moss] show, 5% of x_ij^2 ≤ \u03b1 ",
        ),
        (r"\verb|\textbf{$x$}| and \url{http://a.org/~b%20_c}", r"\textbf{$x$} and http://a.org/~b%20_c"),
        (r"J\"urgen, Fran\c{c}ois, \'{\i}, Stra\ss e\footnote{A road.}", "Jürgen, François, í, Straße (A road.)"),
        (
            "\\begin{verbatim}\n\\textbf{a} % b\n\\end{verbatim}\nc",
            "\\begin{verbatim}\n\\textbf{a} % b\n\\end{verbatim}\nc",
        ),
        ("\\label{a\nb}\\newcommand{\\x}[1]{\n\\textbf{#1}}Moss \\href{http://a.org}{grows}", "\n\nMoss grows"),
        (
            "\\newcommand{\\app}{\\textbf{Kestrel}}\n\\def\\apps{\\app{}s}\n\\app{} and~\\apps, \\app",
            "\n\nKestrel and Kestrels, Kestrel",
        ),
        (r"\unknown[x]{kept} \noindent \frac{1}{2} } \{a\}", "kept 1/2  {a}"),
        ("\\begin{itemize}\n\\item One\n\\end{itemize}", "\\begin{itemize}\n\\item One\n\\end{itemize}"),
        (r"Ada Quist\\Kestrel Road\\[2pt]Moss", "Ada Quist Kestrel Road Moss"),
        (r"\begin{tabular}[t]{l|p{3cm}}Moss", r"\begin{tabular}Moss"),
        (r"\begin{minipage}[t]{0.5\textwidth}Moss", r"\begin{minipage}Moss"),
    ],
)
def test_commands_within_lines_of_latex_are_read(source: str, seen: str) -> None:
    assert read_document("a.tex", source.encode()).text == seen


def test_a_heading_of_latex_may_have_braces_and_lines() -> None:
    document = read_document("a.tex", b"\\section{The set \\{a, b\\}}\nMoss.\n\\section{Moss\\\\in Winter}\nFerns.")
    assert headings(document) == [("The set {a, b}",), ("Moss in Winter",)]


def test_macros_of_latex_make_a_file_not_much_larger() -> None:
    words, chain = "kestrel " * 20, "".join(f"\\def\\{b}{{" + f"\\{a}" * 10 + "}" for a, b in pairwise("abcdefghij"))
    each_ten_of_the_one_before = read_document("a.tex", f"\\def\\a{{kestrel }}{chain}\\j".encode())
    assert len(each_ten_of_the_one_before.text) < 10_000
    the_same_often = read_document("a.tex", (f"\\def\\a{{{words}}}" + "\\a" * 100_000).encode())
    assert len(the_same_often.text) < 1_500_000


@given(
    st.text(st.sampled_from("\\{}[]$%~-&'`|=+ \nabc"), min_size=1, max_size=80),
    st.sampled_from(["a.tex", "a.rst", "a.srt"]),
)
def test_marks_that_are_taken_away_move_no_line(source: str, name: str) -> None:
    document = read_document(name, f"First\n{source}\nLast".encode())
    assert document.text.count("\n") == source.count("\n") + 2


def test_headings_of_a_pdf_without_outline_are_known_by_their_size() -> None:
    def section(y: float, title: str, size: float) -> list[tuple[float, float, float, str]]:
        return [(72, y, size, title), *((72, y - 20 - 12 * n, 10, f"Words about {title}, line {n}.") for n in range(6))]

    pages = [[*section(700, "Moss", 20), *section(560, "Growth", 14)], section(700, "Ferns", 20)]
    document = read_document("a.pdf", papers.typeset_pdf(pages))
    assert headings(document) == [("Moss",), ("Moss", "Growth"), ("Ferns",)]


def test_a_page_of_a_pdf_has_paragraphs_and_a_table_is_not_one_of_them() -> None:
    prose = [(72.0, 700.0 - 12 * n - 8 * (n > 2), 10.0, f"Line {n} of the text goes on") for n in range(6)]
    cells = [(72.0 + 150 * x, 580.0 - 12 * y, 10.0, f"cell {x}{y}") for y in range(4) for x in range(3)]
    text = read_document("a.pdf", papers.typeset_pdf([[*prose, *cells]])).text
    paragraphs = text.split("\n\n")
    assert [len(paragraph.splitlines()) for paragraph in paragraphs] == [3, 3, 1, 1, 1, 1]
    assert paragraphs[2] == "cell 00   cell 10   cell 20"


TESSERACT = """#!/bin/sh
test "$1" = --list-langs && { echo 'List of available languages (3):'; echo deu; echo eng; echo osd; exit; }
test "$1 $2 $3 $4" = 'stdin stdout -l deu+eng' || exit 2
test "$(head -c 2)" = P5 || exit 3
cat > /dev/null
printf 'The harbour master\\nis Ottilie Quist.\\n\\nTugs report at six.\\n\\f'
"""


LATE = f"#!{sys.executable}\nimport time\ntime.sleep(5)\nprint('Too late.')\n"


def install(folder: Path, program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that speaks tesseract's command line, alone on the PATH."""
    folder.mkdir()
    path = folder / "tesseract"
    path.write_text(program)
    path.chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    ocr.languages.cache_clear()


@pytest.fixture
def without_tesseract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))


def test_pages_without_text_are_read_by_ocr(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path / "bin", TESSERACT, monkeypatch)
    document = read_document("a.pdf", papers.pdf([["Moss grows."], None, [], None]))
    assert document.text.startswith("Moss grows.\n\nThe harbour master\nis Ottilie Quist.\n\nTugs report at six.")
    assert document.remarks == ("2 pages (2, 4) read by OCR",)
    assert [chunk.first_page for chunk in chunks_of(document)] == [1, 2, 4]


@pytest.mark.parametrize("program", ["#!/bin/sh\nexit 1\n", LATE])
def test_ocr_that_fails_or_takes_too_long_is_told(
    program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path / "bin", program, monkeypatch)
    monkeypatch.setenv("LLAMACHAT_OCR_LANGUAGES", "deu")
    monkeypatch.setattr(ocr, "PAGE_TIMEOUT", 0.2)
    document = read_document("a.pdf", papers.pdf([["Moss grows."], None]))
    assert document.remarks == ("page 2 without text, probably scanned",)
    with pytest.raises(UnreadableError, match="OCR found no words"):
        read_document("a.pdf", papers.pdf([None]))


@pytest.mark.usefixtures("without_tesseract")
def test_without_ocr_the_pages_are_named_and_the_program_that_would_help() -> None:
    document = read_document("a.pdf", papers.pdf([["Moss grows."], None, None, ["Ferns."], None]))
    assert document.remarks == (
        "3 pages (2-3, 5) without text, probably scanned; install tesseract to have the text in pictures read",
    )
    with pytest.raises(UnreadableError, match=r"no text; its pages are probably scanned.*install tesseract"):
        read_document("a.pdf", papers.pdf([None]))


def test_what_waited_for_ocr_is_read_once_it_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "half.pdf").write_bytes(papers.pdf([["Moss grows."], None]))
    (folder / "whole.pdf").write_bytes(papers.pdf([None]))
    local = opened(folder, tmp_path / "data")
    with monkeypatch.context() as patched:
        patched.setenv("PATH", str(tmp_path / "nothing"))
        assert local.sync() == ["half.pdf"]
        assert [file.name for file in local.library.states.skipped_files(local.index_id, 9)] == ["whole.pdf"]
    install(tmp_path / "bin", TESSERACT, monkeypatch)
    for _ in range(2):
        assert local.sync() == ["half.pdf", "whole.pdf"]
    assert local.library.states.remarked_files(local.index_id, 9) == [
        RemarkedFile("half.pdf", "page 2 read by OCR"),
        RemarkedFile("whole.pdf", "page 1 read by OCR"),
    ]
