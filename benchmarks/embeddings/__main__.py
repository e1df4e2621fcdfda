"""What the search by meaning costs and misses: `python -m benchmarks.embeddings [PASSAGES [NUMBERS]]`.

Vectors of so many numbers are stored for so many passages, and searched as the server searches them. Printed are the
CPU time of a search, the first with the codes of all vectors and the others, and recall@10: how many of the ten that
are nearest are found. The vectors are made by chance: those of one run each for itself, so that none is near, and those
of the other in groups, as those of texts are. They say nothing of how good a model is.
"""

import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from statistics import median

from tui.local.embeddings.vector_math import Vector, nearest, unit
from tui.local.embeddings.vectors import PassageText, Vectors
from tui.local.library.database import LibraryDatabase

INDEX_ID = "idx-vectors"
MODEL = "made by chance"
BATCH = 1000
QUESTIONS = 10
GROUPS = 200
DEPTH = 10
SPREAD = 0.9
"""How far a question is from the passage that it is about, beside the length of both."""


def alone(chance: random.Random, numbers: int) -> Iterator[Vector]:
    """Vectors that have nothing to do with each other."""
    while True:
        yield unit([chance.gauss(0, 1) for _ in range(numbers)])


def grouped(chance: random.Random, numbers: int) -> Iterator[Vector]:
    """Vectors around the middles of groups, which have something in common."""
    common = next(alone(chance, numbers))
    middles = list(islice(alone(chance, numbers), GROUPS))
    for own in alone(chance, numbers):
        yield unit([sum(parts) for parts in zip(common, chance.choice(middles), own, strict=True)])


def stored(folder: Path, made: Iterator[Vector], passages: int) -> tuple[Vectors, dict[int, Vector]]:
    """So many vectors in an index, and the same by the ids of their passages."""
    database = LibraryDatabase(folder)
    vectors = Vectors(database, MODEL)
    by_id = dict(enumerate(islice(made, passages), 1))
    with database.index(INDEX_ID).writing() as connection:
        connection.execute("INSERT INTO documents VALUES (1, 'dfl-1', 'a.txt', 'text', 'english', 1, 1, '', 0, '')")
        connection.executemany(
            "INSERT INTO chunks VALUES (?, 1, ?, 0, 1, 1, NULL, NULL, '', '', '')", [(one, one) for one in by_id]
        )
    rest = iter(by_id.items())
    while batch := list(islice(rest, BATCH)):
        vectors.store(INDEX_ID, [(PassageText(one, "", ""), vector) for one, vector in batch], len(batch[0][1]))
    return vectors, by_id


def cpu_ms(work: Callable[[], object]) -> float:
    """The CPU time of some work, in milliseconds."""
    before = time.process_time()
    work()
    return 1000 * (time.process_time() - before)


def report(label: str, vectors: Vectors, by_id: dict[int, Vector], chance: random.Random) -> None:
    """Prints the figures of one run."""
    costs: list[float] = []
    found = 0
    for _ in range(QUESTIONS):
        about = by_id[chance.randrange(1, len(by_id) + 1)]
        beside = next(alone(chance, len(about)))
        asked = unit([one + SPREAD * other for one, other in zip(about, beside, strict=True)])
        costs.append(cpu_ms(lambda asked=asked: vectors.nearest(INDEX_ID, asked, 100)))
        told = {one.chunk_id for one in vectors.nearest(INDEX_ID, asked, DEPTH)}
        found += len(told & {key for _, key in nearest(by_id, asked, DEPTH)})
    first, *others = costs
    print(
        f"{label:8} {len(by_id):7,} passages  first search {first:6.1f} ms CPU  others {median(others):6.1f} ms CPU"
        f"  recall@10 {found / (DEPTH * QUESTIONS):.2f}",
        flush=True,
    )


def main() -> None:
    """Prints the figures of both runs."""
    passages, numbers, *_ = [*map(int, sys.argv[1:]), *(50_000, 384)[len(sys.argv) - 1 :]]
    for label, made in (("alone", alone), ("grouped", grouped)):
        chance = random.Random(1)
        with tempfile.TemporaryDirectory() as folder:
            report(label, *stored(Path(folder), made(chance, numbers), passages), chance)


if __name__ == "__main__":
    main()
