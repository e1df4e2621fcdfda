"""Documents that hardly have a sentence are quoted all the same."""

from collections.abc import Generator
from pathlib import Path

import httpx
import pytest

from tests.local.documents import pdf
from tests.local.inprocess import served
from tests.local.turn import answer_to, index_ids

DOCUMENTS = {
    "only.md": "# Tulip\n",
    "matter.md": "---\ncost: 4711 marigold\n---\n",
    "head.md": "| name | crocus |\n|---|---|\n",
    "shell.txt": ">>word appends the output.\nSo much for redirecting things around.\n",
    "list.txt": "The harbour master is Ottilie Quist.\n1. Tugs report at six.\n2. Pilots report at seven.\n",
    "lab.tex": "\\section{Thanks}\nThe rule is simple.\n\n\\footnote{The patron of the lab is Emil Roth.}\n\n"
    "\\begin{tabular}{ll}\nmodel & recall \\\\\n\\end{tabular}\n\\footnote{The kettle number is 8812.}\n",
    "bird.tex": "\\documentclass{article}\\begin{document}\\section{Results} The heron counter was right 93 times."
    "\\end{document}\n",
    "talk.srt": "1\n00:00:01,000 --> 00:00:04,000\nWelcome to <i>the lecture</i>\non beekeeping.\n\n"
    "2\n00:00:05,000 --> 00:00:09,500\nA healthy hive needs\n23 kilograms of honey for winter.\n",
    "talk.vtt": "WEBVTT\n\n00:05.000 --> 00:09.500 align:start\n<v Ana>Each walrus eats\n40 kilograms of clams.\n",
    "towns.csv": "city;residents;mayor\nEskeby;7300;Jon Dahl\nVarnholm;18200;Ulla Berg\n",
    "shifts.tsv": "sandra\t3.5\tOla\nwilhelm\t4\tMia Stork\n",
}


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> Generator[httpx.Client]:
    folder: Path = tmp_path_factory.mktemp("odd") / "odd"
    folder.mkdir()
    for name, text in DOCUMENTS.items():
        (folder / name).write_text(text)
    (folder / "scan_half.pdf").write_bytes(pdf([["The dredger Ostara sank in 1911."], None, ["It was mended."], []]))
    (folder / "locked_.pdf").write_bytes(pdf([["Nobody reads this."]], encrypted=True))
    with served(folder, tmp_path_factory.mktemp("data")) as client:
        yield client


@pytest.mark.parametrize(
    ("question", "quoted", "source"),
    [
        ("tulip", "\\# Tulip [1]", "only.md"),
        ("marigold", "cost: 4711 marigold [1]", "matter.md, line 2"),
        ("crocus", "name — crocus [1]", "head.md, line 1"),
        ("what does >>word append?", "\\>>word appends the output.", "shell.txt"),
        ("Who is the patron of the lab?", "(The patron of the lab is Emil Roth.) [1]", "lab.tex \u203a Thanks, line"),
        ("What is the kettle number?", "(The kettle number is 8812.)", "lab.tex \u203a Thanks, line"),
        (
            "How often was the heron counter right?",
            "The heron counter was right 93 times. [1]",
            "bird.tex \u203a Results",
        ),
        (
            "How much honey does a healthy hive need?",
            "A healthy hive needs 23 kilograms of honey for winter. [1]",
            "talk.srt, line 8",
        ),
        ("Who is the mayor of Varnholm?", "Varnholm — residents: 18200; mayor: Ulla Berg [1]", "towns.csv, line"),
        ("How long does wilhelm work?", "wilhelm — 4; Mia Stork [1]", "shifts.tsv, line"),
        ("How much do walrus eat?", "Each walrus eats 40 kilograms of clams. [1]", "talk.vtt, line 4"),
        ("Who is the harbour master?", "The harbour master is Ottilie Quist. [1]", "list.txt, lines 1-3"),
    ],
)
def test_no_answer_is_empty(http: httpx.Client, question: str, quoted: str, source: str) -> None:
    answer = answer_to(http, question, list(index_ids(http).values()))
    assert quoted in answer
    assert f"- [1] {source}" in answer


def test_a_file_that_could_not_be_read_is_named_with_the_reason(http: httpx.Client) -> None:
    answer = answer_to(http, "What does locked_.pdf say?", list(index_ids(http).values()))
    assert answer.startswith("locked\\_.pdf could not be read: it is encrypted with a password.\n\n")
    answer = answer_to(http, "What does lockedx.pdf say?", list(index_ids(http).values()))
    assert "encrypted" not in answer


@pytest.mark.parametrize("page", [2, 4])
def test_a_page_without_text_is_told_and_not_the_one_before_it(http: httpx.Client, page: int) -> None:
    ids = list(index_ids(http).values())
    answer = answer_to(http, f"What is on page {page} of scan_half.pdf?", ids)
    assert answer.startswith(f"Page {page} of scan_half.pdf has no text: it is empty, or a picture.")
    assert "page 2 without text, probably scanned" in answer
    assert "Ostara" not in answer
    assert f"- [1] scan_half.pdf, page {page}" in answer
    assert "has no page 5" in answer_to(http, "What is on page 5 of scan_half.pdf?", ids)


def test_the_page_that_is_cited_is_that_of_the_words(http: httpx.Client) -> None:
    answer = answer_to(http, "When did the dredger Ostara sink?", list(index_ids(http).values()))
    assert "- [1] scan_half.pdf, page 1" in answer
    assert "pages 1" not in answer
