"""A quotation: some sentences of a passage as Markdown, the one that answers marked. Pure.

The words are the document's own. How they are laid out is not: lines are joined, and the marks of lists, definitions
and tables are written anew, so that a piece of a document is read as it stands there.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, groupby

from tui.local.agents.markdown_text import escaped_line, escaped_whole_line
from tui.local.agents.quoting.asked import lacks_name
from tui.local.agents.quoting.leaf import Leaf
from tui.local.agents.quoting.sentences import Sentence
from tui.local.library.passages import HEADING_JOIN, Passage
from tui.local.library.readers import language_of
from tui.local.library.words import unhyphenated
from tui.sanitize import clean_line

NO_MODEL = "*No language model is configured: these are quotations.*"

MAX_LINE_CHARS = 280
"""Length of a line that stands for a sentence; a longer sentence is cut, and is whole in the quotation."""

MAX_CODE_LINES = 3
"""Of code that a line leads into; more of them are read in the quotation."""

MAX_VALUE_WORDS = 2
"""A cell of more words is a sentence or a part of one, and reads badly behind its column's name."""

CODE_JOIN = " · "

_QUOTE_MARKS = re.compile(r"(?:^|\n)[ \t]*(?:>[ \t]?)+")
"""The marks before the lines of a quotation within the document."""

_MARKUP = re.compile(r"[`*\[<\\]")
"""What a term in Markdown has that is more than words, or that code cannot have."""

_MARKED_START, _MARKED_END = "\ue000", "\ue001"


@dataclass(frozen=True, slots=True)
class Quotation:
    """Consecutive sentences of the passage with citation number `number`, and the one of them that answers best."""

    number: int
    passage: Passage
    sentences: Sequence[Sentence]
    best: Sentence
    follows: Sentence | None = None
    """The code that the best one leads into, which its line ends with where it is short."""

    @property
    def start(self) -> int:
        return self.sentences[0].start

    @property
    def end(self) -> int:
        return self.sentences[-1].end

    @property
    def text(self) -> str:
        """The stretch of the passage that is quoted."""
        return self.passage.text[self.start : self.end]

    @property
    def is_whole(self) -> bool:
        """Whether `line` has all of the sentence."""
        return (
            self.best.leaf.kind != "code" and not self.follows and self.best.end - self.best.start < MAX_LINE_CHARS - 20
        )

    @property
    def span(self) -> tuple[str, int, int]:
        """Where it stands in its document, whichever of the passages that were read it is of."""
        before = self.passage.start_char
        return self.passage.file_id, before + self.start, before + self.end

    def overlaps(self, other: "Quotation") -> bool:
        own_file, start, end = self.span
        file, other_start, other_end = other.span
        return file == own_file and other_start < end and start < other_end

    def line(self) -> str:
        """The sentence that answers, in one line of Markdown with at most about `MAX_LINE_CHARS`."""
        line = self._line_of(self.best)
        code = f" {self._line_of(self.follows)}" if self.follows else ""
        fits = code.count(CODE_JOIN) < MAX_CODE_LINES and len(line) + len(code) <= MAX_LINE_CHARS
        return f"{line}{code}" if fits else line

    def _line_of(self, sentence: Sentence) -> str:
        text, leaf = self._own(sentence), sentence.leaf
        if leaf.kind == "row":
            return _clipped(_row_line(leaf, self._row(sentence)))
        if leaf.kind == "code":
            return _code_line(line.strip() for line in text.splitlines())
        shown = self._shown(text, bare=leaf.kind == "other")
        return _clipped(self._of_heading(self._termed(leaf, sentence.start, shown)))

    def _of_heading(self, line: str) -> str:
        """A line that tells of the name it stands under, after that name."""
        heading = clean_line(self.passage.heading.rpartition(HEADING_JOIN)[2])
        lacks = lacks_name(line, heading)
        return f"{escaped_line(heading)}: {line}" if lacks else line

    def quotation(self) -> str:
        """All of it as a quotation in Markdown, the best sentence bold."""
        pieces = [list(run) for _, run in groupby(self.sentences, key=lambda sentence: _group(sentence.leaf))]
        parts = [part for run in pieces for part in self._part(run)]
        quoted = "\n>\n".join("\n".join(f"> {line}".rstrip() for line in part.splitlines()) for part in parts)
        at_end = not parts or parts[-1].endswith(("```", "|"))
        return f"{quoted}\n\n[{self.number}]" if at_end else f"{quoted} [{self.number}]"

    def _part(self, run: Sequence[Sentence]) -> Iterator[str]:
        leaf = run[0].leaf
        if leaf.kind == "row":
            yield self._table(run)
        elif leaf.kind == "code":
            code = self.passage.text[leaf.start : leaf.end]
            is_fenced = self.passage.format == "markdown" and code.lstrip().startswith(("```", "~~~"))
            yield code if is_fenced else fenced(code, self.passage.file_name)
        else:
            by_leaf = [list(of) for _, of in groupby(run, key=lambda sentence: sentence.leaf)]
            join = "\\\n" if leaf.kind in ("line", "other") else "\n"
            yield join.join(self._prose(of) for of in by_leaf)

    def _prose(self, run: Sequence[Sentence]) -> str:
        leaf = run[0].leaf
        text = self.passage.text
        start, end = run[0].start, run[-1].end
        if self.best in run:
            best = self.best
            marked = f"{text[start : best.start]}{_MARKED_START}{text[best.start : best.end]}{_MARKED_END}"
            shown = _bold(self._shown(f"{marked}{text[best.end : end]}", bare=leaf.kind == "other"))
        else:
            shown = self._shown(text[start:end], bare=leaf.kind == "other")
        if leaf.kind == "item" and start == leaf.start:
            return f"{leaf.mark if leaf.mark[:1].isdigit() else '-'} {shown}"
        return self._termed(leaf, start, shown)

    def _termed(self, leaf: Leaf, start: int, shown: str) -> str:
        """What is said of a term after that, set off as code: in the document it is no part of the sentence."""
        begins_with_it = leaf.kind == "item" and start == leaf.start
        if begins_with_it or not leaf.term.strip():
            return shown
        term = clean_line(leaf.term)
        has_markup = _MARKUP.search(term) if self.passage.format == "markdown" else "`" in term
        return f"{self._shown(term)}: {shown}" if has_markup else f"`{term}`: {shown}"

    def _table(self, rows: Sequence[Sentence]) -> str:
        header = rows[0].leaf.header
        cells = [_cells(self._row(row)) for row in rows]
        width = max(len(header), *map(len, cells))
        lines = [_row_source(header or [""] * width, width), "|" + "---|" * width]
        for row, own in zip(rows, cells, strict=True):
            lines.append(
                _row_source(
                    [f"**{cell}**" if cell else "" for cell in map(_unbold, own)] if row is self.best else own, width
                )
            )
        return "\n".join(lines)

    def _own(self, sentence: Sentence) -> str:
        return self._unquoted(self.passage.text[sentence.start : sentence.end])

    def _row(self, sentence: Sentence) -> str:
        row = self._own(sentence)
        return row if self.passage.format == "markdown" else escaped_line(row)

    def _unquoted(self, text: str) -> str:
        return _QUOTE_MARKS.sub("\n", text) if self.passage.format == "markdown" else text

    def _shown(self, text: str, *, bare: bool = False) -> str:
        """A piece of the document on one line, as Markdown that shows it."""
        one_line = " ".join(unhyphenated(self._unquoted(text), self.passage.text).split())
        return one_line if self.passage.format == "markdown" and not bare else escaped_whole_line(one_line)


