"""Vectors of one length, and which of many are nearest to one. Pure.

A vector is kept as 32-bit numbers, and again as its code: one bit for the sign of each number. To compare two codes
costs a hundredth of comparing the vectors, so that all codes are looked through for those that may be near, and only of
these the vectors themselves.
"""

import math
import struct
from collections.abc import Mapping, Sequence
from operator import mul
from typing import TypeAlias

Vector: TypeAlias = tuple[float, ...]


def unit(vector: Sequence[float]) -> Vector:
    """The vector, made one long; one of zeros as it is. Raises `OverflowError` where its numbers are too large."""
    length = math.hypot(*vector)
    if math.isinf(length):
        raise OverflowError("a vector without an end")
    return tuple(number / length for number in vector) if length else tuple(vector)


def packed(vector: Vector) -> bytes:
    """The vector as it is stored: 4 bytes for each number."""
    return struct.pack(f"<{len(vector)}f", *vector)


def unpacked(stored: bytes) -> Vector:
    """The vector that was stored so."""
    return struct.unpack(f"<{len(stored) // 4}f", stored)


def code_of(vector: Vector) -> bytes:
    """The signs of the vector's numbers, a bit for each."""
    signs = "".join("1" if number > 0 else "0" for number in vector)
    return int(signs, 2).to_bytes((len(vector) + 7) // 8, "big")


def with_near_codes(codes: Sequence[int], asked: int, most: int) -> list[int]:
    """The places of the codes with the fewest bits other than in `asked`, nearest first; at most so many."""
    distances = [(code ^ asked).bit_count() for code in codes]
    return sorted(range(len(distances)), key=distances.__getitem__)[:most]


def nearest(vectors: Mapping[int, Vector], asked: Vector, most: int) -> list[tuple[float, int]]:
    """The similarity, from -1 to 1, and the key of the vectors that are most alike to `asked`, best first."""
    scored = ((sum(map(mul, vector, asked)), key) for key, vector in vectors.items())
    return sorted(scored, key=lambda one: (-one[0], one[1]))[:most]
