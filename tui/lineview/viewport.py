"""Where a reader is in a conversation of any length: pure arithmetic on places, never on absolute rows.

A place names a row within a block within a turn. Nothing above it has to be measured to know what is on the screen, so
a place stays valid when a block above it grows, folds or is rendered for the first time.
"""

from collections.abc import Iterator
from typing import NamedTuple, Protocol


class Place(NamedTuple):
    """A row, counted from its block's first; the block, from its turn's first; the turn, from the first."""

    turn: int
    block: int
    row: int


class Column(Protocol):
    """Turns of blocks of rows. A height is asked for only where it is needed, because it may have to be rendered."""

    def turns(self) -> int: ...
    def blocks(self, turn: int) -> int: ...
    def height(self, turn: int, block: int) -> int: ...


START = Place(0, 0, 0)


def forward(column: Column, turn: int, block: int) -> Iterator[tuple[int, int, int]]:
    """Blocks with at least one row from this one on, each with its height."""
    while turn < column.turns():
        while block < column.blocks(turn):
            if height := column.height(turn, block):
                yield turn, block, height
            block += 1
        turn, block = turn + 1, 0


def backward(column: Column, turn: int, block: int) -> Iterator[tuple[int, int, int]]:
    """Blocks with at least one row from before this one to the first, each with its height."""
    while True:
        while block > 0:
            block -= 1
            if height := column.height(turn, block):
                yield turn, block, height
        if turn == 0:
            return
        turn -= 1
        block = column.blocks(turn)


def last(column: Column) -> Place:
    """The last row, or the start of an empty column."""
    for turn, block, height in backward(column, column.turns(), 0):
        return Place(turn, block, height - 1)
    return START


def move(column: Column, place: Place, by: int) -> Place:
    """The place so many rows further down (or up, where `by` is negative), held within the column."""
    return _down(column, place, by) if by >= 0 else _up(column, place, -by)


def _down(column: Column, place: Place, by: int) -> Place:
    wanted = place.row + by
    reached = place
    for turn, block, height in forward(column, place.turn, place.block):
        if wanted < height:
            return Place(turn, block, wanted)
        reached = Place(turn, block, height - 1)
        wanted -= height
    return reached


def _up(column: Column, place: Place, by: int) -> Place:
    if by <= place.row:
        return place._replace(row=place.row - by)
    wanted = by - place.row
    reached = place._replace(row=0)
    for turn, block, height in backward(column, place.turn, place.block):
        if wanted <= height:
            return Place(turn, block, height - wanted)
        reached = Place(turn, block, 0)
        wanted -= height
    return reached


def bottom(column: Column, height: int) -> Place:
    """The top place at which the last row is on the last of `height` rows of the screen."""
    return move(column, last(column), 1 - height)


def window(column: Column, top: Place, height: int) -> list[Place]:
    """The places on the screen from `top` down: at most `height`, fewer at the end of the column."""
    places: list[Place] = []
    first_row = top.row
    for turn, block, rows in forward(column, top.turn, top.block):
        if (turn, block) != (top.turn, top.block):
            first_row = 0
        for row in range(min(first_row, rows), rows):
            if len(places) == height:
                return places
            places.append(Place(turn, block, row))
    return places


def held(column: Column, top: Place, height: int) -> Place:
    """The top place nearest to `top` that exists and leaves no empty rows below the last one."""
    end = bottom(column, height)
    if top.turn >= column.turns():
        return end
    if top.block >= column.blocks(top.turn):
        return min(Place(top.turn, column.blocks(top.turn), 0), end)
    row = min(top.row, max(0, column.height(top.turn, top.block) - 1))
    return min(top._replace(row=row), end)


def distance(column: Column, above: Place, below: Place, limit: int) -> int | None:
    """Rows from `above` down to `below`; None where they are more than `limit` apart or the other way round."""
    if below < above:
        return None
    rows = -above.row
    for turn, block, height in forward(column, above.turn, above.block):
        if (turn, block) == (below.turn, below.block):
            rows += below.row
            return rows if rows <= limit else None
        rows += height
        if rows > limit:
            return None
    return None
