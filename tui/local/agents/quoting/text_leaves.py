"""A passage of plain text as the pieces that are quoted. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, zip_longest

from tui.local.agents.quoting.leaf import Leaf
from tui.local.library.readers.definitions import MAX_TERM_CHARS, TextLine, paragraphs, term_of

MIN_WRAPPED_CHARS = 40
"""Where no line is longer than this, each was ended on purpose."""
FULL_LINE_SHARE = 0.72
"""A line that is shorter than this part of the longest one, and ends a sentence, ends its paragraph."""
MAX_TITLE_CHARS = MAX_TERM_CHARS


_ITEM = re.compile(r"(\s*)([-*•+\u2013\uf0b7]|\(?\d{1,3}[.)]|\(?[a-z][.)]|\\item(?:\[[^\]]*\])?)\s+(?=\S)")
_NUMBERED_TITLE = re.compile(
    r"\s*(?:(?:\d+|[A-Z])(?:\.\d+)*\.?|chapter\s+\w+\.?|appendix\s+\w+\.?)\s+\S", re.IGNORECASE
)
_CONTENTS = re.compile(r"(?:\.\s?){5,}")
_COMMAND = re.compile(
    r"\s*\\(?:begin|end|label|(?:sub)*section|chapter|part|paragraph|maketitle|centering|tableofcontents)\b.*"
)
"""A line of LaTeX that only lays out what others say."""
_BEFORE_TEXT = re.compile(
    r"(?:\s*\\(?:(?:begin|end)\{[^{}]*\}(?:\[[^\[\]]*\])?|maketitle\b|centering\b|tableofcontents\b"
    r"|(?:(?:sub)*section|chapter|part)\*?(?:\[[^\[\]]*\])?\{(?:[^{}]|\{[^{}]*\})*\}))+\s*(?=[^\s\\])"
)
"""Commands of LaTeX at the beginning of a line that says something after them."""
_AFTER_TEXT = re.compile(r"(?:\s*\\(?:begin|end)\{[^{}]*\})+\s*$")
_CLOSING = ")]\"'\u201d\u2019\u00bb"
_BORDER = re.compile(r"\s*(?:={2,}(?:\s+={2,})+|\+(?:[=-]+\+)+)\s*")
"""That of a table in reStructuredText: a line above, below or between its rows."""
_GRID_ROW = re.compile(r"\s*\|(.*)\|\s*")
_COLUMN_END = re.compile(r"(?<!\\)\|")
_DIRECTIVE = re.compile(r"\s*\.\. (?:[\w-]+::|_[^:\n]+:)(?:\s.*)?|\s+:[\w-]+:(?:\s+\S+)?\s*")
"""A line of reStructuredText that is no text: a directive, the name of a place, an option of a directive."""
_CODE_FOLLOWS = re.compile(r"\s*\.\. (?:code|code-block|sourcecode|highlight|parsed-literal)::.*")


def text_leaves(text: str) -> Iterator[Leaf]:
    """Paragraphs, items and definitions, parted by empty lines and by how their lines begin."""
    said_of = _SaidOf()
    found = [run for lines in paragraphs(text) for run in _without_layout(lines)]
    left_of_code: int | None = None
    for lines, following in zip_longest(found, found[1:]):
        if left_of_code is not None and lines[0].indent > left_of_code:
            yield Leaf("code", lines[0].start, lines[-1].end, said_of.label)
            continue
        left_of_code = lines[0].indent if _leads_to_code(lines) else None
        if rows := list(_rows(lines, said_of.label)):
            yield from rows
        elif not _CODE_FOLLOWS.fullmatch(lines[0].text):
            yield from _paragraph_leaves(lines, following[0].indent if following else 0, said_of)


def _without_layout(lines: list[TextLine]) -> Iterator[list[TextLine]]:
    """The lines that say something, parted by those that only lay them out; a table whole."""
    if any(_rows(lines, "")):
        yield lines
        return
    for is_layout, run in groupby(map(_bare, lines), key=_is_layout):
        if not is_layout:
            yield list(run)


def _bare(line: TextLine) -> TextLine:
    """A line that says something, without the commands of LaTeX around that."""
    before = _BEFORE_TEXT.match(line.text) if "\\" in line.text else None
    start = before.end() if before else 0
    after = _AFTER_TEXT.search(line.text, start) if "\\" in line.text else None
    text = line.text[start : after.start() if after else None]
    return TextLine(line.start + start, text) if text.strip() else line


def _is_layout(line: TextLine) -> bool:
    is_directive = _DIRECTIVE.fullmatch(line.text) and not _CODE_FOLLOWS.fullmatch(line.text)
    return bool(is_directive or _COMMAND.fullmatch(line.text) or _BORDER.fullmatch(line.text))


def _leads_to_code(lines: list[TextLine]) -> bool:
    """Whether what is indented below is code (reStructuredText, "Literal Blocks")."""
    return bool(_CODE_FOLLOWS.fullmatch(lines[0].text)) or lines[-1].text.rstrip().endswith("::")


def _rows(lines: list[TextLine], label: str) -> Iterator[Leaf]:
    """The rows of a table in reStructuredText, or of a part of one, without its head; none where there is no table."""
    borders = {line.start for line in lines if _BORDER.fullmatch(line.text)}
    rows = [line for line in lines if line.start not in borders]
    is_grid = bool(rows) and all(_GRID_ROW.fullmatch(row.text) for row in rows)
    if lines[0].start not in borders and not is_grid:
        return
    heads = [line.start for line in lines[1:-1] if line.start in borders and "=" in line.text]
    body = heads[0] if heads else -1
    heading = next((row.text for row in rows if row.start < body), "") if is_grid else ""
    head = _COLUMN_END.split(heading.strip().strip("|")) if heading else []
    header = tuple(cell.strip() for cell in head)
    for row in rows:
        if row.start > body and is_grid:
            yield Leaf("row", row.content, row.end, label, header=header, table=lines[0].start)
        elif row.start > body:
            yield Leaf("line", row.content, row.end, label)


@dataclass(slots=True)
class _SaidOf:
    """What the next paragraph is said of: the last heading, and the term that it is indented under."""

    heading: str = ""
    term: str = ""
    indent: int = -1

    @property
    def label(self) -> str:
        return f"{self.heading} {self.term}".strip()

    def under(self, heading: str) -> None:
        self.heading, self.term, self.indent = heading, "", -1

    def leaf(self, start: int, end: int) -> Leaf:
        return Leaf("definition", start, end, self.label, self.term)


def _paragraph_leaves(lines: list[TextLine], following: int, said_of: _SaidOf) -> Iterator[Leaf]:
    while _heads(lines):
        said_of.under(lines.pop(0).text.strip())
    first = lines[0]
    if first.indent <= said_of.indent:
        said_of.term, said_of.indent = "", -1
    term = term_of(lines, following)
    if term:
        said_of.term, said_of.indent = first.text[term.start - first.start : term.end - first.start], first.indent
        if term.said is not None:
            yield said_of.leaf(term.said, lines[-1].end)
    elif _is_underlined(lines) or (len(lines) == 1 and not said_of.term and _is_title(first.text)):
        said_of.under(first.text.strip())
    else:
        yield from _TextPieces(lines, said_of).read()


def _heads(lines: list[TextLine]) -> bool:
    """Whether the first line stands over the others: in capitals, or over a term and what is said of that."""
    term = term_of(lines) if len(lines) > 1 else None
    if term is None or term.said != lines[1].content:
        return False
    return lines[0].text.strip().isupper() or (len(lines) > 2 and bool(term_of(lines[1:])))


class _TextPieces:
    """Items and paragraphs that follow each other without an empty line, as on the pages of a PDF."""

    def __init__(self, lines: list[TextLine], said_of: _SaidOf) -> None:
        self._lines = lines
        self._said_of = said_of
        self._label = said_of.label
        self._longest = max(len(line.text.rstrip()) for line in lines)

    def read(self) -> Iterator[Leaf]:
        piece: list[TextLine] = []
        for at, line in enumerate(self._lines):
            following = self._lines[at + 1].text if at + 1 < len(self._lines) else ""
            contents = _CONTENTS.search(line.text)
            if piece and (contents or _ITEM.match(line.text)):
                yield self._leaf(piece)
                piece = []
            if not piece and _is_heading_line(line.text, following):
                self._label = line.text.strip()
            elif not contents:
                piece.append(line)
                if self._ends(line.text.rstrip()):
                    yield self._leaf(piece)
                    piece = []
        if piece:
            yield self._leaf(piece)

    def _ends(self, line: str) -> bool:
        """Whether a line was ended on purpose."""
        return self._longest <= MIN_WRAPPED_CHARS or (
            line[-1:] in ".:;!?" and len(line) < FULL_LINE_SHARE * self._longest
        )

    def _leaf(self, lines: list[TextLine]) -> Leaf:
        first, end = lines[0], lines[-1].end
        item = _ITEM.match(first.text)
        if item and item.end() < len(first.text.rstrip()):
            return Leaf("item", first.start + item.end(), end, self._label, mark=item.group(2))
        if self._longest <= MIN_WRAPPED_CHARS and len(self._lines) > 1:
            return Leaf("line", first.content, end, self._label)
        return (
            self._said_of.leaf(first.content, end)
            if self._said_of.term
            else Leaf("paragraph", first.content, end, self._label)
        )


def _is_underlined(lines: list[TextLine]) -> bool:
    return len(lines) == 2 and bool(re.fullmatch(r"([=\-~^\"*])\1{2,}", lines[1].text.strip()))


def _is_title(line: str) -> bool:
    words = line.split()
    return (
        len(line.strip()) <= MAX_TITLE_CHARS and line.rstrip().rstrip(_CLOSING)[-1:] not in ".!?;," and len(words) <= 8
    )


def _is_heading_line(line: str, following: str) -> bool:
    """Whether a line within a page is the heading of what follows."""
    numbered = _NUMBERED_TITLE.match(line)
    return bool(numbered and following and _is_title(line) and following.lstrip()[:1].isupper())