def _group(leaf: Leaf) -> object:
    """What is laid out together: the rows of a table, the items of a list, the lines of an address."""
    if leaf.kind == "row":
        return leaf.table
    return leaf.kind if leaf.kind in ("item", "line", "other") else leaf.start


def _bold(marked: str) -> str:
    before, _, rest = marked.partition(_MARKED_START)
    inner, _, after = rest.partition(_MARKED_END)
    inner = _unbold(inner).strip()
    return f"{before}**{inner}**{after}" if inner else f"{before}{after}"


def _unbold(markdown: str) -> str:
    return markdown.replace("**", "").replace("__", "\\_\\_")


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", row.strip().removeprefix("|").removesuffix("|"))]


def _row_source(cells: Sequence[str], width: int) -> str:
    return f"| {' | '.join([*cells, *[''] * (width - len(cells))])} |"


def _row_line(leaf: Leaf, row: str) -> str:
    """A row as a line: its first cell, then each other one after its column's name.

    Where what is told of the first one is more than a name or a value, it says by itself what it is.
    """
    first, *others = _cells(row)
    if first and len(others) == 1 and len(others[0].split()) > MAX_VALUE_WORDS:
        return f"{first} \u2014 {others[0]}"
    said = [
        f"{name}: {cell}" if (name := (leaf.header[at] if at < len(leaf.header) else "")) else cell
        for at, cell in enumerate(others, 1)
        if cell
    ]
    return " \u2014 ".join(filter(None, (first, "; ".join(said))))


def _code_line(lines: Iterable[str]) -> str:
    """The first lines of source code that fit, each by itself: joined they would be other code."""
    own = [f"`{_clipped(line.replace('`', ''))}`" for line in lines if line and not line.startswith(("```", "~~~"))]
    ends = list(accumulate(len(line) + len(CODE_JOIN) for line in own))
    fit = max(1, bisect_right(ends, MAX_LINE_CHARS))
    return CODE_JOIN.join(own[:fit]) + (" …" if fit < len(own) else "")


def fenced(code: str, file_name: str) -> str:
    """Source code in a fence that nothing in it can close."""
    ticks = max((len(run) for run in re.findall(r"`+", code)), default=0)
    fence = "`" * max(3, ticks + 1)
    return f"{fence}{language_of(file_name)}\n{code}\n{fence}"


def _clipped(text: str) -> str:
    if len(text) <= MAX_LINE_CHARS:
        return text
    cut = text.rfind(" ", 0, MAX_LINE_CHARS - 2)
    return f"{text[: cut if cut > 0 else MAX_LINE_CHARS - 2].rstrip()} …"


def location(passage: Passage) -> str:
    """Document and heading of a passage, as a reader looks them up."""
    return clean_line(HEADING_JOIN.join(filter(None, (passage.file_name, passage.heading))))


def source(excerpts: Sequence[Quotation]) -> str:
    """Where quotations of one passage stand: document, the nearest heading, and their pages, lines or anchor."""
    first, *_ = in_order = sorted(excerpts, key=lambda excerpt: excerpt.start)
    nearest = replace(first.passage, heading=first.passage.heading.rpartition(HEADING_JOIN)[2])
    stretches: list[tuple[int, int]] = []
    for excerpt in in_order:
        start, end = stretches[-1] if stretches else (0, -1)
        if end >= 0 and first.passage.text.count("\n", end, excerpt.start) <= 1:
            stretches[-1] = start, max(end, excerpt.end)
        else:
            stretches.append((excerpt.start, excerpt.end))
    return ", ".join(filter(None, (location(nearest), clean_line(first.passage.place(*stretches)))))


def source_line(excerpts: Sequence[Quotation]) -> str:
    """The line of a passage in the list of sources. The quotations have one number."""
    return f"- [{excerpts[0].number}] {escaped_line(source(excerpts))}\n"
