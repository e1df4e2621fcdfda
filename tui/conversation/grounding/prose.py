"""A growing answer in Markdown as units of plain text: a paragraph, an item of a list, a row of a table, a heading.

A unit is told once, when the line after it has come, so that how the text was cut into deltas makes no difference.
"""

import re
from collections.abc import Iterator

from tui.lazy_dataclass import dataclass

MAX_UNIT_CHARS = 4096
"""A longer unit is read in pieces, so that none takes long."""

HOLE = "\N{OBJECT REPLACEMENT CHARACTER}"
"""Stands in a unit's text where something was that states nothing: code, an address, a citation."""

_FENCE = re.compile(r"[ \t>]*(?:[-*+]\s+)?(`{3,}|~{3,})")
_STARTS_UNIT = re.compile(r"[ \t]*(?:#{1,6}\s|[-*+•]\s|\d{1,9}[.)]\s|\||>)")
_NUMBERED = re.compile(r"[ \t]*\d{1,9}[.)]\s")
_FIRST = re.compile(r"[ \t]*1[.)]\s")
_RULE = re.compile(r"[ \t]*(?:[-=*_][ \t]*){3,}$|[\s|:-]*$")
_MARKER = re.compile(r"[ \t]*(?:>[ \t]?)*(?:#{1,6}[ \t]+|(?:[-*+•]|\d{1,9}[.)])[ \t]+)?(?:\[[ xX]\][ \t]+)?")
_QUOTE_MARKS = " \t>"
_ATTRIBUTION = re.compile(r"[ \t>]*(?:[-\u2013\u2014]{1,2}\s*\S)")

_WITHOUT_CLAIM = re.compile(
    r"(?P<code>(?<!`)(`++).*?(?<!`)\2(?!`))"
    r"|(?P<image>!\[[^\]\n]*\]\([^()\s]*(?:\s+\"[^\"]*\")?\))"
    r"|(?P<link>(?<!!)\[(?P<label>[^\[\]\n]+)\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)?(?:\s+\"[^\"]*\")?\))"
    r"|(?P<address><?\b(?:https?://|mailto:|www\.)[^\s<>\"]*[^\s<>\".,;:!?)]>?|\b[\w.+-]+@[\w-]+\.[\w.-]*\w)"
    r"|(?P<citation>\[\^?\d{1,4}(?:\s*[,;\u2013-]\s*\^?\d{1,4})*\]|\[\^[^\]\s]+\])"
    r"|(?P<place>\b(?:pp?\.|pages?|lines?|ll?\.)\s*\d+(?:\s*(?:[-\u2013,]|and|to)\s*\d+)*)"
    r"|(?P<escape>\\[\\`*_{}\[\]()#+.!|~<>$-])"
    r"|(?P<mark>\*{1,3}|~~|(?<!\w)_{1,3}(?=\w)|(?<=\w)_{1,3}(?!\w)|(?<=[.!?,;:)%])_{1,3}(?!\w))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Prose:
    """A unit's text without its markup. A quotation is a whole unit that is set off as one."""

    text: str
    is_quotation: bool = False
    is_heading: bool = False


class ProseReader:
    """Reads one answer, which may grow between two calls."""

    def __init__(self) -> None:
        self._text = ""
        self._at = 0
        self._fence = ""

    def read(self, text: str, settled: bool) -> Iterator[Prose] | None:
        """The units that are complete since the last call. None where the text is another one: begin anew.

        Each is read when it is asked for, and is not given again.
        """
        if not text.startswith(self._text):
            return None
        self._text = text
        return self._units(settled)

    def _units(self, settled: bool) -> Iterator[Prose]:
        pending: list[str] = []
        at = self._at
        for line in self._lines(settled):
            if self._is_code(line) or not line.strip().strip(_QUOTE_MARKS) or _RULE.match(line):
                unit, pending = pending, []
                at += len(line)
                self._at = at
                yield from _unit(unit)
                continue
            if pending and _begins_unit(pending[-1], line):
                unit, pending, self._at = pending, [], at
                yield from _unit(unit)
            pending.append(line)
            at += len(line)
        if settled:
            self._at = at
            yield from _unit(pending)

    def _lines(self, settled: bool) -> list[str]:
        lines = self._text[self._at :].splitlines(keepends=True)
        return lines if settled or not lines or lines[-1].endswith("\n") else lines[:-1]

    def _is_code(self, line: str) -> bool:
        fence = _FENCE.match(line)
        if not self._fence:
            self._fence = fence[1] if fence and "`" not in line[fence.end() :] else ""
            return bool(self._fence)
        if fence and fence[1].startswith(self._fence) and not line[fence.end() :].strip():
            self._fence = ""
        return True


def plain(markdown: str) -> str:
    """A line of Markdown without its marks, and with a hole for what states nothing."""
    return _WITHOUT_CLAIM.sub(_plain, markdown)


def _plain(found: re.Match[str]) -> str:
    if found["label"]:
        return plain(found["label"])
    if found["escape"]:
        return found["escape"][1]
    return "" if found["mark"] else HOLE


def _begins_unit(before: str, line: str) -> bool:
    is_quote, was_quote = line.lstrip().startswith(">"), before.lstrip().startswith(">")
    if is_quote and was_quote:  # of a list or a table, what stands between may be left out
        inner, inner_before = line.lstrip(_QUOTE_MARKS), before.lstrip(_QUOTE_MARKS)
        return _ATTRIBUTION.match(line) is not None or _begins_unit(inner_before, inner)
    if _NUMBERED.match(line) and not _NUMBERED.match(before) and not _FIRST.match(line):
        return False  # in the middle of a paragraph only a list's first number begins one
    return is_quote != was_quote or _STARTS_UNIT.match(line) is not None or before.lstrip().startswith(("#", "|"))


def _unit(lines: list[str]) -> Iterator[Prose]:
    if not lines:
        return
    first = lines[0].lstrip()
    is_quote = first.startswith(">")
    is_quotation = is_quote and not _ATTRIBUTION.match(lines[0])
    others = (line.lstrip(_QUOTE_MARKS) if is_quote else line for line in lines[1:])
    whole = " ".join(line.strip() for line in (lines[0][_end_of_marker(lines[0]) :], *others))
    for start in range(0, len(whole), MAX_UNIT_CHARS):
        text = plain(whole[start : start + MAX_UNIT_CHARS])
        if first.startswith("|"):
            text = text.replace("|", HOLE)
        if text.strip(f" {HOLE}"):
            yield Prose(text, is_quotation, is_heading=first.startswith("#"))


def _end_of_marker(line: str) -> int:
    marker = _MARKER.match(line)
    return marker.end() if marker else 0
