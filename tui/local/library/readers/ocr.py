"""Reading pages that have no text, such as scanned ones, by tesseract, where that program is installed.

It runs as a process of its own, page by page, and cannot take more memory than this process may.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import groupby
from typing import Any

from tui.local.library.documents import UnreadableError
from tui.local.library.readers import time_limit
from tui.local.library.readers.pdf_lines import PageLine

PROGRAM = "tesseract"
PAGE_TIMEOUT = 60.0
"""Seconds that reading one page may take."""
MAX_PAGES = 300
"""Pages of a document that are read in this way."""
MAX_TEXT_BYTES = 200_000
"""How much text is taken of a page."""
DOTS_PER_POINT = 300 / 72
MAX_PIXELS = 25_000_000
MAX_LANGUAGES = 4
"""Where more languages are installed, only English is looked for: each takes its time."""
LINE_SPACE = 12.0
"""The distance of two lines of recognized text, whose true one is not known."""

WITHOUT_PROGRAM = f"install {PROGRAM} to have the text in pictures read"
"""What is told where the program is missing; it no longer holds once it is there."""


def is_available() -> bool:
    """Whether the program is installed."""
    return shutil.which(PROGRAM) is not None


class PageRecognition:
    """What becomes of the pages of one document that have no text."""

    def __init__(self) -> None:
        self._read: list[int] = []
        self._unread: list[int] = []

    def lines_of(self, page: Any, number: int) -> list[PageLine]:
        """The lines of a `PdfPage` without text, from top to bottom; none where it is empty or cannot be read."""
        import pypdfium2.raw

        pdfium: Any = pypdfium2.raw  # made from PDFium's headers, without types
        if pdfium.FPDFPage_CountObjects(page) < 1:
            return []
        text = recognized(page) if is_available() and len(self._read) < MAX_PAGES else ""
        (self._read if text else self._unread).append(number)
        places = ((" ".join(line.split()), -LINE_SPACE * at) for at, line in enumerate(text.splitlines()))
        return [PageLine(line, first_y=y, last_y=y) for line, y in places if line]

    @property
    def remarks(self) -> Sequence[str]:
        """What to tell of the document."""
        remarks: list[str] = []
        if self._read:
            remarks.append(f"{_named(self._read)} read by OCR")
        if self._unread:
            advice = "" if is_available() else f"; {WITHOUT_PROGRAM}"
            remarks.append(f"{_named(self._unread)} without text, probably scanned{advice}")
        return remarks

    @property
    def refusal(self) -> UnreadableError:
        """Why a document of which no page has text is not read."""
        if not self._unread:
            return UnreadableError("its pages are empty")
        advice = "OCR found no words in them" if is_available() else WITHOUT_PROGRAM
        return UnreadableError(f"it has no text; its pages are probably scanned pictures; {advice}")


def _named(numbers: Sequence[int]) -> str:
    """Pages by their numbers: "page 2", "3 pages (2, 5-6)"."""
    runs = [list(run) for _, run in groupby(enumerate(numbers), lambda each: each[1] - each[0])]
    told = ", ".join(f"{run[0][1]}-{run[-1][1]}" if len(run) > 1 else f"{run[0][1]}" for run in runs)
    return f"page {told}" if len(numbers) == 1 else f"{len(numbers):,} pages ({told})"


def recognized(page: Any) -> str:
    """The text in the picture of a page; "" where none is found, or finding it takes too long."""
    time_limit.extend(PAGE_TIMEOUT)
    command = [PROGRAM, "stdin", "stdout", "-l", "+".join(languages()), "--dpi", "300"]
    try:
        done = subprocess.run(
            command,
            input=picture(page),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=PAGE_TIMEOUT,
            env=_environment(),
            check=False,
        )
    except (subprocess.TimeoutExpired, OSError):
        return ""
    return done.stdout[:MAX_TEXT_BYTES].decode("utf-8", "replace").strip() if done.returncode == 0 else ""


def picture(page: Any) -> bytes:
    """The page in grey, as a PGM file."""
    width, height = page.get_size()
    scale = min(DOTS_PER_POINT, (MAX_PIXELS / max(1.0, width * height)) ** 0.5)
    bitmap = page.render(scale=scale, grayscale=True)
    image = bitmap.to_pil().convert("L")
    return b"P5 %d %d 255\n" % image.size + image.tobytes()


def _environment() -> Mapping[str, str]:
    return {**os.environ, "OMP_THREAD_LIMIT": "1"}


@cache
def languages() -> Sequence[str]:
    """The languages to look for, as tesseract calls them: `LLAMACHAT_OCR_LANGUAGES`, else those that are installed."""
    chosen = os.environ.get("LLAMACHAT_OCR_LANGUAGES", "").replace(",", "+").split("+")
    if any(chosen):
        return [language.strip() for language in chosen if language.strip()]
    command = [PROGRAM, "--list-langs"]
    listed = subprocess.run(command, capture_output=True, timeout=PAGE_TIMEOUT, env=_environment(), check=False)
    words = listed.stdout.decode("utf-8", "replace").splitlines()[1:]
    languages = [word for word in words if word and word not in ("osd", "equ")]
    return languages if 0 < len(languages) <= MAX_LANGUAGES else ["eng"]
