"""Breaks each guard, alone and in a copy of the tree, and tells which of them no test misses. `make mutants`."""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from importlib.util import cache_from_source
from pathlib import Path
from queue import SimpleQueue

import pytest

from tests.mutants.guards import ROOT, Guard, listed_guards
from tests.mutants.score import Score, kept

TIMEOUT = 180.0
"""Seconds that the tests of one guard may take. What hangs is noticed."""

MAX_MEMORY_KB = 8_000_000
"""Memory that each process of the tests may take: without some guards they would take all."""

UNUSABLE = (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.NO_TESTS_COLLECTED)
"""What says that the tests are not those that were meant. Anything else but success is noticed."""

PLUGINS = ("pytest_asyncio.plugin", "xdist.plugin")
"""Those that the tests need: to load all takes half of the time of most guards."""

LEAVE_TIMEOUT = 15.0
"""Seconds that tests may take to end what they have started."""


def copy_of_tree(folder: Path) -> Path:
    """A copy of what git knows or would add, as it is now."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


def pass_in(tree: Path, tests: Iterable[str], seconds: float | None = None, *, told: bool = False) -> bool:
    """Whether these tests pass there, in so many seconds. Also the processes that they start import the tree's code.

    What pytest says of them is shown if `told`.
    """
    plugins = [option for name in PLUGINS for option in ("-p", name)]
    run_tests = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *plugins, *tests]
    command = ["sh", "-c", f'ulimit -S -v {MAX_MEMORY_KB}; exec "$@"', "sh", *run_tests]
    environment = os.environ | {"PYTHONPATH": str(tree), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    output = None if told else subprocess.DEVNULL
    with subprocess.Popen(
        command, cwd=tree, env=environment, stdout=output, stderr=output, start_new_session=True
    ) as run:
        try:
            return_code = run.wait(seconds)
        except subprocess.TimeoutExpired:
            return_code = 1
            run.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                run.wait(LEAVE_TIMEOUT)
        with suppress(ProcessLookupError):
            os.killpg(run.pid, signal.SIGKILL)
    if return_code in UNUSABLE:
        raise RuntimeError(f"pytest ended with {return_code}: {' '.join(command)}")
    return return_code == 0


def is_noticed(guard: Guard, tree: Path) -> bool:
    """Whether a test fails without the guard."""
    path = tree / guard.file
    source = path.read_text("utf-8")
    compiled = Path(cache_from_source(str(path)))
    try:
        path.write_text(guard.broken_source(source), "utf-8")
        compiled.unlink(missing_ok=True)  # it is told from the source by its age in seconds
        return not pass_in(tree, guard.tests, TIMEOUT)
    finally:
        path.write_text(source, "utf-8")
        compiled.unlink(missing_ok=True)


def survivors_of(guards: Sequence[Guard], trees: Sequence[Path]) -> list[Guard]:
    """The guards that no test misses. Each tree is used by one guard at a time."""
    free: SimpleQueue[Path] = SimpleQueue()
    for tree in trees:
        free.put(tree)

    def survives(guard: Guard) -> bool:
        tree = free.get()
        began = time.monotonic()
        try:
            noticed = is_noticed(guard, tree)
        finally:
            free.put(tree)
        print("noticed " if noticed else "SURVIVES", f"{time.monotonic() - began:4.0f} s ", guard.id, flush=True)
        return not noticed

    with ThreadPoolExecutor(len(trees)) as pool:
        return [guard for guard, did in zip(guards, pool.map(survives, guards), strict=True) if did]


def main() -> int:
    """Break the guards that are named, or all, and say what came of it. 1 where a survivor is not explained."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("ids", nargs="*", metavar="ID", help="only these guards (default: all, for a new score)")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="default: %(default)s")
    options = parser.parse_args()
    known = {guard.id: guard for guard in listed_guards()}
    if unknown := sorted(set(options.ids) - known.keys()):
        parser.error(f"no such guard: {', '.join(unknown)}")
    guards = [known[name] for name in options.ids or known]
    with tempfile.TemporaryDirectory() as folder:
        trees = [copy_of_tree(Path(folder) / str(number)) for number in range(min(options.workers, len(guards)))]
        print("With every guard in its place …", flush=True)
        at_once = ("-n", str(options.workers), "--dist", "worksteal")
        if not pass_in(
            trees[0], (*at_once, *dict.fromkeys(test for guard in guards for test in guard.tests)), told=True
        ):
            print("the tests fail already, so they can tell nothing.")
            return 1
        survivors = survivors_of(guards, trees)
    score = Score(datetime.now(UTC).date().isoformat(), len(guards), tuple(guard.id for guard in survivors))
    print(f"\n{score.sentence}")
    for guard in survivors:
        print(f"  {guard.id}: {guard.survives_because or 'NOT EXPLAINED'}")
    (kept().after({*options.ids} - {*score.survivors}) if options.ids else score).keep()
    print("Kept for docs/reliability.md: run `make reliability`.")
    return int(any(not guard.survives_because for guard in survivors))


if __name__ == "__main__":
    sys.exit(main())
