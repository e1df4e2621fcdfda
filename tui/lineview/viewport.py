"""Where a reader is in a conversation of any length: pure arithmetic on places, never on absolute rows.

A place names a row within a block within a turn. Nothing above it has to be measured to know what is on the screen, so
a place stays valid when a block above it grows, folds or is rendered for the first time.
"""

from collections.abc import Iterator
from typing import NamedTuple, Protocol


class Place(NamedTuple):
    """A row, counted from its block's first; the block, from its turn's first; the turn, from the first."""

    section: int
    block: int
    row: int


class Heights(Protocol):
    """Turns of blocks of rows. A height is asked for only where it is needed, because it may have to be rendered."""

    def sections(self) -> int: ...
    def blocks(self, turn: int) -> int: ...
    def height(self, turn: int, block: int) -> int: ...


START = Place(0, 0, 0)


def forward(source: Heights, turn: int, block: int) -> Iterator[tuple[int, int, int]]:
    """Blocks with at least one row from this one on, each with its height."""
    while turn < source.sections():
        while block < source.blocks(turn):
            if height := source.height(turn, block):
                yield turn, block, height
            block += 1
        turn, block = turn + 1, 0


def backward(source: Heights, turn: int, block: int) -> Iterator[tuple[int, int, int]]:
    """Blocks with at least one row from before this one to the first, each with its height."""
    while True:
        while block > 0:
            block -= 1
            if height := source.height(turn, block):
                yield turn, block, height
        if turn == 0:
            return
        turn -= 1
        block = source.blocks(turn)


def last(source: Heights) -> Place:
    """The last row, or the start of an empty source."""
    for turn, block, height in backward(source, source.sections(), 0):
        return Place(turn, block, height - 1)
    return START


def move(source: Heights, place: Place, by: int) -> Place:
    """The place so many rows further down (or up, where `by` is negative), held within the source."""
    return _down(source, place, by) if by >= 0 else _up(source, place, -by)


def _down(source: Heights, place: Place, by: int) -> Place:
    wanted = place.row + by
    reached = place
    for turn, block, height in forward(source, place.section, place.block):
        if wanted < height:
            return Place(turn, block, wanted)
        reached = Place(turn, block, height - 1)
        wanted -= height
    return reached


def _up(source: Heights, place: Place, by: int) -> Place:
    if by <= place.row:
        return place._replace(row=place.row - by)
    wanted = by - place.row
    reached = place._replace(row=0)
    for turn, block, height in backward(source, place.section, place.block):
        if wanted <= height:
            return Place(turn, block, height - wanted)
        reached = Place(turn, block, 0)
        wanted -= height
    return reached


def bottom(source: Heights, height: int) -> Place:
    """The top place at which the last row is on the last of `height` rows of the screen."""
    return move(source, last(source), 1 - height)


def window(source: Heights, top: Place, height: int) -> list[Place]:
    """The places on the screen from `top` down: at most `height`, fewer at the end of the source."""
    places: list[Place] = []
    first_row = top.row
    for turn, block, rows in forward(source, top.section, top.block):
        if (turn, block) != (top.section, top.block):
            first_row = 0
        for row in range(min(first_row, rows), rows):
            if len(places) == height:
                return places
            places.append(Place(turn, block, row))
    return places


def held(source: Heights, top: Place, height: int) -> Place:
    """The top place nearest to `top` that exists and leaves no empty rows below the last one."""
    end = bottom(source, height)
    if top.section >= source.sections():
        return end
    if top.block >= source.blocks(top.section):
        return min(Place(top.section, source.blocks(top.section), 0), end)
    row = min(top.row, max(0, source.height(top.section, top.block) - 1))
    return min(top._replace(row=row), end)
