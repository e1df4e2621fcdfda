"""The scripts whose words are not, or not only, parted by spaces."""

import re

UNSPACED_LETTERS = (
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003134f"
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u0edc-\u0edf"
    "\u1000-\u103f\u1050-\u108f\u109a-\u109f\u1780-\u17d3\u17d7\u17dc-\u17dd"
)
"""Letters of Chinese, Japanese and Korean, then of Thai and Lao, then of Burmese and Khmer, with the marks on them: the
inside of a character class."""

_UNSPACED = f"[{UNSPACED_LETTERS}]"
"""Compiled, and kept by `re`, with the first text that is not ASCII: that takes 2 ms."""


def has_unspaced(text: str) -> bool:
    """Whether a text has letters of a script that does not part words by spaces."""
    return not text.isascii() and re.search(_UNSPACED, text) is not None


def parted(text: str) -> str:
    """The text with a blank around each of these letters, so that each is a word of its own."""
    return text if text.isascii() else re.sub(_UNSPACED, r" \g<0> ", text)
