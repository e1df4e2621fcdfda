"""What of a passage an answer says again: the lines that a reader who checks it wants to see. Pure."""

import re
from collections.abc import Sequence
from itertools import groupby

from tui.conversation.citations import CITATION

LEAST_WORDS = 4
"""A sentence of fewer different words, such as the number of an item, says nothing by itself."""

LEAST_SHARE = 0.75
"""The part of a sentence's words that a paragraph of the answer must have, besides all of its numbers."""

MAX_PART = 0.7
"""Where more of the passage is said again, the passage as a whole is."""

MAX_PARAGRAPHS = 200

_SENTENCE = re.compile(r"\S.*?(?:[.!?](?=\s)|\n\s*\n|\Z)", re.DOTALL)
_WORD = re.compile(r"\w+")


def cited_stretch(answer: str, passage: str) -> tuple[int, int] | None:
    """From and up to which character of a passage the answer, in Markdown, says again; None: no part more than others.

    Of several stretches it is the one with most words. What the answer quotes as a block counts only where there is
    nothing else: the reader wants to see what was made of it.
    """
    paragraphs = _paragraphs(answer)
    pieces = ((match.start(), match.end(), _words(match.group())) for match in _SENTENCE.finditer(passage))
    sentences = [piece for piece in pieces if len(piece[2]) >= LEAST_WORDS]
    runs = [
        list(run) for is_said, run in groupby(sentences, lambda sentence: _is_said(sentence[2], paragraphs)) if is_said
    ]
    if not runs:
        return None
    longest = max(runs, key=lambda run: sum(len(words) for _, _, words in run))
    start, end = longest[0][0], longest[-1][1]
    return (start, end) if end - start <= MAX_PART * len(passage) else None


def _paragraphs(answer: str) -> Sequence[frozenset[str]]:
    lines = CITATION.sub("", answer).split("\n", MAX_PARAGRAPHS)[:MAX_PARAGRAPHS]
    own = [words for line in lines if not line.startswith(">") and len(words := _words(line)) >= LEAST_WORDS]
    return own or [_words(line) for line in lines]


def _is_said(words: frozenset[str], paragraphs: Sequence[frozenset[str]]) -> bool:
    needed, numbers = LEAST_SHARE * len(words), {word for word in words if word.isdecimal()}
    return any(len(words & paragraph) >= needed and numbers <= paragraph for paragraph in paragraphs)


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))
