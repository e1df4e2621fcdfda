"""Text that is not Markdown, written so that Markdown shows it as it is. Pure.

Text is escaped rather than fenced: a fence shows its lines as code, unwrapped and coloured, which prose is not.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
"""Code in a fence or within a line."""

_INLINE = re.compile(
    r"[*`\[]"
    r"|(?<![^\W_])_|_(?![^\W_])"  # inside a word it is plain
    r"|<(?=[A-Za-z/!?])"
    r"|~(?=~)|(?<=~)~"
    r"|&(?=#?\w{1,40};)"
    r"|\\(?=[!-/:-@\[-`{-~]|$)"
)
_BLOCK_START = re.compile(r"[-+=>#:|~]|(?<=\d)[.)](?=\s|$)")
_MARKER = re.compile(r"\s|[-+*•>|=~#:]|\d+[.)]\s")

MIN_WRAPPED_CHARS = 40
"""Where no line is longer than this, each was ended on purpose."""
WRAPPED_SHARE = 0.6
"""A line was ended by wrapping, not on purpose, when it is at least this part of the longest one."""


def escaped(text: str) -> str:
    """Markdown that shows this text: its paragraphs, and each of its lines that was not merely wrapped.

    White space at the ends of lines and repeated empty lines are lost; indentation becomes spaces.
    """
    lines = [line.rstrip().expandtabs(4) for line in text.strip("\n").splitlines()]
    return "\n".join(_joined(lines))


def escaped_line(text: str) -> str:
    """Markdown that shows this text as a part of one line, such as a name in a sentence."""
    return _INLINE.sub(r"\\\g<0>", text)


def _joined(lines: list[str]) -> Iterator[str]:
    longest = max(map(len, lines), default=0)
    for line, following in pairwise([*lines, ""]):
        wrapped = longest > MIN_WRAPPED_CHARS and len(line) >= WRAPPED_SHARE * longest
        broken = line and following and (not wrapped or _MARKER.match(following))
        yield escaped_whole_line(line) + ("\\" if broken else "")


def escaped_whole_line(line: str) -> str:
    """Markdown that shows this text as a line of its own: nothing at its start begins a list, a heading or a quotation.

    Its indentation is kept.
    """
    text = line.lstrip()
    indent = len(line) - len(text)
    number = re.match(r"\d{0,9}", text)
    start = _BLOCK_START.match(text, number.end() if number else 0)
    at = start.start() if start and (start.group() in ".)" or not start.start()) else None
    shown = escaped_line(text) if at is None else f"{text[:at]}\\{text[at]}{escaped_line(text[at + 1 :])}"
    return f"&#32;{' ' * (indent - 1)}{shown}" if indent and shown else shown
