"""Kills the program at random moments, starts it again, and compares what it showed with what is left. `make kills`.

Prints the figures, and each problem with the seed and the round to see it again by: `--seed S --round K`.
"""

import argparse
import json
import multiprocessing
import os
import random
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict

from tests.kills.life import lived
from tests.kills.result import EMBEDDED, Result

ROUNDS_OF_A_LIFE = 20


def _lengths(kills: int) -> list[int]:
    """How many rounds each life has."""
    whole, rest = divmod(kills, ROUNDS_OF_A_LIFE)
    return [ROUNDS_OF_A_LIFE] * whole + [rest] * bool(rest)


def _run(kills: int, seed: int, workers: int, *, is_embedded: bool) -> Result:
    started, done, found = time.monotonic(), 0, 0
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        lives = {
            pool.submit(lived, seed, number, rounds, is_embedded=is_embedded): (number, rounds)
            for number, rounds in enumerate(_lengths(kills))
        }
        for life in as_completed(lives):
            number, rounds = lives[life]
            done += rounds
            for problem in life.result():
                found += 1
                print(f"seed {seed} --round {number * ROUNDS_OF_A_LIFE + problem.round}: {problem}\n", flush=True)
            print(f"{done} of {kills}", file=sys.stderr, flush=True)
    result = Result.of_today(done, found, seed, EMBEDDED if is_embedded else "")
    print(json.dumps({**asdict(result), "seconds": round(time.monotonic() - started)}))
    return result


def _run_again(seed: int, number: int, *, is_embedded: bool) -> int:
    life, last = divmod(number, ROUNDS_OF_A_LIFE)
    found = lived(seed, life, last + 1, is_embedded=is_embedded)
    print(*found, sep="\n\n")
    return 1 if found else 0


def main() -> int:
    """Kill so many times; 1 where something was lost, or done twice."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--round", type=int, help="only this one, and those of the same life before it")
    parser.add_argument(
        "--embedded", action="store_true", help="with the program's own server, which dies with it, over a folder"
    )
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--keep", action="store_true", help="keep the result, beside those kept before, for docs/reliability.md"
    )
    options = parser.parse_args()
    if options.round is not None:
        return _run_again(options.seed, options.round, is_embedded=options.embedded)
    result = _run(options.kills, options.seed, options.workers, is_embedded=options.embedded)
    if options.keep:
        result.keep()
    return 1 if result.problems else 0


if __name__ == "__main__":
    sys.exit(main())
