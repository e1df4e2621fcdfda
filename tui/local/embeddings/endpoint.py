"""Asking the endpoint for the vectors of texts (https://platform.openai.com/docs/api-reference/embeddings)."""

import re
import time
from collections.abc import Sequence

import httpx
from pydantic import BaseModel, FiniteFloat, ValidationError

from tui.local.embeddings.settings import EmbeddingSettings
from tui.local.embeddings.vector_math import Vector, unit
from tui.local.model_endpoint import KEY_VARIABLE, wait_asked
from tui.sanitize import clean_line

CONNECT_TIMEOUT = 10.0
MAX_ANSWER_BYTES = 16_000_000
"""Longest answer: 32 vectors of 4,096 numbers have about 3 MB."""
MAX_DIMENSIONS = 8192
MAX_REASON_CHARS = 300

_REFUSED = (400, 413, 422)
_TOO_LONG = re.compile(r"too (?:large|long)|exceed|context|length", re.IGNORECASE)
"""What servers say of texts that are longer than their model reads, llama.cpp with status 500."""


class EmbeddingError(Exception):
    """No vectors came; the message says why, for the user. `wait`: the seconds after which the endpoint wants to be
    asked again, where it tells."""

    def __init__(self, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait


class TextsRefusedError(EmbeddingError):
    """The endpoint takes other texts, perhaps, but not these: shorter ones may do."""


class _Row(BaseModel):
    embedding: list[FiniteFloat]
    index: int | None = None


class _Answer(BaseModel):
    data: list[_Row]


class EmbeddingEndpoint:
    """The endpoint. Any thread may ask it; the thread waits."""

    def __init__(self, settings: EmbeddingSettings) -> None:
        endpoint = settings.endpoint
        self._settings = settings
        self._name = f"The embedding model at {clean_line(endpoint.base_url)}"
        headers = {"Accept-Encoding": "identity"}
        headers |= {"Authorization": f"Bearer {endpoint.api_key}"} if endpoint.api_key else {}
        self._client = httpx.Client(headers=headers, trust_env=not endpoint.is_local)

    def vectors(self, texts: Sequence[str], timeout: float) -> list[Vector]:
        """The vectors of texts, each one long, all of as many numbers. Raises `EmbeddingError`."""
        try:
            body = self._answer(texts, timeout)
        except httpx.TimeoutException:
            raise EmbeddingError(f"{self._name} did not answer in {timeout:g} s.") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            reason = clean_line(str(error)) or type(error).__name__
            raise EmbeddingError(f"{self._name} cannot be reached: {reason}. Is it running?") from None
        try:
            return vectors_in(body, len(texts))
        except ValueError as error:
            raise EmbeddingError(f"{self._name} gave {error}.") from None

    def close(self) -> None:
        """Close the connections; nothing is asked any more."""
        self._client.close()

    def _answer(self, texts: Sequence[str], timeout: float) -> bytes:
        asked = {"model": self._settings.model, "input": list(texts)}
        url, body, end = f"{self._settings.endpoint.base_url}/embeddings", b"", time.monotonic() + timeout
        limits = httpx.Timeout(timeout, connect=min(timeout, CONNECT_TIMEOUT))
        with self._client.stream("POST", url, json=asked, timeout=limits) as response:
            for chunk in response.iter_raw():
                body += chunk
                if len(body) > MAX_ANSWER_BYTES:
                    raise EmbeddingError(f"{self._name} gave an answer without an end.")
                if time.monotonic() > end:
                    raise httpx.ReadTimeout("the answer is still coming")
        if response.status_code != 200:
            raise self._refused(response, body)
        return body

    def _refused(self, response: httpx.Response, body: bytes) -> EmbeddingError:
        reasons = {
            401: f"refused the key ({KEY_VARIABLE})",
            403: f"refused the key ({KEY_VARIABLE})",
            404: f"knows no model {clean_line(self._settings.model)!r}, or makes no vectors",
            429: "has too many requests, or the account has no credit left",
        }
        status = response.status_code
        said = clean_line(body[: 4 * MAX_REASON_CHARS].decode("utf-8", "replace"), MAX_REASON_CHARS)
        message = f"{self._name} {reasons.get(status, f'answered with status {status}')}. {said}".strip()
        is_of_texts = status in _REFUSED or (status == 500 and _TOO_LONG.search(said))
        kind = TextsRefusedError if is_of_texts else EmbeddingError
        return kind(message, wait_asked(response.headers))


def vectors_in(body: bytes, count: int) -> list[Vector]:
    """The vectors of an answer, in the order of the texts. Raises `ValueError`, which says what came instead."""
    try:
        rows = _Answer.model_validate_json(body).data
    except ValidationError as error:
        told = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(map(str, told["loc"]))
        raise ValueError(f"something else than vectors ({clean_line(where)}: {told['msg']})") from None
    if len(rows) != count:
        raise ValueError(f"{len(rows)} vectors for {count} texts")
    if all(row.index is not None for row in rows):
        rows.sort(key=lambda row: row.index or 0)
        if [row.index for row in rows] != list(range(count)):
            raise ValueError("vectors without telling which text each is of")
    lengths = {len(row.embedding) for row in rows}
    if len(lengths) > 1:
        raise ValueError("vectors of different lengths")
    if not all(0 < length <= MAX_DIMENSIONS for length in lengths):
        raise ValueError(f"vectors of {max(lengths):,} numbers; 1 to {MAX_DIMENSIONS:,} can be used")
    try:
        return [unit(row.embedding) for row in rows]
    except OverflowError:
        raise ValueError("vectors with numbers that are too large") from None
