"""An embedding endpoint on loopback whose model knows a few words, and that misbehaves where the test wants it to."""

import re
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.local.inprocess import in_thread
from tui.local.embeddings.settings import EmbeddingSettings
from tui.local.model_endpoint import ModelEndpoint

Reply: TypeAlias = tuple[int, str, dict[str, str]]
"""A status, a body and headers."""

MEANINGS = (("car", "automobile"), ("dog", "hound"), ("oak", "worktop"), ("outage", "certificate"))
"""Words that mean the same."""


def meaning_of(text: str) -> list[float]:
    """A number for each meaning, of how often the text has one of its words."""
    words = re.findall(r"\w+", text.lower())
    return [float(sum(words.count(word) for word in same)) for same in MEANINGS]


@dataclass
class ScriptedEmbeddings:
    """Answers the first requests with its `replies`, and all others well.

    `asked` are the texts of each request. `dimensions`: zeros are added up to so many. Where `gate` is closed it
    answers when that is opened. Longer texts than `most_chars`, and those with the word `refused`, are refused.
    """

    replies: list[Reply] = field(default_factory=list[Reply])
    asked: list[list[str]] = field(default_factory=list[list[str]])
    models: list[str] = field(default_factory=list[str])
    dimensions: int = 8
    most_chars: int = 10**6
    refused: str = "-"
    gate: threading.Event = field(default_factory=threading.Event)
    base_url: str = ""

    def answer(self, body: dict[str, Any]) -> Response:
        texts: list[str] = body["input"]
        self.asked.append(texts)
        self.models.append(body["model"])
        reply = self.replies.pop(0) if self.replies else None
        assert self.gate.wait(20)
        if reply:
            status, text, headers = reply
            return Response(text, status, headers)
        if any(len(text) > self.most_chars or self.refused in text for text in texts):
            return Response('{"error": "input is too long"}', 400)
        return Response(answer_of([self.vector(text) for text in texts]))

    def vector(self, text: str) -> list[float]:
        return (meaning_of(text) + [0.0] * self.dimensions)[: self.dimensions]

    def settings(self, model: str = "small-vectors") -> EmbeddingSettings:
        return EmbeddingSettings(ModelEndpoint(self.base_url, "sk-secret"), model)


def answer_of(vectors: Sequence[Sequence[float]]) -> str:
    """The body of an answer, its rows out of order."""
    rows = [f'{{"index": {at}, "embedding": {list(vector)}}}' for at, vector in enumerate(vectors)]
    return f'{{"object": "list", "data": [{", ".join(reversed(rows))}]}}'


@contextmanager
def embedding_endpoint() -> Generator[ScriptedEmbeddings]:
    scripted = ScriptedEmbeddings()
    scripted.gate.set()

    async def answered(request: Request) -> Response:
        return await run_in_threadpool(scripted.answer, await request.json())

    with in_thread(Starlette(routes=[Route("/v1/embeddings", answered, methods=["POST"])])) as base_url:
        scripted.base_url = f"{base_url}/v1"
        try:
            yield scripted
        finally:
            scripted.gate.set()
