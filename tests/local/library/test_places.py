"""Every place that is told of a passage holds it: looked up in the file itself, without our readers."""

import io
import json
import re
import zipfile
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from pptx import Presentation
from pypdfium2 import PdfDocument

from tests.local import documents as papers
from tests.local.opened import OpenedFolder, opened
from tui.local.library.passages import HEADING_JOIN, Passage

BIRDS = {"Kestrel": "The kestrel hovers over the field.", "Heron": "The heron waits in the reeds."}


def plain(heading: Callable[[str], str]) -> bytes:
    """A text of both birds, each under its heading, with line ends and breaks of many kinds before them."""
    sections = [f"{heading(name)}\n\nSome words\u2028before.\x0c\n{said}\n\n" for name, said in BIRDS.items()]
    return f"Birds of the marsh\n\n{''.join(sections)}".replace("\n", "\r\n").encode()


def markup(anchor: Callable[[str], str]) -> str:
    return "<p>Birds of the marsh.</p>" + "".join(
        f"<h2 {anchor(name)}>{name}</h2><p>Some words before.</p><p>{said}</p>" for name, said in BIRDS.items()
    )


TABLE = b"=====  ====\r\nbird   size\r\n=====  ====\r\nheron  1 m\r\n=====  ====\r\n\r\n"
REEDS = b"\\emph{reeds}"


def notebook() -> bytes:
    cells = [{"cell_type": "markdown", "source": f"# {name}\n{said}"} for name, said in BIRDS.items()]
    return json.dumps({"cells": cells, "metadata": {}}).encode()


FILES: Mapping[str, bytes] = {
    "birds.md": plain(lambda name: f"## {name}"),
    "birds.txt": plain(str.upper),
    "birds.rst": TABLE + plain(lambda name: f"{name}\n======="),
    "birds.tex": plain(lambda name: f"% A bird\n\\label{{a\nb}}\n\\section{{\\emph{{{name}}}}}").replace(
        b"reeds", REEDS
    ),
    "birds.org": plain(lambda name: f"** {name}"),
    "birds.adoc": plain(lambda name: f"== {name}"),
    "birds.log": plain(str),
    "birds.csv": plain(str),
    "birds.py": b"import os\n\n\n" + b"\n\n".join(f"def {n}():\n    '''{s}'''\n".encode() for n, s in BIRDS.items()),
    "birds.html": f"<html><body>{markup(lambda name: f'id={name}.1')}</body></html>".encode(),
    "birds.epub": papers.epub({f"{name}.xhtml": f"<h1>{name}</h1><p>{said}</p>" for name, said in BIRDS.items()}),
    "marked.epub": papers.epub({"all.xhtml": markup(lambda name: f'id="{name}"')}),
    "birds.docx": papers.docx([part for n, s in BIRDS.items() for part in (("Heading1", n), ("Normal", s))]),
    "birds.pdf": papers.pdf([["Birds of the marsh"], *([name, said] for name, said in BIRDS.items())]),
    "birds.pptx": papers.pptx([("Birds", ["of the marsh"]), *((name, [said]) for name, said in BIRDS.items())]),
    "birds.xlsx": papers.xlsx({name: [["bird", "says"], [name, said]] for name, said in BIRDS.items()}),
    "birds.ipynb": notebook(),
}


@pytest.fixture(scope="module")
def birds(tmp_path_factory: pytest.TempPathFactory) -> OpenedFolder:
    folder: Path = tmp_path_factory.mktemp("birds") / "birds"
    folder.mkdir()
    for name, data in FILES.items():
        (folder / name).write_bytes(data)
    local = opened(folder, tmp_path_factory.mktemp("data"))
    assert local.sync() == sorted(FILES)
    return local


def looked_up(name: str, place: str, passage: Passage) -> str:
    """What the file has at a place, in the eyes of a reader who opens it there."""
    data = FILES[name]
    numbers = [int(number) for number in re.findall(r"\d+", place)]
    match name.rpartition(".")[2]:
        case "pdf":
            assert place.startswith("page")
            return "\n".join(PdfDocument(data)[n - 1].get_textpage().get_text_bounded() for n in numbers)
        case "pptx":
            slides: Any = Presentation(io.BytesIO(data)).slides
            assert place.startswith("page")
            return "\n".join(shape.text_frame.text for n in numbers for shape in slides[n - 1].shapes)
        case "html":
            return below_anchor(data.decode(), place)
        case "epub":
            part, _, anchor = place.partition("#")
            page = zipfile.ZipFile(io.BytesIO(data)).read(part).decode()
            return below_anchor(page, f"#{anchor}") if anchor else page
        case "docx" | "xlsx" | "ipynb":
            assert place == ""
            return BIRDS[passage.heading.rpartition(HEADING_JOIN)[2]]
        case "tex":
            assert place.startswith("line")
            lines = data.replace(REEDS, b"reeds").decode().split("\r\n")
            return "\n".join(lines[numbers[0] - 1 : numbers[-1]])
        case _:
            assert place.startswith("line")
            return "\n".join(data.decode().split("\r\n" if b"\r\n" in data else "\n")[numbers[0] - 1 : numbers[-1]])


def below_anchor(page: str, anchor: str) -> str:
    """What stands between the heading with this anchor and the next heading."""
    library: Any = import_module("lxml.html")
    heading: Any = library.document_fromstring(page).get_element_by_id(anchor.removeprefix("#"))
    assert heading.tag == "h2"
    following: list[Any] = list(heading.itersiblings())
    until = next((n for n, each in enumerate(following) if each.tag == "h2"), len(following))
    return "\n".join(each.text_content() for each in following[:until])


@pytest.mark.parametrize("name", FILES)
def test_the_place_that_is_told_holds_the_quotation(birds: OpenedFolder, name: str) -> None:
    for bird, said in BIRDS.items():
        found = birds.library.passages.search(bird.lower(), [birds.index_id], 100)
        passage = next(each for each in found if each.file_name == name and said in each.text)
        start = passage.text.index(said)
        assert said in looked_up(name, passage.place((start, start + len(said))), passage)
