"""Small files in the formats that are read, made when a test needs them."""

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pptx import Presentation
from xlsxwriter import Workbook

SCANNED = "q 400 0 0 600 72 72 cm 0 0 1 1 re f Q"
"""What draws a page that has a picture and no text."""


def pdf(
    pages: Sequence[Sequence[str] | None], outline: Sequence[tuple[str, int]] = (), *, encrypted: bool = False
) -> bytes:
    """A PDF with these lines on its pages, and these titles (each with its page, from 0) in its outline.

    A page that is None has a picture only.
    """
    return _pdf([SCANNED if lines is None else _lines_drawn(lines) for lines in pages], outline, encrypted)


def _lines_drawn(lines: Sequence[str]) -> str:
    drawn = "".join(f"({line}) Tj T* " for line in lines)
    return f"BT /F1 12 Tf 14 TL 72 720 Td {drawn}ET"


def typeset_pdf(pages: Sequence[Sequence[tuple[float, float, float, str]]]) -> bytes:
    """A PDF with texts at (x, y) in points from the lower left corner, in letters of a size: (x, y, size, text)."""
    drawn = ("".join(f"BT /F1 {size} Tf {x} {y} Td ({text}) Tj ET " for x, y, size, text in page) for page in pages)
    return _pdf(list(drawn), (), encrypted=False)


def _pdf(pages: Sequence[str], outline: Sequence[tuple[str, int]], encrypted: bool) -> bytes:
    """A PDF whose pages are drawn by these instructions."""
    first_page = 4
    first_item = first_page + 2 * len(pages)
    kids = " ".join(f"{first_page + 2 * n} 0 R" for n in range(len(pages)))
    outlines = f"/Outlines {first_item} 0 R" if outline else ""
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {outlines} >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, content in enumerate(pages):
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >>"
            f" /Contents {first_page + 2 * number + 1} 0 R >>"
        )
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
    if outline:
        last = first_item + len(outline)
        objects.append(f"<< /First {first_item + 1} 0 R /Last {last} 0 R /Count {len(outline)} >>")
        for place, (title, page) in enumerate(outline, first_item + 1):
            following = f"/Next {place + 1} 0 R" if place < last else ""
            target = f"/Dest [{first_page + 2 * page} 0 R /Fit]"
            objects.append(f"<< /Title ({title}) /Parent {first_item} 0 R {following} {target} >>")
    return _assembled(objects, encrypted)


def _assembled(objects: Sequence[str], encrypted: bool) -> bytes:
    out = bytearray(b"%PDF-1.7\n")
    places: list[int] = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = len(out)
    entries = "".join(f"{place:010} 00000 n \n" for place in places)
    lock = f"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <{'00' * 32}> /U <{'00' * 32}> >>" if encrypted else ""
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{entries}".encode()
    trailer = f"<< /Size {len(objects) + 1} /Root 1 0 R /ID [<00> <00>] {lock} >>"
    out += f"trailer\n{trailer}\nstartxref\n{table}\n%%EOF".encode()
    return bytes(out)


def packed(parts: Mapping[str, str]) -> bytes:
    """A ZIP archive of these texts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


_WORD_NAMES = (
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml"'
    ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)


def repacked(data: bytes, name: str, change: Callable[[str], str]) -> bytes:
    """A ZIP archive with one of its texts changed."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {each: archive.read(each).decode() for each in archive.namelist()}
    return packed(parts | {name: change(parts[name])})


WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def docx(paragraphs: Sequence[tuple[str, str]], more: str = "", edges: Mapping[str, str] | None = None) -> bytes:
    """A Word document of paragraphs, each with its style ("Heading1", "Normal"), then `more` as WordprocessingML.

    `edges` are the texts of its parts "header1", "footer1" ...
    """
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    body = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>'
        for style, text in paragraphs
    )
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    return packed(
        {
            "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
            f'<Override PartName="/word/document.xml" ContentType="{kind}"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
            f'<Relationship Id="r1" Type="{office}/officeDocument" Target="word/document.xml"/></Relationships>',
            **{
                f"word/{name}.xml": f'<w:hdr xmlns:w="{WORD}"><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:hdr>'
                for name, text in (edges or {}).items()
            },
            "word/document.xml": f'<w:document xmlns:w="{WORD}" {_WORD_NAMES}><w:body>{body}{more}</w:body>'
            "</w:document>",
        }
    )


def odt(content: str) -> bytes:
    """A text of OpenDocument with this content, in its elements."""
    names = "".join(f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in _OPEN_DOCUMENT)
    body = f"<office:body><office:text>{content}</office:text></office:body>"
    return packed({"content.xml": f"<office:document-content{names}>{body}</office:document-content>"})


_OPEN_DOCUMENT = ("office", "text", "table")


def epub(chapters: Mapping[str, str]) -> bytes:
    """A book of these chapters (name and XHTML body), in their order."""
    items = "".join(f'<item id="{n}" href="text/{name}"/>' for n, name in enumerate(chapters))
    spine = "".join(f'<itemref idref="{n}"/>' for n in range(len(chapters)))
    container = "urn:oasis:names:tc:opendocument:xmlns:container"
    return packed(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": f'<container xmlns="{container}"><rootfiles>'
            '<rootfile full-path="book/package.opf"/></rootfiles></container>',
            "book/package.opf": '<package xmlns="http://www.idpf.org/2007/opf">'
            f"<manifest>{items}</manifest><spine>{spine}</spine></package>",
            **{f"book/text/{name}": f"<html><body>{body}</body></html>" for name, body in chapters.items()},
        }
    )


def pptx(slides: Sequence[tuple[str, Sequence[str]]]) -> bytes:
    """Slides with a title and lines."""
    presentation: Any = Presentation()
    for title, lines in slides:
        slide = presentation.slides.add_slide(presentation.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = "\n".join(lines)
    out = io.BytesIO()
    presentation.save(out)
    return out.getvalue()


def xlsx(sheets: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    """A workbook of these sheets."""
    out = io.BytesIO()
    workbook: Any = Workbook(out)
    for name, rows in sheets.items():
        sheet = workbook.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    workbook.close()
    return out.getvalue()
