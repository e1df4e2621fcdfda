"""The search by meaning: the vector of a question, the vectors of the passages, and the thread that makes these."""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass, replace

from tui.local.embeddings.endpoint import EmbeddingEndpoint, EmbeddingError
from tui.local.embeddings.making import TEXT_CHARS, VectorMaker, VectorProgress
from tui.local.embeddings.settings import EmbeddingSettings
from tui.local.embeddings.vector_math import Vector
from tui.local.embeddings.vectors import Vectors
from tui.local.library.database import LibraryDatabase
from tui.local.library.folders import ServedFolders
from tui.local.library.passages import FoundPassage, NearPassages

QUESTION_TIMEOUT = 2.0
"""Seconds that a search waits for the vector of its question. It then goes by the words alone."""
LATE_TIMEOUT = 30.0
"""Seconds in which a vector that came too late is still taken, for the next search."""
PAUSE_SECONDS = 30.0
"""Seconds in which no other question is sent after one that got no vector in time."""
MAX_QUESTIONS = 64
"""Questions whose vectors are kept."""


_log = logging.getLogger(__name__)


class EmbeddingPausedError(EmbeddingError):
    """The endpoint is not asked, for it has failed a moment ago."""


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why a question that was sent got no vector, and until when, by the monotonic clock, no other one is sent."""

    problem: str
    paused_until: float


class Embeddings:
    """What a server has of its embedding model. Any thread may call its methods at any time."""

    def __init__(self, settings: EmbeddingSettings, database: LibraryDatabase, folders: ServedFolders) -> None:
        self.model = settings.model
        self._endpoint = EmbeddingEndpoint(settings)
        self._vectors = Vectors(database, settings.model)
        self._maker = VectorMaker(self._endpoint, self._vectors, folders)
        self._lock = threading.Lock()
        self._questions: OrderedDict[str, Future[Vector]] = OrderedDict()
        self._failure: _Failure | None = None

    def start(self) -> None:
        """Make the vectors that are missing, on a thread that never keeps a process that is to end."""
        self._maker.start()

    def stop(self) -> None:
        self._maker.stop()

    def ask(self) -> None:
        """Look soon for passages that have no vector."""
        self._maker.ask()

    def progress(self, index_id: str) -> VectorProgress | None:
        """How many passages of an index have a vector, and what is wrong with them or with those of questions; None
        before it was looked at."""
        told, failure = self._maker.progress(index_id), self._failure
        return replace(told, problem=told.problem or (failure.problem if failure else None)) if told else None

    def nearest(self, question: str, index_ids: Sequence[str], limit: int) -> NearPassages:
        """The passages whose meaning is nearest to the question's.

        None where the question has no vector, for whatever reason: the endpoint was asked and does not answer in time,
        or fails. Blocks for up to `QUESTION_TIMEOUT`.
        """
        with_vectors = [index_id for index_id in index_ids if self._vectors.are_there(index_id)]
        found: list[FoundPassage] = []
        if with_vectors:
            try:
                vector = self._vector_of(question)
            except EmbeddingError as error:
                return NearPassages(problem=str(error))
            found = [one for index_id in with_vectors for one in self._vectors.nearest(index_id, vector, limit)]
            found.sort(key=lambda one: (-one.score, one.index_id, one.chunk_id))
        told = (self._maker.progress(index_id) for index_id in index_ids)
        return NearPassages(found[:limit], next((one.problem for one in told if one and one.problem), None))

    def _vector_of(self, question: str) -> Vector:
        """Raises `EmbeddingError`."""
        try:
            return self._asked(question[: TEXT_CHARS[0]]).result(QUESTION_TIMEOUT)
        except EmbeddingPausedError:
            raise
        except EmbeddingError as error:
            self._failure = _Failure(str(error), time.monotonic() + PAUSE_SECONDS)
            raise
        except FutureTimeoutError:
            problem = f"The embedding model did not answer in {QUESTION_TIMEOUT:g} s."
            self._failure = _Failure(problem, time.monotonic() + PAUSE_SECONDS)
            raise EmbeddingError(problem) from None

    def _asked(self, question: str) -> "Future[Vector]":
        """The vector of a question, which may still come. Raises `EmbeddingError` where none is asked for now."""
        with self._lock:
            known = self._questions.get(question)
            is_made = known is not None and known.done() and not known.exception()
            failure = self._failure
            if not is_made and failure and time.monotonic() < failure.paused_until:
                raise EmbeddingPausedError(failure.problem)
            if known is not None and (is_made or not known.done()):
                self._questions.move_to_end(question)
                return known
            asked: Future[Vector] = Future()
            self._questions[question] = asked
            while len(self._questions) > MAX_QUESTIONS:
                self._questions.popitem(last=False)
        threading.Thread(target=self._embed, args=(question, asked), name="question", daemon=True).start()
        return asked

    def _embed(self, question: str, asked: "Future[Vector]") -> None:
        try:
            (vector,) = self._endpoint.vectors([question], LATE_TIMEOUT)
        except EmbeddingError as error:
            asked.set_exception(error)
            return
        except Exception:  # of any kind: searches wait for this answer, and go by the words alone where there is none
            _log.exception("Embedding a question failed")
            asked.set_exception(EmbeddingError("The question could not be embedded."))
            return
        self._failure = None
        asked.set_result(vector)
