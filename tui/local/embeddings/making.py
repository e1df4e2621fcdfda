"""Making the vectors of the passages in the background, a few passages at a time."""

import logging
import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from tui.counts import counted
from tui.local.embeddings.endpoint import EmbeddingEndpoint, EmbeddingError, TextsRefusedError
from tui.local.embeddings.vector_math import Vector
from tui.local.embeddings.vectors import USE_NOTED_SECONDS, PassageText, Vectors
from tui.local.library.folders import ServedFolders

BATCH = 32
"""Passages that are sent together. Their vectors are stored in one transaction."""
TEXT_CHARS = (3000, 1000, 300)
"""How much is sent of a passage: less where the endpoint refuses more, for models of few tokens refuse longer texts."""
PLAIN_TEXT = "text"
"""What no endpoint refuses that takes any text at all."""
ANSWER_TIMEOUT = 120.0
RETRY_SECONDS = (1.0, 5.0)
"""The waits before the next try of a batch, where the endpoint tells none of its own."""
MAX_WAIT_SECONDS = 60.0
AGAIN_SECONDS = 300.0
"""After how long an index is tried again whose vectors could not be made."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class VectorProgress:
    """How many passages of an index have a vector, of all, and why it goes no further, None where it does."""

    done: int
    total: int
    problem: str | None = None


class VectorMaker:
    """A thread that embeds what is not yet. A daemon, so that it never keeps a process that is to end."""

    def __init__(self, endpoint: EmbeddingEndpoint, vectors: Vectors, folders: ServedFolders) -> None:
        self._endpoint = endpoint
        self._vectors = vectors
        self._folders = folders
        self._progress: dict[str, VectorProgress] = {}
        self._asked = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="vectors", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def ask(self) -> None:
        """Look soon for passages that have no vector."""
        self._asked.set()

    def stop(self) -> None:
        """Begin nothing any more; what is stored stays."""
        self._stopping.set()
        self._asked.set()

    def progress(self, index_id: str) -> VectorProgress | None:
        """How far an index is; None before it was looked at."""
        return self._progress.get(index_id)

    def _run(self) -> None:
        while not self._stopping.is_set():
            failed = any(progress.problem for progress in self._progress.values())
            self._asked.wait(AGAIN_SECONDS if failed else USE_NOTED_SECONDS)
            self._asked.clear()
            wanted = list(self._folders.by_id)
            for index_id in self._progress.keys() - set(wanted):
                del self._progress[index_id]
                self._vectors.let_go(index_id)
            for index_id in wanted:
                self._make_all(index_id)
        self._endpoint.close()

    def _make_all(self, index_id: str) -> None:
        problem: str | None = None
        try:
            self._make(index_id)
        except EmbeddingError as error:
            problem = str(error)
        except sqlite3.Error as error:
            problem = f"The vectors cannot be stored: {error}."
        except Exception:  # of any kind: one thread makes the vectors of all indexes, and nobody would begin it again
            _log.exception("Embedding %s failed", index_id)
            problem = "The vectors could not be made, for a reason that was not foreseen; the log has it."
        if problem and not self._stopping.is_set():
            before = self._progress.get(index_id, VectorProgress(0, 0))
            self._progress[index_id] = VectorProgress(before.done, before.total, problem)

    def _make(self, index_id: str) -> None:
        if not self._is_wanted(index_id):
            return  # to open the file of an index that was removed would make it again
        after, refused, is_anew = 0, 0, False
        before = self._progress.get(index_id)
        self._vectors.note_use(index_id)
        done, total = self._vectors.count(index_id)
        self._progress[index_id] = VectorProgress(done, total, before.problem if before else None)
        while done < total and self._is_wanted(index_id) and (batch := self._vectors.without(index_id, after, BATCH)):
            made = [(one, vector) for one, vector in zip(batch, self._embedded(batch), strict=True) if vector]
            if not self._is_wanted(index_id):
                return
            fits = not made or self._vectors.store(index_id, made, len(made[0][1]))
            if not fits and is_anew:
                raise EmbeddingError("The embedding model gives vectors of other lengths from one time to the next.")
            is_anew = is_anew or not fits
            after = batch[-1].chunk_id if fits else 0
            refused = refused + len(batch) - len(made) if fits else 0
            done = done + len(made) if fits else len(made)  # to count anew costs more the more there are
            self._progress[index_id] = VectorProgress(min(done, total), total)
        if self._is_wanted(index_id):
            problem = f"The embedding model refuses {counted(refused, 'passage')}." if refused else None
            self._progress[index_id] = VectorProgress(*self._vectors.count(index_id), problem)

    def _is_wanted(self, index_id: str) -> bool:
        return not self._stopping.is_set() and index_id in self._folders.by_id

    def _embedded(self, batch: Sequence[PassageText]) -> Sequence[Vector | None]:
        """The vectors of passages, None for one that is refused. Raises `EmbeddingError` where every text is."""
        texts = [f"{passage.heading}\n\n{passage.body}".strip() for passage in batch]
        for chars in TEXT_CHARS:
            if vectors := self._unless_refused([text[:chars] for text in texts]):
                return vectors
        by_itself = [self._unless_refused([text[: TEXT_CHARS[-1]]]) for text in texts]
        if not any(by_itself):
            self._tried([PLAIN_TEXT])  # says why, where it is not for what these passages are
        return [vectors[0] if vectors else None for vectors in by_itself]

    def _unless_refused(self, texts: Sequence[str]) -> Sequence[Vector] | None:
        try:
            return self._tried(texts)
        except TextsRefusedError:
            return None

    def _tried(self, texts: Sequence[str]) -> Sequence[Vector]:
        for seconds in RETRY_SECONDS:
            try:
                return self._endpoint.vectors(texts, ANSWER_TIMEOUT)
            except TextsRefusedError:
                raise
            except EmbeddingError as error:
                wait = seconds if error.wait is None else min(error.wait, MAX_WAIT_SECONDS)
                if self._stopping.wait(wait):
                    raise
        return self._endpoint.vectors(texts, ANSWER_TIMEOUT)
