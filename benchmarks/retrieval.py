"""How well documents are found, beside FTS5 as it comes: `python -m benchmarks.retrieval`.

nDCG@10 and recall@10 over the judged questions of `judged.toml`, averaged; a document's place is that of its best
passage. Both searches see the same passages. The plain one is an FTS5 table with the default tokenizer, asked for any
word of the question and ordered by `bm25()`.
"""

import math
import re
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from pydoc_data import topics

from tui.local.library.database import LibraryDatabase
from tui.local.library.folders import folders_of
from tui.local.library.library import Library, open_library
from tui.local.library.sync import sync
from tui.local.search.retrieval import retrieve

DEPTH = 10
PASSAGES = 100
"""How many passages are asked for, so that at least `DEPTH` documents are among them."""

Search = Callable[[str], Sequence[str]]


def ndcg(ranked: Sequence[str], relevant: Sequence[str]) -> float:
    """Normalized discounted cumulative gain of the first `DEPTH` documents, each relevant or not."""
    gain = sum(1 / math.log2(place + 2) for place, name in enumerate(ranked[:DEPTH]) if name in relevant)
    return gain / sum(1 / math.log2(place + 2) for place in range(min(DEPTH, len(relevant))))


def recall(ranked: Sequence[str], relevant: Sequence[str]) -> float:
    """The part of the relevant documents that is among the first `DEPTH`."""
    return len(set(ranked[:DEPTH]) & set(relevant)) / len(relevant)


def documents(names: Iterable[str]) -> list[str]:
    """Documents in the order of their first passage."""
    return list(dict.fromkeys(Path(name).stem for name in names))


def ours(library: Library) -> Search:
    """The search of the local library."""
    passages, vocabulary, ids = library.passages, library.vocabulary, list(library.folders.by_id)
    return lambda question: documents(
        passage.file_name for passage in retrieve(passages, vocabulary, question, ids, PASSAGES)
    )


def plain(database: LibraryDatabase) -> Search:
    """FTS5 with its defaults over the same passages."""
    with database.writing() as connection:
        connection.execute("CREATE VIRTUAL TABLE plain USING fts5 (file, heading, body)")
        connection.execute("INSERT INTO plain (rowid, file, heading, body) SELECT rowid, * FROM passages")

    def search(question: str) -> Sequence[str]:
        expression = " OR ".join(f'"{word}"' for word in re.findall(r"\w+", question))
        with database.reading() as connection:
            rows = connection.execute(
                "SELECT file FROM plain WHERE plain MATCH ? ORDER BY rank LIMIT ?", (expression, PASSAGES)
            ).fetchall()
        return documents(row["file"] for row in rows)

    return search


def indexed(texts: Mapping[str, str], ending: str, folder: Path) -> tuple[LibraryDatabase, Library]:
    """The texts as files of a folder, indexed."""
    (folder / "documents").mkdir(parents=True)
    for name, text in texts.items():
        (folder / "documents" / f"{name}{ending}").write_text(text, encoding="utf-8")
    database = LibraryDatabase(folder / "data")
    library = open_library(database, folders_of([folder / "documents"]))
    for served in library.folders.by_id.values():
        sync(database, served)
    return database, library


def report(name: str, searches: Mapping[str, Search], questions: Mapping[str, Sequence[str]]) -> None:
    """Prints the figures of one collection."""
    for label, search in searches.items():
        ranked = {question: search(question) for question in questions}
        gains = [ndcg(ranked[question], relevant) for question, relevant in questions.items()]
        recalls = [recall(ranked[question], relevant) for question, relevant in questions.items()]
        print(
            f"{name:8} {label:10}  {len(questions):3} questions"
            f"  nDCG@10 {sum(gains) / len(gains):.3f}  recall@10 {sum(recalls) / len(recalls):.3f}"
        )


def main() -> None:
    """Prints the figures of both collections."""
    judged = tomllib.loads(Path(__file__).with_name("judged.toml").read_text(encoding="utf-8"))
    collections = (("python", topics.topics, ".txt"), ("notes", judged["texts"], ".md"))
    with tempfile.TemporaryDirectory() as folder:
        for name, texts, ending in collections:
            database, library = indexed(texts, ending, Path(folder) / name)
            report(name, {"plain FTS5": plain(database), "ours": ours(library)}, judged[name])


if __name__ == "__main__":
    main()
