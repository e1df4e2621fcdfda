"""How well documents are found, beside FTS5 as it comes: `python -m benchmarks.retrieval [--choose] [FOLDER...]`.

nDCG@10 and recall@100 of four searches over the same passages: an FTS5 table with the default tokenizer, one with the
porter tokenizer (both asked for any word of the question), ours without the second stage (`rerank: false`), and ours.
A document's place is that of its best passage.

The collections are those of `judged.toml`, and the folders that are given. Such a folder holds a collection in the form
of BEIR (https://github.com/beir-cellar/beir): `corpus.jsonl` with `_id`, `title` and `text`, `queries.jsonl` with `_id`
and `text`, and `qrels.tsv` with the ids of a question and of a document that answers it, and a score above 0. Nothing
is fetched.

Half of the questions, by their text, are those that weights may be chosen with (`--choose`). The others are reported.
"""

import hashlib
import json
import math
import re
import tempfile
import tomllib
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from pydoc_data import topics

from tui.local.library.database import IndexFile, LibraryDatabase
from tui.local.library.folders import folders_of
from tui.local.library.library import Library, open_library
from tui.local.library.syncing.sync import sync
from tui.local.search.query import resolve
from tui.local.search.retrieval import first_passages, retrieve

DEPTH = 10
PASSAGES = 200
"""How many passages are asked for, so that about a hundred documents are among them."""

Search = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents, by their names, and questions with the names of the documents that answer them."""

    name: str
    documents: Mapping[str, str]
    ending: str
    questions: Mapping[str, Sequence[str]]


def own() -> Iterator[Collection]:
    """The collections of this project."""
    judged = tomllib.loads(Path(__file__).with_name("judged.toml").read_text(encoding="utf-8"))
    yield Collection("python", topics.topics, ".txt", judged["python"])
    yield Collection("notes", judged["texts"], ".md", judged["notes"])


def given(folder: Path) -> Collection:
    """The collection in a folder."""
    documents = {row["_id"]: f"# {row['title']}\n\n{row['text']}\n" for row in _rows(folder / "corpus.jsonl")}
    answers: dict[str, list[str]] = {}
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        question, document, score = line.split("\t")
        if float(score) > 0:
            answers.setdefault(question, []).append(document)
    asked = {row["_id"]: row["text"] for row in _rows(folder / "queries.jsonl")}
    questions = {asked[key]: relevant for key, relevant in answers.items()}
    return Collection(folder.name, documents, ".md", questions)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def half(questions: Mapping[str, Sequence[str]], *, chosen: bool) -> dict[str, Sequence[str]]:
    """The questions that weights are chosen with, or the others."""
    return {
        question: relevant
        for question, relevant in questions.items()
        if (hashlib.sha256(question.encode()).digest()[0] % 2 == 0) is chosen
    }


def ndcg(found: Sequence[str], relevant: Sequence[str]) -> float:
    """Normalized discounted cumulative gain of the first `DEPTH` documents, each relevant or not."""
    gain = sum(1 / math.log2(place + 2) for place, name in enumerate(found[:DEPTH]) if name in relevant)
    return gain / sum(1 / math.log2(place + 2) for place in range(min(DEPTH, len(relevant))))


def recall(found: Sequence[str], relevant: Sequence[str]) -> float:
    """The part of the relevant documents that is among the first hundred."""
    return len(set(found[:100]) & set(relevant)) / len(relevant)


def documents_in(names: Iterable[str]) -> list[str]:
    """Documents in the order of their first passage."""
    return list(dict.fromkeys(Path(name).stem for name in names))


def ours(library: Library, *, second_stage: bool) -> Search:
    """The search of the local library, with its second stage or without it."""
    ids = list(library.folders.by_id)

    def search(question: str) -> Sequence[str]:
        asked = library.passages, resolve(library.vocabulary, question, ids), ids, PASSAGES
        found = retrieve(*asked).passages if second_stage else first_passages(*asked)
        return documents_in(passage.file_name for passage in found)

    return search


def plain(index: IndexFile, name: str, tokenizer: str) -> Search:
    """FTS5 over the same passages, with one of its own tokenizers."""
    with index.writing() as connection:
        connection.execute(f"CREATE VIRTUAL TABLE {name} USING fts5 (file, heading, body, tokenize = '{tokenizer}')")
        connection.execute(
            f"INSERT INTO {name} (rowid, file, heading, body) SELECT chunks.id, path, heading, body FROM chunks"
            " JOIN documents ON documents.id = document_id"
        )

    def search(question: str) -> Sequence[str]:
        expression = " OR ".join(f'"{word}"' for word in re.findall(r"\w+", question))
        with index.reading() as connection:
            rows = connection.execute(
                f"SELECT file FROM {name} WHERE {name} MATCH ? ORDER BY rank LIMIT ?", (expression, PASSAGES)
            ).fetchall()
        return documents_in(row["file"] for row in rows)

    return search


def indexed(collection: Collection, folder: Path) -> tuple[IndexFile, Library]:
    """The documents as files of a folder, indexed."""
    (folder / "documents").mkdir(parents=True)
    for name, text in collection.documents.items():
        (folder / "documents" / f"{name}{collection.ending}").write_text(text, encoding="utf-8")
    database = LibraryDatabase(folder / "data")
    library = open_library(database, folders_of([folder / "documents"]))
    (served,) = library.folders.by_id.values()
    sync(database, served)
    return database.index(served.index_id), library


def report(collection: Collection, searches: Mapping[str, Search], *, chosen: bool) -> None:
    """Prints the figures of one collection."""
    questions = half(collection.questions, chosen=chosen)
    for label, search in searches.items():
        found = {question: search(question) for question in questions}
        gains = [ndcg(found[question], relevant) for question, relevant in questions.items()]
        recalls = [recall(found[question], relevant) for question, relevant in questions.items()]
        print(
            f"{collection.name:10} {label:14} {len(questions):4} questions"
            f"  nDCG@10 {sum(gains) / len(gains):.3f}  recall@100 {sum(recalls) / len(recalls):.3f}",
            flush=True,
        )


def main() -> None:
    """Prints the figures of all collections."""
    parser = ArgumentParser(prog="python -m benchmarks.retrieval", description="Measure how well documents are found.")
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER", help="a collection in the form of BEIR")
    parser.add_argument("--choose", action="store_true", help="the questions that weights may be chosen with")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for collection in (*own(), *map(given, options.folders)):
            index, library = indexed(collection, Path(folder) / collection.name)
            searches = {
                "plain FTS5": plain(index, "plain", "unicode61"),
                "porter FTS5": plain(index, "porter", "porter unicode61"),
                "rerank: false": ours(library, second_stage=False),
                "ours": ours(library, second_stage=True),
            }
            report(collection, searches, chosen=options.choose)


if __name__ == "__main__":
    main()
