"""How good the answers without a model are: `python -m benchmarks.answers [--data DIR] [COLLECTION...]`.

A collection is a folder with a `questions.toml`: `documents` is the folder of its documents (absolute, or from there),
`unanswerable` lists questions that the documents do not answer, and `[questions]` gives for each other question the
facts of which an answer must hold one, as it is written, in any case. Every other question, counted in their order, is
of the half that weights may be chosen on; the rest is held out.

For each collection and half: in how many answers the fact stands (hit) and in how many within the first line (first),
the median length of an answer and of its first line in characters, and how often the answer says that the documents do
not tell: of the unanswerable questions (told), and of the others (wrong).
"""

import asyncio
import re
import statistics
import sys
import tempfile
import tomllib
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from tui.local.agents.agent import Ask
from tui.local.agents.extractive import look_up, written
from tui.local.agents.lookup import begin_lookup
from tui.local.library.database import LibraryDatabase
from tui.local.library.folders import folders_of
from tui.local.library.library import Library, open_library
from tui.local.library.syncing.sync import sync

JUDGED = Path(__file__).parent / "answers_judged"
DENIALS = ("Nothing in", "No passage answers", "This is not in")
HALVES = ("chosen", "held out")


@dataclass(frozen=True, slots=True)
class Answered:
    """A question, the facts of which one answers it (none: it cannot be answered), and the answer."""

    question: str
    facts: Sequence[str]
    answer: str

    @property
    def first_line(self) -> str:
        return self.answer.partition("\n")[0]

    @property
    def is_denied(self) -> bool:
        return self.answer.startswith(DENIALS)

    def hits(self, text: str) -> bool:
        """Whether a fact stands in a text as words of their own."""
        said = _plain(text)
        return any(re.search(rf"(?<!\w)(?<!\d\.){re.escape(_plain(fact))}(?![\w])", said) for fact in self.facts)


def _plain(text: str) -> str:
    """A text's words, without the marks of Markdown and its quotations."""
    return " ".join(re.sub(r"^> ?|[*`\\]", "", text, flags=re.MULTILINE).split()).casefold()


def collection(folder: Path, data: Path) -> tuple[Library, Mapping[str, Any]]:
    """A collection's documents, read unless `data` has them already, and its questions."""
    judged = tomllib.loads((folder / "questions.toml").read_text(encoding="utf-8"))
    documents = (folder / judged["documents"]).resolve()
    database = LibraryDatabase(data / sha256(str(documents).encode()).hexdigest()[:16])
    library = open_library(database, folders_of([documents]))
    for served in library.folders.by_id.values():
        sync(database, served)
    return library, judged


async def _answer(library: Library, question: str) -> str:
    ask = Ask(question, (), list(library.folders.by_id))
    lookup = begin_lookup(ask, library)
    async for _ in look_up(lookup):
        pass
    return written(lookup, library)


def answered(library: Library, judged: Mapping[str, Any]) -> Iterator[tuple[str, Answered]]:
    """Every question with its half and its answer."""
    questions: list[tuple[str, Sequence[str]]] = [*judged["questions"].items()]
    questions += [(question, ()) for question in judged["unanswerable"]]
    for number, (question, facts) in enumerate(questions):
        yield HALVES[number % 2], Answered(question, facts, asyncio.run(_answer(library, question)))


def figures(name: str, all_answers: Sequence[Answered]) -> str:
    """One line of figures."""
    asked = [one for one in all_answers if one.facts]
    others = [one for one in all_answers if not one.facts]
    hits = sum(one.hits(one.answer) for one in asked)
    first = sum(one.hits(one.first_line) for one in asked)
    return (
        f"{name:22} hit {_share(hits, asked)}  first {_share(first, asked)}"
        f"  chars {statistics.median(len(one.answer) for one in asked):5.0f}"
        f"  first line {statistics.median(len(one.first_line) for one in asked):3.0f}"
        f" (longest {max(len(one.first_line) for one in all_answers)})"
        f"  told {_share(sum(one.is_denied for one in others), others)}"
        f"  wrong {_share(sum(one.is_denied for one in asked), asked)}"
    )


def _share(count: int, among: Sequence[object]) -> str:
    return f"{count:3}/{len(among):<3} {100 * count / max(1, len(among)):3.0f} %"


def misses(half: str, all_answers: Sequence[Answered]) -> Iterator[str]:
    """What was not answered in the first line, or denied where it should not be, or the other way round."""
    for one in all_answers:
        where = "" if not one.facts or one.hits(one.first_line) else "late" if one.hits(one.answer) else "miss"
        wrong = one.is_denied == bool(one.facts)
        if where or wrong:
            yield f"  {half} {'denial' if wrong else where:6} {one.question}  {one.facts}"
            yield f"         {one.first_line[:300]}"


def main() -> None:
    """Prints the figures of the collections, and of all together."""
    parser = ArgumentParser(prog="python -m benchmarks.answers", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("collections", nargs="*", type=Path, metavar="COLLECTION", help="default: the judged ones here")
    parser.add_argument("--data", type=Path, help="keep what was read in this folder")
    parser.add_argument("--misses", choices=HALVES, help="print what was missed in one half")
    parser.add_argument("--show", metavar="TEXT", help="print the answers to the questions with this text")
    arguments = parser.parse_args()
    both: dict[str, list[Answered]] = {half: [] for half in HALVES}
    with tempfile.TemporaryDirectory() as temporary:
        for folder in arguments.collections or sorted(path.parent for path in JUDGED.glob("*/questions.toml")):
            library, judged = collection(folder, arguments.data or Path(temporary))
            found = list(answered(library, judged))
            for half in HALVES:
                ours = [one for of, one in found if of == half]
                both[half] += ours
                print(figures(f"{folder.name}, {half}", ours), flush=True)
                if arguments.misses == half:
                    print("\n".join(misses(half, ours)))
                for one in ours:
                    if arguments.show and arguments.show.casefold() in one.question.casefold():
                        print(f"--- {one.question}\n{one.answer}")
    for half in HALVES:
        print(figures(f"all, {half}", both[half]))


if __name__ == "__main__":
    sys.exit(main())
