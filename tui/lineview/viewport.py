"""Where a reader is in a text of any length: pure arithmetic on places, never on absolute rows.

A place names a row within a block within a section. Nothing above it has to be measured to know what is on the screen,
so a place stays valid when a block above it grows, folds or is rendered for the first time.
"""

from collections.abc import Iterator
from typing import NamedTuple, Protocol


class Place(NamedTuple):
    """A row, counted from its block's first; the block, from its section's first; the section, from the first."""

    section: int
    block: int
    row: int


class Heights(Protocol):
    """Sections of blocks of rows: the turns of a conversation, or the one section of a plain text.

    A height is asked for only where it is needed, because the block may have to be rendered for it.
    """

    def sections(self) -> int: ...
    def blocks(self, section: int) -> int: ...
    def height(self, section: int, block: int) -> int: ...


START = Place(0, 0, 0)


def forward(source: Heights, section: int, block: int) -> Iterator[tuple[int, int, int]]:
    """Blocks with at least one row from this one on, each with its height."""
    while section < source.sections():
        while block < source.blocks(section):
            if height := source.height(section, block):
                yield section, block, height
            block += 1
        section, block = section + 1, 0


def backward(source: Heights, section: int, block: int) -> Iterator[tuple[int, int, int]]:
    """Blocks with at least one row from before this one to the first, each with its height."""
    while True:
        while block > 0:
            block -= 1
            if height := source.height(section, block):
                yield section, block, height
        if section == 0:
            return
        section -= 1
        block = source.blocks(section)


def last(source: Heights) -> Place:
    """The last row, or the start of an empty source."""
    for section, block, height in backward(source, source.sections(), 0):
        return Place(section, block, height - 1)
    return START


def move(source: Heights, place: Place, by: int) -> Place:
    """The place `by` rows further down (or up, where it is negative), clamped within the source."""
    return _down(source, place, by) if by >= 0 else _up(source, place, -by)


def _down(source: Heights, place: Place, by: int) -> Place:
    wanted = place.row + by
    reached = place
    for section, block, height in forward(source, place.section, place.block):
        if wanted < height:
            return Place(section, block, wanted)
        reached = Place(section, block, height - 1)
        wanted -= height
    return reached


def _up(source: Heights, place: Place, by: int) -> Place:
    if by <= place.row:
        return place._replace(row=place.row - by)
    wanted = by - place.row
    reached = place._replace(row=0)
    for section, block, height in backward(source, place.section, place.block):
        if wanted <= height:
            return Place(section, block, height - wanted)
        reached = Place(section, block, 0)
        wanted -= height
    return reached


def bottom(source: Heights, height: int) -> Place:
    """The top place at which the last row is on the last of `height` rows of the screen."""
    return move(source, last(source), 1 - height)


def window(source: Heights, top: Place, height: int) -> list[Place]:
    """The places on the screen from `top` down: at most `height`, fewer at the end of the source."""
    places: list[Place] = []
    first_row = top.row
    for section, block, rows in forward(source, top.section, top.block):
        if (section, block) != (top.section, top.block):
            first_row = 0
        for row in range(min(first_row, rows), rows):
            if len(places) == height:
                return places
            places.append(Place(section, block, row))
    return places


def clamped(source: Heights, top: Place, height: int) -> Place:
    """The top place nearest to `top` that exists and leaves no empty rows below the last one."""
    end = bottom(source, height)
    if top.section >= source.sections():
        return end
    if top.block >= source.blocks(top.section):
        return min(Place(top.section, source.blocks(top.section), 0), end)
    row = min(top.row, max(0, source.height(top.section, top.block) - 1))
    return min(top._replace(row=row), end)
