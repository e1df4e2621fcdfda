import json
import xml.etree.ElementTree as ET
from pathlib import Path

from tests.cast.animation import as_svg
from tests.cast.recording import Frame
from tests.real_terminal import ShownCell

FILM = Path(__file__).parents[2] / "docs" / "film"
MAX_BYTES = 300_000
SVG = "{http://www.w3.org/2000/svg}"


def row(text: str, background: str = "default") -> list[ShownCell]:
    return [ShownCell(char, "d4d2c8", background, frozenset({"bold"})) for char in text]


def test_rows_are_drawn_once_and_frames_shown_as_long_as_they_lasted() -> None:
    frames = [Frame(0.0, [row("a <b>  "), row("same   ")]), Frame(1.5, [row("c      "), row("same   ")])]
    drawing = as_svg(frames, 6.0)
    root = ET.fromstring(drawing)
    assert ["".join(group.itertext()) for group in root.iter(f"{SVG}g") if group.get("id")] == ["a <b>", "same", "c"]
    assert "25.000%{transform:translateX(-58.8px)}" in drawing
    assert "animation:f 6.00s step-end infinite" in drawing


def test_the_film_is_small_whole_and_in_order() -> None:
    drawing, cast = (FILM / "cast.svg").read_bytes(), (FILM / "cast.cast").read_bytes()
    assert max(len(drawing), len(cast)) < MAX_BYTES
    assert ET.fromstring(drawing).tag == f"{SVG}svg"
    head, *lines = map(json.loads, cast.splitlines())
    assert (head["version"], head["width"], head["height"]) == (2, 100, 28)
    times = [at for at, kind, _ in lines if kind == "o"]
    assert times == sorted(times)
    assert len(times) == len(lines)
