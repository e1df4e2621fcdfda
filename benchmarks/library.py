"""How the local library grows: `python -m benchmarks.library [FILES...]`, 1,000, 10,000 and 50,000 files if not said.

Markdown files of about 5 kB are written, always the same ones. Printed are CPU seconds, the wall's in brackets (which
mean something on a machine that does nothing else), and the growth from the smallest number of files. HTML is read from
the same texts, a tenth as many.
"""

import asyncio
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from pathlib import Path

import httpx

from benchmarks.first_event import Server, Times, sessions, timed
from tui.local.agents.mentions import pattern_of
from tui.local.agents.tools import GrepArguments, Tools
from tui.local.library.database import LibraryDatabase
from tui.local.library.folders import Folder, folders_of
from tui.local.library.library import Library, open_library
from tui.local.library.reading.pool import ReaderPool
from tui.local.library.syncing.sync import sync
from tui.local.search.query import resolve
from tui.local.search.retrieval import retrieve

SIZES = (1_000, 10_000, 50_000)
FOLDER_FILES = 500
SEED = 7
QUESTIONS = 60
COMMON = ("the", "of", "and", "to", "in", "is", "that", "it", "for", "on", "with", "as", "are", "by", "an", "from")


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of CPU, of this process and those that it started, and by the clock."""

    cpu: float
    wall: float


class Words:
    """Made-up words, as often as words of a language are: the n-th has a share of 1/n."""

    def __init__(self) -> None:
        dice = random.Random(SEED)
        syllables = [consonant + vowel for consonant in "bdfgklmnprstv" for vowel in "aeiou"]
        stems = ["".join(dice.choices(syllables, k=dice.randint(2, 4))) for _ in range(20_000)]
        self._words = [stem + ending for stem in stems for ending in ("", "s", "ing")]
        self._shares = list(accumulate(1 / (place + 10) for place in range(len(self._words))))

    def some(self, dice: random.Random, count: int) -> list[str]:
        return dice.choices(self._words, cum_weights=self._shares, k=count)


def text_of(words: Words, number: int, version: int = 0) -> str:
    """The text of a file: five sections of three paragraphs."""
    dice = random.Random(f"{SEED}/{number}/{version}")
    lines = [f"# Report {number}", f"Its reference number is ZX{number:06}."]
    for _ in range(5):
        lines.append("## " + " ".join(words.some(dice, 3)).capitalize())
        for _ in range(3):
            content = words.some(dice, 30)
            spread = [part for word in content for part in (dice.choice(COMMON), word)]
            lines.append(" ".join(spread).capitalize() + ".")
    return "\n\n".join(lines) + "\n"


def write(folder: Path, files: int, words: Words) -> None:
    """The files, in folders of `FOLDER_FILES`."""
    for number in range(files):
        path = folder / f"part{number // FOLDER_FILES:03}" / f"{number:06}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text_of(words, number), encoding="utf-8")


def html_of(markdown: str) -> str:
    """The same text as a page, with the navigation that pages have."""
    marks = {"# ": "h1", "## ": "h2"}
    parts = ["<nav><ul>" + "<li><a href='x.html'>page</a></li>" * 40 + "</ul></nav>"]
    for line in markdown.strip().split("\n\n"):
        tag = next((marks[mark] for mark in marks if line.startswith(mark)), "p")
        words = line.lstrip("# ").split()
        words[::9] = [f"<a href='#x'><code>{word}</code></a>" for word in words[::9]]
        parts.append(f"<{tag}>{' '.join(words)}</{tag}>")
    return f"<!DOCTYPE html><html><head><title>x</title></head><body>{''.join(parts)}</body></html>"


def spent(work: Callable[[], object]) -> Spent:
    """What some work takes."""
    before, began = _cpu(), time.monotonic()
    work()
    return Spent(_cpu() - before, time.monotonic() - began)


def _cpu() -> float:
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def synced(database: LibraryDatabase, folder: Folder) -> None:
    """Brings an index up to date, by processes that are started for it."""
    with ReaderPool() as readers:
        sync(database, folder, reading=readers.reading)


def indexing(database: LibraryDatabase, folder: Folder, words: Words) -> dict[str, Spent]:
    """What the syncs of a folder take, the first one and after changes."""
    found = {"first indexing": spent(lambda: synced(database, folder))}
    found["sync, nothing changed"] = spent(lambda: synced(database, folder))
    files = sorted(folder.path.rglob("*.md"))
    for path in files[::100]:
        path.write_text(text_of(words, int(path.stem), 1), encoding="utf-8")
    found["sync, 1 in 100 changed"] = spent(lambda: synced(database, folder))
    (folder.path / "part000").rename(folder.path / "moved")
    found["sync, 500 renamed"] = spent(lambda: synced(database, folder))
    for path in (folder.path / "part001").glob("*.md"):
        path.unlink()
    found["sync, 500 deleted"] = spent(lambda: synced(database, folder))
    return found


def questions(words: Words, files: int) -> Sequence[str]:
    """Questions with words of some document."""
    dice = random.Random(SEED)
    asked: list[str] = []
    for _ in range(QUESTIONS):
        said = [word for word in text_of(words, dice.randrange(files)).lower().split() if word.isalpha()]
        asked.append(f"What is the {' '.join(dice.sample(said, 8))}?")
    return asked


def searching(library: Library, index_id: str, asked: Sequence[str], files: int) -> dict[str, Spent]:
    """What a retrieval takes in the middle and at most, and what the look-up of a number does."""

    def search(question: str) -> None:
        retrieve(library.passages, resolve(library.vocabulary, question, [index_id]), [index_id], 10)

    search(asked[0])
    each = [spent(partial(search, question)) for question in asked]
    tools = Tools(library.documents, library.passages, library.vocabulary, [index_id])
    number = f"ZX{files - 1:06}"
    exact = spent(lambda: tools.grep_passages(GrepArguments(pattern=pattern_of(number)), number))
    middle = Spent(statistics.median(one.cpu for one in each), statistics.median(one.wall for one in each))
    return {
        "retrieval, median": middle,
        "retrieval, most": Spent(max(one.cpu for one in each), max(one.wall for one in each)),
        "look-up of a number": exact,
    }


async def _turns(ready: dict[str, str], process: int) -> Times:
    headers = {"Authorization": f"Bearer {ready['api_key']}"}
    async with httpx.AsyncClient(base_url=ready["base_url"], headers=headers, trust_env=False, timeout=60) as http:
        while (index := (await http.get("/api/v1/indexes")).json()["items"][0])["metadata"]["status"] != "ready":
            await asyncio.sleep(0.1)
        server = Server(httpx.URL(ready["base_url"]), ready["api_key"], process, index["id"])
        times = [await timed(server, session_id) for session_id in await sessions(http, server, 5)]
        return sorted(times, key=lambda one: one.first)[2]


def turn(folder: Path, data: Path) -> dict[str, Spent]:
    """Seconds by the clock to the first event of a turn and to its end, and the server's CPU for its start and all."""
    command = [sys.executable, "-m", "tui.local.cli", "--json", "--until-stdin-closes", str(folder)]
    pipe, environment = subprocess.PIPE, {**os.environ, "LLAMACHAT_DATA_DIR": str(data)}
    before = _cpu()
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment) as server:
        assert server.stdout is not None
        told = asyncio.run(_turns(json.loads(server.stdout.readline()), server.pid))
        server.communicate()
    cpu = _cpu() - before
    return {"turn, to the first event": Spent(cpu, told.first), "turn, to its end": Spent(cpu, told.end)}


