"""The images of pages: drawn when they are asked for, kept for a while, and fetched by URLs that expire."""

import asyncio
import hmac
import secrets
import sys
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeAlias
from urllib.parse import quote

from tui.local.library.stored_documents import PagedFile

Span: TypeAlias = tuple[int, int]
"""A stretch of a document's text: the offsets of its first character and of the one after its last."""

SIGNED_PATH = "/signed/"
"""Where signed URLs begin; below it no key is needed, because each URL is checked itself."""
URL_SECONDS = 300
"""Seconds for which a signed URL holds."""
DRAWING_TIMEOUT = 30.0
MAX_DRAWINGS = 2
"""How many documents are drawn at once."""
MAX_KEPT_BYTES = 32_000_000
"""How many bytes of images are kept in memory, the last used."""


class PageImages:
    """The images of documents' pages, and the signatures that let one of them be fetched without a key."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._secret = secrets.token_bytes(32)
        self._kept: OrderedDict[tuple[str, str, int, str], bytes] = OrderedDict()
        self._drawing = asyncio.Semaphore(MAX_DRAWINGS)

    def sign(self, source_id: str, name: str, marked: Span | None = None) -> tuple[str, float]:
        """The path and query of a URL for one attachment of one source, and the time (epoch) until which it holds."""
        expires = int(self._clock()) + URL_SECONDS
        path = f"{SIGNED_PATH}{quote(source_id, safe='')}/{quote(name)}"
        marks = f"&start_char={marked[0]}&end_char={marked[1]}" if marked else ""
        signature = self._signature(source_id, name, expires, marked)
        return f"{path}?expires={expires}&signature={signature}{marks}", expires

    def is_signed(self, source_id: str, name: str, expires: int, signature: str, marked: Span | None = None) -> bool:
        """Whether this server gave out a URL with this signature for just this, and it still holds."""
        own = self._signature(source_id, name, expires, marked)
        return hmac.compare_digest(signature.encode(), own.encode()) and self._clock() < expires

    def _signature(self, source_id: str, name: str, expires: int, marked: Span | None) -> str:
        # The parts' lengths are signed too, so that no other parts can be joined to the same text.
        message = f"{len(source_id)}:{source_id}{len(name)}:{name}{expires}:{marked}"
        return hmac.digest(self._secret, message.encode(), "sha256").hex()

    async def draw(self, file: PagedFile, first: int, last: int, passage: str = "") -> Sequence[bytes]:
        """The JPEG of each page from `first` to `last`; fewer when the file has gone or cannot be drawn.

        The lines of the passage are marked where they stand on these pages.
        """
        keys = [(file.file_id, file.version, page, passage) for page in range(first, last + 1)]
        if not all(key in self._kept for key in keys):
            async with self._drawing:
                drawn = await _draw(file, first, last, passage)
            for key, jpeg in zip(keys, drawn, strict=False):
                self._kept[key] = jpeg
            self._trim()
            return drawn
        for key in keys:
            self._kept.move_to_end(key)
        return [self._kept[key] for key in keys]

    def _trim(self) -> None:
        size = sum(map(len, self._kept.values()))
        while size > MAX_KEPT_BYTES:
            _, dropped = self._kept.popitem(last=False)
            size -= len(dropped)


async def _draw(file: PagedFile, first: int, last: int, passage: str) -> list[bytes]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "tui.local.library.page_image_worker", str(file.path), str(first), str(last)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdin
    assert process.stdout
    drawn: list[bytes] = []
    process.stdin.write(passage.encode())
    process.stdin.close()
    try:
        async with asyncio.timeout(DRAWING_TIMEOUT):
            for _ in range(first, last + 1):
                length = int.from_bytes(await process.stdout.readexactly(4), "big")
                drawn.append(await process.stdout.readexactly(length))
    except (TimeoutError, asyncio.IncompleteReadError):
        pass  # the pages that could be drawn are given
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    return drawn
