"""A recording as an SVG that plays by itself, without a script: each row is drawn once, frames use what they have."""

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

from tests.cast.recording import Frame
from tests.real_terminal import ShownCell

CELL_WIDTH, CELL_HEIGHT, FONT_SIZE = 8.4, 18, 14
MARGIN = 12
BACKGROUND, FOREGROUND = "#1a1b20", "#d4d2c8"
"""Where a cell has the terminal's own colours."""


def as_svg(frames: Sequence[Frame], seconds: float) -> str:
    """The frames one after another, as long as each was shown, and again from the beginning."""
    columns, rows = len(frames[0].rows[0]), len(frames[0].rows)
    width, height = columns * CELL_WIDTH, rows * CELL_HEIGHT
    drawn: dict[str, int] = {}
    shown = [list(_uses(frame, drawn)) for frame in frames]
    whole_width, whole_height = width + 2 * MARGIN, height + 2 * MARGIN
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole_width:g} {whole_height:g}">',
            f"<style>{_style(frames, seconds, width)}</style>",
            f'<rect width="100%" height="100%" rx="8" fill="{BACKGROUND}"/>',
            "<defs>",
            *(f'<g id="r{number}">{row}</g>' for row, number in drawn.items()),
            "</defs>",
            f'<svg x="{MARGIN}" y="{MARGIN}" width="{width:g}" height="{height:g}"><g class="film">',
            *(f'<g transform="translate({number * width:g})">{"".join(use)}</g>' for number, use in enumerate(shown)),
            "</g></svg></svg>",
        ]
    )


def _style(frames: Sequence[Frame], seconds: float, width: float) -> str:
    steps = "".join(
        f"{frame.at / seconds * 100:.3f}%{{transform:translateX({-number * width:g}px)}}"
        for number, frame in enumerate(frames)
    )
    text = f"text{{font:{FONT_SIZE}px ui-monospace,Menlo,'DejaVu Sans Mono',Consolas,monospace;white-space:pre}}"
    text += ".b{font-weight:bold}.i{font-style:italic}.u{text-decoration:underline}"
    return f"{text}.film{{animation:f {seconds:.2f}s step-end infinite}}@keyframes f{{{steps}}}"


def _uses(frame: Frame, drawn: dict[str, int]) -> Iterator[str]:
    for y, cells in enumerate(frame.rows):
        if row := "".join(_row(cells)):
            number = drawn.setdefault(row, len(drawn))
            yield f'<use href="#r{number}" y="{y * CELL_HEIGHT}"/>'


def _row(cells: Sequence[ShownCell]) -> Iterator[str]:
    at = 0
    for (fill, behind, style), run in groupby(cells, key=_look):
        texts = [cell.text for cell in run]
        x, width = at * CELL_WIDTH, len(texts) * CELL_WIDTH
        at += len(texts)
        if behind != BACKGROUND:
            yield f'<rect x="{x:.5g}" width="{width:.5g}" height="{CELL_HEIGHT}" fill="{behind}"/>'
        text = "".join(texts)
        if text.strip():
            words = text.rstrip()
            length = len(words) * CELL_WIDTH
            place = f'x="{x:.5g}" y="{FONT_SIZE}" textLength="{length:.5g}"'
            yield f'<text {place} fill="{fill}"{style}>{escape(words, quote=False)}</text>'


def _look(cell: ShownCell) -> tuple[str, str, str]:
    """The colour of the text, of what is behind it, and the attributes."""
    fill, behind = _colour(cell.foreground, FOREGROUND), _colour(cell.background, BACKGROUND)
    if "reverse" in cell.attributes:
        fill, behind = behind, fill
    classes = [name[0] for name in ("bold", "italics", "underscore") if name in cell.attributes]
    return fill, behind, f' class="{" ".join(classes)}"' if classes else ""


def _colour(name: str, default: str) -> str:
    if name == "default":
        return default
    return f"#{name}" if len(name) == 6 and all(digit in "0123456789abcdefABCDEF" for digit in name) else name