def measured(files: int, words: Words) -> dict[str, Spent]:
    """All figures of a folder of so many files."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "reports"
        write(path, files, words)
        database = LibraryDatabase(Path(place) / "data")
        library = open_library(database, folders_of([path]))
        (folder,) = library.folders.by_id.values()
        found = indexing(database, folder, words)
        found |= searching(library, folder.index_id, questions(words, files), files)
        size = database.index(folder.index_id).path.stat().st_size
        text = sum(one.stat().st_size for one in path.rglob("*.md"))
        print(f"{files:,} files: {text / 1e6:.0f} MB of text, {size / 1e6:.0f} MB of database", flush=True)
        found |= turn(path, database.path.parent)
        pages = Path(place) / "pages"
        pages.mkdir()
        for one in sorted(path.rglob("*.md"))[::10]:
            (pages / f"{one.stem}.html").write_text(html_of(one.read_text(encoding="utf-8")), encoding="utf-8")
        (served,) = folders_of([pages])
        found["first indexing, HTML"] = spent(lambda: synced(LibraryDatabase(Path(place) / "other"), served))
        return found


def main() -> None:
    """Prints the figures of each size."""
    parser = ArgumentParser(prog="python -m benchmarks.library", description="Measure how the local library grows.")
    parser.add_argument("files", nargs="*", type=int, default=SIZES, metavar="FILES", help="how many files")
    words, smallest = Words(), dict[str, Spent]()
    for files in parser.parse_args().files:
        for name, one in measured(files, words).items():
            first = smallest.setdefault(name, one)
            growth = f"  x {one.cpu / max(first.cpu, 1e-4):.1f}" if first is not one else ""
            print(
                f"{files:7,}  {name:26} {one.cpu * 1000:9,.0f} ms CPU  ({one.wall * 1000:,.0f} ms){growth}", flush=True
            )


if __name__ == "__main__":
    main()
