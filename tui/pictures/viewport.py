"""Which part of a picture is seen, and on how many cells: pure."""

from dataclasses import replace
from typing import NamedTuple, Self, TypeAlias

from tui.lazy_dataclass import dataclass

Size: TypeAlias = tuple[int, int]
"""Width and height."""

ZOOM_STEP = 1.5
MAX_ZOOM = 1.5**8
PAN_STEP = 0.25
"""The part of what is seen by which one key moves it."""


class Crop(NamedTuple):
    """A part of a picture, in its pixels, and the cells that it is drawn on."""

    left: int
    top: int
    right: int
    bottom: int
    columns: int
    rows: int


@dataclass(frozen=True, slots=True)
class Viewport:
    """A view of a picture in an area of cells. `picture` and `cell` are sizes in pixels, `area` is in cells.

    At the zoom 1 the whole picture is seen. `x` and `y` are where its middle lies, in parts of the picture.
    """

    picture: Size
    area: Size
    cell: Size
    zoom: float = 1.0
    x: float = 0.5
    y: float = 0.5

    def crop(self) -> Crop:
        """What is seen, as large as the area allows in the picture's own proportions."""
        (width, height), (columns, rows) = self.picture, self.area
        scale = self._scale
        left, top = (round(edge) for edge in self._corner)
        seen_width, seen_height = (max(1, round(seen)) for seen in self._seen)
        return Crop(
            left,
            top,
            min(width, left + seen_width),
            min(height, top + seen_height),
            max(1, min(columns, round(seen_width * scale / self.cell[0]))),
            max(1, min(rows, round(seen_height * scale / self.cell[1]))),
        )

    def zoomed(self, steps: int) -> Self:
        """Nearer by so many steps, or farther."""
        zoom = min(max(self.zoom * ZOOM_STEP**steps, 1.0), MAX_ZOOM)
        return replace(self, zoom=zoom).panned(0, 0)

    def panned(self, right: int, down: int) -> Self:
        """Moved by so many steps, and never beyond the picture's edge."""
        (width, height), (seen_width, seen_height) = self.picture, self._seen
        x = _within(self.x + right * PAN_STEP * seen_width / width, seen_width / width)
        y = _within(self.y + down * PAN_STEP * seen_height / height, seen_height / height)
        return replace(self, x=x, y=y)

    def with_area(self, area: Size) -> Self:
        """The same view in an area of another size."""
        return replace(self, area=area).panned(0, 0)

    @property
    def _scale(self) -> float:
        """Pixels of the terminal for one of the picture."""
        (width, height), (columns, rows), (cell_width, cell_height) = self.picture, self.area, self.cell
        return min(columns * cell_width / width, rows * cell_height / height) * self.zoom

    @property
    def _seen(self) -> tuple[float, float]:
        """The width and height that are seen, in the picture's pixels."""
        scale = self._scale
        (width, height), (columns, rows), (cell_width, cell_height) = self.picture, self.area, self.cell
        return min(width, columns * cell_width / scale), min(height, rows * cell_height / scale)

    @property
    def _corner(self) -> tuple[float, float]:
        (width, height), (seen_width, seen_height) = self.picture, self._seen
        return self.x * width - seen_width / 2, self.y * height - seen_height / 2


def _within(middle: float, seen: float) -> float:
    """The nearest middle of what is seen, a part of the whole, that shows nothing beyond the whole."""
    return min(max(middle, seen / 2), 1 - seen / 2)
