"""Subtitles (SubRip, WebVTT) as their readers hear them: the words of a cue on one line. Pure."""

import re
from collections.abc import Iterator

_TIMING = re.compile(r"\s*(?:\d{1,4}:)?\d{1,2}:\d{2}[.,]\d{1,3}\s+-->\s+(?:\d{1,4}:)?\d{1,2}:\d{2}[.,]\d{1,3}(?:\s.*)?")
_STYLE = re.compile(r"</?(?:b|c|font|i|lang|u|v)\b[^<>]{0,100}>|\{\\[^{}]{0,100}\}")


def with_cues_joined(text: str) -> str:
    """The text, with as many lines: where a cue has several, empty ones come after their words.

    Its times stand where its number was, apart from what is said then.
    """
    lines = text.split("\n")
    joined: list[str] = []
    while len(joined) < len(lines):
        line = lines[len(joined)]
        if _TIMING.fullmatch(line):
            if joined and joined[-1].strip().isdecimal():
                joined[-1:] = [line.strip(), ""]
            else:
                joined.append(line)
            said = list(_said(lines, len(joined)))
            joined += [" ".join(filter(None, said)), *[""] * (len(said) - 1)] if said else []
        else:
            joined.append(line)
    return "\n".join(joined)


def _said(lines: list[str], start: int) -> Iterator[str]:
    """The words of each line of a cue, which ends at an empty one."""
    for line in lines[start:]:
        if not line.strip():
            return
        yield " ".join(_STYLE.sub("", line).split())
